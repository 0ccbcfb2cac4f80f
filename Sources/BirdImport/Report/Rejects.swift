import Birds
import FileSystem

/// The CSV file of `--rejects`, with every row that could not be used and the reason.
///
/// Lines end with CRLF (RFC 4180 §2). The column `row` has the row as it is in its file, or as CSV if its table is not
/// a text of its own. The column `header` has the header of that file, and `read_as` how its rows are read (`ReadAs`),
/// since the rows here may not tell it. So rows can be corrected here, any of them removed, and this file imported
/// (`RejectedRows`).
final class Rejects {
    static let columns = ["file", "line", "column", "reason", "row", "header", "read_as"]
    /// In place of the header of a row that can't be corrected here.
    static let noHeader = "(correct it in its file)"

    /// The header of a table, in the same syntax as its rows, and how these are read.
    typealias Table = (header: String, readAs: String)

    private let file: ResultFile
    private let rows: TemporaryFile
    /// What is not in `rows` yet.
    private var buffer: [UInt8] = Array((Rejects.columns.joined(separator: ",") + "\r\n").utf8)
    /// The size in bytes at which the buffer is written.
    private static let bufferSize = 1 << 16

    /// - Parameter folder: The folder for the rows until all files are read.
    init(_ file: ResultFile, in folder: String) {
        self.file = file
        rows = TemporaryFile(in: folder)
    }

    /// Whether the file is the standard output.
    var isStandardOutput: Bool { file.isStandardOutput }

    /// Adds a row.
    /// - Parameters:
    ///   - row: The row.
    ///   - table: Nil if the row can't be corrected here.
    func add(_ error: ImportReport.RowInError, row: String, of table: Table?) throws(ChangeError) {
        let shown = table ?? (Self.noHeader, "")
        let cells = [
            error.file, String(error.line), error.column ?? "", error.reason, row, shown.header, shown.readAs,
        ]
        buffer.append(contentsOf: cells.map(CSVText.quoted).joined(separator: ",").utf8)
        buffer.append(contentsOf: "\r\n".utf8)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Writes the file.
    /// - Returns: What the file could not keep; nil if nothing was lost.
    func publish() throws(ChangeError) -> LostAccess? { try file.write(rows) }

    /// Writes the buffer to `rows`. Call it when all rows are added.
    func flush() throws(ChangeError) {
        try rows.append(buffer, for: "the rejected rows")
        buffer.removeAll(keepingCapacity: true)
    }
}
