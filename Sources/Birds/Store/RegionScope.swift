/// Regions with all within them, as codes of ISO 3166-2 and eBird: `CA` covers `CA-YT`, which covers `CA-YT-001`.
struct RegionScope: Hashable {
    /// None of them covers another; nil for everywhere, with the places whose region is not known.
    let regions: [String]?

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

    func contains(_ region: String?) -> Bool {
        guard let regions else { return true }
        guard let region else { return false }
        return regions.contains { RegionScope.covers($0, region) }
    }

    /// Whether the second is the first or within it. Compared as bytes, as SQLite does, not as Unicode equivalents.
    static func covers(_ outer: String, _ inner: String) -> Bool {
        guard inner.utf8.starts(with: outer.utf8) else { return false }
        let rest = inner.utf8.dropFirst(outer.utf8.count)
        return rest.isEmpty || rest.first == UInt8(ascii: "-")
    }

    private static func outermost(_ regions: [String]) -> [String] {
        var kept: [String] = []
        for region in regions where !kept.contains(where: { covers($0, region) }) {
            kept.removeAll { covers(region, $0) }
            kept.append(region)
        }
        return kept
    }
}
