import CLinux
import Glibc

/// A file to which lines are appended.
///
/// - A new one can be read by its owner only, from its first byte; one that exists keeps its mode and group.
/// - It is not a link. A pipe, a device or a descriptor that this process was started with is written to as it is.
/// - Root writes to no file that another account could replace (`TrustedPath`).
package enum AppendedFile {
    /// Opens the file at a path, or makes it.
    /// - Parameter option: The option that names it, for messages.
    /// - Returns: A descriptor, which the caller closes. A regular file can be read through it too.
    package static func open(_ path: String, option: String) throws(ChangeError) -> Int32 {
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
        return try openRegular(parts.name, in: folder, path: path)
    }

    /// Whether a path is that of another regular file than the one that is open. One that was only renamed has none, as
    /// while logrotate is at work.
    package static func isOther(_ path: String, than descriptor: Int32) -> Bool {
        var (there, open) = (stat(), stat())
        return lstat(path, &there) == 0 && fstat(descriptor, &open) == 0 && there.isRegular && open.isRegular
            && !there.isSame(as: open)
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
