/// A JSON value whose objects keep the order of their members, so that a document is the same each time.
///
/// It is for documents that are made once, such as a description or a report. Rows are written by `JSONText`, without
/// values in between.
public enum JSONValue: Sendable {
    case object([(name: String, value: JSONValue)])
    case array([JSONValue])
    case string(String)
    case integer(Int)
    case decimal(Double)
    case bool(Bool)
    case null
    /// A value that is JSON already.
    case written(String)

    /// A string, or null for nil.
    public static func string(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    public static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map { .string($0) }) }

    /// The value of a member of an object; nil if there is no such member, or this is not an object.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The object with more members after its own. A value that is not an object stays as it is.
    public func with(_ more: [(name: String, value: JSONValue)]) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members + more)
    }

    /// The value as UTF-8, without spaces.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// Appends the value as UTF-8.
    /// - Parameter separator: What is written between the items of arrays: a comma, and spaces or line feeds.
    public func append(to bytes: inout [UInt8], betweenItems separator: String = ",") {
        switch self {
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.append(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.append(to: &bytes, betweenItems: separator)
            }
            bytes.append(UInt8(ascii: "}"))
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(contentsOf: separator.utf8) }
                value.append(to: &bytes, betweenItems: separator)
            }
            bytes.append(UInt8(ascii: "]"))
        case .string(let text): JSONText.append(text, to: &bytes)
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        case .decimal(let number): bytes.append(contentsOf: String(number).utf8)
        case .bool(let truth): bytes.append(contentsOf: (truth ? "true" : "false").utf8)
        case .null: bytes.append(contentsOf: "null".utf8)
        case .written(let json): bytes.append(contentsOf: json.utf8)
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral text: String) { self = .string(text) }
    public init(integerLiteral number: Int) { self = .integer(number) }
    public init(floatLiteral number: Double) { self = .decimal(number) }
    public init(booleanLiteral truth: Bool) { self = .bool(truth) }
    public init(arrayLiteral values: JSONValue...) { self = .array(values) }
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(members.map { (name: $0.0, value: $0.1) })
    }
}
