import Birds

/// An element of a short XML document, by its local name.
///
/// It reads what descriptions of archives are made of: elements, attributes, text, comments, CDATA, the five entities and references to
/// characters. A document type is refused, since it could define others.
struct XMLElement {
    let name: String
    private(set) var attributes: [String: String] = [:]
    private(set) var children: [XMLElement] = []
    /// Without the text of its children.
    private(set) var text = ""

    static let longestDocument = 1 << 20
    private static let deepest = 32

    struct Fault: Error, Equatable {
        let reason: String
    }

    func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    static func parse(_ bytes: [UInt8]) throws(Fault) -> XMLElement {
        guard bytes.count <= longestDocument else { throw Fault(reason: "it is longer than \(longestDocument) bytes") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Fault(reason: "it is not UTF-8") }
        var reader = Reader(rest: Substring(text).unicodeScalars)
        reader.take("\u{FEFF}")
        try reader.skipMisc()
        guard reader.take("<") else { throw Fault(reason: "it has no element") }
        let root = try reader.element(depth: 0)
        try reader.skipMisc()
        guard reader.rest.isEmpty else { throw Fault(reason: "something comes behind its end") }
        return root
    }

    private struct Reader {
        var rest: Substring.UnicodeScalarView

        @discardableResult
        mutating func take(_ text: String) -> Bool {
            guard rest.starts(with: text.unicodeScalars) else { return false }
            rest = rest.dropFirst(text.unicodeScalars.count)
            return true
        }

        /// What stands before a mark, which is passed.
        mutating func take(upTo mark: String) throws(Fault) -> String {
            var taken = String.UnicodeScalarView()
            while !take(mark) {
                guard let next = rest.popFirst() else { throw Fault(reason: "it ends before '\(mark)'") }
                taken.append(next)
            }
            return String(taken)
        }

        mutating func skipSpaces() { rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" } }

        /// Passes over spaces, comments and processing instructions.
        mutating func skipMisc() throws(Fault) {
            while true {
                skipSpaces()
                if take("<?") {
                    _ = try take(upTo: "?>")
                } else if take("<!--") {
                    _ = try take(upTo: "-->")
                } else if rest.starts(with: "<!".unicodeScalars) {
                    throw Fault(reason: "it has a document type")
                } else {
                    return
                }
            }
        }

        /// A name without its prefix.
        mutating func name() throws(Fault) -> String {
            let name = rest.prefix {
                $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-.:".unicodeScalars.contains($0)
            }
            guard !name.isEmpty else { throw Fault(reason: "a name is missing") }
            rest = rest.dropFirst(name.count)
            return String(String(name).split(separator: ":").last ?? "")
        }

        /// An element, behind its `<`.
        mutating func element(depth: Int) throws(Fault) -> XMLElement {
            guard depth < XMLElement.deepest else {
                throw Fault(reason: "it is nested deeper than \(XMLElement.deepest)")
            }
            var element = XMLElement(name: try name())
            while true {
                skipSpaces()
                if take("/>") { return element }
                if take(">") { break }
                let name = try name()
                skipSpaces()
                guard take("=") else { throw Fault(reason: "the attribute \(name) has no value") }
                skipSpaces()
                let quote = take("\"") ? "\"" : take("'") ? "'" : ""
                guard !quote.isEmpty else { throw Fault(reason: "the attribute \(name) has no quotes") }
                element.attributes[name] = try Self.resolve(try take(upTo: quote))
            }
            while true {
                let text = rest.prefix { $0 != "<" }
                rest = rest.dropFirst(text.count)
                element.text += try Self.resolve(String(text))
                if take("</") {
                    guard try name() == element.name else { throw Fault(reason: "\(element.name) is not closed") }
                    skipSpaces()
                    guard take(">") else { throw Fault(reason: "\(element.name) is not closed") }
                    return element
                }
                if take("<![CDATA[") {
                    element.text += try take(upTo: "]]>")
                } else if take("<!--") {
                    _ = try take(upTo: "-->")
                } else if take("<?") {
                    _ = try take(upTo: "?>")
                } else if take("<") {
                    element.children.append(try self.element(depth: depth + 1))
                } else {
                    throw Fault(reason: "\(element.name) is not closed")
                }
            }
        }

        /// A text with its entities and references resolved.
        static func resolve(_ text: String) throws(Fault) -> String {
            guard text.contains("&") else { return text }
            let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
            var resolved = ""
            var reader = Reader(rest: Substring(text).unicodeScalars)
            while !reader.rest.isEmpty {
                let plain = reader.rest.prefix { $0 != "&" }
                resolved += String(plain)
                reader.rest = reader.rest.dropFirst(plain.count)
                guard reader.take("&") else { break }
                let name = try reader.take(upTo: ";")
                if let entity = entities[name] {
                    resolved += entity
                } else if let scalar = scalar(name) {
                    resolved.unicodeScalars.append(scalar)
                } else {
                    throw Fault(reason: "it has an unknown entity '\(Row.shown(name, atMost: 20))'")
                }
            }
            return resolved
        }

        /// `#9` or `#x9`.
        private static func scalar(_ name: String) -> Unicode.Scalar? {
            guard name.hasPrefix("#") else { return nil }
            let digits = name.dropFirst()
            let value = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return value.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
        }
    }
}
