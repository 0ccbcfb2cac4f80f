/// A set of regions, each with all regions within it. Codes are those of ISO 3166-2 and eBird: `CA` covers `CA-YT`,
/// which covers `CA-YT-001`.
///
/// Codes are compared byte by byte, as SQLite does, and not as Unicode equivalents.
struct RegionScope: Hashable {
    /// No region covers another, and they are in the order of `precedes`. Nil means everywhere, including locations
    /// whose region is unknown; an empty list means nowhere.
    let regions: [String]?

    /// Compares byte by byte, which the synthesized function would not do.
    static func == (a: RegionScope, b: RegionScope) -> Bool {
        guard let some = a.regions, let others = b.regions else { return a.regions == nil && b.regions == nil }
        return some.elementsEqual(others) { $0.utf8.elementsEqual($1.utf8) }
    }

    /// The regions that a query asks for, cut to those that the view shows.
    /// - Parameter query: Codes; an empty list asks for everything.
    init(query: [String], view: View) {
        let wanted = query.isEmpty ? nil : query
        switch (wanted, view.regions) {
        case (nil, nil): regions = nil
        case (let some?, nil), (nil, let some?): regions = RegionScope.outermost(some)
        case (let wanted?, let seen?):
            regions = RegionScope.common(RegionScope.outermost(wanted), RegionScope.outermost(seen))
        }
    }

    /// The regions within a region of each list. Both are as `regions`, and so is the result.
    private static func common(_ first: [String], _ second: [String]) -> [String] {
        var both: [String] = []
        var (index, other) = (0, 0)
        while index < first.count, other < second.count {
            let (region, rival) = (first[index], second[other])
            // A region is followed by all that it covers, so of two that have nothing in common, the one that comes
            // first has nothing in common with those after the other one either.
            if covers(rival, region) {
                both.append(region)
                index += 1
            } else if covers(region, rival) {
                both.append(rival)
                other += 1
            } else if precedes(region, rival) {
                index += 1
            } else {
                other += 1
            }
        }
        return both
    }

    /// All regions that the view shows.
    init(_ view: View) { self.init(query: [], view: view) }

    var isEverywhere: Bool { regions == nil }

    /// Whether a region is in the set. An unknown region, nil, is only in the set of everywhere.
    func contains(_ region: String?) -> Bool {
        guard let regions else { return true }
        guard let region else { return false }
        // Binary search for the last region that does not come after the given one. Only that one can cover it: all
        // codes between a region and one that it covers are covered too, so they are not in the list.
        var (low, high) = (0, regions.count)
        while low < high {
            let middle = (low + high) / 2
            if RegionScope.precedes(region, regions[middle]) { high = middle } else { low = middle + 1 }
        }
        return low > 0 && RegionScope.covers(regions[low - 1], region)
    }

    /// Whether `inner` is `outer` or lies within it.
    static func covers(_ outer: String, _ inner: String) -> Bool {
        guard inner.utf8.starts(with: outer.utf8) else { return false }
        let rest = inner.utf8.dropFirst(outer.utf8.count)
        return rest.isEmpty || rest.first == UInt8(ascii: "-")
    }

    /// The order of bytes, but with the hyphen least: each region is directly followed by all that it covers.
    private static func precedes(_ first: String, _ second: String) -> Bool {
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
