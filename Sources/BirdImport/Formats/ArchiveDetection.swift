import Birds

/// Finds out what a zip archive contains. An archive with `meta.xml` is a Darwin Core Archive; any other must contain
/// exactly one text file, which is then treated like a file without an archive.
enum ArchiveDetection {
    /// The signature of a local file header (APPNOTE.TXT 4.3.7), with which zip archives begin.
    static let magic: [UInt8] = Array("PK\u{3}\u{4}".utf8)
    /// The name of the format, as in `--format`.
    static let name = "dwca"

    private static let textEndings = [".csv", ".txt", ".tsv"]
    /// Entries that tell spreadsheets, which are zip archives too: Office Open XML and OpenDocument.
    private static let spreadsheetEntries = ["[Content_Types].xml", "mimetype"]
    /// The most names of files in a message.
    private static let mostShown = 4

    enum Content {
        case archive(SourceContent)
        /// The only text file of the archive.
        case file(SourceFile)
    }

    /// - Parameter folder: The folder for the extracted files, which have no names.
    /// - Throws: `ImportError.refused` if the archive can't be read or its content is not known.
    static func open(_ file: SourceFile, in folder: String) throws(ImportError) -> Content {
        let zip = try ZipArchive(file)
        if let description = zip.entries.first(where: { $0.name.split(separator: "/").last == "meta.xml" }) {
            return .archive(try open(zip, description, in: folder))
        }
        if zip.entries.contains(where: { spreadsheetEntries.contains($0.name) }) {
            throw .refused("\(file.path) is a spreadsheet; save it as CSV.")
        }
        let texts = zip.entries.filter { entry in
            textEndings.contains { entry.name.lowercased().hasSuffix($0) } && !entry.name.hasPrefix("__MACOSX/")
        }
        guard let text = texts.first else {
            throw .refused("\(file.path) is a zip archive without meta.xml and without a text file.")
        }
        guard texts.count == 1 else {
            let names = texts.prefix(mostShown).map { Row.shown($0.name, atMost: 60) }.joined(separator: ", ")
            throw .refused(
                "\(file.path) is a zip archive with several text files (\(names)\(texts.count > mostShown ? ", …" : "")); "
                    + "extract the one with the records.")
        }
        return .file(try zip.extract(text, in: folder))
    }

    /// Opens a Darwin Core Archive whose core has occurrences, or events with an extension of occurrences.
    /// - Parameter entry: The entry of `meta.xml`. File names in it are relative to its folder.
    private static func open(
        _ zip: ZipArchive, _ entry: ZipArchive.Entry, in folder: String
    ) throws(ImportError) -> SourceContent {
        let path = "\(zip.file.path)/\(Row.shown(entry.name, atMost: 100))"
        let description: ArchiveDescription
        do throws(XMLElement.Fault) {
            description = try ArchiveDescription.parse(try content(zip, entry))
        } catch {
            throw .refused("\(path) can't be used: \(error.reason).")
        }
        let prefix = entry.name.dropLast("meta.xml".count)
        func extract(_ table: ArchiveDescription.Table) throws(ImportError) -> SourceFile {
            guard let entry = zip.entries.first(where: { $0.name == prefix + table.location }) else {
                throw .refused(
                    "\(zip.file.path) has no \(Row.shown(table.location, atMost: 100)), which \(entry.name) names.")
            }
            return try zip.extract(entry, in: folder)
        }
        let core = description.core
        switch core.rowType {
        case "occurrence":
            let file = try extract(core)
            let encoding = try file.encoding()
            return try content(
                encoding, Header(ArchiveRows.header(core)), file, path,
                open: { () throws(ImportError) -> any RowSource in ArchiveRows(core, file, encoding) })
        case "event":
            guard let occurrences = description.extensions.first(where: { $0.rowType == "occurrence" }) else {
                throw .refused("\(zip.file.path) has events but no occurrences.")
            }
            guard core.idIndex != nil, occurrences.idIndex != nil else {
                throw .refused("\(path) can't be used: it does not say which columns link occurrences to events.")
            }
            let (events, file) = (try extract(core), try extract(occurrences))
            let (eventEncoding, encoding) = (try events.encoding(), try file.encoding())
            return try content(
                encoding, Header(JoinedRows.header(occurrences, core)), file, path,
                open: { () throws(ImportError) -> any RowSource in
                    JoinedRows(
                        occurrences, core, ArchiveRows(occurrences, file, encoding),
                        try EventRows(ArchiveRows(core, events, eventEncoding), path: events.path))
                })
        default:
            throw .refused(
                "\(zip.file.path) is an archive of \(Row.shown(core.rowType, atMost: 40)), not of occurrences or events."
            )
        }
    }

    private static func content(_ zip: ZipArchive, _ entry: ZipArchive.Entry) throws(XMLElement.Fault) -> [UInt8] {
        do throws(ImportError) {
            return try zip.content(entry, most: XMLElement.longestDocument)
        } catch {
            throw XMLElement.Fault(reason: error.message)
        }
    }

    private static func content(
        _ encoding: TextEncoding, _ header: Header, _ file: SourceFile, _ path: String,
        open: @escaping () throws(ImportError) -> any RowSource
    ) throws(ImportError) -> SourceContent {
        let format = Format.darwinCore
        let missing = header.missing(format)
        guard missing.isEmpty else {
            throw .refused("\(path) names no column for \(missing.joined(separator: ", ")).")
        }
        if let repeated = header.repeated(format) { throw .refused("\(path) has the term \(repeated) twice.") }
        return SourceContent(
            title: "Darwin Core Archive", name: name, encoding: encoding,
            tables: [SourceTable(format: format, header: header, size: file.size, open: open)])
    }
}
