/// Makes selections from filters and parts of views, for one edition of a generation. It looks up the ids of
/// everything that a filter names.
///
/// Invariant: nothing else decides what a part of a view shows. All that is read for a request goes through a
/// selection, or through `shows`.
final class Resolver {
    private let records: Records
    private let numbers: RecordNumbers
    private let database: Database
    private let names: SpeciesNames
    private let known: KnownIDs
    private let holdings: HoldingList
    /// Location filters of earlier queries: they hold lists and verdicts that are worth keeping.
    private var locations: [LocationFilter.Key: LocationFilter] = [:]

    /// The greatest number of them. When it is reached, all are dropped. A filter with a table of verdicts takes
    /// 128 KiB.
    private static let keptLocationFilters = 8

    init(
        _ database: Database, records: Records, numbers: RecordNumbers, holdings: HoldingList
    ) throws(StoreError) {
        (self.database, self.records, self.numbers, self.holdings) = (database, records, numbers, holdings)
        names = SpeciesNames(database)
        known = KnownIDs(database, holdings)
    }

    /// Resolves a filter within a scope.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.overBudget`, `.cancelled` or `.sqlite`.
    func select(_ filter: RecordFilter, _ scope: Scope) throws(StoreError) -> Selection {
        if !filter.unresolved.isEmpty { return try select(try resolved(filter, scope), scope) }
        return try select(filter, scope, species: try species(filter.species, scope))
    }

    /// Resolves a filter within a scope.
    /// - Parameters:
    ///   - filter: Without unresolved values.
    ///   - species: In place of those that the filter names: ids, ascending; nil for all.
    func select(_ filter: RecordFilter, _ scope: Scope, species: [Int64]?) throws(StoreError) -> Selection {
        var locations: LocationFilter?
        var regions = scope.regions.narrowed(to: filter.regions)
        var datasets = try self.datasets(filter.datasets, scope)
        var hasSpecies = true
        if !scope.isEverything {
            // What is not there, or not for this view, is not looked for.
            if !holdings.has(regions, scope.datasets) { regions = .nowhere }
            if !holdings.has(regions, datasets) { datasets = [] }
        }
        var counts = CountRange()
        var exactness: ExactnessFilter?
        for part in RecordFilter.Part.all {
            switch part {
            case .dates: break
            case .species: if let species { hasSpecies = try hasRecords(of: species, scope) }
            case .regions: locations = try self.locations(filter, regions, scope)
            // Both are part of the filter of locations.
            case .locations, .areas: break
            // Above, since what else is read depends on them.
            case .datasets: break
            case .counts: counts = CountRange(least: filter.leastNum, greatest: filter.greatestNum)
            case .exactness: exactness = filter.isGeneralised.map { ExactnessFilter(isGeneralised: $0, records) }
            }
        }
        return Selection(
            conditions: (DateFilter(filter), species, locations, regions, datasets, counts, exactness), filter: filter,
            scope: scope, hasSpecies: hasSpecies)
    }

    /// What a part of a view shows.
    func scope(_ part: ViewPart) throws(StoreError) -> Scope {
        func ids(_ names: [[UInt8]]) throws(StoreError) -> Set<Int64> {
            var ids: Set<Int64> = []
            for name in names { if let id = try known.id(ofDataset: name) { ids.insert(id) } }
            return ids
        }
        let left = try ids(part.datasets.exceptions)
        var datasets = try part.datasets.names.map { (names) throws(StoreError) in try ids(names) }
        if !left.isEmpty {
            let all = if let datasets { datasets } else { try known.datasets() }
            datasets = all.subtracting(left)
        }
        return Scope(part, datasets: datasets?.sorted())
    }

    /// The selection of all that a scope shows.
    func select(_ scope: Scope) throws(StoreError) -> Selection { try select(RecordFilter(), scope) }

    /// Whether a view may show that this species exists. The contents of species tables are public; a species that
    /// only records mention is shown only if the view shows one of those records, and mostly by its code alone: its
    /// names may come from other records.
    func shows(_ species: SpeciesNames.Match, _ scope: Scope) throws(StoreError) -> Bool {
        if species.isListed || scope.isEverything { return true }
        if species.isNamedByRecords, !scope.showsAllNames { return false }
        return try known.contains(recordsOf: species.id, scope)
    }

