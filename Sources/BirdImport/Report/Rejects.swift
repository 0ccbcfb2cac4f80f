import Birds
import Glibc

/// A CSV file with every row that could not be used.
final class Rejects {
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = Array("file,line,column,reason,row\r\n".utf8)
    private static let bufferSize = 1 << 16

    /// Begins the file anew. It must not be a file that the import reads or writes, even one that is yet to be made.
    init(path: String, unlike others: [String]) throws(ImportError) {
        self.path = path
        let isNew = FileIdentity(path: path) == nil
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .refused("\(path) can't be written: \(systemMessage(errno)).") }
        if let identity = FileIdentity(path: path), others.contains(where: { FileIdentity(path: $0) == identity }) {
            if isNew { unlink(path) }
            throw .refused("\(path) is a file of the import itself; --rejects needs another.")
        }
        // A pipe has no length to cut.
        _ = ftruncate(descriptor, 0)
    }

    deinit { close(descriptor) }

    func add(_ error: ImportReport.RowInError, row: String) throws(ImportError) {
        let cells = [error.file, String(error.line), error.column ?? "", error.reason, row]
        buffer.append(contentsOf: cells.map(CSVText.quoted).joined(separator: ",").utf8)
        buffer.append(contentsOf: "\r\n".utf8)
        if buffer.count >= Self.bufferSize { try flush() }
    }

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
