import Birds
import FileSystem

/// The content of an imported file, or of one of the files in an archive or of rejected rows.
struct SourceContent {
    /// The path of the file, or its name in an archive after the path of that.
    let path: String
    /// The title of its format, for reports.
    let title: String
    /// The name of its format, as in `--format` and `dataset.format`.
    let name: String
    let encoding: TextEncoding
    /// One table, or several of a SQLite file or an archive: records, checklists, and names of species.
    let tables: [SourceTable]
    /// What is above the header; nil if nothing is.
    var titles: TextTable.Titles?
    /// The path of the file of `--rejects` that has its rows; nil if they are in their own file.
    var rejects: String?

    /// Whether it has detections in sound recordings.
    var holdsRecordings: Bool { tables.contains { $0.format.rules.contains(.recordings) } }
    /// Whether it has names of species, and no records.
    var holdsSpecies: Bool { tables.allSatisfy { $0.format.holdsSpecies } }
    /// Whether it has neither, but belongs to files that have.
    var isPassedOver: Bool { tables.isEmpty }
}

/// Finds out the format of a file.
///
/// The first bytes tell archives, SQLite files and files that can't be imported. All others are text: the header is
/// read with each separator (`TextTable`), and the first format of `Format.all` whose required columns are there is
/// taken. So the name and the extension of a file do not matter.
enum Detection {
    /// The format of SQLite files, whose tables have the columns of plain files.
    static let sqlite = "sqlite"

    /// The names that `--format` takes.
    static var names: [String] { Format.names + [Format.archive, sqlite] }

    /// - Parameters:
    ///   - wanted: The name of the format that the file must have; nil to detect it.
    ///   - folder: The folder for files that are extracted from archives, which have no names.
    /// - Throws: `ChangeError.refused` if the file can't be read, has an unknown format or not the wanted one.
    /// - Returns: One content, or several of an archive (`ArchiveDetection`).
    static func open(_ file: SourceFile, as wanted: String?, folder: String) throws(ChangeError) -> [SourceContent] {
        switch try ArchiveDetection.open(file, as: wanted, in: folder) {
        case .archive(let content):
            guard wanted == nil || wanted == content.name else {
                throw .refused("\(file.path) is a \(content.title), not of the format \(wanted ?? "").")
            }
            return [content]
        case .files(let files):
            var contents: [SourceContent] = []
            for (file, format) in files {
                if let rejected = try RejectedRows.contents(of: file, as: format, folder: folder) {
                    contents += rejected
                } else {
                    contents.append(try openPlain(file, as: format))
                }
            }
            return contents
        }
    }

    /// Opens a file that is not packed.
    private static func openPlain(_ file: SourceFile, as wanted: String?) throws(ChangeError) -> SourceContent {
        let beginning = try file.beginning(Stranger.beginningSize)
        if beginning.starts(with: FileHeader.magic) {
            guard wanted == nil || wanted == sqlite else {
                throw .refused("\(file.path) is a SQLite file, not of the format \(wanted ?? "").")
            }
            return try openSQLite(file)
        }
        if let stranger = try Stranger.name(of: file, beginning) { throw .refused("\(file.path) is \(stranger).") }
        return try openText(file, as: wanted)
    }

    private static func openText(_ file: SourceFile, as wanted: String?) throws(ChangeError) -> SourceContent {
        if wanted == sqlite { throw .refused("\(file.path) is not a SQLite file.") }
        if wanted == Format.archive { throw .refused("\(file.path) is not a Darwin Core Archive.") }
        let text = try TextTable(file)
        let candidates = try text.candidates()
        if let passed = passed(file, candidates) { return passed }
        let (format, candidate) = try format(of: text, candidates, as: wanted)
        let syntax = try text.syntax(candidate, format)
        let first = candidate.isInFile ? try text.open(syntax, titles: candidate.titles).header : candidate.header
        let header = try text.withRowNames(first, candidate, syntax, format)
        if let repeated = header.repeated(format) {
            throw .refused("\(file.path) has the column \(repeated) twice.")
        }
        let titles = try text.titles(candidate, syntax)
        let commas = CommaRule(separator: syntax.separator)
        let shape = TrialReader(format, header, commas: commas).shape
        let open = { () throws(ChangeError) -> any RowSource in
            let rows = try text.rows(candidate, syntax)
            rows.shape = shape
            return rows
        }
        return SourceContent(
            path: file.path, title: format.title, name: format.name, encoding: text.encoding,
            tables: [
                SourceTable(
                    format: format, header: header, size: file.size, open: open, syntax: syntax,
                    commas: commas, paths: [file.path])
            ], titles: titles)
    }

