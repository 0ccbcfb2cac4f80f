import Birds

/// A value of JSON that is written as text.
enum JSONValue {
    case null
    case bool(Bool)
    case int(Int)
    case text(String)
    case array([JSONValue])
    /// Members in their order.
    case object([(name: String, value: JSONValue)])
    /// A value that is JSON already, without line feeds.
    case written(String)

    static func text(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .null }

    /// The value as text. Arrays of objects have an object in each line.
    func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .int(let value): bytes.append(contentsOf: String(value).utf8)
        case .text(let value): JSONText.append(value, to: &bytes)
        case .written(let value): bytes.append(contentsOf: value.utf8)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(contentsOf: ",\n".utf8) }
                value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.append(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}
