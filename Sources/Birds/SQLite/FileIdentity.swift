import Glibc

/// Identifies a file, to notice when another one takes its path. A new generation has another inode and usually
/// another size and time: an inode number may be reused as soon as the old file is gone.
public struct FileIdentity: Sendable, Hashable {
    public let device: UInt64
    public let inode: UInt64
    /// In bytes.
    public let size: Int64
    /// When it was last modified, in nanoseconds since 1970.
    public let modified: Int64
    /// Whether it is a regular file, and not a directory, pipe or device.
    package let isRegular: Bool

    /// The file that the path leads to now, through symbolic links; nil if there is none, or `stat` is not
    /// permitted.
    public init?(path: String) {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        device = UInt64(found.st_dev)
        inode = UInt64(found.st_ino)
        size = Int64(found.st_size)
        modified = Int64(found.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(found.st_mtim.tv_nsec)
        isRegular = found.st_mode & S_IFMT == S_IFREG
    }

    /// Whether it is the other file after that was cut off in place. Whoever has that open reads what is no longer
    /// there.
    func isTruncation(of other: FileIdentity) -> Bool {
        device == other.device && inode == other.inode && size < other.size
    }
}
