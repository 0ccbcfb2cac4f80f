import Birds

/// Where rows come from.
protocol RowSource: AnyObject {
    /// Reads the next row into `row`; false at the end.
    func next(_ row: inout Row) throws(ImportError) -> Bool
    /// How many bytes of the file have been passed, for progress.
    var consumed: Int { get }
}

/// Rows from the bytes of a text file with separated cells (RFC 4180), in constant memory.
///
/// It is fed by a function that gives the next bytes, so that it does no I/O of its own. It holds one block and one row.
/// Rules beyond RFC 4180: a line may end in LF; the last may have no end; empty lines are passed over; a quote inside of an
/// unquoted cell is a character of it. A row that breaks the rules has a `problem`, and reading goes on at a line after
/// the one on which that row began.
final class CSVReader: RowSource {
    /// How the cells of a file are told apart.
    struct Syntax: Sendable, Hashable {
        var separator: UInt8
        /// Whether cells may stand in double quotes; if not, a quote is a character like another.
        var quoting: Bool

        static let comma = Syntax(separator: UInt8(ascii: ","), quoting: true)
        static let tab = Syntax(separator: 0x09, quoting: false)
        static let semicolon = Syntax(separator: UInt8(ascii: ";"), quoting: true)
    }

    /// Gives up to `count` more bytes at the end of the array; none at the end of the file.
    typealias Source = (_ bytes: inout [UInt8], _ count: Int) throws(ImportError) -> Void

    /// How many bytes are asked for at a time.
    static let blockSize = 1 << 20
    /// A longer row is an error: nearly always a quote that is not closed.
    static let longestRow = 1 << 20
    /// The widest known files have about 60 columns.
    static let mostCells = 1 << 10
    /// How much of a row with a problem is kept to show it.
    static let longestShown = 1 << 10

    private let syntax: Syntax
    private let blockSize: Int
    private let source: Source
    private var buffer: [UInt8] = []
    /// Where the next row begins in the buffer.
    private var start = 0
    private var atEnd = false
    private var atBeginning = true
    /// The line of the next row.
    private var line = 1
    /// How many bytes of rows have been passed.
    private(set) var consumed = 0

    init(_ syntax: Syntax, blockSize: Int = CSVReader.blockSize, source: @escaping Source) {
        self.syntax = syntax
        self.blockSize = max(1, blockSize)
        self.source = source
    }

    /// Reads the next row into `row`; false at the end of the file.
    func next(_ row: inout Row) throws(ImportError) -> Bool {
        if atBeginning { try skipMark() }
        while true {
            row.clear()
            row.line = line
            switch scan(&row) {
            case .row(let end):
                consume(to: end)
                // An empty line is no row.
                if row.cells.count == 1, row.cells[0].isEmpty, row.rawCount == 0 { continue }
                return true
            case .bad(let problem, let resume):
                row.cells.removeAll(keepingCapacity: true)
                row.problem = problem
                try skipLine(from: resume, &row)
                return true
            case .more:
                try refill()
            case .end:
                return false
            }
        }
    }

    private enum Outcome {
        /// A row; the next begins here.
        case row(Int)
        /// A row that can't be used; the next begins after the first line end from here.
        case bad(String, resume: Int)
        case more
        case end
    }

