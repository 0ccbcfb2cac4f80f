import Birds

/// The description of a Darwin Core Archive, `meta.xml`: the files of the archive and the meanings of their columns.
///
/// An archive has a core table and may have extensions, whose rows refer to rows of the core. Defaults of attributes
/// are those of the Darwin Core Text Guide (https://dwc.tdwg.org/text/). The attribute `encoding` is ignored:
/// `SourceFile.encoding` looks at the bytes instead.
///
/// Anything that can't be read as described is an error. Guessing would put values into the wrong columns.
struct ArchiveDescription: Equatable {
    struct Table: Equatable {
        /// The last part of the row type in lower case, such as `occurrence`.
        let rowType: String
        /// The names of its files in the archive, relative to `meta.xml`: one, or several that each have a part of the
        /// rows.
        let locations: [String]
        var syntax: CSVReader.Syntax
        /// The number of lines to skip at the beginning.
        let headerLines: Int
        /// The position of the column `id`, or `coreid` in an extension, from 0; nil if there is none.
        let idIndex: Int?
        let fields: [Field]
        /// The pattern of its dates, such as `DD/MM/YYYY`; nil if it has none.
        var dateFormat: String? = nil
    }

    /// A term and where its values are.
    struct Field: Equatable {
        /// The last part of the term in lower case, such as `scientificname`.
        let term: String
        /// The position of the column, from 0; nil if `value` applies to all rows.
        let index: Int?
        /// The value for rows with an empty cell; nil if there is no default.
        let value: String?
    }

    let core: Table
    let extensions: [Table]

    private static let mostColumns = CSVReader.mostCells
    private static let mostHeaderLines = 100
    /// They are all open at once.
    private static let mostFiles = 200

    /// - Throws: `XMLElement.Fault` if the bytes are no XML document, or one that does not describe an archive of text
    ///   files that `CSVReader` can read.
    static func parse(_ bytes: [UInt8]) throws(XMLElement.Fault) -> ArchiveDescription {
        let root = try XMLElement.parse(bytes)
        guard root.name == "archive" else { throw XMLElement.Fault(reason: "it does not describe an archive") }
        let cores = root.children("core")
        guard let core = cores.first, cores.count == 1 else {
            throw XMLElement.Fault(reason: "it has no core, or more than one")
        }
        var extensions: [Table] = []
        for element in root.children("extension") { extensions.append(try table(element)) }
        return ArchiveDescription(core: try table(core), extensions: extensions)
    }

    private static func table(_ element: XMLElement) throws(XMLElement.Fault) -> Table {
        var locations: [String] = []
        for location in element.children("files").flatMap({ $0.children("location") }).map({ trimmed($0.text) })
        where !locations.contains(location) {
            locations.append(location)
        }
        guard !locations.isEmpty, locations.count <= mostFiles else {
            throw XMLElement.Fault(reason: "a table has no file, or more than \(mostFiles)")
        }
        let separator = try character(element.attributes["fieldsTerminatedBy"] ?? ",")
        let quote = try character(element.attributes["fieldsEnclosedBy"] ?? "\"")
        let line = unescape(element.attributes["linesTerminatedBy"] ?? "\\n")
        guard let separator, separator != 0x0A, quote == nil || quote == 0x22, ["\n", "\r\n"].contains(line) else {
            throw XMLElement.Fault(
                reason: "a table must have one character between columns, line feeds after lines, and double quotes or "
                    + "nothing around cells")
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
            rowType: try lastPart(element.attributes["rowType"]), locations: locations,
            syntax: CSVReader.Syntax(separator: separator, quoting: quote != nil), headerLines: headerLines,
            idIndex: id ?? nil, fields: fields, dateFormat: element.attributes["dateFormat"])
    }

    /// The position of a column; nil if the element has no `index`.
    private static func index(_ element: XMLElement) throws(XMLElement.Fault) -> Int? {
        guard let text = element.attributes["index"] else { return nil }
        guard let index = Int(text), (0..<mostColumns).contains(index) else {
            throw XMLElement.Fault(reason: "'\(Row.shown(text, atMost: 20))' is not the position of a column")
        }
        return index
    }

    /// The name of a term without its namespace and in lower case, such as `scientificname` for
    /// `http://rs.tdwg.org/dwc/terms/scientificName`. Archives use several namespaces for the same terms.
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

    /// The only byte of an attribute; nil if it is empty.
    private static func character(_ text: String) throws(XMLElement.Fault) -> UInt8? {
        let bytes = Array(unescape(text).utf8)
        guard bytes.count <= 1 else { throw XMLElement.Fault(reason: "a separator has several characters") }
        return bytes.first
    }

    /// Replaces the escapes that the Text Guide uses in attributes, and a reference that some writers escape twice.
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
