/// What makes a location one: its code, where it is, and its region. Ordered as ids of locations are.
struct Place: Comparable {
    let code: [UInt8]
    let latitude: Double?
    let longitude: Double?
    /// Empty where it is not known.
    let region: [UInt8]

    init(code: [UInt8], latitude: Double?, longitude: Double?, region: [UInt8]) {
        self.code = code
        self.latitude = latitude
        self.longitude = longitude
        self.region = region
    }

    /// Reads what `write` has written.
    init(_ key: ArraySlice<UInt8>) {
        var rest = key
        let hasPoint = rest.popFirst() == 1
        var bits: (UInt64, UInt64) = (0, 0)
        if hasPoint {
            for _ in 0..<8 { bits.0 = bits.0 << 8 | UInt64(rest.popFirst() ?? 0) }
            for _ in 0..<8 { bits.1 = bits.1 << 8 | UInt64(rest.popFirst() ?? 0) }
        }
        let count = Int(rest.popFirst() ?? 0) << 8 | Int(rest.popFirst() ?? 0)
        latitude = hasPoint ? Double(bitPattern: bits.0) : nil
        longitude = hasPoint ? Double(bitPattern: bits.1) : nil
        code = Array(rest.prefix(count))
        region = Array(rest.dropFirst(count))
    }

    /// The place of a record as bytes: equal places have equal bytes.
    @inline(__always)
    static func write(_ record: SourceRecord, _ row: Row, to key: inout [UInt8]) {
        key.removeAll(keepingCapacity: true)
        if let latitude = record.latitude, let longitude = record.longitude {
            key.append(1)
            // Adding 0 makes one zero of the two.
            withUnsafeBytes(of: (latitude + 0).bitPattern.bigEndian) { key.append(contentsOf: $0) }
            withUnsafeBytes(of: (longitude + 0).bitPattern.bigEndian) { key.append(contentsOf: $0) }
        } else {
            key.append(0)
        }
        // No code is longer than `Columns.longestText`.
        let count = record.location.range.count
        key.append(UInt8(truncatingIfNeeded: count >> 8))
        key.append(UInt8(truncatingIfNeeded: count))
        key.append(contentsOf: row.bytes[record.location.range])
        key.append(contentsOf: row.bytes[record.region.range])
    }

    static func < (a: Place, b: Place) -> Bool {
        if a.code != b.code { return a.code.lexicographicallyPrecedes(b.code) }
        if a.latitude != b.latitude { return precedes(a.latitude, b.latitude) }
        if a.longitude != b.longitude { return precedes(a.longitude, b.longitude) }
        return a.region.lexicographicallyPrecedes(b.region)
    }

    /// No value comes first, as in SQLite.
    private static func precedes(_ a: Double?, _ b: Double?) -> Bool {
        guard let b else { return false }
        guard let a else { return true }
        return a < b
    }
}
