/// A quoted cell of several lines.
struct QuotedLines {
    let bytes: UnsafeBufferPointer<UInt8>
    /// The positions of its row, of its quotes, and of the end of the line of the closing one.
    let row: Int
    let opening: Int
    let closing: Int
    let lineEnd: Int
    /// The number of cells before it in its row.
    let cellsBefore: Int

    /// Whether it is the first cell of its row.
    var isFirst: Bool { cellsBefore == 0 }
    /// The position of the line of its opening quote, and of the end of the line before that of the closing one.
    var line: Int { bytes[row..<opening].lastIndex(of: 0x0A).map { $0 + 1 } ?? row }
    var lastButOneEnd: Int { bytes[opening..<closing].lastIndex(of: 0x0A) ?? opening }
}

/// Tells rows from the lines of a quoted cell.
///
/// A remark may begin with a quote that is only a character. The next quote, rows later, then seems to close the cell,
/// whose lines are rows: they have the values of records in the columns of these, and lines of a text have not. Where
/// any text may be such a value, a row has as many cells as there are columns, and no space after a separator.
struct RowShape {
    /// The number of columns; nil if it is not known, or cells may hold rows.
    var width: Int?
    /// Whether the cells of a line are those of a row; nil if any text may have such cells.
    var hasValues: (Row) -> Bool? = { _ in nil }

    private enum Line { case text, maybeRow, row }

    /// What a line is. If the number of columns is not known, any line may be a row.
    /// - Parameter rest: The number of cells that it has if it is the end of a text and the rest of the row after it.
    private func line(
        _ bytes: UnsafeBufferPointer<UInt8>, _ from: Int, _ end: Int, _ separator: UInt8, rest: Int? = nil
    ) -> Line {
        guard let width else { return .maybeRow }
        let bytes = bytes[min(from, end)..<end]
        guard width == 1 || bytes.contains(separator) else { return .text }
        // The quote that hides rows is not closed on its line, nor is the first one of a remark with several lines.
        guard
            let row = CSVReader.row(bytes, CSVReader.Syntax(separator: separator, quoting: true))
                ?? CSVReader.row(bytes, CSVReader.Syntax(separator: separator, quoting: false))
        else { return .text }
        let isWhole = row.cells.count == width || row.cells.count == width + 1 && row.trimmed(width).isEmpty
        guard let hasValues = hasValues(row) else {
            let hasSpace = row.cells.dropFirst().contains { !$0.isEmpty && row.bytes[Int($0.start)] == 0x20 }
            return isWhole && !hasSpace ? .maybeRow : .text
        }
        guard hasValues else { return .text }
        // The cells after a text may have such values too, in columns of others.
        return isWhole ? .row : row.cells.count == rest ? .text : .maybeRow
    }

    /// Whether a cell whose closing quote ends a cell seems to hold rows.
    func areIn(_ cell: QuotedLines, _ separator: UInt8) -> Bool {
        guard let width, width > 1 else { return false }
        // The last line of a text has no cells before it; if the text is the first cell of its row, the first line has
        // none after it. So a row there is certain.
        let (bytes, firstEnd) = (cell.bytes, cell.bytes.lineEnd(from: cell.line, cell.lineEnd))
        let first = { line(bytes, cell.line, firstEnd, separator) }
        if cell.isFirst, first() == .row { return true }
        var (end, rows, lines) = (firstEnd, 0, 1)
        while end < cell.lineEnd {
            let next = bytes.lineEnd(from: end + 1, cell.lineEnd)
            let isLast = next == cell.lineEnd && !cell.isFirst
            let line = line(bytes, end + 1, next, separator, rest: isLast ? width - cell.cellsBefore : nil)
            if line == .row, isLast { return true }
            if line != .text { rows += 1 }
            (end, lines) = (next, lines + 1)
        }
        // Either of these rows may be in error. And a text may quote a row. The first line is only read if it decides.
        if rows * 2 <= lines, (rows + 1) * 2 > lines, first() != .text { rows += 1 }
        return rows * 2 > lines
    }

    /// The end of the line before the first row in a cell that holds rows, or whose quotes do not fit the rest of its
    /// row; the end of its last line if it holds none.
    func endBeforeRow(in cell: QuotedLines, _ separator: UInt8) -> Int {
        // If a text is the first cell of its row, its last line has all other cells after it.
        let firstEnd = cell.bytes.lineEnd(from: cell.opening, cell.lineEnd)
        let mayBeLast = !cell.isFirst || line(cell.bytes, cell.line, firstEnd, separator) != .text
        let end = mayBeLast ? cell.lineEnd : cell.lastButOneEnd
        let found = endBeforeRow(cell.bytes, after: cell.opening, before: end, separator)
        return found == end ? cell.lineEnd : found
    }

    /// The end of the line before the first row, after the line of a position; the last position if there is none.
    func endBeforeRow(
        _ bytes: UnsafeBufferPointer<UInt8>, after position: Int, before end: Int, _ separator: UInt8
    ) -> Int {
        var lineEnd = bytes.lineEnd(from: position, end)
        while lineEnd < end {
            let next = bytes.lineEnd(from: lineEnd + 1, end)
            if line(bytes, lineEnd + 1, next, separator) != .text { return lineEnd }
            lineEnd = next
        }
        return end
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The position of the next line feed from a position on, or else the given end.
    func lineEnd(from position: Int, _ end: Int) -> Int { self[position..<end].firstIndex(of: 0x0A) ?? end }
}
