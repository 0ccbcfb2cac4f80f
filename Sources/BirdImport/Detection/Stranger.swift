import Birds
import FileSystem

/// Files that people try to import and that have no records to read, by their content: what each is, and what to do.
///
/// Every advice has a test that follows it, as far as its tool is at hand (`Tests/EndToEnd/advice.py`).
enum Stranger {
    /// How much of a file is looked at, in bytes.
    static let beginningSize = 4096

    /// What a file is, as the end of a sentence after its path and "is"; nil if it may be a text with columns.
    /// - Parameter beginning: Its first `beginningSize` bytes, or all if it is shorter.
    static func name(of file: SourceFile, _ beginning: [UInt8]) throws(ChangeError) -> String? {
        if beginning.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) { return try officeFile(file, beginning) }
        // Column names may begin with the same letters.
        let isHeader = isHeader(beginning)
        let kind = kinds.first { $0.matches(beginning) && !(isHeader && $0.isPrintable) }
        if let kind = kind ?? texts.first(where: { $0.matches(beginning) }) { return kind.name }
        if beginning.starts(with: Array("RIFF".utf8)) {
            return beginning.dropFirst(8).starts(with: Array("WEBP".utf8)) ? picture : recording
        }
        if beginning.count >= 16, beginning.allSatisfy({ $0 == 0 }) {
            return "damaged: it begins with zeros only; get the file again"
        }
        return markup(beginning, path: file.path) ?? binary(beginning)
    }

    /// Whether a file may be text, by its beginning: it has few control characters, and no NUL, which only UTF-16
    /// contains, unless it begins with a header of several columns.
    static func isText(_ beginning: [UInt8]) -> Bool { binary(beginning) == nil }

    // MARK: - By the first bytes

    private struct Kind {
        let magic: [UInt8]
        /// Where the magic is.
        let offset: Int
        let name: String

        init(_ magic: [UInt8], at offset: Int = 0, _ name: String) {
            (self.magic, self.offset, self.name) = (magic, offset, name)
        }

        init(_ magic: String, at offset: Int = 0, _ name: String) { self.init(Array(magic.utf8), at: offset, name) }

        func matches(_ bytes: [UInt8]) -> Bool { bytes.dropFirst(offset).starts(with: magic) }

        /// Whether text may begin with it.
        var isPrintable: Bool { offset == 0 && magic.allSatisfy { 0x20..<0x7F ~= $0 } }
    }

    /// Whether the first line has several columns. A few NULs in it are those of a broken text.
    private static func isHeader(_ beginning: [UInt8]) -> Bool {
        let line = beginning.prefix { $0 != 0x0A && $0 != 0x0D }
        return line.contains { [0x2C, 0x3B, 0x09, 0x7C].contains($0) }
            && line.allSatisfy { $0 == 0x09 || $0 >= 0x20 && $0 != 0x7F || $0 == 0 }
            && line.count { $0 == 0 } * 10 <= line.count && beginning.count > line.count
    }

    private static let kinds: [Kind] = [
        Kind("BZh", "compressed with bzip2; decompress it first, with bunzip2"),
        Kind([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "compressed with xz; decompress it first, with unxz"),
        Kind([0x28, 0xB5, 0x2F, 0xFD], "compressed with Zstandard; decompress it first, with unzstd"),
        Kind([0x04, 0x22, 0x4D, 0x18], "compressed with LZ4; decompress it first, with unlz4"),
        Kind([0x1F, 0x9D], "compressed with compress; decompress it first, with gunzip"),
        Kind(
            [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C],
            "a 7-Zip archive; extract it first, with 7z x, and import the file in it"),
        Kind("PK\u{7}\u{8}", "the first part of a zip archive in several parts; join them with zip -s 0"),
        Kind("Rar!", "a RAR archive; extract it first, with unrar or 7-Zip, and import the file in it"),
        Kind(
            "PAR1",
            "a Parquet file; convert it to CSV first, for example in DuckDB: COPY 'birds.parquet' TO 'birds.csv'"),
        Kind("ARROW1", arrow), Kind("FEA1", arrow),
        Kind([0x58, 0x0A, 0x00, 0x00], rData), Kind("A\n2\n", rData), Kind("A\n3\n", rData), Kind("RDX", rData),
        Kind("RDA", rData),
        Kind(
            "$FL2",
            "an SPSS file; convert it to CSV first, for example in Python: "
                + "pandas.read_spss('birds.sav').to_csv('birds.csv', index=False)"),
        Kind("<stata_dta>", stata), Kind([0x72, 0x01, 0x01, 0x00], stata), Kind([0x72, 0x02, 0x01, 0x00], stata),
        Kind([0x73, 0x01, 0x01, 0x00], stata), Kind([0x73, 0x02, 0x01, 0x00], stata),
        Kind([0xC2, 0xEA, 0x81, 0x60, 0xB3, 0x14, 0x11, 0xCF], at: 12, "a SAS file; export its table as CSV in SAS"),
        Kind("\u{0}\u{1}\u{0}\u{0}Standard Jet DB", access), Kind("\u{0}\u{1}\u{0}\u{0}Standard ACE DB", access),
        Kind([0x89, 0x48, 0x44, 0x46], "an HDF5 file; save the records as CSV"),
        Kind("PGDMP", dump),
        Kind(
            [0x00, 0x00, 0x27, 0x0A],
            "a shapefile, which cuts the names of columns; import a CSV of the records instead"),
        Kind([0x89, 0x50, 0x4E, 0x47], picture), Kind([0xFF, 0xD8, 0xFF], picture), Kind("GIF8", picture),
        Kind([0x49, 0x49, 0x2A, 0x00], picture), Kind([0x4D, 0x4D, 0x00, 0x2A], picture),
        Kind("ftyphei", at: 4, picture), Kind("ftypmif1", at: 4, picture), Kind("ftypavif", at: 4, picture),
        Kind("ftyp", at: 4, "a film or a sound recording, which has no records"),
        Kind("fLaC", recording), Kind("OggS", recording), Kind("ID3", recording), Kind([0xFF, 0xFB], recording),
        Kind("%PDF", "a PDF; save the records as CSV where it comes from"),
        Kind([0x7F, 0x45, 0x4C, 0x46], program), Kind("MZ", program),
        Kind("bplist00", "a property list of macOS, which has no records"),
        Kind([0x00, 0x05, 0x16, 0x07], "what macOS keeps beside a file; import the file without ._ in its name"),
        // These begin like UTF-16, which can be read.
        Kind([0xFF, 0xFE, 0, 0], "UTF-32 text; save it as UTF-8"),
        Kind([0, 0, 0xFE, 0xFF], "UTF-32 text; save it as UTF-8"),
    ]

    /// The first words of texts that never begin a header.
    private static let texts: [Kind] = [
        Kind("-- MySQL dump", dump), Kind("-- MariaDB dump", dump), Kind("--\n-- PostgreSQL database", dump),
        Kind("PRAGMA foreign_keys=OFF;", dump), Kind("{\\rtf", document), Kind("#!", program),
        Kind("version https://git-lfs", "only a pointer to a file in Git LFS; get the file with git lfs pull"),
        Kind("Return-Path:", mail), Kind("Delivered-To:", mail), Kind("Received:", mail), Kind("MIME-Version:", mail),
        Kind("X-Gmail-", mail), Kind("BEGIN:VCALENDAR", "a calendar, which has no records"),
    ]

    private static let arrow =
        "an Arrow file; convert it to CSV first, for example in Python: "
        + "pandas.read_feather('birds.arrow').to_csv('birds.csv', index=False)"
    private static let rData = "an R data file; save it in R with write.csv(x, \"birds.csv\", row.names = FALSE)"
    private static let stata =
        "a Stata file; convert it to CSV first, for example in Python: "
        + "pandas.read_stata('birds.dta').to_csv('birds.csv', index=False)"
    private static let access =
        "a Microsoft Access database; export the table with the records as CSV, in Access or with mdb-export"
    private static let dump = "an SQL dump; load it into its database, and export the table with the records as CSV"
    private static let picture = "a picture"
    private static let recording = "a sound recording; run BirdNET-Analyzer on it, and import the results"
    private static let document = "a document of an office program; save the records as CSV, and import that"
    private static let program = "a program, which has no records"
    private static let mail = "an e-mail; save the file that is attached to it, and import that"
    static let page =
        "a web page, perhaps a login or an error instead of the download; download the file again in a browser"

    /// What a file of Microsoft Office before 2007 is, or one with a password. They are containers of streams, whose
    /// names are in a directory, as UTF-16 ([MS-CFB], sections 2.2 and 2.6).
    private static func officeFile(_ file: SourceFile, _ beginning: [UInt8]) throws(ChangeError) -> String {
        var directory: [UInt8] = []
        if beginning.count >= 52 {
            let sector = (0..<4).reduce(0) { $0 | Int(beginning[48 + $1]) << (8 * $1) }
            let size = beginning[30] == 12 ? 4096 : 512
            directory = try file.bytes(beginningSize, at: (sector + 1) * size)
        }
        let names = String(decoding: directory.filter { $0 != 0 }, as: UTF8.self)
        if names.contains("EncryptedPackage") {
            return
                "a file of Microsoft Office with a password; open it, save the sheet with the records as CSV UTF-8, and "
                + "import that"
        }
        if names.contains("Workbook") || names.contains("Book") {
            return "an old Excel workbook; save the sheet with the records as CSV UTF-8, and import that"
        }
        if names.contains("WordDocument") { return document }
        if names.contains("__substg1.0") { return mail }
        return "an old spreadsheet or document of Microsoft Office; save the records as CSV"
    }

    // MARK: - By the first words

    /// What a text is whose first words tell.
    private static func markup(_ beginning: [UInt8], path: String) -> String? {
        var text = beginning[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        let isSpace: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        text = text.drop(while: isSpace)
        let words = String(decoding: text.prefix(2048), as: UTF8.self)
        switch text.first {
        case UInt8(ascii: "<"): return tagged(words.lowercased(), path: path)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            // A header may be in brackets too.
            let next = text.dropFirst().drop(while: isSpace).first ?? UInt8(ascii: "}")
            let first: StaticString = text.first == UInt8(ascii: "{") ? "\"}" : "\"{[]}"
            let isAlone = text.dropFirst().first.map { $0 == 0x0A || $0 == 0x0D } ?? true
            guard isAlone || first.description.utf8.contains(next) else { return nil }
            return words.contains("\"FeatureCollection\"")
                ? "GeoJSON; save the records as CSV, with their columns"
                : "JSON; convert it to CSV first, for example in DuckDB: COPY (FROM 'birds.json') TO 'birds.csv'"
        case UInt8(ascii: "F"):
            // The first line of a mailbox (RFC 4155).
            let line = words.prefix { $0 != "\n" }
            return line.hasPrefix("From ") && line.contains(":") && !line.contains(",") && !line.contains(";")
                ? mail : nil
        default: return nil
        }
    }

    /// What a text with tags is.
    private static func tagged(_ words: String, path: String) -> String? {
        func has(_ name: String) -> Bool { words.contains("<\(name)") }
        // Web sites give tables in HTML the name of a workbook, since Excel opens them.
        if words.contains("schemas-microsoft-com:office:excel") || has("table") && path.lowercased().hasSuffix(".xls") {
            return "a table in HTML; open it in a spreadsheet, save it as CSV UTF-8, and import that"
        }
        if words.hasPrefix("<!doctype html") || has("html") || has("head") || has("body") || has("table") || has("div")
        {
            return page
        }
        if has("kml") { return "a map (KML); import a CSV of the records instead" }
        if has("gpx") { return "a track (GPX), which has no records" }
        if has("archive") {
            return "the description of a Darwin Core Archive, in XML; import the whole archive, the zip file"
        }
        if words.contains("schemas-microsoft-com:office:spreadsheet") || has("office:document") {
            return "a spreadsheet in XML; save the sheet with the records as CSV, and import that"
        }
        return words.hasPrefix("<?xml") || words.hasPrefix("<!") ? "XML; save the records as CSV" : nil
    }

    // MARK: - By how its bytes are spread

    /// What a file is that can't be text; nil if it can.
    private static func binary(_ beginning: [UInt8]) -> String? {
        if beginning.starts(with: [0xFF, 0xFE]) || beginning.starts(with: [0xFE, 0xFF]) { return nil }
        let first = beginning.prefix(64)
        let nulls = first.indices.filter { first[$0] == 0 }
        // A header in ASCII has a NUL in every other byte.
        if nulls.count >= 2, nulls.count * 2 >= first.count - 1, Set(nulls.map { $0 % 2 }).count == 1 {
            return "UTF-16 text without a byte order mark; save it as UTF-8"
        }
        let controls = beginning.count { $0 < 0x20 && !(0x09...0x0D ~= $0) && $0 != 0x1B }
        let isBinary = !nulls.isEmpty && !isHeader(beginning) || controls > 4 && controls * 100 > beginning.count * 2
        return isBinary ? "not text, nor a file of another kind that is known; save the records as CSV" : nil
    }
}
