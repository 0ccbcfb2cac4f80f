import Birds
import FileSystem

/// A text file, and how its cells may be separated.
///
/// Separator and quoting belong to the file, not to its format: people open files in a spreadsheet and save them, and
/// each tool writes what is usual in its country. So the header is read with each separator, and the format for which
/// it then has the columns decides (`Detection`).
struct TextTable {
    let file: SourceFile
    let encoding: TextEncoding
    /// The separator that a line `sep=;` before the header gives. Excel writes and obeys such a line.
    private let declared: UInt8?
    private let lineEnds: LineEnds
    /// Whether there are spaces between quoted cells in the first line, as R's `write.table` writes them.
    private let hasSpaces: Bool

    /// How lines end.
    private enum LineEnds {
        case usual
        /// With a carriage return alone, as in old Macintosh files.
        case returns
        /// With CR CR LF, as programs write that put a CR before each LF of a text with CRLF.
        case doubled

        /// By the first CR that is not in quotes.
        init(_ beginning: [UInt8]) {
            self = .usual
            guard let first = beginning.firstIndex(where: { $0 == 0x0D || $0 == 0x0A }), beginning[first] == 0x0D,
                beginning[..<first].count(where: { $0 == 0x22 }) % 2 == 0
            else { return }
            let rest = beginning[(first + 1)...]
            if rest.first == 0x0D, rest.drop(while: { $0 == 0x0D }).first == 0x0A {
                self = .doubled
            } else if let next = rest.first, next != 0x0A {
                self = .returns
            }
        }

        /// Puts LF or CRLF in place of these line ends.
        func mend(_ bytes: inout [UInt8], from start: Int) {
            switch self {
            case .usual: break
            case .returns: for index in start..<bytes.count where bytes[index] == 0x0D { bytes[index] = 0x0A }
            case .doubled: bytes[start...].removeAll { $0 == 0x0D }
            }
        }
    }

    /// The header with one of the possible separators.
    struct Candidate {
        var syntax: CSVReader.Syntax
        var header: Header
        /// The number of rows before the header.
        var titles = 0
        /// Whether the file has the header. If not, its first row is a record.
        var isInFile = true
    }

    /// What is above the header, and is passed over.
    struct Titles {
        var count: Int
        var first: ImportReport.Example
    }

    /// The most rows before the header. Spreadsheets may begin with a title.
    private static let mostTitles = 10
    /// The number of rows that are read to find out whether cells are quoted.
    private static let sample = 200
    /// The number of bytes in which a line `sep=;` and the first line end are looked for.
    private static let declaration = 1 << 16

    init(_ file: SourceFile) throws(ChangeError) {
        self.file = file
        encoding = try file.encoding()
        file.rewind()
        var beginning: [UInt8] = []
        try file.text(encoding)(&beginning, Self.declaration)
        lineEnds = LineEnds(beginning)
        lineEnds.mend(&beginning, from: 0)
        declared = Self.separator(declaredIn: beginning)
        let line = String(decoding: Self.withoutMarks(beginning).prefix { $0 != 0x0A }, as: UTF8.self)
        hasSpaces =
            line.hasPrefix("\"") && line.contains("\" \"")
            && !["\",\"", "\";\"", "\"\t\""].contains(where: line.contains)
    }

    /// A text without the byte order marks before it.
    private static func withoutMarks(_ text: [UInt8]) -> ArraySlice<UInt8> {
        var rest = text[...]
        while rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        return rest
    }

    /// The separator in a first line such as `sep=;`, which may be quoted; nil for any other line.
    static func separator(declaredIn text: [UInt8]) -> UInt8? {
        var rest = withoutMarks(text)
        let isQuoted = rest.first == 0x22
        if isQuoted { rest = rest.dropFirst() }
        let word = rest.prefix(4).map { $0 | 0x20 }
        guard word.elementsEqual([0x73, 0x65, 0x70, 0x3D]), let separator = rest.dropFirst(4).first else { return nil }
        rest = rest.dropFirst(5)
        if isQuoted {
            guard rest.first == 0x22 else { return nil }
            rest = rest.dropFirst()
        }
        guard rest.first == 0x0A || rest.starts(with: [0x0D, 0x0A]) else { return nil }
        // Any character will do that is not part of words and rows.
        let isOther = separator < 0x80 && separator > 0x20 || separator == 0x09
        let isWord = separator | 0x20 &- 0x61 < 26 || separator &- 0x30 < 10
        return isOther && !isWord && separator != 0x22 && separator != 0x7F ? separator : nil
    }

