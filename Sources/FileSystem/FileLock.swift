import Glibc

/// An exclusive lock on a file of its own. The file is removed when the lock is released.
package final class FileLock {
    private let descriptor: Int32
    private let name: String
    private let folder: Folder

    /// - Parameters:
    ///   - name: The name of the lock file.
    ///   - attempts: How often it is tried, every 20 ms, while another process holds the lock. More than one: a child
    ///     process shares this lock from its fork until its exec closes the descriptor.
    ///   - busy: The message if it still does.
    package init(_ name: String, in folder: Folder, attempts: Int = 10, busy: String) throws(ChangeError) {
        (self.name, self.folder) = (name, folder)
        let path = "\(folder.path)/\(name)"
        for _ in 0..<attempts {
            let descriptor = folder.open(name, O_RDWR | O_CREAT)
            guard descriptor >= 0 else {
                throw .refused(
                    errno == ELOOP
                        ? "\(path) is a link, and a lock never is; remove it."
                        : "\(path) can't be written: \(systemMessage(errno)).")
            }
            let number = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
            // The last holder may have removed the file after it was opened here. A lock on a removed file protects
            // nothing, so it is tried again with the file that has the name now.
            var ours = stat()
            if number == 0, fstat(descriptor, &ours) == 0, folder.status(name)?.isSame(as: ours) == true {
                self.descriptor = descriptor
                return
            }
            close(descriptor)
            guard number == 0 || number == EWOULDBLOCK else {
                throw .refused("\(path) can't be locked: \(systemMessage(number)).")
            }
            usleep(20_000)
        }
        throw .refused(busy)
    }

    /// Unlinks first: after closing, another process could hold a lock on the file.
    deinit {
        folder.unlink(name)
        close(descriptor)
    }
}
