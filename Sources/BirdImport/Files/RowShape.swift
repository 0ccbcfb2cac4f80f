/// A quoted cell of several lines.
struct QuotedLines {
    let bytes: UnsafeBufferPointer<UInt8>
    /// The positions of its quotes, and of the end of the line of the closing one.
    let opening: Int
    let closing: Int
    let lineEnd: Int
    /// The number of line ends in it.
    let lineEnds: Int
    /// The number of cells before it in its row.
    let cellsBefore: Int
}

/// Tells rows from the lines of a quoted cell, by the number of their cells.
///
/// A remark may begin with a quote that is only a character. The next quote, rows later, then seems to close the cell.
/// Nothing is certain, but such a cell has about as many separators for each of its line ends as rows have, and a text
/// has few, which often have a space after them.
struct RowShape {
    let separator: UInt8
    /// The number of columns; nil if it is not known.
    let width: Int?

    /// The fewest columns of a file whose rows may lack cells at their ends. A line of a text has hardly half as many
    /// separators as such a row; one of a narrow file needs all of them.
    private static let fewestToLack = 8

    private func isNarrow(_ width: Int) -> Bool { width < Self.fewestToLack }

    /// Whether a line with this many cells looks like a row. If the number of columns is not known, any line does.
    private func isRow(_ cells: Int) -> Bool {
        guard let width else { return true }
        return isNarrow(width) ? cells == width : cells > width / 2 && cells <= width + 1
    }

    /// The number of separators without a space after them, of which a text has few.
    private func separators(_ bytes: UnsafeBufferPointer<UInt8>, _ from: Int, _ end: Int) -> Int {
        var count = 0
        for index in from..<max(from, end) where bytes[index] == separator {
            if index + 1 == end || bytes[index + 1] != 0x20 { count += 1 }
        }
        return count
    }

    /// Whether a cell whose closing quote ends a cell seems to hold rows.
    func areIn(_ cell: QuotedLines) -> Bool {
        guard let width, width > 1 else { return false }
        guard isNarrow(width) else {
            return separators(cell.bytes, cell.opening, cell.closing) * 2 > cell.lineEnds * (width - 1)
        }
        // Most of its lines must be rows. In any file, the first or the last one may look like one.
        var (rows, from, before) = (0, cell.opening, cell.cellsBefore)
        while from < cell.lineEnd {
            let lineEnd = cell.bytes.lineEnd(from: from, cell.lineEnd)
            if isRow(before + 1 + separators(cell.bytes, from, lineEnd)) { rows += 1 }
            (from, before) = (lineEnd + 1, 0)
        }
        return rows * 2 > cell.lineEnds + 1
    }

    /// The end of the line before the first row in a cell that seems to hold rows.
    func endBeforeRow(in cell: QuotedLines) -> Int {
        endBeforeRow(cell.bytes, after: cell.opening, before: cell.lineEnd)
    }

    /// The same for a cell whose quotes do not fit the rest of its row; the end of its last line if it holds no rows.
    /// If the quotes are those of a text, the rest of its row follows on that line, which must not become a row.
    /// - Parameter hasTextAfter: Whether text follows the closing quote, which may then be the opening one of a cell.
    func endBeforeRow(inBroken cell: QuotedLines, hasTextAfter: Bool) -> Int {
        let bytes = cell.bytes
        let lastLine = bytes[cell.opening..<cell.closing].lastIndex(of: 0x0A) ?? cell.opening
        let end = endBeforeRow(bytes, after: cell.opening, before: lastLine)
        guard end == lastLine, let width else { return end }
        let cellsOfLast = 1 + separators(bytes, lastLine, cell.lineEnd)
        let before = bytes[cell.closing - 1]
        if hasTextAfter, before == separator || before == 0x0A { return isRow(cellsOfLast) ? end : cell.lineEnd }
        let firstLine = bytes.lineEnd(from: cell.opening, cell.lineEnd)
        let cellsOfFirst = cell.cellsBefore + 1 + separators(bytes, cell.opening, firstLine)
        return cellsOfFirst == width && cellsOfLast == width ? end : cell.lineEnd
    }

    /// The end of the line before the first one that looks like a row, after the line of a position; the last position
    /// if there is none.
    func endBeforeRow(_ bytes: UnsafeBufferPointer<UInt8>, after position: Int, before end: Int) -> Int {
        var lineEnd = bytes.lineEnd(from: position, end)
        while lineEnd < end {
            let next = bytes.lineEnd(from: lineEnd + 1, end)
            if isRow(1 + separators(bytes, lineEnd + 1, next)) { return lineEnd }
            lineEnd = next
        }
        return end
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The position of the next line feed from a position on, or else the given end.
    func lineEnd(from position: Int, _ end: Int) -> Int { self[position..<end].firstIndex(of: 0x0A) ?? end }
}