    /// The header with each separator with which it can be read, those with more columns first.
    /// - Throws: `ChangeError.refused` if it can be read with none.
    func candidates() throws(ChangeError) -> [Candidate] {
        let separators: [UInt8] =
            declared.map { [$0] }
            ?? [UInt8(ascii: ","), 0x09, UInt8(ascii: ";"), UInt8(ascii: "|")] + (hasSpaces ? [0x20] : [])
        var candidates: [Candidate] = []
        var problem: ChangeError?
        for separator in separators {
            let syntax = CSVReader.Syntax(separator: separator, quoting: true)
            do throws(ChangeError) {
                candidates.append(Candidate(syntax: syntax, header: try open(syntax).header))
            } catch {
                // A header that can't be read with one separator may be right with another.
                problem = problem ?? error
            }
        }
        if let problem, !candidates.contains(where: { $0.header.names.count > 1 }) { throw problem }
        // With a stable order: commas first.
        return candidates.enumerated().sorted {
            ($1.element.header.names.count, $0.offset) < ($0.element.header.names.count, $1.offset)
        }
        .map(\.element)
    }

    /// Headers that may come after a title, the first ones first.
    func titled(_ candidates: [Candidate]) throws(ChangeError) -> [Candidate] {
        var titled: [Candidate] = []
        for candidate in candidates {
            let rows = try open(candidate.syntax).rows
            var row = Row()
            for titles in 1...Self.mostTitles where try rows.next(&row) {
                guard row.problem == nil, row.cells.count > 1 else { continue }
                titled.append(Candidate(syntax: candidate.syntax, header: Header(row), titles: titles))
            }
        }
        return titled.enumerated().sorted { ($0.element.titles, $0.offset) < ($1.element.titles, $1.offset) }
            .map(\.element)
    }

    /// The candidate whose first row is a record of a format, in the order of its columns; nil if there is none.
    /// - Parameter isCertain: Whether it is known that the file has this format.
    func withoutHeader(
        _ format: Format, _ candidates: [Candidate], isCertain: Bool
    ) throws(ChangeError) -> Candidate? {
        guard format.rules.contains(.mayLackHeader) else { return nil }
        let names = format.columns.map(\.name)
        // A spreadsheet leaves out empty cells at the end of all rows. Others write a separator at the end of each.
        let fewest = 1 + (format.columns.lastIndex { $0.isRequired } ?? 0)
        for candidate in candidates where (fewest...names.count + 1).contains(candidate.header.names.count) {
            let isWider = candidate.header.names.count > names.count && candidate.header.names.last == ""
            let header = Header(isWider ? names + [""] : names)
            let first = Candidate(syntax: candidate.syntax, header: header, isInFile: false)
            if isCertain { return first }
            if try isRecord(first, format) { return first }
        }
        return nil
    }

    /// Whether the first row is a record with a date.
    private func isRecord(_ candidate: Candidate, _ format: Format) throws(ChangeError) -> Bool {
        var row = Row()
        guard try rows(candidate, candidate.syntax).next(&row), row.problem == nil else { return false }
        let commas = CommaRule(separator: candidate.syntax.separator)
        let date = TrialReader(format, candidate.header, commas: commas).date(row)
        return date != nil && date != StoredDate.unknown
    }

    /// The rows above the header that are not empty: how many, and the first of them.
    /// - Throws: `ChangeError.refused` if one of them seems to be a record: a spreadsheet that sorts all rows moves the
    ///   header among them.
    func titles(_ candidate: Candidate, _ syntax: CSVReader.Syntax) throws(ChangeError) -> Titles? {
        let rows = try beginning(syntax)
        var row = Row()
        var titles: Titles?
        for _ in 0..<candidate.titles where try rows.next(&row) {
            let filled = row.problem != nil ? [] : row.cells.indices.map { row.trimmed($0) }.filter { !$0.isEmpty }
            if filled.isEmpty, row.problem == nil { continue }
            // Titles have few cells, and a second header has no numbers or dates.
            let hasNumber = filled.contains { row.bytes[Int($0.start)] &- 0x30 < 10 }
            if hasNumber, filled.count > 3, filled.count * 2 > candidate.header.names.count(where: { !$0.isEmpty }) {
                throw .refused(
                    "\(file.path) has its header below rows with data, such as '\(Header(row).summary)' on line "
                        + "\(row.line). Make the header the first row.")
            }
            titles = Titles(
                count: (titles?.count ?? 0) + 1,
                first: titles?.first ?? ImportReport.Example(line: row.line, row: row.raw))
        }
        return titles
    }

