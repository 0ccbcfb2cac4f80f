import Glibc

/// What tells one generation of a file from the next: a new one has another inode, and most often another size and time.
public struct FileIdentity: Sendable, Hashable {
    public let device: UInt64
    public let inode: UInt64
    /// In bytes.
    public let size: Int64
    /// When it was last written to, in nanoseconds since 1970.
    public let modified: Int64
    /// Whether it is a file of bytes, and no directory, pipe or device.
    package let isRegular: Bool

    /// The file that the path leads to now; nil where there is none, or it can't be looked at.
    public init?(path: String) {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        device = UInt64(found.st_dev)
        inode = UInt64(found.st_ino)
        size = Int64(found.st_size)
        modified = Int64(found.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(found.st_mtim.tv_nsec)
        isRegular = found.st_mode & S_IFMT == S_IFREG
    }
}
