import Birds

/// `meta.xml` of a Darwin Core Archive: which files it has, and what their columns are.
///
/// Source: https://dwc.tdwg.org/text/
struct ArchiveDescription: Equatable {
    struct Table: Equatable {
        /// The last part of its row type, such as `Occurrence`, in lower case.
        let rowType: String
        /// The name of its file in the archive.
        let location: String
        let syntax: CSVReader.Syntax
        let headerLines: Int
        /// The position of the id, which an extension's rows have of their core's row; nil where there is none.
        let idIndex: Int?
        let fields: [Field]
    }

    struct Field: Equatable {
        /// The last part of the term, in lower case.
        let term: String
        /// Nil where no column has it.
        let index: Int?
        /// For rows that have nothing there.
        let value: String?
    }

    let core: Table
    let extensions: [Table]

    private static let mostColumns = CSVReader.mostCells
    private static let mostHeaderLines = 100

    static func parse(_ bytes: [UInt8]) throws(XMLElement.Fault) -> ArchiveDescription {
        let root = try XMLElement.parse(bytes)
        guard root.name == "archive" else { throw XMLElement.Fault(reason: "it describes no archive") }
        let cores = root.children("core")
        guard let core = cores.first, cores.count == 1 else {
            throw XMLElement.Fault(reason: "it has no core, or several")
        }
        var extensions: [Table] = []
        for element in root.children("extension") { extensions.append(try table(element)) }
        return ArchiveDescription(core: try table(core), extensions: extensions)
    }

    private static func table(_ element: XMLElement) throws(XMLElement.Fault) -> Table {
        let locations = element.children("files").flatMap { $0.children("location") }
        guard let location = locations.first, locations.count == 1 else {
            throw XMLElement.Fault(reason: "a table has no file, or several")
        }
        let separator = try character(element.attributes["fieldsTerminatedBy"] ?? ",")
        let quote = try character(element.attributes["fieldsEnclosedBy"] ?? "\"")
        let line = unescape(element.attributes["linesTerminatedBy"] ?? "\\n")
        guard let separator, separator != 0x0A, quote == nil || quote == 0x22, ["\n", "\r\n"].contains(line) else {
            throw XMLElement.Fault(
                reason: "its cells or lines are told apart by something else than one character and line feeds")
        }
        var fields: [Field] = []
        for field in element.children("field") {
            let term = try lastPart(field.attributes["term"])
            fields.append(Field(term: term, index: try index(field), value: field.attributes["default"]))
        }
        let headerLines = Int(element.attributes["ignoreHeaderLines"] ?? "0") ?? -1
        guard (0...mostHeaderLines).contains(headerLines) else {
            throw XMLElement.Fault(reason: "ignoreHeaderLines is not between 0 and \(mostHeaderLines)")
        }
        let id = try (element.children("id") + element.children("coreid")).first.map { (id) throws(XMLElement.Fault) in
            try index(id)
        }
        return Table(
            rowType: try lastPart(element.attributes["rowType"]), location: trimmed(location.text),
            syntax: CSVReader.Syntax(separator: separator, quoting: quote != nil), headerLines: headerLines,
            idIndex: id ?? nil, fields: fields)
    }

    private static func index(_ element: XMLElement) throws(XMLElement.Fault) -> Int? {
        guard let text = element.attributes["index"] else { return nil }
        guard let index = Int(text), (0..<mostColumns).contains(index) else {
            throw XMLElement.Fault(reason: "'\(Row.shown(text, atMost: 20))' is not the position of a column")
        }
        return index
    }

    /// `scientificname` of `http://rs.tdwg.org/dwc/terms/scientificName`.
    private static func lastPart(_ term: String?) throws(XMLElement.Fault) -> String {
        guard let part = term?.split(whereSeparator: { $0 == "/" || $0 == "#" }).last else {
            throw XMLElement.Fault(reason: "a row type or a term is missing")
        }
        return trimmed(String(part)).lowercased()
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace = { (character: Character) in character.isWhitespace }
        var rest = text[...].drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return String(rest)
    }

    /// One byte, or none for an empty text.
    private static func character(_ text: String) throws(XMLElement.Fault) -> UInt8? {
        let bytes = Array(unescape(text).utf8)
        guard bytes.count <= 1 else { throw XMLElement.Fault(reason: "a separator has several characters") }
        return bytes.first
    }

    private static func unescape(_ text: String) -> String {
        switch text {
        case "\\t": "\t"
        case "\\n": "\n"
        case "\\r\\n": "\r\n"
        case "&#9;": "\t"
        default: text
        }
    }
}
