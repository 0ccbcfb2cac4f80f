/// A set of regions, each with all regions within it, perhaps without some of these. Codes are those of ISO 3166-2 and
/// eBird: `CA` covers `CA-YT`, which covers `CA-YT-001`.
struct RegionScope: Hashable {
    /// No region covers another, and they are in the order of `RegionOrder`. Nil means everywhere, including locations
    /// whose region is unknown; an empty list means nowhere.
    let regions: [String]?
    /// What is left out of these, in the same order. Each lies within one of the regions and is none of them.
    let exceptions: [String]

    static let nowhere = RegionScope([])

    /// Compares byte by byte, which the synthesized function would not do.
    static func == (a: RegionScope, b: RegionScope) -> Bool {
        func areEqual(_ some: [String], _ others: [String]) -> Bool {
            some.elementsEqual(others) { $0.utf8.elementsEqual($1.utf8) }
        }
        guard areEqual(a.exceptions, b.exceptions) else { return false }
        guard let some = a.regions, let others = b.regions else { return a.regions == nil && b.regions == nil }
        return areEqual(some, others)
    }

    /// - Parameters:
    ///   - regions: Codes; nil for everywhere.
    ///   - exceptions: Codes of what is left out.
    init(_ regions: [String]?, except exceptions: [String] = []) {
        let outermost = regions.map(RegionOrder.outermost)
        guard !exceptions.isEmpty else {
            (self.regions, self.exceptions) = (outermost, [])
            return
        }
        let all = RegionOrder.outermost(exceptions)
        guard let outermost else {
            (self.regions, self.exceptions) = (nil, all)
            return
        }
        let kept = outermost.filter { !RegionScope.covers(all, $0) }
        self.regions = kept
        // Of two that overlap this has the inner one, which is the exception, since none covers a region that is kept.
        self.exceptions = RegionScope.common(kept, all)
    }

    /// What a scope and a list of codes have in common; the scope itself for an empty list, which asks for everything.
    func narrowed(to wanted: [String]) -> RegionScope {
        if wanted.isEmpty { return self }
        let wanted = RegionOrder.outermost(wanted)
        guard let regions else { return RegionScope(wanted, except: exceptions) }
        return RegionScope(RegionScope.common(wanted, regions), except: exceptions)
    }

    /// The scope without some more regions.
    func without(_ regions: [String]) -> RegionScope { RegionScope(self.regions, except: exceptions + regions) }

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

    var isEverywhere: Bool { regions == nil && exceptions.isEmpty }
    /// Whether no region is in the set, whatever regions there are.
    var isNowhere: Bool { regions?.isEmpty == true }

    /// Whether a region is in the set. An unknown region, nil, is only in the sets of everywhere, whatever they leave
    /// out.
    func contains(_ region: String?) -> Bool {
        guard let region else { return regions == nil }
        if let regions, !RegionScope.covers(regions, region) { return false }
        return exceptions.isEmpty || !RegionScope.covers(exceptions, region)
    }

    /// Whether one of some regions, which are as `regions`, covers a region.
    private static func covers(_ regions: [String], _ region: String) -> Bool {
        // Binary search for the last region that does not come after the given one. Only that one can cover it: all
        // codes between a region and one that it covers are covered too, so they are not in the list.
        let next = regions.firstPosition { RegionOrder.precedes(region, $0) }
        return next > 0 && RegionOrder.covers(regions[next - 1], region)
    }
}
