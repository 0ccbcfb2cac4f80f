/// The header fields of a response, in the order they are sent. They are kept as they are sent, so that answering copies bytes
/// and makes no strings.
public struct ResponseFields: Sendable {
    /// Whole field lines, each with its CRLF.
    private(set) var lines: [UInt8] = []

    public init(_ fields: [(name: FieldName, value: String)] = []) {
        for field in fields { append(field.name, field.value) }
    }

    /// Adds a field. Control characters in the value become spaces, so that no value can begin another field.
    public mutating func append(_ name: FieldName, _ value: String) {
        lines.append(addingCapacity: name.literal.utf8CodeUnitCount + value.utf8.count + 4) { span in
            span.append(name.literal)
            span.append(": ")
            for byte in value.utf8 { span.append(byte.isControl ? 0x20 : byte) }
            span.append("\r\n")
        }
    }

    /// Adds all of some fields.
    public mutating func append(_ fields: ResponseFields) {
        lines.append(contentsOf: fields.lines)
    }

    /// The value of the first field of this name.
    public subscript(name: FieldName) -> String? {
        for line in lines.split(separator: 0x0A) {
            // A name is followed by a colon and a space, a value by the CR of its line end.
            let found = line.prefix { $0 != 0x3A }
            guard found.elementsEqual(name.literal.buffer, by: { $0.lowercased == $1.lowercased }) else { continue }
            return String(decoding: line.dropFirst(found.count + 2).dropLast(), as: UTF8.self)
        }
        return nil
    }
}
