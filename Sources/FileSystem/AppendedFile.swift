import CLinux
import Glibc

/// A file to which lines are appended.
///
/// - A new one can be read by its owner only, from its first byte; one that exists keeps its mode and group.
/// - It is not a link. A pipe, a device or a descriptor that this process was started with is written to as it is.
/// - Root writes to no file that another account could replace (`TrustedPath`).
/// - No other process that opens it here has it open at the same time: its lines and ours would end each other. The
///   lock (flock(2)) is the descriptor's, so programs that only read the file don't notice.
package enum AppendedFile {
    /// Opens the file at a path, or makes it.
    /// - Parameters:
    ///   - option: The option that names it, for messages.
    ///   - old: The file that was open so far.
    /// - Returns: A descriptor, which the caller closes. A regular file can be read through it too. It is `old` if the
    ///   path still leads to that file, which keeps its lock.
    package static func open(_ path: String, option: String, after old: Int32? = nil) throws(ChangeError) -> Int32 {
        let parts = Folder.split(OtherOutput.target(path))
        guard !["", ".", ".."].contains(parts.name) else {
            throw .refused("'\(path)' of \(option) is not the path of a file.")
        }
        let folder = try Folder(path: parts.folder)
        if OtherOutput.hasDescriptors(folder) {
            return try OtherOutput.copy(named: parts.name, path: path, option: option)
        }
        try TrustedPath.check(path, option: option)
        let status = folder.status(parts.name)
        try OtherOutput.check(status, path: path, option: option)
        if let status, !status.isRegular {
            return try OtherOutput.open(parts.name, in: folder, status, path: path, option: option)
        }
        let new = try openRegular(parts.name, in: folder, path: path)
        if let old, isSame(new, old) {
            close(new)
            return old
        }
        guard flock(new, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(new)
            throw .refused(
                number == EWOULDBLOCK
                    ? "another server writes \(path); give each server a file of its own with \(option)."
                    : "\(path) can't be locked: \(systemMessage(number)).")
        }
        return new
    }

    /// Whether a path is that of another regular file than the one that is open. One that was only renamed has none, as
    /// while logrotate is at work.
    package static func isOther(_ path: String, than descriptor: Int32) -> Bool {
        var (there, open) = (stat(), stat())
        return lstat(path, &there) == 0 && fstat(descriptor, &open) == 0 && there.isRegular && open.isRegular
            && !there.isSame(as: open)
    }

    private static func isSame(_ first: Int32, _ second: Int32) -> Bool {
        var (one, other) = (stat(), stat())
        return fstat(first, &one) == 0 && fstat(second, &other) == 0 && one.isSame(as: other)
    }

    private static func openRegular(_ name: String, in folder: Folder, path: String) throws(ChangeError) -> Int32 {
        let new = folder.open(name, O_RDWR | O_APPEND | O_CREAT | O_EXCL)
        if new >= 0 {
            // A folder may give its new files an access control list, which would let others read it.
            fremovexattr(new, Folder.accessListName)
            return new
        }
        guard errno == EEXIST else { throw .refused("\(path) can't be written: \(systemMessage(errno)).") }
        // What was a file a moment ago may be a pipe now, for which opening must not wait.
        let old = folder.open(name, O_RDWR | O_APPEND | O_NONBLOCK)
        guard old >= 0 else { throw .refused("\(path) can't be written: \(systemMessage(errno)).") }
        var status = stat()
        guard fstat(old, &status) == 0, status.isRegular else {
            close(old)
            throw .refused("\(path) was replaced by another program. Try again.")
        }
        return old
    }
}
