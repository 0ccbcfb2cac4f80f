import Birds
import CExpat

/// An element of a short XML document, which expat parses. Names are without their namespace prefix.
///
/// Invariants, since the document may come from anywhere:
/// - A document type is refused as soon as it begins. So no entity is defined, none is expanded, and nothing outside
///   the document is read.
/// - There are at most `longestDocument` bytes, and `deepest` elements within one another.
struct XMLElement {
    let name: String
    fileprivate(set) var attributes: [String: String] = [:]
    fileprivate(set) var children: [XMLElement] = []
    /// The text directly in this element, without that of its children.
    fileprivate(set) var text = ""

    /// The longest document, in bytes.
    static let longestDocument = 1 << 20
    /// The most elements within one another.
    fileprivate static let deepest = 32

    /// Why a document can't be used. The reason is the end of a sentence about it.
    struct Fault: Error, Equatable {
        let reason: String
    }

    func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// Reads a document in an encoding that expat knows: UTF-8, UTF-16, ISO 8859-1 or ASCII.
    ///
    /// Some writers declare an encoding that the document does not have, such as UTF-16 for what they then store as
    /// UTF-8. So a document whose declared encoding can't be right is read as UTF-8.
    /// - Returns: Its root element.
    static func parse(_ bytes: [UInt8]) throws(Fault) -> XMLElement {
        guard bytes.count <= longestDocument else { throw Fault(reason: "it is longer than \(longestDocument) bytes") }
        do throws(XMLTree.Failure) {
            return try XMLTree.parse(bytes, as: nil)
        } catch {
            guard [XML_ERROR_UNKNOWN_ENCODING, XML_ERROR_INCORRECT_ENCODING].contains(error.code) else {
                throw Fault(reason: error.reason)
            }
        }
        do throws(XMLTree.Failure) {
            return try XMLTree.parse(bytes, as: "UTF-8")
        } catch {
            throw Fault(reason: error.reason)
        }
    }
}

/// Builds the elements of a document from the events of expat.
private final class XMLTree {
    /// A document that can't be read: the code of expat, and the reason in words.
    struct Failure: Error {
        let code: XML_Error
        let reason: String
    }

    private let parser: XML_Parser
    /// The elements that have begun and not ended, the outermost first.
    private var open: [XMLElement] = []
    private var root: XMLElement?
    /// Why the parser was stopped.
    private var refusal: String?

    /// - Parameter encoding: The name of an encoding that replaces the declared one; nil for the declared one.
    static func parse(_ bytes: [UInt8], as encoding: String?) throws(Failure) -> XMLElement {
        guard let parser = XML_ParserCreate(encoding) else {
            throw Failure(code: XML_ERROR_NO_MEMORY, reason: "there is no memory to read it")
        }
        let tree = XMLTree(parser)
        return try tree.parse(bytes)
    }

    private init(_ parser: XML_Parser) { self.parser = parser }

    deinit { XML_ParserFree(parser) }

    private func parse(_ bytes: [UInt8]) throws(Failure) -> XMLElement {
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetStartDoctypeDeclHandler(parser) { tree, _, _, _, _ in
            XMLTree.of(tree)?.refuse("it has a document type, which is not supported")
        }
        XML_SetElementHandler(
            parser, { tree, name, attributes in XMLTree.of(tree)?.begin(name, attributes) },
            { tree, _ in XMLTree.of(tree)?.end() })
        XML_SetCharacterDataHandler(parser) { tree, text, count in XMLTree.of(tree)?.add(text, Int(count)) }
        // All bytes are given at once, so the tree, which the handlers point to, outlives their calls.
        let status = bytes.withUnsafeBytes { bytes in
            XML_Parse(
                parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: bytes.count), 1)
        }
        if let refusal { throw Failure(code: XML_ERROR_ABORTED, reason: refusal) }
        guard status == XML_STATUS_OK, let root else {
            let code = XML_GetErrorCode(parser)
            let problem = XML_ErrorString(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
            throw Failure(
                code: code, reason: "it is not well-formed XML: \(problem) in line \(XML_GetCurrentLineNumber(parser))")
        }
        return root
    }

    private static func of(_ tree: UnsafeMutableRawPointer?) -> XMLTree? {
        tree.map { Unmanaged<XMLTree>.fromOpaque($0).takeUnretainedValue() }
    }

    private func refuse(_ reason: String) {
        refusal = refusal ?? reason
        XML_StopParser(parser, XML_Bool(XML_FALSE))
    }

    /// - Parameter attributes: Names and values in turn, and nil at the end.
    private func begin(
        _ name: UnsafePointer<CChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    ) {
        // A handler may still be called for what was begun when the parser was stopped.
        guard refusal == nil, let name else { return }
        guard open.count < XMLElement.deepest else {
            return refuse("it is nested deeper than \(XMLElement.deepest)")
        }
        var element = XMLElement(name: Self.local(name))
        if var next = attributes {
            while let name = next[0], let value = next[1] {
                element.attributes[Self.local(name)] = String(cString: value)
                next += 2
            }
        }
        open.append(element)
    }

    private func add(_ text: UnsafePointer<CChar>?, _ count: Int) {
        guard refusal == nil, !open.isEmpty else { return }
        open[open.count - 1].text += String(decoding: UnsafeRawBufferPointer(start: text, count: count), as: UTF8.self)
    }

    private func end() {
        guard refusal == nil, let element = open.popLast() else { return }
        if open.isEmpty {
            root = element
        } else {
            open[open.count - 1].children.append(element)
        }
    }

    /// A name without its namespace prefix.
    private static func local(_ name: UnsafePointer<CChar>) -> String {
        String(String(cString: name).split(separator: ":").last ?? "")
    }
}
