/// Counts the records of an answer as it comes by: the objects in a JSON array, on lines of their own, or the
/// features of GeoJSON, or the lines below the header of a CSV.
struct RecordCounter {
    enum Format {
        /// A list of objects, one object, or one object after the other.
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

    mutating func consume(_ bytes: some Sequence<UInt8>) {
        switch format {
        case .json: for byte in bytes { consumeJSON(byte, depths: 0...1) }
        // Features stand in an array within the collection.
        case .geojson: for byte in bytes { consumeJSON(byte, depths: 2...2) }
        case .csv: for byte in bytes { consumeCSV(byte) }
        }
    }

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
            // A single record is an object of its own; those of a list stand in an array.
            if byte == UInt8(ascii: "{"), depths.contains(depth) { count += 1 }
            depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        default: break
        }
    }

    private mutating func consumeCSV(_ byte: UInt8) {
        if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
        guard byte == UInt8(ascii: "\n"), !isQuoted else { return }
        lines += 1
        count = lines - 1
    }
}
