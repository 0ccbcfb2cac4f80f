/// The header fields of a response, in the order they are sent.
public struct ResponseFields: Sendable {
    public private(set) var entries: [(name: FieldName, value: String)] = []

    public init(_ entries: [(name: FieldName, value: String)] = []) {
        self.entries = entries
        for index in entries.indices { self.entries[index].value = Self.clean(entries[index].value) }
    }

    /// Adds a field. Control characters in the value become spaces, so that no value can begin another field.
    public mutating func append(_ name: FieldName, _ value: String) {
        entries.append((name, Self.clean(value)))
    }

    private static func clean(_ value: String) -> String {
        let bytes = value.utf8Span.span
        if bytes.firstControl(in: 0..<bytes.count) == bytes.count { return value }
        return String(value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }

    /// The value of the first field of this name.
    public subscript(name: FieldName) -> String? {
        entries.first { $0.name == name }?.value
    }
}
