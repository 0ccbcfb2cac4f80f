/// Locations and regions, with the numbers of their records, which come from the table `summary`.
extension EditionStore {
    /// The members of a location, in order.
    static let locationNames = [
        "loc_id", "latitude", "longitude", "region", "location_name", "records", "first", "last",
        Field.coordinateUncertainty.rawValue, Field.generalised.rawValue, Field.generalisation.rawValue,
    ]

    /// The locations in the regions and areas of a query, as exact as it asks for, by `loc_id`, with the members
    /// `locationNames`. Filters by species, date, count and data set have no effect.
    /// - Throws: `.malformedList`, `.unknownPage`, `.overBudget`, `.cancelled` or `.sqlite`.
    func locations(_ query: ObservationQuery, _ scope: Scope, format: RowFormat) throws(StoreError) -> RowCursor {
        let selection = try resolver.select(query.filter, scope)
        let pager = try Pager(
            query.page, of: .locations, selection, order: .date(isDescending: false), resolver, records, seal, database)
        let scan = try LocationScan(selection, from: pager?.start?.row.location ?? .min, database)
        let numbers = try LocationNumbers(database, scope)
        let table = TableRows(names: Self.locationNames, format: format) { [records] () throws(StoreError) in
            var id: Int64 = 0
            guard try scan.next(&id, on: pager, as: { ObservationRow(location: $0) }) else { return nil }
            return try numbers.location(id, records).cells
        }
        table.page = { pager?.next }
        let total = query.page.countsAll ? try LocationScan(selection, database).count(0, database.budget) : nil
        return RowCursor(.other(table), total: total, memory: memory)
    }

    /// One location as a JSON object: the members `locationNames`, and `species`, the number of its species. If
    /// several locations share the code, it is the one with the most records, and `other_places` lists the others.
    /// Nil if the scope shows no such location.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func location(_ code: String, _ scope: Scope) throws(StoreError) -> [UInt8]? {
        let numbers = try LocationNumbers(database, scope)
        var found: [(location: OneLocation, species: Int64)] = []
        for id in try locations(code, scope) {
            found.append((try numbers.location(id, records), try speciesCount(ofLocation: id, scope)))
        }
        return OneLocation.object(found)
    }

    /// The ids of the locations with a code, ascending, at most `mostLocations`.
    func locations(_ code: String, _ scope: Scope) throws(StoreError) -> [Int64] {
        let locations = try resolver.select(scope).locations
        let select = try database.prepare(
            """
            SELECT id FROM location INDEXED BY location_by_code WHERE code = ?1 AND \(scope.hasLocation("location.id"))
            ORDER BY id
            """)
        select.bind(1, code)
        var ids: [Int64] = []
        while ids.count < Self.mostLocations, try select.step() {
            let id = select.int64(0)
            if try locations?.contains(id) ?? true { ids.append(id) }
        }
        return ids
    }

    /// The greatest number of locations that an answer shows for one code.
    static let mostLocations = 1000

    /// The last date of rows of the table `summary`, in SQL. Records without a date have the greatest number, which
    /// counts only if no record has a date, as in `SummaryNumbers`.
    fileprivate static let lastDate =
        "coalesce(max(last) FILTER (WHERE last < \(StoredDate.unknown)), max(last))"

    /// What a scope shows of the species seen at a location, in SQL. A count of 0 and the code `nobird`, which reports
    /// that no bird was seen, do not make a species.
    private func speciesSeen(_ scope: Scope) -> String {
        """
        FROM observation INDEXED BY observation_by_location
        WHERE location_id = ?1 AND \(scope.ofDatasets) AND num IS NOT 0
            AND species_id NOT IN (SELECT id FROM species WHERE code = 'nobird')
        """
    }

    /// The number of species seen at a location.
    private func speciesCount(ofLocation id: Int64, _ scope: Scope) throws(StoreError) -> Int64 {
        let statement = try database.prepare("SELECT count(DISTINCT species_id) \(speciesSeen(scope))")
        statement.bind(1, id)
        return try statement.step() ? statement.int64(0) : 0
    }

    /// The codes of the species seen at a location.
    func species(ofLocation id: Int64, _ scope: Scope) throws(StoreError) -> Set<[UInt8]> {
        let statement = try database.prepare("SELECT DISTINCT species_id \(speciesSeen(scope))")
        statement.bind(1, id)
        var codes: Set<[UInt8]> = []
        while try statement.step() { codes.insert(try records.code(ofSpecies: statement.int64(0))) }
        return codes
    }
}

/// A location with the numbers of its records, and how exact they are.
struct OneLocation {
    let location: Records.Location
    /// What the first data set that has a name for it calls it, and the name of that data set.
    fileprivate(set) var name: (text: String, dataset: [UInt8])?
    fileprivate(set) var numbers: SummaryNumbers
    /// Those of the least exact record.
    fileprivate(set) var uncertainty: Double?
    fileprivate(set) var isGeneralised: Bool?
    /// What was done to it.
    fileprivate(set) var generalisation: String?

    /// Adds the records of another part of the view at the same location.
    mutating func add(_ other: OneLocation) {
        if let found = other.name, name.map({ found.dataset.lexicographicallyPrecedes($0.dataset) }) ?? true {
            name = found
        }
        numbers.add(other.numbers)
        uncertainty = [uncertainty, other.uncertainty].compactMap { $0 }.max()
        let flags = [isGeneralised, other.isGeneralised].compactMap { $0 }
        isGeneralised = flags.isEmpty ? nil : flags.contains(true)
        generalisation = generalisation ?? other.generalisation
    }

