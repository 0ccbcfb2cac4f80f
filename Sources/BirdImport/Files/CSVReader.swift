import Birds
import FileSystem

/// Reads the rows of a file, one after the other.
protocol RowSource: AnyObject {
    /// Reads the next row.
    /// - Parameter row: Receives the row, in place of its contents. A row that can't be used has a `problem`.
    /// - Returns: False at the end of the file.
    /// - Throws: `ChangeError` if the file itself can't be read.
    func next(_ row: inout Row) throws(ChangeError) -> Bool
    /// The number of bytes that have been read, for progress.
    var consumed: Int { get }
}

/// Reads rows of separated cells (RFC 4180) from bytes, in constant memory.
///
/// The bytes come from a function, so the reader does no I/O of its own. It holds one block and at most one row.
///
/// Where it accepts more than RFC 4180 §2:
/// - Lines may end with LF instead of CRLF.
/// - Empty lines are skipped, and so is a Ctrl-Z at the end of the file.
/// - A double quote inside a cell that does not begin with one is an ordinary character.
/// - Rows may have different numbers of cells; `Columns.checkWidth` looks at that.
///
/// A row that breaks the rules has a `problem`. Reading then continues at the next line that looks like a row
/// (`RowShape`), so one bad quote does not hide other rows. A quoted cell that contains such lines is a problem too,
/// since a quote at the beginning of a remark may seem to be closed by one in a later row.
final class CSVReader: RowSource {
    /// How cells are separated.
    struct Syntax: Sendable, Hashable {
        var separator: UInt8
        /// Whether cells may be enclosed in double quotes. If not, a double quote is an ordinary character.
        var quoting: Bool

        static let comma = Syntax(separator: UInt8(ascii: ","), quoting: true)
        static let tab = Syntax(separator: 0x09, quoting: false)
        static let semicolon = Syntax(separator: UInt8(ascii: ";"), quoting: true)
    }

    /// Appends up to `count` more bytes to an array, and none at the end of the file.
    typealias Source = (_ bytes: inout [UInt8], _ count: Int) throws(ChangeError) -> Void

    /// The number of bytes that are read at a time.
    static let blockSize = 1 << 20
    /// The longest row, and so the longest cell, in bytes: outlines of places have some MiB. A longer one nearly always
    /// has a quote that is not closed.
    static let longestRow = 16 << 20
    /// The most cells of a row. The widest files that are known have some hundreds of columns.
    static let mostCells = 1 << 10
    /// The most bytes of a row with a problem that are kept to report it: as much as a cell holds in Excel, which cuts
    /// longer ones.
    static let longestShown = 32_767

    private let syntax: Syntax
    private let blockSize: Int
    private let source: Source
    /// The bytes that were read and not consumed yet, after those of the current block that were consumed.
    private var buffer: [UInt8] = []
    /// The position in the buffer of the next row.
    private var start = 0
    /// Whether the source has no more bytes.
    private var atEnd = false
    private var atBeginning = true
    /// The number of the line on which the next row begins, from 1.
    private var line = 1
    private(set) var consumed = 0
    /// By which rows are told from the lines of a quoted cell.
    var shape = RowShape()

    /// - Parameter blockSize: The number of bytes to read at a time. The rows do not depend on it.
    init(_ syntax: Syntax, blockSize: Int = CSVReader.blockSize, source: @escaping Source) {
        self.syntax = syntax
        self.blockSize = max(1, blockSize)
        self.source = source
    }

    /// Reads a text that is in memory.
    convenience init(_ syntax: Syntax, of text: [UInt8]) {
        var rest = text[...]
        self.init(syntax) { (bytes, _) throws(ChangeError) in
            bytes.append(contentsOf: rest)
            rest = []
        }
    }

    func next(_ row: inout Row) throws(ChangeError) -> Bool {
        if atBeginning { try skipMark() }
        while true {
            row.clear()
            row.line = line
            switch scan(&row) {
            case .row(let end):
                consume(to: end)
                if row.cells.count == 1, row.hasNothing { continue }
                return true
            case .bad(let problem, let resume):
                row.cells.removeAll(keepingCapacity: true)
                row.problem = problem
                row.lacksLineEnd = false
                try skipLine(from: resume, &row)
                return true
            case .more:
                try refill()
            case .end:
                return false
            }
        }
    }

