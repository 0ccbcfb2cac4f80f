import Birds
import FileSystem

/// Finds out what is in zip and tar archives and in files that gzip made.
///
/// An archive with `meta.xml` is a Darwin Core Archive. In any other, these files are taken, whatever their names, and
/// treated like files without an archive:
///
/// - the one with the records, which has a header of a format of records, and rows after it
/// - of the eBird Basic Dataset, also the one with its sampling events
/// - all results of BirdNET-Analyzer, which writes a file for each recording
/// - tables of species beside these, or one alone
///
/// All others, such as terms, notes and tables of codes, are passed over.
///
/// A file may be compressed, an archive may be compressed, and the files in it may be. An archive in an archive is not
/// read.
struct ArchiveDetection {
    /// The most names of files in a message.
    private static let mostShown = 4
    /// How much of a file in an archive is looked at, in bytes. Headers are shorter.
    private static let beginningSize = 1 << 16
    /// The most files of an archive that are read: they are all open at once.
    private static let mostRead = 200
    /// The most files of an archive that are looked at.
    private static let mostLookedAt = 1000
    /// The longest first line of a text that is looked at, in bytes. The names of 500 columns fit.
    private static let longestHeader = 16 << 10

    enum Content {
        case archive(SourceContent)
        /// One or more files that need no unpacking, and the name of the format that each must have.
        case files([(SourceFile, format: String?)])
    }

    /// The format that the file must have; nil for any.
    private let wanted: String?
    /// The folder for the unpacked files, which have no names.
    private let folder: String
    private let expansion = Expansion()

    /// Unpacks a file as far as needed.
    /// - Parameters:
    ///   - wanted: The name of the format that the records must have; nil for any.
    ///   - folder: The folder for the unpacked files, which have no names.
    /// - Throws: `ChangeError.refused` if an archive can't be read or its content is not known.
    static func open(_ file: SourceFile, as wanted: String?, in folder: String) throws(ChangeError) -> Content {
        try ArchiveDetection(wanted: wanted, folder: folder).open(file)
    }

    private func open(_ file: SourceFile) throws(ChangeError) -> Content {
        let plain = try decompressed(file)
        guard let kind = Archive.kind(try plain.beginning(512)) else { return .files([(plain, wanted)]) }
        let archive = try Archive(plain, kind, expansion)
        guard !archive.entries.isEmpty else {
            throw .refused("\(file.path) is an empty \(kind) archive: it has no files.")
        }
        // OpenDocument has a meta.xml too.
        if let document = try document(archive) { throw .refused("\(file.path) is \(document).") }
        let descriptions = archive.entries.filter { entry in
            entry.name.split(separator: "/").last == "meta.xml" && !entry.name.hasPrefix("__MACOSX/")
        }
        if let description = descriptions.first {
            guard descriptions.count == 1 else {
                throw .refused(
                    "\(file.path) has several Darwin Core Archives ("
                        + shown(descriptions.map { Row.shown($0.name, atMost: 60) })
                        + "); extract it, make a zip of the files of each, and import these.")
            }
            return .archive(try open(archive, description))
        }
        guard wanted != Format.archive else {
            throw .refused("\(file.path) has no meta.xml, so it is not a Darwin Core Archive.")
        }
        if let stranger = stranger(archive) { throw .refused("\(file.path) is \(stranger).") }
        var files: [(SourceFile, format: String?)] = []
        for (entry, format) in try choose(archive) {
            files.append((try decompressed(try archive.extract(entry, in: folder)), format))
        }
        return .files(files)
    }

    /// The file without the compression of gzip, if it has it.
    private func decompressed(_ file: SourceFile) throws(ChangeError) -> SourceFile {
        guard try file.beginning(GzipReader.magic.count) == GzipReader.magic else { return file }
        let plain = try Gzip.extract(file, in: folder, expansion)
        guard try plain.beginning(GzipReader.magic.count) != GzipReader.magic else {
            throw .refused("\(file.path) is compressed twice with gzip; decompress it with gunzip first.")
        }
        return plain
    }