    /// The values of `EditionStore.locationNames`.
    var cells: [RowCell] {
        [
            .text(location.code), RowCell(location.latitude), RowCell(location.longitude), RowCell(location.region),
            RowCell(name?.text), .integer(numbers.records), .date(numbers.first), .date(numbers.last),
            RowCell(uncertainty), RowCell(isGeneralised), RowCell(generalisation),
        ]
    }

    /// The locations of one code as an object, as `EditionStore.location` has it; nil if there are none.
    /// - Parameter found: The locations, each with the number of its species, in the order of locations.
    static func object(_ found: [(location: OneLocation, species: Int64)]) -> [UInt8]? {
        // If several have the most records, the first of them.
        var first = 0
        for index in found.indices
        where found[index].location.numbers.records > found[first].location.numbers.records { first = index }
        guard found.indices.contains(first) else { return nil }
        var names = EditionStore.locationNames + ["species"]
        let objects = found.map { RowCell.object(names, $0.location.cells + [.integer($0.species)]) }
        guard found.count > 1 else { return objects[first] }
        let others = objects.indices.filter { $0 != first }.map { String(decoding: objects[$0], as: UTF8.self) }
        names.append("other_places")
        return RowCell.object(
            names,
            found[first].location.cells + [
                .integer(found[first].species), .json("[" + others.joined(separator: ",") + "]"),
            ])
    }
}

/// Reads locations of an edition as a scope shows them.
final class LocationNumbers {
    private let statement: Statement
    /// The exactness of the least exact record.
    private let exactness: Statement
    /// The name of the first data set that has one.
    private let name: Statement

    init(_ database: Database, _ scope: Scope) throws(StoreError) {
        statement = try database.prepare(
            """
            SELECT CAST(total(records) AS INTEGER), min(first), \(EditionStore.lastDate) FROM summary
            WHERE kind = \(SummaryKind.locationYear.rawValue) AND first_key = ?1 AND \(scope.ofDatasets)
            """)
        exactness = try database.prepare(
            """
            SELECT max(coordinate_uncertainty_m), max(generalised) FROM dataset_location
            WHERE location_id = ?1 AND \(scope.ofDatasets)
            """)
        name = try database.prepare(
            """
            SELECT n.name, d.name FROM location_name n JOIN dataset d ON d.id = dataset_id
            WHERE location_id = ?1 AND \(scope.ofDatasets) ORDER BY d.name LIMIT 1
            """)
    }

    /// The location with an id.
    func location(_ id: Int64, _ records: Records) throws(StoreError) -> OneLocation {
        var location = OneLocation(location: try records.location(id), numbers: SummaryNumbers())
        for select in [statement, exactness, name] { select.bind(1, id) }
        defer { for select in [statement, exactness, name] { select.reset() } }
        if try name.step(), let text = name.text(0) { location.name = (text, name.bytes(1)) }
        // An aggregate without GROUP BY always has one row; without records its dates are NULL.
        if try statement.step(), !statement.isNull(1) {
            location.numbers = SummaryNumbers(
                records: statement.int64(0), total: nil, first: statement.int64(1), last: statement.int64(2))
        }
        if try exactness.step() {
            location.uncertainty = exactness.optionalDouble(0)
            location.isGeneralised = exactness.optionalInt64(1).map { $0 != 0 }
        }
        location.generalisation = try records.generalised(location: id)?.sentence
        return location
    }
}

extension EditionStore {
    /// The members of a region, in order.
    static let regionNames = ["region", "locations", "records", "first", "last"]

    /// The regions that have locations, by code, with the members `regionNames`. Locations without a region come
    /// first, as one region without a code.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func regions(_ scope: Scope, format: RowFormat) throws(StoreError) -> RowCursor {
        let next = try oneRegion(scope)
        let table = TableRows(names: Self.regionNames, format: format) { () throws(StoreError) in try next()?.cells }
        return RowCursor(.other(table), memory: memory)
    }

    /// A function that returns one region after the other, by code; nil at the end.
    func oneRegion(_ scope: Scope) throws(StoreError) -> () throws(StoreError) -> OneRegion? {
        let visible = try visibleRegions(scope.regions)
        let statement = try database.prepare(
            """
            SELECT r.id, r.code, l.count, s.records, s.first, s.last
            FROM (SELECT region, count(*) AS count FROM location WHERE \(scope.hasLocation("location.id")) GROUP BY region) l
            LEFT JOIN region r ON r.code = l.region
            LEFT JOIN (SELECT region_id, CAST(total(records) AS INTEGER) AS records, min(first) AS first,
                    \(EditionStore.lastDate) AS last
                FROM summary WHERE kind = \(SummaryKind.year.rawValue) AND \(scope.ofDatasets) GROUP BY region_id) s
                ON s.region_id = coalesce(r.id, 0)
            ORDER BY l.region
            """)
        return { () throws(StoreError) in
            while try statement.step() {
                if let visible, !visible.contains(statement.int64(0)) { continue }
                var region = OneRegion(code: statement.optionalBytes(1), locations: statement.int64(2))
                if !statement.isNull(4) {
                    region.numbers = SummaryNumbers(
                        records: statement.int64(3), total: nil, first: statement.int64(4), last: statement.int64(5))
                }
                return region
            }
            return nil
        }
    }
}

/// A region with the numbers of its locations and records.
struct OneRegion {
    /// Nil for locations without a region.
    let code: [UInt8]?
    var locations: Int64
    var numbers = SummaryNumbers()

    /// The values of `EditionStore.regionNames`.
    var cells: [RowCell] {
        [
            RowCell(code.map { String(decoding: $0, as: UTF8.self) }), .integer(locations), .integer(numbers.records),
            .date(numbers.first), .date(numbers.last),
        ]
    }
}
