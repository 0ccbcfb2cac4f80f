/// A set of regions, each with all regions within it. Codes are those of ISO 3166-2 and eBird: `CA` covers `CA-YT`,
/// which covers `CA-YT-001`.
struct RegionScope: Hashable {
    /// No region covers another, and they are in the order of `RegionOrder`. Nil means everywhere, including locations
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
        case (let some?, nil), (nil, let some?): regions = RegionOrder.outermost(some)
        case (let wanted?, let seen?):
            regions = RegionScope.common(RegionOrder.outermost(wanted), RegionOrder.outermost(seen))
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
            if RegionOrder.covers(rival, region) {
                both.append(region)
                index += 1
            } else if RegionOrder.covers(region, rival) {
                both.append(rival)
                other += 1
            } else if RegionOrder.precedes(region, rival) {
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
            if RegionOrder.precedes(region, regions[middle]) { high = middle } else { low = middle + 1 }
        }
        return low > 0 && RegionOrder.covers(regions[low - 1], region)
    }
}