    /// Starts to read the file.
    /// - Parameter titles: The number of rows before the header.
    /// - Returns: The header, and the reader of the rows after it.
    func open(_ syntax: CSVReader.Syntax, titles: Int = 0) throws(ChangeError) -> (header: Header, rows: CSVReader) {
        let rows = try beginning(syntax)
        var row = Row()
        for _ in 0..<titles { _ = try rows.next(&row) }
        row.clear()
        if try rows.next(&row), let problem = row.problem {
            throw .refused("\(file.path) has a first line that can't be read: \(problem).")
        }
        // CSVReader removes the CR of CRLF. All rows would be one.
        guard !row.bytes.contains(0x0D) else {
            throw .refused("\(file.path) has lines that end in a carriage return alone; save it with line feeds.")
        }
        rows.shape.width = row.cells.count
        return (Header(row), rows)
    }

    /// The rows after the header of a candidate, read with another syntax.
    func rows(_ candidate: Candidate, _ syntax: CSVReader.Syntax) throws(ChangeError) -> CSVReader {
        if candidate.isInFile { return try open(syntax, titles: candidate.titles).rows }
        let rows = try beginning(syntax)
        rows.shape.width = candidate.header.names.count
        return rows
    }

    /// A source of its text, with usual line ends.
    private func text() -> CSVReader.Source {
        let (source, lineEnds) = (file.text(encoding), lineEnds)
        if case .usual = lineEnds { return source }
        return { (bytes: inout [UInt8], count: Int) throws(ChangeError) in
            let start = bytes.count
            // A block of nothing but CR would mean the end of the file.
            while bytes.count == start {
                try source(&bytes, count)
                if bytes.count == start { return }
                lineEnds.mend(&bytes, from: start)
            }
        }
    }

    /// A reader of all rows, except for a line `sep=;`.
    private func beginning(_ syntax: CSVReader.Syntax) throws(ChangeError) -> CSVReader {
        file.rewind()
        let rows = CSVReader(syntax, source: text())
        var row = Row()
        if declared != nil { _ = try rows.next(&row) }
        return rows
    }

    /// The syntax of a file whose separator is known.
    ///
    /// Cells between commas or semicolons may be quoted (RFC 4180). Between tabs, programs differ. The downloads of
    /// eBird and GBIF have no quoting: a remark may begin with a quote, or be in quotes. Spreadsheets and R quote
    /// cells. So cells between tabs are quoted if
    /// - the header has a cell in quotes; or
    /// - most rows can be read as quoted, and the format has other separators in its original, or the file is UTF-16:
    ///   then a spreadsheet has saved it; or
    /// - the rows can be read as quoted, and one of them needs it: a cell in quotes contains a tab, a line end or a
    ///   doubled quote.
    func syntax(_ candidate: Candidate, _ format: Format) throws(ChangeError) -> CSVReader.Syntax {
        guard candidate.syntax.separator == 0x09 else { return candidate.syntax }
        let names = try open(.tab, titles: candidate.titles).header.names
        if names.contains(where: { $0.utf8.count >= 2 && $0.hasPrefix("\"") && $0.hasSuffix("\"") }) {
            return candidate.syntax
        }
        let rows = try rows(candidate, candidate.syntax)
        rows.shape = TrialReader(format, candidate.header, commas: CommaRule(separator: 0x09)).shape
        // A separator at the end of the line makes an empty name.
        let width = names.count - (names.last?.isEmpty == true ? 1 : 0)
        var row = Row()
        let isOriginal = format.syntax == .tab && (encoding.kind == .utf8 || encoding.kind == .windows1252)
        var (quoted, wrong) = (0, 0)
        var needsQuoting = false
        for _ in 0..<Self.sample where try rows.next(&row) {
            if row.problem != nil || row.cells.count > names.count + 1 {
                wrong += 1
                continue
            }
            quoted += row.cells.count { row.isQuoted($0) }
            // A cell from a quote to the one of another cell contains tabs too, but then the row has too few cells.
            guard row.cells.count >= width else { continue }
            needsQuoting = needsQuoting || row.cells.contains { row.needsQuotes($0) }
        }
        let isQuoted = isOriginal ? needsQuoting && wrong == 0 : wrong == 0 || quoted > wrong
        return isQuoted ? candidate.syntax : .tab
    }
}

extension Row {
    /// Whether a cell that was read as quoted is in quotes.
    func isQuoted(_ cell: Cell) -> Bool {
        // Cells with doubled quotes were rewritten after the row.
        cell.start >= rawCount ? !cell.isEmpty : cell.start > 0 && bytes[Int(cell.start) - 1] == 0x22
    }

    /// Whether a cell between tabs needs its quotes.
    fileprivate func needsQuotes(_ cell: Cell) -> Bool {
        if cell.start >= rawCount { return !cell.isEmpty }
        return bytes[cell.range].contains { $0 == 0x09 || $0 == 0x0A }
    }
}
