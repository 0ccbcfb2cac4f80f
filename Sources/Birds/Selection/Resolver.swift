/// Makes selections, for one generation. Nothing else reads a `View`.
final class Resolver {
    private let records: Records
    private let numbers: RecordNumbers
    private let database: Database
    private let names: SpeciesNames
    private let known: KnownIDs
    private let datasetByName: Statement
    private let regionsOfSpecies: Statement
    private var locations: [LocationFilter.Key: LocationFilter] = [:]

    private static let keptLocationFilters = 8

    init(_ database: Database, records: Records, numbers: RecordNumbers) throws(StoreError) {
        (self.database, self.records, self.numbers) = (database, records, numbers)
        names = SpeciesNames(database)
        known = KnownIDs(database)
        datasetByName = try database.prepare("SELECT id FROM dataset WHERE name = ?1")
        regionsOfSpecies = try database.prepare(
            """
            SELECT r.code FROM summary s LEFT JOIN region r ON r.id = s.region_id
            WHERE s.kind = \(SummaryKind.species.rawValue) AND s.first_key = ?1
            """)
    }

    /// Resolves a filter.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.overBudget`, `.cancelled` or `.sqlite`.
    func select(_ filter: RecordFilter, _ view: View) throws(StoreError) -> Selection {
        let filter = filter.unresolved.isEmpty ? filter : try resolved(filter, view)
        let regions = RegionScope(query: filter.regions, view: view)
        return Selection(
            dates: DateFilter(filter), species: try species(filter.species, view),
            locations: try locations(filter, regions),
            regions: regions, datasets: try datasets(filter.datasets), leastNum: filter.leastNum,
            greatestNum: filter.greatestNum, filter: filter)
    }

    /// All that a view shows.
    func select(_ view: View) throws(StoreError) -> Selection { try select(RecordFilter(), view) }

    /// Whether a view shows that there is such a species: those of the tables of species are no secret, others are known from
    /// records alone.
    func shows(_ species: SpeciesNames.Match, _ view: View) throws(StoreError) -> Bool {
        let scope = RegionScope(view)
        if species.isNamed || scope.isEverywhere { return true }
        regionsOfSpecies.bind(1, species.id)
        defer { regionsOfSpecies.reset() }
        while try regionsOfSpecies.step() {
            if scope.contains(regionsOfSpecies.text(0)) { return true }
        }
        return false
    }

    /// A filter without values that may be one id or several: each that is an id as a whole, and one that the view shows, is that
    /// id, and any other is a list. Whatever is asked of the records of a query is asked of this one.
    /// - Throws: `.malformedList` where a value is neither.
    func resolved(_ filter: RecordFilter, _ view: View) throws(StoreError) -> RecordFilter {
        let scope = RegionScope(view)
        func isID(_ value: String, _ filter: UnresolvedValue.Filter) throws(StoreError) -> Bool {
            switch filter {
            case .species: try isKnown(species: value, view)
            case .region: try known.contains(region: value, scope)
            case .location: try known.contains(location: value, scope)
            case .dataset: try known.contains(dataset: value, scope)
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
                // An empty value is nearly always a mistake; but an edit may have made an id of it.
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

    private func species(_ wanted: [String], _ view: View) throws(StoreError) -> [Int64]? {
        if wanted.isEmpty { return nil }
        var ids: [Int64] = []
        for name in wanted {
            var isKnown = false
            for match in try names.find(name) where try shows(match, view) {
                ids.append(match.id)
                isKnown = true
            }
            guard isKnown else {
                // A species that only records know may be one that the view hides.
                throw .unknownSpecies(
                    name, nearest: try names.nearest(to: name, namedOnly: !RegionScope(view).isEverywhere))
            }
        }
        return ids.count == 1 ? ids : Set(ids).sorted()
    }

    /// Whether a name stands for a species that the view shows.
    private func isKnown(species name: String, _ view: View) throws(StoreError) -> Bool {
        for match in try names.find(name) where try shows(match, view) { return true }
        return false
    }

    private func locations(_ filter: RecordFilter, _ regions: RegionScope) throws(StoreError) -> LocationFilter? {
        guard !filter.locations.isEmpty || regions.regions != nil || filter.box != nil || filter.circle != nil else {
            return nil
        }
        let key = LocationFilter.Key(codes: filter.locations, scope: regions, box: filter.box, circle: filter.circle)
        if let known = locations[key] { return known }
        let new = try LocationFilter(
            key, few: Selection.few, database: database, records: records, numbers: numbers)
        if locations.count >= Resolver.keptLocationFilters { locations.removeAll() }
        locations[key] = new
        return new
    }

    private func datasets(_ wanted: [String]) throws(StoreError) -> [Int64]? {
        if wanted.isEmpty { return nil }
        var ids: [Int64] = []
        for name in wanted {
            datasetByName.bind(1, name)
            while try datasetByName.step() { ids.append(datasetByName.int64(0)) }
        }
        return ids
    }
}
