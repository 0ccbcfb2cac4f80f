import Birds
import FileSystem

/// Reads the rows in a file of `--rejects` again, when they are corrected: the rows of each file become a table of
/// their own, with the header of that file, and are read as its other rows (`ReadAs`). The columns of the line and the
/// reason are passed over.
enum RejectedRows {
    /// The most files whose rows are here, each of which is a temporary file.
    private static let mostFiles = 200

    /// The rows of one file.
    private struct Part {
        /// The file that the rows came from.
        let path: String
        /// The line of the first row here.
        let line: Int
        let texts: RejectedTexts
        var header: [UInt8] = []
        var readAs = ""
    }

    /// The contents of the files whose rows are here; nil if this is no file of `--rejects`. Each has the path of this
    /// file and then its own, like a file in an archive.
    /// - Parameters:
    ///   - wanted: The name of the format that the files must have; nil for any.
    ///   - folder: The folder for temporary files.
    /// - Throws: `ChangeError.refused` if the header of a file is missing, or a row can't be corrected here.
    static func contents(
        of file: SourceFile, as wanted: String?, folder: String
    ) throws(ChangeError) -> [SourceContent]? {
        let names = try names(file)
        guard names != Rejects.columns.dropLast() else {
            throw .refused(
                "\(file.path) has no column read_as, so it is not known how its rows were read; import their files with "
                    + "--rejects again, and correct the rows there.")
        }
        guard names == Rejects.columns else { return nil }
        let table = try TextTable(file)
        guard let candidate = try table.candidates().first(where: { $0.header.names.count == Rejects.columns.count })
        else {
            return nil
        }
        let rows = try table.rows(candidate, candidate.syntax)
        // Its cells hold rows.
        rows.shape.width = nil
        let parts = try parts(rows, file, folder: folder)
        guard !parts.isEmpty else { throw .refused("\(file.path) has no rejected rows.") }
        var contents: [SourceContent] = []
        for part in parts { contents.append(try content(part, file, table.encoding, as: wanted)) }
        return contents
    }

    /// The names in the first line, or in that after `sep=;`: a spreadsheet may have saved the file.
    private static func names(_ file: SourceFile) throws(ChangeError) -> [String] {
        var beginning = try file.beginning(256)
        let isLittleEndian = beginning.starts(with: [0xFF, 0xFE])
        if isLittleEndian || beginning.starts(with: [0xFE, 0xFF]) {
            var (decoder, text) = (UTF16Decoder(isLittleEndian: isLittleEndian), [UInt8]())
            decoder.decode(beginning, to: &text)
            beginning = text
        }
        let declared = TextTable.separator(declaredIn: beginning)
        let lines = String(decoding: beginning, as: UTF8.self).split(whereSeparator: \.isNewline)
        let separators = ",;\t" + (declared.map { String(Character(Unicode.Scalar($0))) } ?? "")
        guard let line = declared == nil ? lines.first : lines.dropFirst().first else { return [] }
        return line.replacing("\u{FEFF}", with: "").replacing("\"", with: "").lowercased()
            .split(omittingEmptySubsequences: false) { separators.contains($0) }.map(String.init)
    }

    private static func parts(
        _ rows: any RowSource, _ file: SourceFile, folder: String
    ) throws(ChangeError) -> [Part] {
        var parts: [Part] = []
        var row = Row()
        while try rows.next(&row) {
            if let problem = row.problem {
                throw .refused("\(file.path), line \(row.line), can't be read: \(problem).")
            }
            if row.cells.allSatisfy(\.isEmpty) { continue }
            func cell(_ index: Int) -> String { index < row.cells.count ? row.text(row.cells[index]) : "" }
            let (path, header) = (cell(0), Array(row.bytes[row.cells.count > 5 ? row.cells[5].range : 0..<0]))
            guard !header.elementsEqual(Rejects.noHeader.utf8) else {
                throw .refused(
                    "\(file.path), line \(row.line), has a row that can only be corrected in \(path): correct all rows of that "
                        + "file there and import it again, or remove this row here to leave it out.")
            }
            let position = parts.firstIndex { $0.path == path } ?? parts.count
            if position == parts.count {
                guard parts.count < mostFiles else {
                    throw .refused("\(file.path) has rows of more than \(mostFiles) files; split it.")
                }
                parts.append(Part(path: path, line: row.line, texts: RejectedTexts(in: folder)))
            }
            if !header.isEmpty {
                let (known, readAs) = (parts[position], cell(6))
                guard known.header.isEmpty || known.header == header && known.readAs == readAs else {
                    throw .refused(
                        "\(file.path), line \(row.line), has another header or read_as than the rows of \(path) before "
                            + "it; copy both cells from the file that --rejects wrote.")
                }
                (parts[position].header, parts[position].readAs) = (header, readAs)
            }
            let text = row.bytes[row.cells.count > 4 ? row.cells[4].range : 0..<0]
            try parts[position].texts.append(text, line: row.line, of: file.path)
        }
        return parts
    }

