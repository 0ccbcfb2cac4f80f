/// The identity of a location: its code, its point and its region.
///
/// As bytes, `key` sorts by `(code, latitude, longitude, region)`, in which ids of locations ascend too. Its
/// layout: the code and a 0, which no code contains; 1 and both coordinates, big-endian, or 0 if there are none;
/// the region.
package struct LocationKey {
    package let code: [UInt8]
    /// In degrees; both coordinates or neither.
    package let latitude: Double?
    package let longitude: Double?
    /// Empty if it is unknown.
    package let region: [UInt8]

    package init(code: [UInt8], latitude: Double?, longitude: Double?, region: [UInt8]) {
        self.code = code
        self.latitude = latitude
        self.longitude = longitude
        self.region = region
    }

    /// Reads a key that `write` made.
    package init(_ key: ArraySlice<UInt8>) {
        var rest = key
        code = Array(rest.prefix { $0 != 0 })
        rest = rest.dropFirst(code.count + 1)
        let hasPoint = rest.popFirst() == 1
        func take() -> Double? {
            guard hasPoint else { return nil }
            let sortable = rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            rest = rest.dropFirst(8)
            return Double(bitPattern: sortable >> 63 == 1 ? sortable ^ (1 << 63) : ~sortable)
        }
        latitude = take()
        longitude = take()
        region = Array(rest)
    }

    /// The location as a key.
    package var key: [UInt8] {
        var key: [UInt8] = []
        Self.write(code[...], latitude, longitude, region[...], to: &key)
        return key
    }

    /// Writes a key in place of the contents of a buffer, whose memory is reused.
    @inline(__always)
    package static func write(
        _ code: ArraySlice<UInt8>, _ latitude: Double?, _ longitude: Double?, _ region: ArraySlice<UInt8>,
        to key: inout [UInt8]
    ) {
        key.removeAll(keepingCapacity: true)
        key.append(contentsOf: code)
        key.append(0)
        if let latitude, let longitude {
            key.append(1)
            withUnsafeBytes(of: (sortable(latitude), sortable(longitude))) { key.append(contentsOf: $0) }
        } else {
            key.append(0)
        }
        key.append(contentsOf: region)
    }

    /// The bits of a double, changed so that their big-endian bytes sort as the numbers do: the sign bit is
    /// inverted, and for negative numbers all bits are.
    @inline(__always)
    private static func sortable(_ value: Double) -> UInt64 {
        // Adding 0 turns -0 into 0.
        let bits = (value + 0).bitPattern
        return (bits >> 63 == 1 ? ~bits : bits ^ (1 << 63)).bigEndian
    }
}
