/// The header fields of a response, in the order they are sent.
public struct ResponseFields: Sendable {
    public private(set) var entries: [(name: FieldName, value: String)] = []

    public init(_ entries: [(name: FieldName, value: String)] = []) {
        for entry in entries { append(entry.name, entry.value) }
    }

    /// Adds a field. Control characters in the value become spaces, so that no value can begin another field.
    public mutating func append(_ name: FieldName, _ value: String) {
        let isClean = value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        entries.append(
            (
                name,
                isClean
                    ? value
                    : String(value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
            ))
    }

    /// The value of the first field of this name.
    public subscript(name: FieldName) -> String? {
        entries.first { $0.name == name }?.value
    }
}
