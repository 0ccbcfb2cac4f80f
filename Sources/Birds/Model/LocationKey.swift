/// What makes a location one: its code, where it is, and its region.
///
/// Its key is made so that the order of keys is that of `(code, latitude, longitude, region)`, as of the ids of locations: the
/// code and a 0, which no code holds; 1 and the coordinates, or 0 where there are none; and the region.
package struct LocationKey {
    package let code: [UInt8]
    /// Both or neither.
    package let latitude: Double?
    package let longitude: Double?
    /// Empty where it is not known.
    package let region: [UInt8]

    package init(code: [UInt8], latitude: Double?, longitude: Double?, region: [UInt8]) {
        self.code = code
        self.latitude = latitude
        self.longitude = longitude
        self.region = region
    }

    /// Reads a key.
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

    package var key: [UInt8] {
        var key: [UInt8] = []
        Self.write(code[...], latitude, longitude, region[...], to: &key)
        return key
    }

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

    /// The bits of a double, so that the order of their bytes is that of the numbers.
    @inline(__always)
    private static func sortable(_ value: Double) -> UInt64 {
        // Adding 0 makes one zero of the two.
        let bits = (value + 0).bitPattern
        return (bits >> 63 == 1 ? ~bits : bits ^ (1 << 63)).bigEndian
    }
}