    /// The row of a line without its line feed; nil if it breaks the rules.
    static func row(_ line: some BidirectionalCollection<UInt8>, _ syntax: Syntax) -> Row? {
        let reader = CSVReader(syntax, of: Array(line.last == 0x0D ? line.dropLast() : line[...]))
        var row = Row()
        guard (try? reader.next(&row)) == true, row.problem == nil else { return nil }
        return row
    }

    /// The result of `scan`. Positions are in the buffer.
    private enum Outcome {
        /// A row. The next one begins at this position.
        case row(Int)
        /// A row that can't be used, and why. The next one begins after the first line end at or after `resume`.
        case bad(String, resume: Int)
        /// The buffer ends within a row.
        case more
        /// The file has no more rows.
        case end
    }

    /// Looks for one row at `start`. It starts over if the row needs another block, which costs at most one more scan
    /// of a row for each block.
    private func scan(_ row: inout Row) -> Outcome {
        let (separator, quoting, first, atEnd) = (syntax.separator, syntax.quoting, start, atEnd)
        let shape = shape
        var lines = 0
        let outcome: Outcome = buffer.withUnsafeBufferPointer { bytes in
            let end = bytes.count
            if first >= end { return atEnd ? .end : .more }
            // Every index below is at least `first` and less than `end`, which is the buffer's count.
            var index = first
            var cellStart = first
            var lastOfLines: QuotedLines?
            while index < end {
                let byte = bytes[index]
                if byte == separator {
                    row.cells.append(Row.Cell(start: Int32(cellStart - first), end: Int32(index - first)))
                    if row.cells.count >= Self.mostCells {
                        return .bad("it has more than \(Self.mostCells) cells", resume: index)
                    }
                    cellStart = index + 1
                } else if byte == 0x0A {
                    // RFC 4180 §2, rule 1: a line ends with CRLF.
                    let cellEnd = index > cellStart && bytes[index - 1] == 0x0D ? index - 1 : index
                    row.cells.append(Row.Cell(start: Int32(cellStart - first), end: Int32(cellEnd - first)))
                    row.rawCount = cellEnd - first
                    lines += 1
                    if cellEnd == first { return .row(Self.endOfEmptyLines(bytes, index + 1, end, &lines)) }
                    return tooWide(lastOfLines) ?? tooLong(index - first) ?? .row(index + 1)
                } else if quoting, byte == 0x22, index == cellStart {
                    // Rule 5: a cell is quoted if it begins with a quote.
                    let opening = lines
                    switch quoted(bytes, index + 1, end, &lines) {
                    case .closed(let close, let hasDoubled):
                        var next = close + 1
                        // The next byte may be a second quote, or the rest of a line end.
                        if next == end, !atEnd { return .more }
                        if next < end, bytes[next] == 0x0D {
                            if next + 1 == end, !atEnd { return .more }
                            if next + 1 < end, bytes[next + 1] == 0x0A { next += 1 }
                        }
                        // The mark at the end of the file is no text.
                        if next < end, bytes[next] == Self.endMark, bytes[next..<end].allSatisfy(Self.isFilling) {
                            if !atEnd, end - first <= Self.longestRow { return .more }
                            next = end
                        }
                        let isClosed = next == end || bytes[next] == separator || bytes[next] == 0x0A
                        if lines > opening {
                            // The whole line of the closing quote tells whether it is a row.
                            let lineEnd = bytes.lineEnd(from: close, end)
                            if lineEnd == end, !atEnd, end - first <= Self.longestRow { return .more }
                            let cell = QuotedLines(
                                bytes: bytes, row: first, opening: index, closing: close, lineEnd: lineEnd,
                                cellsBefore: row.cells.count)
                            if !isClosed {
                                return .bad(
                                    "there is text after the closing quote of a cell, on line \(line + lines)",
                                    resume: shape.endBeforeRow(in: cell, separator))
                            }
                            if shape.areIn(cell, separator) {
                                return .bad(
                                    "a quoted cell\(place(opening)) is closed on line \(line + lines), with rows in it; "
                                        + "close it on its line, or remove its quote",
                                    resume: shape.endBeforeRow(in: cell, separator))
                            }
                            lastOfLines = cell
                        }
                        guard isClosed else {
                            return .bad("there is text after the closing quote of a cell", resume: next)
                        }
                        // A cell with doubled quotes is only marked here. It is rewritten once the row is complete.
                        let flag: Int32 = hasDoubled ? Self.doubled : 0
                        row.cells.append(
                            Row.Cell(start: Int32(index + 1 - first) | flag, end: Int32(close - first)))
                        if row.cells.count >= Self.mostCells {
                            return .bad("it has more than \(Self.mostCells) cells", resume: next)
                        }
                        if next == end || bytes[next] == 0x0A {
                            row.lacksLineEnd = next == end
                            row.rawCount = close + 1 - first
                            lines += 1
                            return tooWide(lastOfLines) ?? tooLong(next - first) ?? .row(min(next + 1, end))
                        }
                        cellStart = next + 1
                        index = next
                    case .open:
                        row.hasLongCell = end - first > Self.longestRow
                        if !atEnd, !row.hasLongCell { return .more }
                        if row.hasLongCell {
                            return .bad(
                                "a quoted cell\(place(opening)) is longer than \(Self.longestRow) bytes, or not closed",
                                resume: index)
                        }
                        return .bad(
                            "a quoted cell\(place(opening)) is not closed",
                            resume: shape.endBeforeRow(bytes, after: index, before: end, separator))
                    }
                } else {
                    index = Self.endOfCell(bytes, index + 1, end, separator)
                    continue
                }
                index += 1
            }
            if !atEnd { return tooLong(end - first, resume: end) ?? .more }
            // Rule 2: the last line may have no line end.
            var cellEnd = end
            if Self.isFilling(bytes[end - 1]) { cellEnd = Self.end(bytes, cellStart, end) }
            row.cells.append(Row.Cell(start: Int32(cellStart - first), end: Int32(cellEnd - first)))
            row.rawCount = cellEnd - first
            row.lacksLineEnd = true
            return tooWide(lastOfLines) ?? tooLong(end - first) ?? .row(end)
        }
        if case .row(let end) = outcome {
            row.bytes.append(contentsOf: buffer[first..<min(end, first + row.rawCount)])
            undouble(&row)
            line += lines
        }
        return outcome

        /// The line of a cell that does not begin on the first line of its row, for a message.
        func place(_ opening: Int) -> String { opening > 0 ? ", which begins on line \(line + opening)," : "" }

        /// The problem of a row with more cells than columns that has a quoted cell of several lines: the quotes may be
        /// those of two rows, the second one further to the left.
        func tooWide(_ cell: QuotedLines?) -> Outcome? {
            guard let cell, let width = shape.width, row.cells.count > width + 1 else { return nil }
            return .bad(
                "it has \(row.cells.count) cells for \(width) columns",
                resume: shape.endBeforeRow(in: cell, separator))
        }

        func tooLong(_ count: Int, resume: Int? = nil) -> Outcome? {
            count > Self.longestRow
                ? .bad("it is longer than \(Self.longestRow) bytes", resume: resume ?? first + count) : nil
        }
    }

