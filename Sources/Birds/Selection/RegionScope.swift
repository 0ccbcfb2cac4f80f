/// Regions with all within them, as codes of ISO 3166-2 and eBird: `CA` covers `CA-YT`, which covers `CA-YT-001`.
struct RegionScope: Hashable {
    /// None of them covers another, and they are in the order of `precedes`; nil for everywhere, with the places whose
    /// region is not known.
    let regions: [String]?

    /// Byte by byte, as regions are compared.
    static func == (a: RegionScope, b: RegionScope) -> Bool {
        guard let some = a.regions, let others = b.regions else { return a.regions == nil && b.regions == nil }
        return some.elementsEqual(others) { $0.utf8.elementsEqual($1.utf8) }
    }

    /// What a query asks for, as far as the view shows it.
    init(query: [String], view: View) {
        let wanted = query.isEmpty ? nil : query
        switch (wanted, view.regions) {
        case (nil, nil): regions = nil
        case (let some?, nil), (nil, let some?): regions = RegionScope.outermost(some)
        case (let wanted?, let seen?):
            var both: [String] = []
            for region in RegionScope.outermost(wanted) {
                for other in RegionScope.outermost(seen) {
                    if RegionScope.covers(other, region) {
                        both.append(region)
                    } else if RegionScope.covers(region, other) {
                        both.append(other)
                    }
                }
            }
            regions = RegionScope.outermost(both)
        }
    }

    /// All that the view shows.
    init(_ view: View) { self.init(query: [], view: view) }

    var isEverywhere: Bool { regions == nil }

    func contains(_ region: String?) -> Bool {
        guard let regions else { return true }
        guard let region else { return false }
        // What stands between a region and one that it covers is covered too, and not among them.
        var (low, high) = (0, regions.count)
        while low < high {
            let middle = (low + high) / 2
            if RegionScope.precedes(region, regions[middle]) { high = middle } else { low = middle + 1 }
        }
        return low > 0 && RegionScope.covers(regions[low - 1], region)
    }

    /// Whether the second is the first or within it. Compared as bytes, as SQLite does, not as Unicode equivalents.
    static func covers(_ outer: String, _ inner: String) -> Bool {
        guard inner.utf8.starts(with: outer.utf8) else { return false }
        let rest = inner.utf8.dropFirst(outer.utf8.count)
        return rest.isEmpty || rest.first == UInt8(ascii: "-")
    }

    /// An order in which each region stands right before all that it covers: that of bytes, with the hyphen as the least.
    private static func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8) { rank($0) < rank($1) }
    }

    private static func rank(_ byte: UInt8) -> UInt16 { byte == UInt8(ascii: "-") ? 0 : UInt16(byte) + 1 }

    private static func outermost(_ regions: [String]) -> [String] {
        var kept: [String] = []
        for region in regions.sorted(by: precedes) {
            if let last = kept.last, covers(last, region) { continue }
            kept.append(region)
        }
        return kept
    }
}
