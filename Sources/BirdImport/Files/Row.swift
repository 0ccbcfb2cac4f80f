import Birds

/// One row of an imported file: its bytes, and the positions of its cells in them.
///
/// A row is used again and again, so that reading a row allocates nothing. Cells are positions and not strings for the
/// same reason.
///
/// Invariants:
/// - All cells are within `bytes`.
/// - The first `rawCount` bytes are the row as it is in the file, without its line end. The bytes after them are cells
///   that were rewritten (doubled quotes) or composed from others.
struct Row {
    /// The range of a cell in the bytes of its row. It is valid until the row is cleared.
    struct Cell: Equatable {
        // Rows are far shorter than 2 GiB, and small cells make records small.
        var start: Int32
        var end: Int32

        var range: Range<Int> { Int(start)..<Int(max(start, end)) }
        var isEmpty: Bool { end <= start }
        static let empty = Cell(start: 0, end: 0)
    }

    var bytes: [UInt8] = []
    var cells: [Cell] = []
    var rawCount = 0
    /// Whether the cells come from `append` and not from a line of text.
    private var isMade = false
    /// The number of its file among those of its table, from 0.
    var part = 0
    /// The number of the line on which it begins, from 1.
    var line = 0
    /// Whether it is the last of its file, and has no line end after it.
    var lacksLineEnd = false
    /// Why the row can't be used, as the end of a sentence; nil if it can. If it can't, its cells must not be used.
    var problem: String?
    /// Whether it has a problem, and `bytes` has only its beginning.
    var isShortened = false
    /// Whether the problem is a quoted cell that is too long, so that the next rows may be lines of that cell.
    var hasLongCell = false
    /// Whether it is an occurrence at the place and on the date of its event, which is a visit also without it.
    var isOfVisit = false

    /// A cell without spaces at its ends; empty if the row has no such cell.
    /// - Parameter index: The position of the cell, from 0; a negative one gives an empty cell.
    @inline(__always)
    func trimmed(_ index: Int) -> Cell {
        guard index >= 0, index < cells.count else { return .empty }
        var cell = cells[index]
        while cell.start < cell.end, bytes[Int(cell.start)] == 0x20 { cell.start += 1 }
        while cell.end > cell.start, bytes[Int(cell.end) - 1] == 0x20 { cell.end -= 1 }
        // Only some characters beyond ASCII are spaces too.
        guard cell.start < cell.end, bytes[Int(cell.start)] > 0x7F || bytes[Int(cell.end) - 1] > 0x7F else {
            return cell
        }
        return withoutOddSpaces(cell)
    }

    /// Whether a cell is in quotes in the file; nil if it was rewritten, or the file is not a text file.
    func isQuoted(_ index: Int) -> Bool? {
        guard !isMade, cells.indices.contains(index) else { return nil }
        let start = Int(cells[index].start)
        guard start < rawCount, rawCount <= bytes.count else { return nil }
        return start > 0 && bytes[start - 1] == 0x22
    }

    @inline(never)
    private func withoutOddSpaces(_ cell: Cell) -> Cell {
        var cell = cell
        while cell.start < cell.end {
            let odd = OddSpace(bytes[cell.range])
            guard bytes[Int(cell.start)] == 0x20 || odd != nil else { break }
            cell.start += Int32(odd?.count ?? 1)
        }
        trailing: while cell.start < cell.end {
            if bytes[Int(cell.end) - 1] == 0x20 {
                cell.end -= 1
                continue
            }
            for count in 2...3 {
                guard let odd = OddSpace(bytes[cell.range].suffix(count)), odd.count == count else { continue }
                cell.end -= Int32(count)
                continue trailing
            }
            break
        }
        return cell
    }

    /// Whether its line is empty, or has only marks of the end of a text (Ctrl-Z).
    var hasNothing: Bool {
        rawCount == 0 && cells.allSatisfy(\.isEmpty) || rawCount > 0 && bytes.prefix(rawCount).allSatisfy { $0 == 0x1A }
    }