    /// The first separator or line feed, or `end`. It looks at eight bytes at a time.
    @inline(__always)
    private static func endOfCell(
        _ bytes: UnsafeBufferPointer<UInt8>, _ from: Int, _ end: Int, _ separator: UInt8
    ) -> Int {
        let (ones, highBits) = (0x0101_0101_0101_0101 as UInt64, 0x8080_8080_8080_8080 as UInt64)
        let (separators, lineFeeds) = (ones &* UInt64(separator), ones &* 0x0A)
        /// The high bit of the first byte that is 0. Those of later bytes may be set too.
        func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highBits }
        var index = from
        let raw = UnsafeRawBufferPointer(bytes)
        while index + 8 <= end {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let found = zeros(word ^ separators) | zeros(word ^ lineFeeds)
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < end, bytes[index] != separator, bytes[index] != 0x0A { index += 1 }
        return index
    }

    /// The end of a run of empty lines, of which a file may have as many as it has bytes.
    /// - Parameter lines: Is increased by their number.
    private static func endOfEmptyLines(
        _ bytes: UnsafeBufferPointer<UInt8>, _ from: Int, _ end: Int, _ lines: inout Int
    ) -> Int {
        var index = from
        while index < end {
            let isCRLF = bytes[index] == 0x0D && index + 1 < end && bytes[index + 1] == 0x0A
            guard isCRLF || bytes[index] == 0x0A else { break }
            index += isCRLF ? 2 : 1
            lines += 1
        }
        return index
    }

    /// The control character (Ctrl-Z) with which programs of DOS and CP/M end texts. NULs may fill the block after it.
    private static let endMark: UInt8 = 0x1A

    private static func isFilling(_ byte: UInt8) -> Bool { byte == endMark || byte == 0 }

