/// Makes selections from filters and views, for one generation. It looks up the ids of everything that a filter
/// names.
///
/// Invariant: nothing else decides what a view shows. All that is read for a request goes through a selection, or
/// through `shows`.
final class Resolver {
    private let records: Records
    private let numbers: RecordNumbers
    private let database: Database
    private let names: SpeciesNames
    private let known: KnownIDs
    private let holdings: HoldingList
    /// The regions and data sets in which a species has records.
    private let partsOfSpecies: Statement
    /// What the latest views show.
    private var scopes: [View: Scope] = [:]
    /// Location filters of earlier queries: they hold lists and verdicts that are worth keeping.
    private var locations: [LocationFilter.Key: LocationFilter] = [:]

    /// The greatest number of them. When it is reached, all are dropped. A filter with a table of verdicts takes
    /// 128 KiB.
    private static let keptLocationFilters = 8
    /// The greatest number of scopes. When it is reached, all are dropped.
    private static let keptScopes = 256

    init(
        _ database: Database, records: Records, numbers: RecordNumbers, holdings: HoldingList
    ) throws(StoreError) {
        (self.database, self.records, self.numbers, self.holdings) = (database, records, numbers, holdings)
        names = SpeciesNames(database)
        known = KnownIDs(database, holdings)
        partsOfSpecies = try database.prepare(
            """
            SELECT r.code, s.dataset_id FROM summary s LEFT JOIN region r ON r.id = s.region_id
            WHERE s.kind = \(SummaryKind.species.rawValue) AND s.first_key = ?1
            """)
    }

    /// Resolves a filter within a view.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.overBudget`, `.cancelled` or `.sqlite`.
    func select(_ filter: RecordFilter, _ view: View) throws(StoreError) -> Selection {
        if !filter.unresolved.isEmpty { return try select(try resolved(filter, view), view) }
        var species: [Int64]?
        var locations: LocationFilter?
        let scope = try scope(view)
        var regions = RegionScope(query: filter.regions, view: view)
        var datasets = try self.datasets(filter.datasets, scope)
        var hasSpecies = true
        if !scope.isEverything {
            // What is not there, or not for this view, is not looked for.
            if !holdings.has(regions, scope.datasets) { regions = RegionScope(.nothing) }
            if !holdings.has(regions, datasets) { datasets = [] }
        }
        var counts = CountRange()
        for part in RecordFilter.Part.all {
            switch part {
            case .dates: break
            case .species:
                species = try self.species(filter.species, scope)
                if let species { hasSpecies = try hasRecords(of: species, scope) }
            case .regions: locations = try self.locations(filter, regions, scope)
            // Both are part of the filter of locations.
            case .locations, .areas: break
            // Above, since what else is read depends on them.
            case .datasets: break
            case .counts: counts = CountRange(least: filter.leastNum, greatest: filter.greatestNum)
            }
        }
        return Selection(
            conditions: (DateFilter(filter), species, locations, regions, datasets, counts), filter: filter,
            scope: scope, hasSpecies: hasSpecies)
    }

    /// What a view shows.
    func scope(_ view: View) throws(StoreError) -> Scope {
        if let known = scopes[view] { return known }
        var datasets: Set<Int64>?
        if let names = view.datasets {
            var ids: Set<Int64> = []
            for name in names { if let id = try known.id(ofDataset: Array(name.utf8)) { ids.insert(id) } }
            datasets = ids
        }
        let scope = Scope(regions: RegionScope(view), datasets: datasets?.sorted(), tag: view.tag)
        if scopes.count >= Resolver.keptScopes { scopes.removeAll() }
        scopes[view] = scope
        return scope
    }

    /// The selection of all that a view shows.
    func select(_ view: View) throws(StoreError) -> Selection { try select(RecordFilter(), view) }

    /// Whether a view may show that this species exists. The contents of species tables are public; a species that
    /// only records mention is shown only if the view shows one of those records, and then by its code alone: its names
    /// may come from other records.
    func shows(_ species: SpeciesNames.Match, _ scope: Scope) throws(StoreError) -> Bool {
        if species.isListed || scope.isEverything { return true }
        if species.isNamedByRecords { return false }
        return try hasRecords(of: species.id, scope)
    }

    /// Whether the view shows the location with this id, which exists.
    func shows(location id: Int64, _ scope: Scope) throws(StoreError) -> Bool {
        try known.contains(location: id, scope)
    }

    /// The id of the data set with a name; nil if the view shows nothing of it.
    func id(ofDataset name: [UInt8], _ scope: Scope) throws(StoreError) -> Int64? {
        try known.id(ofDataset: name, scope)
    }

