/// Which codes of regions cover others, and an order in which a region is directly followed by all that it covers.
///
/// Codes are compared byte by byte, as SQLite does, and not as Unicode equivalents.
enum RegionOrder {
    /// Whether `inner` is `outer` or lies within it.
    static func covers(_ outer: String, _ inner: String) -> Bool {
        guard inner.utf8.starts(with: outer.utf8) else { return false }
        let rest = inner.utf8.dropFirst(outer.utf8.count)
        return rest.isEmpty || rest.first == UInt8(ascii: "-")
    }

    /// The order of bytes, but with the hyphen least: each region is directly followed by all that it covers.
    static func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8) { rank($0) < rank($1) }
    }

    private static func rank(_ byte: UInt8) -> UInt16 { byte == UInt8(ascii: "-") ? 0 : UInt16(byte) + 1 }

    /// The regions in order, without those that another one covers.
    static func outermost(_ regions: [String]) -> [String] {
        var kept: [String] = []
        for region in regions.sorted(by: precedes) {
            if let last = kept.last, covers(last, region) { continue }
            kept.append(region)
        }
        return kept
    }
}