    /// Looks for one row at `start`.
    private func scan(_ row: inout Row) -> Outcome {
        let (separator, quoting, first, atEnd) = (syntax.separator, syntax.quoting, start, atEnd)
        var lines = 0
        let outcome: Outcome = buffer.withUnsafeBufferPointer { bytes in
            let end = bytes.count
            if first >= end { return atEnd ? .end : .more }
            // Every index below is at least `first` and less than `end`, which is the buffer's count.
            var index = first
            var cellStart = first
            while index < end {
                let byte = bytes[index]
                if byte == separator {
                    row.cells.append(Row.Cell(start: Int32(cellStart - first), end: Int32(index - first)))
                    if row.cells.count >= Self.mostCells {
                        return .bad("it has more than \(Self.mostCells) cells", resume: index)
                    }
                    cellStart = index + 1
                } else if byte == 0x0A {
                    let cellEnd = index > cellStart && bytes[index - 1] == 0x0D ? index - 1 : index
                    row.cells.append(Row.Cell(start: Int32(cellStart - first), end: Int32(cellEnd - first)))
                    row.rawCount = cellEnd - first
                    lines += 1
                    return tooLong(index - first) ?? .row(index + 1)
                } else if quoting, byte == 0x22, index == cellStart {
                    switch quoted(bytes, index + 1, end, &lines) {
                    case .closed(let close, let hasDoubled):
                        var next = close + 1
                        if next == end, !atEnd { return .more }
                        if next < end, bytes[next] == 0x0D {
                            if next + 1 == end, !atEnd { return .more }
                            if next + 1 < end, bytes[next + 1] == 0x0A { next += 1 }
                        }
                        guard next == end || bytes[next] == separator || bytes[next] == 0x0A else {
                            return .bad("there is text after the closing quote of a cell", resume: next)
                        }
                        // A cell with doubled quotes is written out behind the row, once the row is known to be whole.
                        let flag: Int32 = hasDoubled ? Self.doubled : 0
                        row.cells.append(
                            Row.Cell(start: Int32(index + 1 - first) | flag, end: Int32(close - first)))
                        if row.cells.count >= Self.mostCells {
                            return .bad("it has more than \(Self.mostCells) cells", resume: next)
                        }
                        if next == end || bytes[next] == 0x0A {
                            row.rawCount = close + 1 - first
                            lines += 1
                            return tooLong(next - first) ?? .row(min(next + 1, end))
                        }
                        cellStart = next + 1
                        index = next
                    case .open:
                        if !atEnd, end - first <= Self.longestRow { return .more }
                        return .bad("a quoted cell is not closed", resume: first)
                    }
                }
                index += 1
            }
            if !atEnd { return tooLong(end - first, resume: end) ?? .more }
            row.cells.append(Row.Cell(start: Int32(cellStart - first), end: Int32(end - first)))
            row.rawCount = end - first
            return tooLong(end - first) ?? .row(end)
        }
        if case .row(let end) = outcome {
            row.bytes.append(contentsOf: buffer[first..<min(end, first + row.rawCount)])
            undouble(&row)
            line += lines
        }
        return outcome

        func tooLong(_ count: Int, resume: Int? = nil) -> Outcome? {
            count > Self.longestRow
                ? .bad("it is longer than \(Self.longestRow) bytes", resume: resume ?? first + count) : nil
        }
    }

    private enum Quoted {
        case closed(Int, hasDoubled: Bool)
        case open
    }

    /// Marks the start of a cell that holds doubled quotes; rows are far shorter.
    private static let doubled: Int32 = 1 << 30

    /// Looks for the closing quote of a cell from `index` on.
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

    /// Writes cells with doubled quotes once more behind the row, with single ones.
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

    private func consume(to end: Int) {
        consumed += end - start
        start = end
    }

    /// Passes the rest of a row that can't be used: to behind the first line end from `resume` on.
    private func skipLine(from resume: Int, _ row: inout Row) throws(ImportError) {
        let rowStart = start
        // What is behind that line end is read again, and no part of this row.
        let end = buffer[min(resume, buffer.count)...].firstIndex(of: 0x0A) ?? buffer.count
        row.bytes.append(contentsOf: buffer[rowStart..<min(end, rowStart + Self.longestShown)])
        row.rawCount = row.bytes.count
        var from = resume
        while true {
            if let lineEnd = buffer[min(from, buffer.count)...].firstIndex(of: 0x0A) {
                line += buffer[start...lineEnd].count { $0 == 0x0A }
                consume(to: lineEnd + 1)
                return
            }
            line += buffer[start...].count { $0 == 0x0A }
            consume(to: buffer.count)
            if atEnd { return }
            try refill()
            from = start
        }
    }

    /// Gets the next block behind what is left of the last.
    private func refill() throws(ImportError) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        let before = buffer.count
        try source(&buffer, blockSize)
        if buffer.count == before { atEnd = true }
    }

    /// A byte order mark is no part of the first cell.
    private func skipMark() throws(ImportError) {
        while buffer.count < 3, !atEnd { try refill() }
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { consume(to: 3) }
        atBeginning = false
    }
}