    /// Whether the view shows the location with this id, which exists.
    func shows(location id: Int64, _ scope: Scope) throws(StoreError) -> Bool {
        try known.contains(location: id, scope)
    }

    /// The id of the data set with a name; nil if the view shows nothing of it.
    func id(ofDataset name: [UInt8], _ scope: Scope) throws(StoreError) -> Int64? {
        try known.id(ofDataset: name, scope)
    }

    /// Whether the edition has a data set with a name, whoever may see it.
    func has(dataset name: [UInt8]) throws(StoreError) -> Bool { try known.id(ofDataset: name) != nil }

    /// Whether the view may show records of some species.
    private func hasRecords(of species: [Int64], _ scope: Scope) throws(StoreError) -> Bool {
        if scope.isEverything { return true }
        for id in species { if try known.contains(recordsOf: id, scope) { return true } }
        return false
    }

    /// The filter with each unresolved value decided: it is one id if the view shows that there is such an id, and
    /// otherwise a list. The answer to a request must be made from this filter alone.
    /// - Throws: `.malformedList` if a value is neither, `.overBudget`, `.cancelled` or `.sqlite`.
    func resolved(_ filter: RecordFilter, _ scope: Scope) throws(StoreError) -> RecordFilter {
        try filter.resolved { (value, filter) throws(StoreError) in try isID(value, of: filter, scope) }
    }

    /// Whether the view shows that there is such an id.
    func isID(_ value: String, of filter: UnresolvedValue.Filter, _ scope: Scope) throws(StoreError) -> Bool {
        switch filter {
        case .species: try !species(named: value, scope).isEmpty
        case .region: try known.contains(region: value, scope)
        case .location: try known.contains(location: value, scope)
        case .dataset: try known.id(ofDataset: Array(value.utf8), scope) != nil
        }
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
                throw .unknownSpecies(name, nearest: try nearest(to: name, scope))
            }
        }
        return ids.count == 1 ? ids : Set(ids).sorted()
    }

    /// The closest name of a species that the view may show; nil if none is close.
    func nearest(to name: String, _ scope: Scope) throws(StoreError) -> String? {
        if Spelling.letters(of: name) == nil { return nil }
        let listedOnly = !scope.isEverything
        return try holdings.spellings(listedOnly: listedOnly) { () throws(StoreError) in
            try names.spellings(listedOnly: listedOnly)
        }.nearest(to: name)
    }

    /// The species that a name stands for, as if there were no others than those that the view shows.
    private func species(named name: String, _ scope: Scope) throws(StoreError) -> [Int64] {
        for meaning in try names.meanings(of: name) {
            let ids = try shown(meaning, scope)
            if !ids.isEmpty { return ids }
        }
        return []
    }

    /// The ids of the species that the view shows for each meaning of a name, the one that counts first: as
    /// `SpeciesNames.meanings`.
    func meanings(of name: String, _ scope: Scope) throws(StoreError) -> [[Int64]] {
        try names.meanings(of: name).map { (meaning) throws(StoreError) in try shown(meaning, scope) }
    }

    private func shown(_ meaning: [SpeciesNames.Match], _ scope: Scope) throws(StoreError) -> [Int64] {
        var ids: [Int64] = []
        for match in meaning where try shows(match, scope) { ids.append(match.id) }
        return ids
    }

    /// The id of the species with exactly this code, whoever may see it; nil if there is none.
    func species(withCode code: String) throws(StoreError) -> Int64? { try names.species(withCode: code).first?.id }

    /// The filter of locations for a query, from the cache if possible; nil if it would match all.
    private func locations(
        _ filter: RecordFilter, _ regions: RegionScope, _ scope: Scope
    ) throws(StoreError) -> LocationFilter? {
        guard !filter.locations.isEmpty || !regions.isEverywhere || filter.box != nil || filter.circle != nil else {
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

extension RecordFilter {
    /// The filter with each unresolved value decided: it is one id, or otherwise a list.
    /// - Parameter isID: Whether there is such an id.
    /// - Throws: `.malformedList` if a value is neither.
    func resolved(
        isID: (String, UnresolvedValue.Filter) throws(StoreError) -> Bool
    ) throws(StoreError) -> RecordFilter {
        var resolved = self
        resolved.unresolved = []
        for value in unresolved {
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
}
