import CLinux
import Glibc

/// A folder in which files are made, replaced and removed by their names.
///
/// Invariants:
/// - It stays the same folder, whatever happens to its path: every call uses one descriptor.
/// - No call follows a symbolic link at a name.
package final class Folder {
    /// For messages.
    package let path: String
    private let descriptor: Int32

    /// - Throws: `ChangeError.refused` if there is no such folder.
    package init(path: String) throws(ChangeError) {
        self.path = path
        // 0o10000000 is O_PATH: the folder need not be readable. The header defines it for _GNU_SOURCE only.
        descriptor = Glibc.open(path, 0o10000000 | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .refused("The folder \(path) can't be opened: \(systemMessage(errno)).") }
    }

    deinit { close(descriptor) }

    /// The folder itself.
    package var status: stat? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status : nil
    }

    /// What has a name in the folder, which may be a link; nil if there is nothing.
    package func status(_ name: String) -> stat? {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
    }

    /// Opens a file.
    /// - Returns: A descriptor, or -1 with `errno`, which is `ELOOP` for a link.
    package func open(_ name: String, _ flags: Int32, mode: mode_t = 0o600) -> Int32 {
        openat(descriptor, name, flags | O_CLOEXEC | O_NOFOLLOW, mode)
    }

    /// The attribute of a file that has its access control list (acl(5)).
    package static let accessListName = "system.posix_acl_access"

    /// The access control list of a file, as the system keeps it; nil if it has none.
    /// - Parameter file: The file that has the name. Another one has no list.
    package func accessList(_ name: String, of file: stat) -> [UInt8]? {
        // O_PATH, as above: the file need not be readable.
        let descriptor = open(name, 0o10000000)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.isSame(as: file) else { return nil }
        // fgetxattr(2) does not take such a descriptor.
        let path = "/proc/self/fd/\(descriptor)"
        // The largest value of an attribute (xattr(7)).
        var list = [UInt8](repeating: 0, count: 1 << 16)
        let count = getxattr(path, Self.accessListName, &list, list.count)
        return count > 0 ? Array(list.prefix(count)) : nil
    }

    package func unlink(_ name: String) { unlinkat(descriptor, name, 0) }

    /// Gives a file another name in the folder, and replaces the file that has it.
    /// - Returns: Whether that was possible; `errno` says why not.
    package func rename(_ old: String, to new: String) -> Bool { renameat(descriptor, old, descriptor, new) == 0 }

    /// Waits until its names are on the disk. The result does not matter: a complete file has its name either way.
    package func sync() {
        let readable = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard readable >= 0 else { return }
        fsync(readable)
        close(readable)
    }

    /// Whether this account may make files in it, and replace this one. In a folder with the sticky bit, only the
    /// owners of a file and of the folder may do that (unlink(2)).
    package func canReplace(_ file: stat?) -> Bool {
        guard faccessat(descriptor, ".", W_OK | X_OK, AT_EACCESS) == 0, let status else { return false }
        let user = geteuid()
        guard let file, status.st_mode & S_ISVTX != 0, user != 0 else { return true }
        return file.st_uid == user || status.st_uid == user
    }

    /// Splits a path without symbolic links into the folder and the name of a file in it.
    package static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        return (
            slash == path.startIndex ? "/" : String(path[..<slash]),
            String(decoding: path.utf8[slash...].dropFirst(), as: UTF8.self)
        )
    }
}

/// The names in a path, by bytes as the system reads it: a combining mark after a slash makes one `Character` of both.
func pathNames(_ path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
}

/// The path without symbolic links. The file need not exist, but its folder must.
/// - Parameter what: For messages, such as `a database`.
package func resolvedPath(_ path: String, of what: String) throws(ChangeError) -> String {
    guard let last = path.utf8.last, last != UInt8(ascii: "/") else {
        throw .refused("'\(path)' is not the path of a file; give the path of \(what).")
    }
    if let real = realPath(path) { return real }
    guard errno == ENOENT else { throw .refused("\(path) can't be used: \(systemMessage(errno)).") }
    let (folder, name) = Folder.split(path)
    guard let real = realPath(folder) else {
        throw .refused("\(path) can't be created: there is no folder \(folder). Create the folder first.")
    }
    var status = stat()
    // The rename would replace a dangling link.
    guard lstat(path, &status) != 0 else {
        throw .refused("\(path) is a link to a file that does not exist; give the path of the file itself.")
    }
    return real == "/" ? "/\(name)" : "\(real)/\(name)"
}

/// A path without symbolic links; nil, with `errno`, if it leads to nothing.
package func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
}

/// What a symbolic link has in it; nil if it is none.
package func linkTarget(_ path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
}

extension stat {
    /// Whether both are the same file.
    package func isSame(as other: stat) -> Bool { st_dev == other.st_dev && st_ino == other.st_ino }

    package var isRegular: Bool { st_mode & S_IFMT == S_IFREG }
    package var isLink: Bool { st_mode & S_IFMT == S_IFLNK }
    package var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
}
