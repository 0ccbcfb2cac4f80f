/// The header fields of a received message, in the order in which they arrived: of a request, or for a client of a
/// response. They keep the bytes that were read, and nothing is decoded until it is asked for.
///
/// Every entry lies within `bytes`. Names are tokens and values hold no control character but the tab, since the parser
/// refused all else; bytes from 0x80 up may be in any encoding. A look-up is a search: there are at most
/// `RequestLimits.fieldCount` fields, and a request asks for few of them.
public struct ReceivedFields: Sendable {
    /// One field, as ranges of `bytes`: its name, and its value without the white space around it.
    struct Entry: Sendable {
        var name: Range<Int>
        var value: Range<Int>
    }

    let bytes: [UInt8]
    let entries: [Entry]

    init(bytes: [UInt8], entries: [Entry]) {
        self.bytes = bytes
        self.entries = entries
    }

    /// Makes fields from text, for tests and clients. Nothing is checked.
    public init(_ fields: [(name: String, value: String)] = []) {
        var bytes: [UInt8] = []
        var entries: [Entry] = []
        for field in fields {
            let start = bytes.count
            bytes += field.name.utf8
            let middle = bytes.count
            bytes += field.value.utf8
            entries.append(Entry(name: start..<middle, value: middle..<bytes.count))
        }
        self.init(bytes: bytes, entries: entries)
    }

    public var count: Int { entries.count }

    /// How many fields have this name. A field that is not a list may occur only once (RFC 9110 §5.3).
    public func count(of name: FieldName) -> Int {
        var count = 0
        for entry in entries where matches(entry, name) { count += 1 }
        return count
    }

    /// The value of the first field of this name, as bytes: usually UTF-8, but anything from 0x80 up may be in it.
    public func bytes(of name: FieldName) -> ArraySlice<UInt8>? {
        for entry in entries where matches(entry, name) { return bytes[entry.value] }
        return nil
    }

    /// The values of all fields of this name, in order. A list may be spread over several fields (RFC 9110 §5.3).
    public func all(_ name: FieldName) -> [ArraySlice<UInt8>] {
        var values: [ArraySlice<UInt8>] = []
        for entry in entries where matches(entry, name) { values.append(bytes[entry.value]) }
        return values
    }

    /// The value of the first field of this name. Bytes that are not UTF-8 become U+FFFD.
    public subscript(name: FieldName) -> String? {
        bytes(of: name).map { String(decoding: $0, as: UTF8.self) }
    }

    private func matches(_ entry: Entry, _ name: FieldName) -> Bool {
        bytes.span.matches(entry.name, name.literal)
    }
}