    /// What kind of document an archive is, as the end of a sentence; nil for all others.
    private func document(_ archive: Archive) throws(ChangeError) -> String? {
        let names = Set(archive.entries.map { $0.name.lowercased() })
        if names.contains("[content_types].xml") {
            return names.contains(where: { $0.hasPrefix("xl/") })
                ? "an Excel workbook; save the sheet with the records as CSV UTF-8, and import that"
                : "a document of an office program; save the records as CSV, and import that"
        }
        if let type = archive.entries.first(where: { $0.name == "mimetype" }) {
            let spreadsheet = Array("application/vnd.oasis.opendocument.spreadsheet".utf8)
            return try archive.content(type, most: 1000).starts(with: spreadsheet)
                ? "an OpenDocument spreadsheet; save the sheet with the records as CSV in UTF-8, and import that"
                : "a document of an office program; save the records as CSV, and import that"
        }
        if names.contains(where: { $0.hasSuffix(".iwa") }) {
            return "a document of Apple Numbers, Pages or Keynote; export the records as CSV, and import that"
        }
        return nil
    }

    /// What an archive is that has no records to read, as the end of a sentence; nil for all others.
    private func stranger(_ archive: Archive) -> String? {
        let names = archive.entries.map { $0.name.lowercased() }
        if names.contains("doc.kml") { return "a map (KMZ); import a CSV of the records instead" }
        if names.contains(where: { $0.hasSuffix(".shp") }) {
            return "a shapefile, which cuts the names of columns; import a CSV of the records instead"
        }
        return nil
    }

    // MARK: - The file with the records

    /// A file in an archive, and what its beginning has the format of.
    private struct Known {
        let entry: Archive.Entry
        /// The name of the format, and its title.
        let name: String
        let title: String
        let holdsSpecies: Bool
        /// Whether it has a row after its header.
        let hasRows: Bool
    }

    /// Finds the file with the records.
    /// - Returns: It, or the only text if none has a known format, which then says why not; also the file of sampling
    ///   events, if there is one; or the results of several recordings; then the tables of species. With the name of
    ///   the format that each must have.
    private func choose(_ archive: Archive) throws(ChangeError) -> [(Archive.Entry, format: String?)] {
        // macOS adds hidden files that begin with `._` beside each file.
        let entries = archive.entries.filter { entry in
            !entry.name.hasPrefix("__MACOSX/") && entry.name.split(separator: "/").last?.first != "."
        }
        guard entries.count <= Self.mostLookedAt else {
            throw .refused(
                "\(archive.file.path) has more than \(Self.mostLookedAt) files; extract the one with the records, and "
                    + "import that.")
        }
        if entries.count == 1, let only = entries.first, only.isEmpty {
            throw .refused("\(archive.path(only)) is empty.")
        }
        var known: [Known] = []
        var texts: [Archive.Entry] = []
        var inner: Archive.Entry?
        try archive.beginnings(of: entries.filter { !$0.isEmpty }, Self.beginningSize) {
            (entry, packed) throws(ChangeError) in
            let isCompressed = packed.starts(with: GzipReader.magic)
            let bytes = isCompressed ? (try? beginning(compressed: packed, entry)) ?? [] : packed
            let isWhole = max(packed.count, bytes.count) < Self.beginningSize
            if Archive.kind(Array(bytes.prefix(512))) != nil { inner = inner ?? entry }
            if let found = look(bytes, entry, isWhole: isWhole) { known.append(found) }
            // One that can't be decompressed says so when it is opened.
            if isText(bytes) || isCompressed && (bytes.isEmpty || bytes.starts(with: GzipReader.magic)) {
                texts.append(entry)
            }
        }
        let (records, tables) = (known.filter { !$0.holdsSpecies }, known.filter(\.holdsSpecies))
        var chosen: [Known]
        if records.isEmpty {
            chosen = tables.filter { wanted == nil || $0.name == wanted }
            if chosen.contains(where: \.hasRows) { chosen.removeAll { !$0.hasRows } }
            // They may be versions of one list.
            guard chosen.count < 2 else { throw several(chosen, "species", archive) }
        } else {
            chosen = try recordFiles(records, archive) + tables.filter(\.hasRows)
        }
        if !chosen.isEmpty { return chosen.map { ($0.entry, wanted == nil ? nil : $0.name) } }
        if let inner {
            let name = inner.name.lowercased()
            if name.hasSuffix(".xlsx") || name.hasSuffix(".ods") {
                throw .refused(
                    "\(archive.file.path) contains a spreadsheet, \(Row.shown(inner.name, atMost: 60)); extract that, save "
                        + "the sheet with the records as CSV UTF-8, and import that.")
            }
            throw .refused(
                "\(archive.file.path) contains another archive, \(Row.shown(inner.name, atMost: 60)); extract that, "
                    + "and import it.")
        }
        guard let text = texts.first else {
            throw .refused(
                "\(archive.file.path) is a \(archive.kind) archive without meta.xml and without a text file.")
        }
        guard texts.count == 1 else {
            throw .refused(
                "\(archive.file.path) is a \(archive.kind) archive with several texts ("
                    + shown(texts.map { Row.shown($0.name, atMost: 60) })
                    + "), and none is \(wanted.map { "of the format \($0)" } ?? "of a known format"); extract the one with "
                    + "the records, and import that to see why.")
        }
        return [(text, wanted)]
    }

