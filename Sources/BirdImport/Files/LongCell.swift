import FileSystem

/// Tells a quoted cell that is too long from a quote that is not closed.
///
/// Where a quote is not closed, only its row is lost: the next line is read as a row. But if the cell really is that
/// long, its lines are taken for rows, and there may be millions of them, all in error.
struct LongCell {
    /// The most rows in error after the beginning of a cell that is too long, without a good one among them.
    static let mostInError = 1000

    private var line: Int?
    private var count = 0

    /// Takes a row in error. After a good one, begin again.
    /// - Throws: `ChangeError.refused` if there are too many.
    mutating func reject(_ row: Row, path: String) throws(ChangeError) {
        if row.hasLongCell, line == nil { line = row.line }
        guard let line else { return }
        count += 1
        guard count <= Self.mostInError else {
            throw .refused(
                "\(path), line \(line), has a quoted cell that is longer than \(CSVReader.longestRow) bytes, or not closed, "
                    + "and none of the \(Self.mostInError) lines after it can be read as a row; close or remove its quote."
            )
        }
    }
}