    /// The end of the last cell without the mark at the end of the file.
    private static func end(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var filled = end
        while filled > start, bytes[filled - 1] == 0 { filled -= 1 }
        guard filled > start, bytes[filled - 1] == endMark else { return end }
        while filled > start, bytes[filled - 1] == endMark { filled -= 1 }
        return filled
    }

    private enum Quoted {
        /// The position of the closing quote.
        case closed(Int, hasDoubled: Bool)
        /// The buffer ends within the cell.
        case open
    }

    /// A bit in the start of a cell that marks doubled quotes. Positions never reach it, since rows are far shorter.
    private static let doubled: Int32 = 1 << 30

    /// Looks for the closing quote of a cell. Two quotes stand for one (RFC 4180 §2, rule 7), and line ends belong to
    /// the cell (rule 6).
    /// - Parameters:
    ///   - from: The position after the opening quote.
    ///   - lines: Is increased by the number of line ends in the cell.
    private func quoted(
        _ bytes: UnsafeBufferPointer<UInt8>, _ from: Int, _ end: Int, _ lines: inout Int
    ) -> Quoted {
        var index = from
        var hasDoubled = false
        while index < end {
            let byte = bytes[index]
            if byte == 0x22 {
                guard index + 1 < end, bytes[index + 1] == 0x22 else { return .closed(index, hasDoubled: hasDoubled) }
                hasDoubled = true
                index += 1
            } else if byte == 0x0A {
                lines += 1
            }
            index += 1
        }
        return .open
    }

    /// Appends the cells with doubled quotes to the bytes of the row once more, with single quotes.
    private func undouble(_ row: inout Row) {
        for position in row.cells.indices where row.cells[position].start & Self.doubled != 0 {
            let cell = row.cells[position]
            let start = Int(cell.start & ~Self.doubled)
            let written = row.bytes.count
            var index = start
            while index < Int(cell.end) {
                let byte = row.bytes[index]
                row.bytes.append(byte)
                index += byte == 0x22 ? 2 : 1
            }
            row.cells[position] = Row.Cell(start: Int32(written), end: Int32(row.bytes.count))
        }
    }

    /// Marks the bytes before a position as read.
    private func consume(to end: Int) {
        consumed += end - start
        start = end
    }

    /// Skips a row that can't be used, up to and including the first line end at or after `resume`. Keeps its beginning
    /// in `row`, to report it.
    private func skipLine(from resume: Int, _ row: inout Row) throws(ChangeError) {
        var from = resume
        while true {
            let lineEnd = buffer[min(from, buffer.count)...].firstIndex(of: 0x0A)
            // What follows that line end is read as the next row, so it is not part of this one.
            let skipped = buffer[start..<(lineEnd ?? buffer.count)]
            let room = Self.longestShown - row.bytes.count
            row.bytes.append(contentsOf: skipped.prefix(room))
            row.isShortened = row.isShortened || skipped.count > room
            line += skipped.count { $0 == 0x0A } + (lineEnd == nil ? 0 : 1)
            consume(to: lineEnd.map { $0 + 1 } ?? buffer.count)
            if lineEnd != nil || atEnd {
                if !row.isShortened {
                    // Without a line end at or after `resume`, the last one of the file is before that.
                    let hasLineEnd = lineEnd != nil || row.bytes.last == 0x0A
                    if lineEnd == nil, hasLineEnd { row.bytes.removeLast() }
                    if hasLineEnd, row.bytes.last == 0x0D { row.bytes.removeLast() }
                }
                row.rawCount = row.bytes.count
                return
            }
            try refill()
            from = start
        }
    }

    /// Reads another block, after what is left of the last one.
    private func refill() throws(ChangeError) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        let before = buffer.count
        try source(&buffer, blockSize)
        if buffer.count == before { atEnd = true }
    }

    /// Skips byte order marks, which are not part of the first cell. Spreadsheets often write one: EF BB BF in UTF-8,
    /// or what those bytes become if the rest of the file is Windows-1252. A program may add one to another.
    private func skipMark() throws(ChangeError) {
        atBeginning = false
        while true {
            while buffer.count - start < Self.marks[1].count, !atEnd { try refill() }
            guard let mark = Self.marks.first(where: { buffer[start...].starts(with: $0) }) else { return }
            consume(to: start + mark.count)
        }
    }

    private static let marks: [[UInt8]] = [[0xEF, 0xBB, 0xBF], [0xC3, 0xAF, 0xC2, 0xBB, 0xC2, 0xBF]]
}
