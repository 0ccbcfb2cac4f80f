import Birds
import CSQLite
import Glibc

/// A file without a name, of which nothing is left however the process ends. It is made when the first byte is written.
final class TemporaryFile {
    private let folder: String
    /// Negative until there is something in it.
    private(set) var descriptor: Int32 = -1
    /// How many bytes it has.
    private(set) var count = 0

    /// - Parameter folder: where there is room for as much as is imported.
    init(in folder: String) { self.folder = folder }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Adds bytes at the end.
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

    /// Adds up to `most` bytes from an offset on to the end of `bytes`; none at the end of the file.
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
        // O_TMPFILE, which the header hides behind _GNU_SOURCE: the bit 0o20000000 and O_DIRECTORY.
        descriptor = open(folder, O_RDWR | O_CLOEXEC | O_DIRECTORY | 0o20000000, 0o600)
        if descriptor >= 0 { return }
        // Some file systems have no files without a name.
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