    /// The files with records that belong together.
    /// - Throws: `ChangeError.refused` if there are several that do not.
    private func recordFiles(_ records: [Known], _ archive: Archive) throws(ChangeError) -> [Known] {
        guard records.count > 1 else { return records }
        let pair = [Format.eBird.name, Format.eBirdSampling.name].map { name in records.filter { $0.name == name } }
        if records.count == 2, let first = pair[0].first, let second = pair[1].first { return [first, second] }
        if records.count <= Self.mostRead, records.allSatisfy({ $0.name == Format.birdNETAnalyzer.name }) {
            return records
        }
        let filled = records.filter(\.hasRows)
        guard filled.count < 2 else { throw several(filled, "records", archive) }
        return filled.isEmpty ? [records[0]] : filled
    }

    private func several(_ files: [Known], _ what: String, _ archive: Archive) -> ChangeError {
        .refused(
            "\(archive.file.path) has several files with \(what) ("
                + shown(files.map { "\(Row.shown($0.entry.name, atMost: 60)): \($0.title)" })
                + "); extract them, and import each.")
    }

    private func shown(_ names: [String]) -> String {
        names.prefix(Self.mostShown).joined(separator: ", ") + (names.count > Self.mostShown ? ", …" : "")
    }

    /// What the beginning of a file in an archive has the format of; nil if it is not known.
    /// - Parameter isWhole: Whether it is the whole file.
    private func look(_ beginning: [UInt8], _ entry: Archive.Entry, isWhole: Bool) -> Known? {
        if beginning.starts(with: FileHeader.magic) {
            return wanted == nil || wanted == Detection.sqlite
                ? Known(entry: entry, name: Detection.sqlite, title: "SQLite", holdsSpecies: false, hasRows: true)
                : nil
        }
        guard isText(beginning), wanted != Detection.sqlite else { return nil }
        // What has such a line has no header, and would be looked at with every separator.
        guard beginning.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) ?? beginning.count <= Self.longestHeader else {
            return nil
        }
        // The last line may be cut within a character. In a whole file, the last line end may be within a cell.
        let lastLine = isWhole ? nil : beginning.lastIndex(of: 0x0A)
        let end = lastLine.map { $0 + 1 } ?? beginning.count
        let file = TemporaryFile(in: folder)
        guard (try? file.append(Array(beginning.prefix(end)))) != nil,
            let source = try? SourceFile(file, path: entry.name)
        else { return nil }
        // Whoever names the format of the records does not mean to leave out the sampling events or the species.
        let formats = wanted == Format.eBird.name ? [wanted, Format.eBirdSampling.name] : [wanted]
        var found = formats.lazy.compactMap { content(of: source, as: $0) }.first
        if found == nil, wanted != nil {
            found = content(of: source, as: nil).flatMap { $0.holdsSpecies ? $0 : nil }
        }
        guard let found, !found.isPassedOver else { return nil }
        return Known(
            entry: entry, name: found.name, title: found.title, holdsSpecies: found.holdsSpecies,
            hasRows: !isWhole || hasRows(found))
    }

    private func content(of source: SourceFile, as format: String?) -> SourceContent? {
        try? Detection.open(source, as: format, folder: folder).first
    }

    private func hasRows(_ content: SourceContent) -> Bool {
        content.tables.contains { table in
            var row = Row()
            return (try? table.open().next(&row)) ?? true
        }
    }

    /// The beginning of a compressed file, from its own beginning.
    private func beginning(compressed bytes: [UInt8], _ entry: Archive.Entry) throws(ChangeError) -> [UInt8] {
        let file = TemporaryFile(in: folder)
        try file.append(bytes, for: entry.name)
        let source = try SourceFile(file, path: entry.name)
        return try Gzip.extract(source, in: folder, expansion, most: Self.beginningSize).beginning(Self.beginningSize)
    }

    private func isText(_ beginning: [UInt8]) -> Bool {
        !beginning.isEmpty && Stranger.isText(Array(beginning.prefix(Stranger.beginningSize)))
    }

    // MARK: - Darwin Core Archives

    /// Opens a Darwin Core Archive whose core has occurrences, or events with an extension of occurrences.
    /// - Parameter entry: The entry of `meta.xml`. File names in it are relative to its folder.
    private func open(_ archive: Archive, _ entry: Archive.Entry) throws(ChangeError) -> SourceContent {
        let path = archive.path(entry)
        let description: ArchiveDescription
        let document = try archive.content(entry, most: XMLElement.longestDocument)
        do throws(XMLElement.Fault) {
            description = try ArchiveDescription.parse(document)
        } catch {
            throw .refused("\(path) can't be used: \(error.reason).")
        }
        let prefix = entry.name.dropLast("meta.xml".count)
        func extract(_ table: ArchiveDescription.Table) throws(ChangeError) -> ArchiveFiles {
            var parts: [(SourceFile, TextEncoding)] = []
            for location in table.locations {
                let name = Row.shown(location, atMost: 100)
                let found = archive.entries.filter { $0.name == prefix + location }
                guard let first = found.first else {
                    throw .refused(
                        "\(archive.file.path) has no \(name), which \(Row.shown(entry.name, atMost: 100)) names.")
                }
                guard found.count == 1 else {
                    throw .refused("\(archive.file.path) has \(name) twice; extract it, and keep one.")
                }
                let file = try decompressed(try archive.extract(first, in: folder))
                parts.append((file, try file.encoding()))
            }
            var table = table
            // XML makes a space of a tab in an attribute. Cells have spaces, so none separates them.
            if table.syntax.separator == 0x20 {
                for (file, _) in parts where try !file.beginning(Self.beginningSize).contains(0x09) {
                    throw .refused(
                        "\(path) can't be used: it says that there are spaces between columns; for a tab, write \\t as "
                            + "fieldsTerminatedBy.")
                }
                table.syntax = CSVReader.Syntax(separator: 0x09, quoting: table.syntax.quoting)
            }
            return ArchiveFiles(table: table, parts: parts)
        }
        let core = description.core
        switch core.rowType {
        case "occurrence":
            let files = try extract(core)
            let header = Header(ArchiveRows.header(core))
            let commas = CommaRule(separator: files.table.syntax.separator)
            let hasValues = TrialReader(.darwinCore, header, commas: commas).shape.hasValues
            return try content(
                header, files, path, commas: commas,
                open: { () throws(ChangeError) -> any RowSource in ArchiveRows(files, hasValues: hasValues) },
                dateOrder: try Self.dateOrder(of: core, path))
        case "event":
            guard let occurrences = description.extensions.first(where: { $0.rowType == "occurrence" }) else {
                throw .refused("\(archive.file.path) has events but no occurrences.")
            }
            guard core.idIndex != nil, occurrences.idIndex != nil else {
                throw .refused("\(path) can't be used: it does not say which columns link occurrences to events.")
            }
            let (events, files) = (try extract(core), try extract(occurrences))
            // A row has cells of both files.
            let separators = [events.table.syntax.separator, files.table.syntax.separator]
            let commas = separators.map(CommaRule.init).min() ?? .none
            let read = Set((Format.darwinCore.columns + Format.darwinCoreEvents.columns).map(\.name))
            let joined = JoinedFiles(occurrences: files, events: events, read: read, dates: DateText.checks)
            let (ofCore, ofOccurrences) = (
                try Self.dateOrder(of: core, path), try Self.dateOrder(of: occurrences, path)
            )
            let dateOrder = ofCore ?? ofOccurrences
            return try content(
                Header(JoinedRows.header(occurrences, core)), files, path, commas: commas, open: joined.openOccurrences,
                noteOccurrence: joined.note, dateOrder: dateOrder,
                checklists: SourceTable(
                    format: .darwinCoreEvents, header: Header(EventRows.header(core)), size: events.size,
                    open: joined.openEmptyEvents, commas: CommaRule(separator: events.table.syntax.separator),
                    paths: events.paths, eventFaults: joined.faults, dateOrder: dateOrder))
        default:
            throw .refused(
                "\(archive.file.path) is an archive of \(Row.shown(core.rowType, atMost: 40)), not of occurrences or events."
            )
        }
    }

    /// The order of day and month in the dates of a table, if it tells one.
    /// - Throws: `ChangeError.refused` if its dates would be read as other ones.
    private static func dateOrder(
        of table: ArchiveDescription.Table, _ path: String
    ) throws(ChangeError) -> DateOrder? {
        guard let pattern = table.dateFormat, table.fields.contains(where: { $0.term == "eventdate" }) else {
            return nil
        }
        guard !DateOrder.isUnusual(pattern: pattern) else {
            throw .refused(
                "\(path) says that dates are written as \(Row.shown(pattern, atMost: 40)), which can't be read; write them as "
                    + "YYYY-MM-DD, and change dateFormat, or remove it if they are so already.")
        }
        return DateOrder(pattern: pattern)
    }

    private func content(
        _ header: Header, _ files: ArchiveFiles, _ path: String, commas: CommaRule,
        open: @escaping () throws(ChangeError) -> any RowSource,
        noteOccurrence: ((EventRows.Occurrence) throws(ChangeError) -> Void)? = nil, dateOrder: DateOrder?,
        checklists: SourceTable? = nil
    ) throws(ChangeError) -> SourceContent {
        let format = Format.darwinCore
        let missing = header.missing(format)
        guard missing.isEmpty else {
            throw .refused("\(path) names no column for \(missing.joined(separator: ", ")).")
        }
        if let repeated = header.repeated(format) { throw .refused("\(path) has the term \(repeated) twice.") }
        let records = SourceTable(
            format: format, header: header, size: files.size, open: open, commas: commas, paths: files.paths,
            noteOccurrence: noteOccurrence, dateOrder: dateOrder)
        return SourceContent(
            path: path, title: "Darwin Core Archive", name: Format.archive, encoding: files.encoding,
            tables: [records] + (checklists.map { [$0] } ?? []))
    }
}