    /// A file that a program writes beside its results and that has no records; nil for any other.
    private static func passed(_ file: SourceFile, _ candidates: [TextTable.Candidate]) -> SourceContent? {
        let columns: Set = ["file splitting duration", "segment length", "segment overlap"]
        guard candidates.contains(where: { columns.isSubset(of: $0.header.names.map { $0.lowercased() }) }) else {
            return nil
        }
        return SourceContent(
            path: file.path, title: "parameters of BirdNET-Analyzer, passed over", name: Format.birdNETAnalyzer.name,
            encoding: .utf8, tables: [])
    }

    /// The format of a text file, and the separator with which its header has the columns of the format.
    /// - Throws: `ChangeError.refused` if no format fits, or not the wanted one.
    private static func format(
        of text: TextTable, _ candidates: [TextTable.Candidate], as wanted: String?
    ) throws(ChangeError) -> (Format, TextTable.Candidate) {
        let path = text.file.path
        guard let wanted else {
            guard let fitting = try fitting(Format.all, text, candidates) else {
                throw .refused("\(path) \(unknown(candidates, text.encoding))")
            }
            return fitting
        }
        guard let named = Format.all.first(where: { $0.name == wanted }) else {
            throw .refused("There is no format '\(wanted)'. \(known)")
        }
        if let fitting = try fitting([named], text, candidates) { return fitting }
        let other = try fitting(Format.all, text, candidates)
        if other == nil, let candidate = try text.withoutHeader(named, candidates, isCertain: true) {
            return (named, candidate)
        }
        let nearest = candidates.min { $0.header.missing(named).count < $1.header.missing(named).count }
        let missing = nearest?.header.missing(named) ?? []
        let instead = other.map { " It looks like \($0.0.title)." } ?? ""
        if missing.isEmpty, let foreign = nearest?.header.foreign(named) {
            throw .refused("\(path) is not \(named.title): it has the column \(foreign).\(instead)")
        }
        throw .refused(
            "\(path) is not \(named.title): it has no column " + missing.joined(separator: ", ") + "." + instead)
    }

    /// The first of some formats that a file has: by its first row, or else by the row after a title.
    private static func fitting(
        _ formats: [Format], _ text: TextTable, _ candidates: [TextTable.Candidate]
    ) throws(ChangeError) -> (Format, TextTable.Candidate)? {
        func byHeader(_ candidates: [TextTable.Candidate]) -> (Format, TextTable.Candidate)? {
            formats.lazy.compactMap { format in
                candidates.first { $0.header.fits(format) }.map { (format, $0) }
            }.first
        }
        if let fitting = byHeader(candidates) { return fitting }
        for format in formats {
            if let candidate = try text.withoutHeader(format, candidates, isCertain: false) {
                return (format, candidate)
            }
        }
        return byHeader(try text.titled(candidates))
    }

    /// What to do with a table of one's own.
    private static let ownTable =
        "For a table of your own, name its columns loc_id, latitude, longitude, region, year, month, day, species_id and "
        + "num (\(Format.plain.name)); or, with names of species in place of codes, scientificName, eventDate, "
        + "decimalLatitude, decimalLongitude, locality and individualCount (\(Format.darwinCore.name))."

    private static var known: String {
        "Known formats: " + Format.all.map { "\($0.title) (\($0.name))" }.joined(separator: ", ")
            + ", Darwin Core Archive (\(Format.archive)), SQLite with tables birds, species or detections "
            + "(\(sqlite)). " + ownTable
    }

