import Birds
import CSQLite
import FileSystem
import Glibc

/// A temporary file without a name. The system frees it with its descriptor, so nothing is left even if the process is
/// killed. It is created when the first byte is written.
final class TemporaryFile {
    private let folder: String
    /// -1 until the file is created. This object owns it.
    private(set) var descriptor: Int32 = -1
    /// The size in bytes.
    private(set) var count = 0

    /// - Parameter folder: A folder with enough room, on the disk of the database and not in memory.
    init(in folder: String) { self.folder = folder }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Appends bytes.
    /// - Throws: `StoreError.sqlite` with the code `SQLITE_FULL` if the disk is full, and `SQLITE_IOERR` for other
    ///   errors, as SQLite has for its temporary files.
    func append(_ bytes: [UInt8]) throws(StoreError) {
        if descriptor < 0 { try create() }
        var written = 0
        while written < bytes.count {
            let result = bytes.withUnsafeBytes { buffer in
                pwrite(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written, off_t(count))
            }
            if result < 0, errno == EINTR { continue }
            guard result > 0 else { throw failure(errno) }
            written += result
            count += result
        }
    }

    /// Appends bytes of a file that is unpacked.
    /// - Parameter path: The path of that file, for messages.
    func append(_ bytes: [UInt8], for path: String) throws(ChangeError) {
        do throws(StoreError) {
            try append(bytes)
        } catch {
            throw ChangeError(error, path: path)
        }
    }

    /// Gives the file a name.
    /// - Returns: Its path, in the folder. The caller removes it.
    func link() throws(StoreError) -> String {
        let path = "\(folder)/.rookery-\(getpid())-\(descriptor)"
        guard linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else {
            throw failure(errno)
        }
        return path
    }

    /// Reads up to `most` bytes at an offset and appends them to `bytes`; none at the end of the file. It may read
    /// fewer than there are.
    func read(_ most: Int, at offset: Int, to bytes: inout [UInt8]) throws(StoreError) {
        guard descriptor >= 0, most > 0 else { return }
        var number: Int32 = 0
        bytes.append(addingCapacity: most) { span in
            span.withUnsafeMutableBufferPointer { buffer, initialized in
                var got = -1
                repeat {
                    got = pread(descriptor, buffer.baseAddress.map { $0 + initialized }, most, off_t(offset))
                } while got < 0 && errno == EINTR
                if got < 0 { number = errno } else { initialized += got }
            }
        }
        guard number == 0 else { throw failure(number) }
    }

    private func create() throws(StoreError) {
        // O_TMPFILE (open(2)): a bit and O_DIRECTORY. The header defines it for _GNU_SOURCE only, so Swift does not see
        // it.
        descriptor = open(folder, O_RDWR | O_CLOEXEC | O_DIRECTORY | 0o20000000, 0o600)
        if descriptor >= 0 { return }
        // Some file systems can't make files without a name. The name is removed at once.
        var template = Array((folder + "/.rookery-XXXXXX").utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure(errno) }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    private func failure(_ number: Int32) -> StoreError {
        let isFull = number == ENOSPC || number == EDQUOT
        return .sqlite(
            code: isFull ? SQLITE_FULL : SQLITE_IOERR,
            message: "a temporary file in \(folder): \(systemMessage(number))",
            sql: "")
    }
}