    /// Whether the view may show records of some species.
    private func hasRecords(of species: [Int64], _ scope: Scope) throws(StoreError) -> Bool {
        if scope.isEverything { return true }
        for id in species { if try hasRecords(of: id, scope) { return true } }
        return false
    }

    private func hasRecords(of species: Int64, _ scope: Scope) throws(StoreError) -> Bool {
        partsOfSpecies.bind(1, species)
        defer { partsOfSpecies.reset() }
        while try partsOfSpecies.step() {
            if scope.contains(region: partsOfSpecies.text(0), dataset: partsOfSpecies.int64(1)) { return true }
        }
        return false
    }

    /// The filter with each unresolved value decided: it is one id if the view shows that there is such an id, and
    /// otherwise a list. The answer to a request must be made from this filter alone.
    /// - Throws: `.malformedList` if a value is neither, `.overBudget`, `.cancelled` or `.sqlite`.
    func resolved(_ filter: RecordFilter, _ view: View) throws(StoreError) -> RecordFilter {
        let scope = try scope(view)
        func isID(_ value: String, _ filter: UnresolvedValue.Filter) throws(StoreError) -> Bool {
            switch filter {
            case .species: try !species(named: value, scope).isEmpty
            case .region: try known.contains(region: value, scope)
            case .location: try known.contains(location: value, scope)
            case .dataset: try known.id(ofDataset: Array(value.utf8), scope) != nil
            }
        }
        var resolved = filter
        resolved.unresolved = []
        for value in filter.unresolved {
            if try isID(value.whole, value.filter) {
                resolved[value.filter].append(value.whole)
                continue
            }
            switch value.list {
            case .values(let values):
                // An empty value is nearly always a mistake, but an edited file may have an empty id.
                if values.contains(""), try !isID("", value.filter) {
                    throw .malformedList(value.filter, value: "", expected: UnresolvedValue.emptyFault)
                }
                resolved[value.filter] += values
            case .malformed(let expected):
                throw .malformedList(value.filter, value: value.whole, expected: expected)
            }
        }
        return resolved
    }

    /// The ids of the species with these codes or names, ascending; nil for an empty list.
    /// - Throws: `.unknownSpecies` for the first name that stands for no species the view shows.
    private func species(_ wanted: [String], _ scope: Scope) throws(StoreError) -> [Int64]? {
        if wanted.isEmpty { return nil }
        var ids: [Int64] = []
        for name in wanted {
            let found = try species(named: name, scope)
            ids += found
            guard !found.isEmpty else {
                // Suggest only names from species tables unless the view shows everything: a species that only
                // records mention may be hidden.
                throw .unknownSpecies(name, nearest: try names.nearest(to: name, listedOnly: !scope.isEverything))
            }
        }
        return ids.count == 1 ? ids : Set(ids).sorted()
    }

    /// The species that a name stands for, as if there were no others than those that the view shows.
    private func species(named name: String, _ scope: Scope) throws(StoreError) -> [Int64] {
        for meaning in try names.find(name) {
            var ids: [Int64] = []
            for match in meaning where try shows(match, scope) { ids.append(match.id) }
            if !ids.isEmpty { return ids }
        }
        return []
    }

    /// The filter of locations for a query, from the cache if possible; nil if it would match all.
    private func locations(
        _ filter: RecordFilter, _ regions: RegionScope, _ scope: Scope
    ) throws(StoreError) -> LocationFilter? {
        guard !filter.locations.isEmpty || regions.regions != nil || filter.box != nil || filter.circle != nil else {
            return nil
        }
        let key = LocationFilter.Key(
            codes: filter.locations, scope: regions, datasets: scope.datasets, box: filter.box, circle: filter.circle)
        if let known = locations[key] { return known }
        let new = try LocationFilter(
            key, few: Selection.few, database: database, records: records, numbers: numbers)
        if locations.count >= Resolver.keptLocationFilters { locations.removeAll() }
        locations[key] = new
        return new
    }

    /// The ids of the data sets in the scope with these names, or of all in the scope for an empty list. An unknown
    /// name matches nothing and is not an error, since it may be hidden.
    private func datasets(_ wanted: [String], _ scope: Scope) throws(StoreError) -> [Int64]? {
        if wanted.isEmpty { return scope.datasets }
        var ids: [Int64] = []
        for name in wanted { if let id = try known.id(ofDataset: Array(name.utf8), scope) { ids.append(id) } }
        return ids
    }
}
