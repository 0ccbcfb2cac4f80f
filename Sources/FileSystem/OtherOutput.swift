import Glibc

/// What the path of an output may lead to besides a regular file: a descriptor that this process was started with, a
/// pipe or a device. Links are not followed.
package enum OtherOutput {
    /// The path of a descriptor in /proc for its other names: `/dev/stdout` is a link to `/proc/self/fd/1`. (`/dev/fd`
    /// is a link to that folder.) Other links are not followed. Only root can make any in /dev.
    package static func target(_ path: String) -> String {
        let parts = Folder.split(path)
        guard realPath(parts.folder) == "/dev", let target = linkTarget("/dev/\(parts.name)"),
            target.hasPrefix("/proc/self/fd/")
        else { return path }
        return target
    }

    /// Whether a folder has the descriptors of this process. Its number stays the same as long as it is open.
    package static func hasDescriptors(_ folder: Folder) -> Bool {
        var ours = stat()
        return stat("/proc/self/fd", &ours) == 0 && folder.status?.isSame(as: ours) == true
    }

    /// A copy of a descriptor that is open for writing; nil if there is none. Those that this process has opened itself
    /// are no others' business: they are closed by exec, which those that it was started with are not.
    package static func copy(_ number: Int32) -> Int32? {
        let (flags, access) = (fcntl(number, F_GETFD), fcntl(number, F_GETFL))
        guard flags >= 0, flags & FD_CLOEXEC == 0, access >= 0, access & O_ACCMODE != O_RDONLY else { return nil }
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        return copy < 0 ? nil : copy
    }

    /// A copy of the descriptor that a path names.
    /// - Throws: `ChangeError.refused` if it is not open for writing.
    package static func copy(named name: String, path: String, option: String) throws(ChangeError) -> Int32 {
        guard let number = Int32(name), let copy = copy(number) else {
            throw .refused(
                "\(path) is not open for writing; give the path of a file or of an open descriptor with \(option).")
        }
        return copy
    }

    /// Opens a pipe or a device. Without `O_NONBLOCK`, opening a pipe would wait for a reader, perhaps forever.
    package static func open(
        _ name: String, in folder: Folder, _ found: stat, path: String, option: String
    ) throws(ChangeError) -> Int32 {
        let descriptor = folder.open(name, O_WRONLY | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .refused(
                errno == ENXIO && found.st_mode & S_IFMT == S_IFIFO
                    ? "\(path) is a pipe that no program reads; start its reader first, or give the path of a file with "
                        + "\(option)."
                    : "\(path) can't be written: \(systemMessage(errno)). Give the path of a file with \(option).")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.isSame(as: found) else {
            close(descriptor)
            throw .refused("\(path) was replaced by another program. Try again.")
        }
        return descriptor
    }

    /// Refuses a link and a folder.
    package static func check(_ status: stat?, path: String, option: String) throws(ChangeError) {
        if status?.isLink == true {
            throw .refused("\(path) is a link, which \(option) does not follow; give the path of the file itself.")
        }
        if status?.isFolder == true { throw .refused("\(path) is a folder; give the path of a file with \(option).") }
    }
}
