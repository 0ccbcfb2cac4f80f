import CLinux
import Glibc

/// How much memory the system lets this process have: by RLIMIT_AS (`ulimit -v`, `prlimit --as`), and by the control
/// groups that it is in, as a container or a service of systemd has them.
public enum MemoryLimit {
    /// In bytes; nil if there is no limit.
    public static func bytes() -> Int? {
        let groups = text(ofFile: "/proc/self/cgroup").map { files(forGroups: $0) } ?? []
        let limits = groups.compactMap { text(ofFile: $0).flatMap { bytes(inFile: $0) } } + [ofAddressSpace()]
        return limits.compactMap { $0 }.min()
    }

    private static func ofAddressSpace() -> Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return nil }
        return limit.rlim_cur == .max ? nil : Int(clamping: limit.rlim_cur)
    }

    /// The files that may have the limits of the groups in `/proc/self/cgroup`, and of those around them
    /// (https://docs.kernel.org/admin-guide/cgroup-v2.html, "Memory Interface Files", and cgroups(7)).
    static func files(forGroups text: String) -> [String] {
        text.split(separator: "\n").flatMap { line -> [String] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let (root, name): (String, String)
            if parts[0] == "0", parts[1].isEmpty {
                (root, name) = ("/sys/fs/cgroup", "memory.max")
            } else if parts[1].split(separator: ",").contains("memory") {
                (root, name) = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            } else {
                return []
            }
            let folders = parts[2].split(separator: "/")
            return (0...folders.count).map { depth in
                root + folders.prefix(depth).map { "/" + $0 }.joined() + "/" + name
            }
        }
    }

    /// The limit in such a file; nil if it has none. Version 1 writes a number that no machine has.
    static func bytes(inFile text: String) -> Int? {
        guard let number = Int(text.split(whereSeparator: \.isWhitespace).first ?? ""), number < 1 << 60 else {
            return nil
        }
        return number
    }

    /// The text of a small file of the kernel.
    private static func text(ofFile path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 16 << 10)
        let count = read(descriptor, &bytes, bytes.count)
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    /// Keeps the allocator from reserving address space, and from keeping freed memory, for each thread.
    /// - Parameter arenas: The most arenas of memory that threads use without waiting for each other.
    public static func limitArenas(_ arenas: Int) { rookery_limit_arenas(Int32(clamping: arenas)) }
}
