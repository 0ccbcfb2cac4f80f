import Birds
import Glibc

/// Writes the CSV file of `--rejects`, with every row that could not be used and the reason.
///
/// Lines end with CRLF (RFC 4180 §2), and the last column has the row as it is in its file, so that it can be corrected
/// and imported again.
final class Rejects {
    private let path: String
    private let descriptor: Int32
    /// What has not been written yet.
    private var buffer: [UInt8] = Array("file,line,column,reason,row\r\n".utf8)
    /// The size in bytes at which the buffer is written.
    private static let bufferSize = 1 << 16

    /// Creates the file, or empties it.
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - others: The paths of files that the import reads or writes, none of which may be this file. They are
    ///     compared by inode once the file exists, since the database may be created by the import, or links lead to
    ///     one file.
    /// - Throws: `ImportError.refused` if it is one of these files or can't be written.
    init(path: String, unlike others: [String]) throws(ImportError) {
        self.path = path
        let isNew = FileIdentity(path: path) == nil
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .refused("\(path) can't be written: \(systemMessage(errno)).") }
        if let identity = FileIdentity(path: path), others.contains(where: { FileIdentity(path: $0) == identity }) {
            if isNew { unlink(path) }
            throw .refused("\(path) is a file of the import itself; give another file with --rejects.")
        }
        // Only now, so that a file of the import is not emptied. It fails for a pipe, which has nothing to empty.
        _ = ftruncate(descriptor, 0)
    }

    deinit { close(descriptor) }

    /// Adds a row.
    /// - Parameter row: The row as it is in its file.
    func add(_ error: ImportReport.RowInError, row: String) throws(ImportError) {
        let cells = [error.file, String(error.line), error.column ?? "", error.reason, row]
        buffer.append(contentsOf: cells.map(CSVText.quoted).joined(separator: ",").utf8)
        buffer.append(contentsOf: "\r\n".utf8)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Writes the buffer.
    func flush() throws(ImportError) {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .failed("\(path) can't be written: \(systemMessage(errno)).") }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