    /// The text of a cell. Bytes that are not UTF-8 become U+FFFD.
    func text(_ cell: Cell) -> String {
        String(decoding: bytes[cell.range.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }

    /// The row as it is in the file, or as CSV if the file is not a text file. Used to report the row.
    var raw: String {
        isMade ? csv : String(decoding: bytes.prefix(rawCount), as: UTF8.self)
    }

    /// The cells as a line of CSV.
    var csv: String { cells.map { CSVText.quoted(text($0)) }.joined(separator: ",") }

    /// A text from a file, made safe for a message: shortened, and with U+FFFD in place of control characters, which a
    /// terminal would obey.
    /// - Parameter most: The most Unicode scalars to show.
    static func shown(_ text: String, atMost most: Int) -> String {
        let controls = 0x7F...0x9F as ClosedRange<UInt32>
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(most) {
            shown.append(scalar.value < 0x20 || controls.contains(scalar.value) ? "\u{FFFD}" : scalar)
        }
        return String(shown) + (text.unicodeScalars.count > most ? "…" : "")
    }

    /// Makes it an empty row. The capacity of its arrays stays.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        cells.removeAll(keepingCapacity: true)
        rawCount = 0
        isMade = false
        lacksLineEnd = false
        problem = nil
        (isShortened, hasLongCell, isOfVisit) = (false, false, false)
    }

    /// Makes a cell with a text that the row does not contain.
    mutating func compose(_ text: some Collection<UInt8>) -> Cell {
        let start = Int32(clamping: bytes.count)
        bytes.append(contentsOf: text)
        return Cell(start: start, end: Int32(clamping: bytes.count))
    }

    /// Makes a cell from two others and a text between them.
    mutating func compose(_ first: Cell, _ middle: StaticString, _ last: Cell) -> Cell {
        let start = Int32(clamping: bytes.count)
        bytes.append(contentsOf: bytes[first.range])
        middle.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: bytes[last.range])
        return Cell(start: start, end: Int32(clamping: bytes.count))
    }

    /// Replaces a cell. Does nothing if the row has no such cell.
    mutating func fill(_ position: Int, _ cell: some Collection<UInt8>) {
        guard cells.indices.contains(position) else { return }
        cells[position] = compose(cell)
    }

    /// Appends a cell with these bytes, for rows that do not come from a text file.
    mutating func append(_ cell: some Collection<UInt8>) {
        isMade = true
        let start = Int32(clamping: bytes.count)
        bytes.append(contentsOf: cell)
        cells.append(Cell(start: start, end: Int32(clamping: bytes.count)))
    }
}

/// A space other than U+0020, or a mark that nobody sees, at the beginning of a text in UTF-8. Web pages and
/// spreadsheets put them around numbers, dates and codes, and into them.
struct OddSpace {
    /// Its number of bytes.
    let count: Int
    /// Whether it takes room, so that a space can stand for it.
    let isSpace: Bool

    /// - Returns: Nil if the text begins with something else.
    init?(_ text: ArraySlice<UInt8>) {
        switch text.first {
        // U+00A0.
        case 0xC2 where text.dropFirst().first == 0xA0: (count, isSpace) = (2, true)
        case 0xE2, 0xE3, 0xEF:
            let rest = text.dropFirst().prefix(2)
            guard rest.count == 2, let first = text.first, let last = rest.last else { return nil }
            count = 3
            switch (first, rest[rest.startIndex], last) {
            // U+2000 to U+200A, U+202F, U+205F and U+3000.
            case (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xAF), (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80): isSpace = true
            // U+200B, U+200E, U+200F, U+2060 and U+FEFF.
            case (0xE2, 0x80, 0x8B), (0xE2, 0x80, 0x8E...0x8F), (0xE2, 0x81, 0xA0), (0xEF, 0xBB, 0xBF): isSpace = false
            default: return nil
            }
        default: return nil
        }
    }

    /// A text with plain spaces in place of odd ones, and without the marks.
    static func replaced(in text: ArraySlice<UInt8>) -> [UInt8] {
        var (rest, plain) = (text, [UInt8]())
        while let byte = rest.first {
            let odd = OddSpace(rest)
            rest = rest.dropFirst(odd?.count ?? 1)
            if odd?.isSpace ?? true { plain.append(odd == nil ? byte : 0x20) }
        }
        return plain
    }

    /// Whether a text contains any.
    static func isIn(_ text: ArraySlice<UInt8>) -> Bool {
        text.indices.contains { text[$0] > 0x7F && OddSpace(text[$0...]) != nil }
    }
}
