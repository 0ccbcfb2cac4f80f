/// Finds out whether the last row of a file was cut off, as an interrupted download or a full disk does.
///
/// Such a row has no line end, and fewer cells than there are columns. Neither alone means anything: some programs
/// write no line end after the last row, and some leave out empty cells at the ends of all rows. Where other rows lack
/// cells, the last one is only taken for cut if it has fewer cells than any of many rows.
struct CutRow {
    /// The fewest rows of which the shortest one tells how short a whole row may be.
    private static let many = 20

    /// The number of columns.
    private let width: Int
    /// The fewest cells of a row so far, and the number of rows.
    private var fewest = Int.max
    private var rows = 0

    init(width: Int) { self.width = width }

    /// - Parameter header: The names of the columns. A separator at the end of the line makes an empty one.
    init(_ header: [String]) { width = header.count - header.reversed().prefix { $0.isEmpty }.count }

    /// Takes the next row.
    /// - Returns: Why it can't be used, as the end of a sentence; nil if it is whole.
    @inline(__always)
    mutating func problem(_ row: Row) -> String? {
        let count = row.cells.count
        if row.lacksLineEnd, count < width, fewest >= width || rows >= Self.many && count < fewest,
            row.cells.indices.contains(where: { !row.trimmed($0).isEmpty })
        {
            return
                "it has \(count) of \(width) cells and no line end, so the file seems cut off: get it again, or add a "
                + "line end if the row is whole"
        }
        // A row of one cell is empty, or has only spaces.
        if count > 1 { fewest = min(fewest, count) }
        rows += 1
        return nil
    }
}
