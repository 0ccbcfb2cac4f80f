import Birds

/// An element of a short XML document.
///
/// It reads the parts of XML that descriptions of archives use: elements, attributes, text, comments, CDATA sections,
/// the five predefined entities and character references. Names are without their namespace prefix. A document type is
/// refused, since it could define entities, whose expansion has no bound.
///
/// Bounds: `longestDocument` bytes, and `deepest` elements within one another, since reading is recursive.
struct XMLElement {
    let name: String
    private(set) var attributes: [String: String] = [:]
    private(set) var children: [XMLElement] = []
    /// The text directly in this element, without that of its children.
    private(set) var text = ""

    /// The longest document, in bytes.
    static let longestDocument = 1 << 20
    /// The most elements within one another.
    private static let deepest = 32

    /// Why a document can't be used. The reason is the end of a sentence about it.
    struct Fault: Error, Equatable {
        let reason: String
    }

    func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// Reads a document in UTF-8.
    /// - Returns: Its root element.
    static func parse(_ bytes: [UInt8]) throws(Fault) -> XMLElement {
        guard bytes.count <= longestDocument else { throw Fault(reason: "it is longer than \(longestDocument) bytes") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Fault(reason: "it is not UTF-8") }
        var reader = Reader(rest: Substring(text).unicodeScalars)
        reader.take("\u{FEFF}")
        try reader.skipMisc()
        guard reader.take("<") else { throw Fault(reason: "it has no element") }
        let root = try reader.element(depth: 0)
        try reader.skipMisc()
        guard reader.rest.isEmpty else { throw Fault(reason: "there is something after its last element") }
        return root
    }

    /// Reads a document from the beginning to the end, without going back.
    private struct Reader {
        /// What has not been read yet.
        var rest: Substring.UnicodeScalarView

        /// Reads a text if it comes next.
        @discardableResult
        mutating func take(_ text: String) -> Bool {
            guard rest.starts(with: text.unicodeScalars) else { return false }
            rest = rest.dropFirst(text.unicodeScalars.count)
            return true
        }

        /// Reads up to a mark, and the mark.
        /// - Returns: The text before the mark.
        mutating func take(upTo mark: String) throws(Fault) -> String {
            var taken = String.UnicodeScalarView()
            while !take(mark) {
                guard let next = rest.popFirst() else { throw Fault(reason: "it ends before '\(mark)'") }
                taken.append(next)
            }
            return String(taken)
        }

        mutating func skipSpaces() { rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" } }

        /// Skips spaces, comments and processing instructions (`Misc` in the grammar of XML 1.0).
        mutating func skipMisc() throws(Fault) {
            while true {
                skipSpaces()
                if take("<?") {
                    _ = try take(upTo: "?>")
                } else if take("<!--") {
                    _ = try take(upTo: "-->")
                } else if rest.starts(with: "<!".unicodeScalars) {
                    throw Fault(reason: "it has a document type, which is not supported")
                } else {
                    return
                }
            }
        }

        /// Reads a name.
        /// - Returns: The name without its namespace prefix.
        mutating func name() throws(Fault) -> String {
            let name = rest.prefix {
                $0.properties.isAlphabetic || ("0"..."9").contains($0) || "_-.:".unicodeScalars.contains($0)
            }
            guard !name.isEmpty else { throw Fault(reason: "a name is missing") }
            rest = rest.dropFirst(name.count)
            return String(String(name).split(separator: ":").last ?? "")
        }

        /// Reads an element after its `<`.
        /// - Parameter depth: The number of elements around it.
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

        /// Replaces the entities and character references of a text.
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

        /// The character of a reference such as `#9` or `#x9`; nil if it is none.
        private static func scalar(_ name: String) -> Unicode.Scalar? {
            guard name.hasPrefix("#") else { return nil }
            let digits = name.dropFirst()
            let value = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return value.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
        }
    }
}
