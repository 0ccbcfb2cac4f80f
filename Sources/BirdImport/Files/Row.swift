import Birds

/// One row of a source file, as the bytes of its cells.
///
/// Invariants: every cell lies within `bytes`; the first `rawCount` bytes are the row as it stands in the file, without its
/// line end; what follows are cells that had doubled quotes, with single ones.
struct Row {
    /// Where a cell lies in the bytes of its row.
    struct Cell: Equatable {
        var start: Int32
        var end: Int32

        var range: Range<Int> { Int(start)..<Int(max(start, end)) }
        var isEmpty: Bool { end <= start }
        static let empty = Cell(start: 0, end: 0)
    }

    var bytes: [UInt8] = []
    var cells: [Cell] = []
    var rawCount = 0
    /// Whether its cells were put together, one by one.
    private var isMade = false
    /// The line on which it begins, from 1.
    var line = 0
    /// Why it can't be used; its cells are then not to be looked at.
    var problem: String?

    /// The cell without the spaces around it; empty where the row is too short to have it.
    @inline(__always)
    func trimmed(_ index: Int) -> Cell {
        guard index >= 0, index < cells.count else { return .empty }
        var cell = cells[index]
        while cell.start < cell.end, bytes[Int(cell.start)] == 0x20 { cell.start += 1 }
        while cell.end > cell.start, bytes[Int(cell.end) - 1] == 0x20 { cell.end -= 1 }
        return cell
    }

    func text(_ cell: Cell) -> String {
        String(decoding: bytes[cell.range.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }

    /// The row as it stands in the file, or as CSV where the file is no text.
    var raw: String {
        isMade
            ? cells.map { CSVText.quoted(text($0)) }.joined(separator: ",")
            : String(decoding: bytes.prefix(rawCount), as: UTF8.self)
    }

    /// A text in a sentence: its beginning, with U+FFFD for control characters, which a terminal would obey.
    static func shown(_ text: String, atMost most: Int) -> String {
        let controls = 0x7F...0x9F as ClosedRange<UInt32>
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(most) {
            shown.append(scalar.value < 0x20 || controls.contains(scalar.value) ? "\u{FFFD}" : scalar)
        }
        return String(shown) + (text.unicodeScalars.count > most ? "…" : "")
    }

    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        cells.removeAll(keepingCapacity: true)
        rawCount = 0
        isMade = false
        problem = nil
    }

    /// A text that stands nowhere in the row, behind it.
    mutating func compose(_ text: some Collection<UInt8>) -> Cell {
        let start = Int32(clamping: bytes.count)
        bytes.append(contentsOf: text)
        return Cell(start: start, end: Int32(clamping: bytes.count))
    }

    /// A text made of two cells and what stands between them, behind the row.
    mutating func compose(_ first: Cell, _ middle: StaticString, _ last: Cell) -> Cell {
        let start = Int32(clamping: bytes.count)
        bytes.append(contentsOf: bytes[first.range])
        middle.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: bytes[last.range])
        return Cell(start: start, end: Int32(clamping: bytes.count))
    }

    /// Adds a cell with these bytes at the end.
    mutating func append(_ cell: some Collection<UInt8>) {
        isMade = true
        let start = Int32(clamping: bytes.count)
        bytes.append(contentsOf: cell)
        cells.append(Cell(start: start, end: Int32(clamping: bytes.count)))
    }
}
