import Birds

/// A table of a file: its format, and its rows after the header.
struct SourceTable {
    let format: Format
    let header: Header
    /// Of its file, in bytes, for progress.
    let size: Int
    /// Begins to read the rows, after which the rows of an earlier call must not be read any more.
    let open: () throws(ImportError) -> any RowSource
}

/// What a file turned out to be.
struct SourceContent {
    /// Of its format, as in the report and in `dataset.format`.
    let title: String
    let name: String
    let encoding: TextEncoding
    let tables: [SourceTable]
}

/// Finds out what a file is, from its first bytes and its header.
enum Detection {
    /// The format of SQLite files, whose tables have the columns of plain files.
    static let sqlite = "sqlite"

    /// The names that `--format` takes.
    static var names: [String] { Format.names + [ArchiveDetection.name, sqlite] }

    /// First bytes of files that people give by mistake.
    private static let strangers: [(magic: [UInt8], name: String)] = [
        ([0x1F, 0x8B], "compressed with gzip; decompress it first"),
        ([0x89, 0x50, 0x4E, 0x47], "a picture"),
        ([0xFF, 0xD8, 0xFF], "a picture"),
        (Array("GIF8".utf8), "a picture"),
        (Array("%PDF".utf8), "a PDF"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old spreadsheet; save it as CSV"),
        ([0xFF, 0xFE], "UTF-16 text; save it as UTF-8"),
        ([0xFE, 0xFF], "UTF-16 text; save it as UTF-8"),
        (Array("<!DOCTYPE".utf8), "a web page"),
        (Array("<html".utf8), "a web page"),
        (Array("<?xml".utf8), "XML"),
        (Array("{".utf8), "JSON"),
        (Array("[".utf8), "JSON"),
    ]

    /// - Parameters:
    ///   - wanted: the name of the format that it must have; nil to detect it.
    ///   - folder: where archives are unpacked, without names.
    static func open(_ file: SourceFile, as wanted: String?, folder: String) throws(ImportError) -> SourceContent {
        let beginning = try file.beginning(64)
        if beginning.starts(with: ArchiveDetection.magic) {
            switch try ArchiveDetection.open(file, in: folder) {
            case .archive(let content):
                guard wanted == nil || wanted == content.name else {
                    throw .refused("\(file.path) is a \(content.title), not of the format \(wanted ?? "").")
                }
                return content
            case .file(let text):
                return try openText(text, try text.beginning(64), as: wanted)
            }
        }
        if beginning.starts(with: FileHeader.magic) {
            guard wanted == nil || wanted == sqlite else {
                throw .refused("\(file.path) is a SQLite file, not of the format \(wanted ?? "").")
            }
            return try openSQLite(file)
        }
        return try openText(file, beginning, as: wanted)
    }

    private static func openText(
        _ file: SourceFile, _ beginning: [UInt8], as wanted: String?
    ) throws(ImportError) -> SourceContent {
        if wanted == sqlite { throw .refused("\(file.path) is not a SQLite file.") }
        if wanted == ArchiveDetection.name { throw .refused("\(file.path) is not a Darwin Core Archive.") }
        if let stranger = strangers.first(where: { beginning.starts(with: $0.magic) }) {
            throw .refused("\(file.path) is \(stranger.name).")
        }
        let encoding = try file.encoding()
        var headers: [CSVReader.Syntax: Header] = [:]
        for format in Format.all where headers[format.syntax] == nil {
            // What can't be read in one syntax may be another's.
            headers[format.syntax] = try? header(of: file, encoding, format.syntax).header
        }
        let fitting = Format.all.first { format in headers[format.syntax]?.missing(format).isEmpty ?? false }
        let format: Format
        if let wanted {
            guard let named = Format.all.first(where: { $0.name == wanted }) else {
                throw .refused("There is no format '\(wanted)'. \(known)")
            }
            let header =
                if let header = headers[named.syntax] { header } else {
                    try header(of: file, encoding, named.syntax).header
                }
            let missing = header.missing(named)
            guard missing.isEmpty else {
                if let fault = separatorFault(header) { throw .refused("\(file.path) \(fault)") }
                let instead = fitting.map { " It looks like \($0.title)." } ?? ""
                throw .refused(
                    "\(file.path) is not \(named.title): it has no column "
                        + missing.joined(separator: ", ") + "." + instead)
            }
            format = named
        } else if let fitting {
            format = fitting
        } else {
            // Says what is wrong with the first line, if it is that.
            _ = try header(of: file, encoding, .comma)
            throw .refused("\(file.path) \(unknown(headers))")
        }
        let header = try header(of: file, encoding, format.syntax).header
        if let repeated = header.repeated(format) {
            throw .refused("\(file.path) has the column \(repeated) twice.")
        }
        let open = { () throws(ImportError) -> any RowSource in
            try Self.header(of: file, encoding, format.syntax).rows
        }
        return SourceContent(
            title: format.title, name: format.name, encoding: encoding,
            tables: [SourceTable(format: format, header: header, size: file.size, open: open)])
    }

    private static var known: String {
        "Known are: " + Format.all.map { "\($0.title) (\($0.name))" }.joined(separator: ", ")
            + ", Darwin Core Archive (\(ArchiveDetection.name)), SQLite with tables birds and species (\(sqlite))."
    }

    /// What is said of a file that fits no format, after its path.
    private static func unknown(_ headers: [CSVReader.Syntax: Header]) -> String {
        guard let header = headers[.comma], header.names.contains(where: { !$0.isEmpty }) else {
            return "has no header."
        }
        let nearest = Format.all
            .compactMap { format in headers[format.syntax].map { (format: format, missing: $0.missing(format)) } }
            .filter { $0.missing.count * 2 < $0.format.columns.count(where: \.isRequired) }
            .min { $0.missing.count < $1.missing.count }
        if nearest == nil, let fault = separatorFault(header) { return fault }
        let advice =
            nearest.map { near in
                "With the column\(near.missing.count == 1 ? "" : "s") \(near.missing.joined(separator: ", ")) "
                    + "it would be \(near.format.title)."
            } ?? known
        let shown = nearest.flatMap { headers[$0.format.syntax] } ?? header
        return "is of no format that is known: its first line is '\(shown.summary)'. \(advice)"
    }

    /// Spreadsheets put semicolons between columns where numbers have a decimal comma, and tabs when told to.
    private static func separatorFault(_ header: Header) -> String? {
        guard header.names.count == 1, let line = header.names.first else { return nil }
        if line.contains(";") {
            return "has semicolons between its columns; save it with commas there, and points in numbers."
        }
        return line.contains("\t") ? "has tabs between its columns; save it with commas." : nil
    }

    private static func header(
        of file: SourceFile, _ encoding: TextEncoding, _ syntax: CSVReader.Syntax
    ) throws(ImportError) -> (header: Header, rows: CSVReader) {
        file.rewind()
        let rows = CSVReader(syntax, source: file.text(encoding))
        var row = Row()
        if try rows.next(&row), let problem = row.problem {
            throw .refused("\(file.path) has a first line that can't be read: \(problem).")
        }
        guard !row.bytes.contains(0x0D) else {
            throw .refused(
                "\(file.path) has lines that end in a carriage return alone; save it with line feeds.")
        }
        return (Header(row), rows)
    }

    private static func openSQLite(_ file: SourceFile) throws(ImportError) -> SourceContent {
        let database = try SQLiteRows.open(file.path)
        var tables: [SourceTable] = []
        for (name, format) in [("birds", Format.plain), ("species", .plainSpecies)]
        where try SQLiteRows.hasTable(name, in: database, path: file.path) {
            let columns = Set(format.columns.map(\.name))
            let header = Header(try SQLiteRows(database, table: name, columns: columns, path: file.path).header)
            let missing = header.missing(format)
            guard missing.isEmpty else {
                throw .refused(
                    "\(file.path) has a table \(name) without the column " + missing.joined(separator: ", ") + ".")
            }
            let open = { () throws(ImportError) -> any RowSource in
                let rows = try SQLiteRows(database, table: name, columns: columns, path: file.path)
                var row = Row()
                _ = try rows.next(&row)
                return rows
            }
            tables.append(SourceTable(format: format, header: header, size: file.size, open: open))
        }
        guard !tables.isEmpty else {
            throw .refused("\(file.path) is a SQLite file without tables birds or species.")
        }
        return SourceContent(title: "SQLite", name: sqlite, encoding: .utf8, tables: tables)
    }
}