    private static func content(
        _ part: Part, _ file: SourceFile, _ encoding: TextEncoding, as wanted: String?
    ) throws(ChangeError) -> SourceContent {
        guard !part.header.isEmpty, let readAs = ReadAs(part.readAs) else {
            throw .refused(
                "\(file.path) does not say how the rows of \(part.path) are read; copy the cells header and read_as of that "
                    + "file, as --rejects wrote them, into line \(part.line).")
        }
        let format = readAs.format
        let path = file.path + (part.path.hasPrefix("/") ? "" : "/") + part.path
        guard wanted == nil || wanted == format.name else {
            throw .refused("\(path) has rows of the format \(format.name); leave out --format.")
        }
        guard let header = CSVReader.row(part.header, readAs.syntax).map(Header.init), header.fits(format),
            header.repeated(format) == nil
        else {
            throw .refused(
                "\(path) does not have the columns of \(format.title); copy the cell of the column header from the "
                    + "file that --rejects wrote.")
        }
        let shape = TrialReader(format, header, commas: readAs.commas).shape
        let table = SourceTable(
            format: format, header: header, size: part.texts.size,
            open: { () throws(ChangeError) -> any RowSource in RejectedTextRows(part.texts, readAs.syntax, shape) },
            syntax: readAs.syntax, commas: readAs.commas, paths: [path], readAs: readAs)
        return SourceContent(
            path: path, title: format.title, name: format.name, encoding: encoding, tables: [table],
            rejects: file.path)
    }
}

/// The texts of rejected rows, and the lines where they are, in a temporary file.
private final class RejectedTexts {
    private let file: TemporaryFile
    /// The path of the file of `--rejects`, for messages.
    private var path = ""

    init(in folder: String) { file = TemporaryFile(in: folder) }

    var size: Int { file.count }

    func append(_ text: ArraySlice<UInt8>, line: Int, of path: String) throws(ChangeError) {
        self.path = path
        var bytes: [UInt8] = []
        for number in [line, text.count] { withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) } }
        try file.append(bytes + text, for: path)
    }

    /// The text at an offset, which becomes that of the next one; nil at the end.
    func next(at offset: inout Int) throws(ChangeError) -> (text: [UInt8], line: Int)? {
        guard offset < file.count else { return nil }
        let numbers = try read(2 * MemoryLayout<Int>.size, at: &offset).withUnsafeBytes { bytes in
            [0, MemoryLayout<Int>.size].map { bytes.loadUnaligned(fromByteOffset: $0, as: Int.self) }
        }
        return (try read(numbers[1], at: &offset), numbers[0])
    }

    private func read(_ count: Int, at offset: inout Int) throws(ChangeError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let before = bytes.count
            do throws(StoreError) {
                try file.read(count - before, at: offset + before, to: &bytes)
            } catch {
                throw ChangeError(error, path: path)
            }
            guard bytes.count > before else { throw .failed("A temporary file of the rows of \(path) is too short.") }
        }
        offset += count
        return bytes
    }
}

/// Reads rejected rows, each from a text of its own: a quote that is not closed costs no other row. Their lines are
/// those in the file of `--rejects`.
private final class RejectedTextRows: RowSource {
    private let texts: RejectedTexts
    private let syntax: CSVReader.Syntax
    private let shape: RowShape
    private var reader: CSVReader?
    private var line = 0
    private(set) var consumed = 0

    init(_ texts: RejectedTexts, _ syntax: CSVReader.Syntax, _ shape: RowShape) {
        (self.texts, self.syntax, self.shape) = (texts, syntax, shape)
    }

    func next(_ row: inout Row) throws(ChangeError) -> Bool {
        while true {
            if let reader, try reader.next(&row) {
                row.line = line
                return true
            }
            guard let (text, line) = try texts.next(at: &consumed) else { return false }
            self.line = line
            let reader = CSVReader(syntax, of: text + [0x0A])
            reader.shape = shape
            self.reader = reader
        }
    }
}