    /// What is wrong with a file that has no known format, as the end of a sentence after its path. If the file has
    /// more than half of the required columns of a format, the sentence names the missing ones.
    private static func unknown(_ candidates: [TextTable.Candidate], _ encoding: TextEncoding) -> String {
        guard let widest = candidates.first, widest.header.names.contains(where: { !$0.isEmpty }) else {
            return "has no header."
        }
        guard widest.header.isReadable(encoding) else {
            return "has no known format, and its first line is not readable as text; save the records as CSV."
        }
        var nearest: (format: Format, header: Header, missing: [String])?
        for format in Format.all {
            let required = format.columns.count(where: \.isRequired)
            for header in candidates.map(\.header) {
                let missing = header.missing(format)
                guard missing.count * 2 < required, missing.count < nearest?.missing.count ?? .max,
                    header.foreign(format) == nil
                else { continue }
                nearest = (format, header, missing)
            }
        }
        let advice =
            nearest.map { near in
                "With the column\(near.missing.count == 1 ? "" : "s") \(near.missing.joined(separator: ", ")) "
                    + "it would be \(near.format.title)."
                    + (near.format.name == Format.plain.name || near.format.holdsSpecies ? "" : " " + ownTable)
            } ?? known
        let shown = nearest?.header ?? widest.header
        if nearest == nil, widest.header.holdsValues {
            return
                "has no header: its first line is '\(shown.summary)'. Add a first line with the names of the columns. "
                + known
        }
        return "has no known format: its first line is '\(shown.summary)'. \(advice)"
    }

    private static func openSQLite(_ file: SourceFile) throws(ChangeError) -> SourceContent {
        let database = try SQLiteRows.open(file)
        let application = try SQLiteRows.application(of: database, path: file.path)
        if application == Schema.applicationID {
            throw .refused(
                "\(file.path) is a Rookery database itself. Serve it, or import what its server answers to "
                    + "/observations.csv.")
        }
        var tables: [SourceTable] = []
        let known = [("birds", Format.plain), ("species", .plainSpecies), ("detections", .birdNETPi)]
        // Without its view, a file would seem to have no records.
        for (name, _) in known where try SQLiteRows.hasView(name, in: database, path: file.path) {
            throw .refused(
                "\(file.path) has \(name) as a view or a virtual table, whose query is not run here. Export it as a text: "
                    + shellLine(["sqlite3", "-header", "-csv", file.path, "SELECT * FROM \(name)"]) + " > \(name).csv")
        }
        for (name, format) in known where try SQLiteRows.hasTable(name, in: database, path: file.path) {
            let columns = Set(format.columns.flatMap { [$0.name] + $0.otherNames })
            let first = try SQLiteRows(database, table: name, columns: columns, path: file.path)
            let header = Header(first.header)
            let missing = header.missing(format)
            guard missing.isEmpty else {
                throw .refused(
                    "\(file.path) has a table \(name) without the column " + missing.joined(separator: ", ") + ".")
            }
            let open = { () throws(ChangeError) -> any RowSource in
                let rows = try SQLiteRows(database, table: name, columns: columns, path: file.path)
                var row = Row()
                _ = try rows.next(&row)
                return rows
            }
            tables.append(
                SourceTable(
                    format: format, header: header, size: file.size, open: open, paths: ["\(file.path)/\(name)"],
                    otherColumns: first.otherColumns))
        }
        guard !tables.isEmpty else {
            let names = try SQLiteRows.tables(in: database, path: file.path)
            let shown = names.prefix(4).map { Row.shown($0, atMost: 30) }.joined(separator: ", ")
            // "GPKG" (https://www.geopackage.org/spec131, requirement 2).
            throw .refused(
                application == 0x4750_4B47
                    ? "\(file.path) is a GeoPackage; convert the layer with the records to CSV first, with: "
                        + "ogr2ogr birds.csv birds.gpkg LAYER"
                    : "\(file.path) is a SQLite file without tables birds, species or detections. It has "
                        + (names.isEmpty
                            ? "no tables." : "\(shown)\(names.count > 4 ? ", …" : ""). Export the one with the ")
                        + (names.isEmpty ? "" : "records: sqlite3 -header -csv FILE 'SELECT * FROM TABLE' > birds.csv"))
        }
        return SourceContent(path: file.path, title: "SQLite", name: sqlite, encoding: .utf8, tables: tables)
    }
}
