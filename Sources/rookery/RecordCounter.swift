/// Counts the records of an answer while it arrives, in constant memory: the objects of JSON, the features of GeoJSON,
/// or the rows of CSV after the header.
///
/// It trusts the server to send well-formed text and only follows quotes and brackets. The result does not depend on
/// the pieces in which the bytes arrive.
struct RecordCounter {
    enum Format {
        /// An array of objects, one object, or one object on each line.
        case json
        case geojson
        case csv
    }

    private(set) var count = 0
    private let format: Format
    private var depth = 0
    private var isQuoted = false
    private var isEscaped = false
    private var lines = 0

    init(_ format: Format) { self.format = format }

    /// Counts the records in the next bytes of the answer.
    mutating func consume(_ bytes: some Sequence<UInt8>) {
        switch format {
        case .json: for byte in bytes { consumeJSON(byte, depths: 0...1) }
        // Features are in an array within the collection.
        case .geojson: for byte in bytes { consumeJSON(byte, depths: 2...2) }
        case .csv: for byte in bytes { consumeCSV(byte) }
        }
    }

    /// - Parameter depths: How many brackets may be open around an object that counts as a record.
    private mutating func consumeJSON(_ byte: UInt8, depths: ClosedRange<Int>) {
        if isQuoted {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""): isQuoted = true
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            // A single record is the outermost object; the records of a list are in an array.
            if byte == UInt8(ascii: "{"), depths.contains(depth) { count += 1 }
            depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        default: break
        }
    }

    /// A line end within quotes belongs to a value (RFC 4180 §2). A doubled quote toggles twice and changes nothing.
    private mutating func consumeCSV(_ byte: UInt8) {
        if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        guard byte == UInt8(ascii: "\n"), !isQuoted else { return }
        lines += 1
        count = lines - 1
    }
}
