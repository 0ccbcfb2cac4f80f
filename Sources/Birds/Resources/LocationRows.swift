/// Locations and regions, with the numbers of their records, which come from the table `summary`.
extension ObservationStore {
    /// The members of a location, in order.
    public static let locationNames = [
        "loc_id", "latitude", "longitude", "region", "location_name", "records", "first", "last",
        Field.coordinateUncertainty.rawValue, Field.generalised.rawValue,
    ]

    /// The locations in the regions and areas of a query, by `loc_id`, with the members `locationNames`. Filters by
    /// species, date, count and data set have no effect.
    /// - Throws: `.malformedList`, `.unknownPage`, `.overBudget`, `.cancelled` or `.sqlite`.
    func locations(_ query: ObservationQuery, view: View, format: RowFormat) throws(StoreError) -> RowCursor {
        let selection = try resolver.select(query.filter, view)
        let pager = try Pager(
            query.page, of: .locations, selection, order: .date(isDescending: false), resolver, records, seal, database)
        let scan = try LocationScan(selection, from: pager?.start?.row.location ?? .min, database)
        let numbers = try LocationNumbers(database, selection.scope)
        let table = TableRows(names: ObservationStore.locationNames, format: format) {
            [records] () throws(StoreError) in
            var id: Int64 = 0
            guard try scan.next(&id, on: pager, as: { ObservationRow(location: $0) }) else { return nil }
            return try numbers.cells(of: id, records)
        }
        table.page = { pager?.next }
        let total = query.page.countsAll ? try LocationScan(selection, database).count(0, database.budget) : nil
        return RowCursor(.other(table), total: total, memory: memory)
    }

    /// One location as a JSON object: the members `locationNames`, and `species`, the number of its species. If
    /// several locations share the code, it is the one with the most records, and `other_places` lists the others.
    /// Nil if the view shows no such location.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func location(_ code: String, view: View) throws(StoreError) -> [UInt8]? {
        let selection = try resolver.select(view)
        let (locations, scope) = (selection.locations, selection.scope)
        let select = try database.prepare(
            """
            SELECT id FROM location INDEXED BY location_by_code WHERE code = ?1 AND \(scope.hasLocation("location.id"))
            ORDER BY id
            """)
        select.bind(1, code)
        var ids: [Int64] = []
        while ids.count < ObservationStore.mostLocations, try select.step() {
            let id = select.int64(0)
            if try locations?.contains(id) ?? true { ids.append(id) }
        }
        if ids.isEmpty { return nil }
        let numbers = try LocationNumbers(database, scope)
        var found: [[RowCell]] = []
        for id in ids {
            found.append(try numbers.cells(of: id, records) + [.integer(try speciesCount(ofLocation: id, scope))])
        }
        let position = ObservationStore.locationNames.firstIndex(of: "records") ?? 0
        func count(_ cells: [RowCell]) -> Double { cells[position].number ?? 0 }
        // If several have the most records, the first of them.
        var first = 0
        for index in found.indices where count(found[index]) > count(found[first]) { first = index }
        let main = found.remove(at: first)
        let names = ObservationStore.locationNames + ["species"]
        var extra: [String] = []
        var cells = main
        if !found.isEmpty {
            extra = ["other_places"]
            let others = found.map { String(decoding: object(names, $0), as: UTF8.self) }
            cells.append(.json("[" + others.joined(separator: ",") + "]"))
        }
        return object(names + extra, cells)
    }

    /// The last date of rows of the table `summary`, in SQL. Records without a date have the greatest number, which
    /// counts only if no record has a date, as in `SummaryNumbers`.
    fileprivate static let lastDate =
        "coalesce(max(last) FILTER (WHERE last < \(StoredDate.unknown)), max(last))"

    /// The greatest number of locations that an answer shows for one code.
    private static let mostLocations = 1000

    /// A JSON object with these members.
    func object(_ names: [String], _ cells: [RowCell]) -> [UInt8] {
        let syntax = RowSyntax(.json, columns: names.count)
        var buffer = RowBuffer()
        syntax.appendRowStart(latitude: nil, longitude: nil, to: &buffer)
        for (index, name) in names.enumerated() where index < cells.count {
            buffer.append(syntax.prefix(name, isFirst: index == 0))
            syntax.append(cells[index], to: &buffer)
        }
        buffer.append(syntax.rowEnd)
        return buffer.bytes
    }

    /// The number of species seen at a location. A count of 0 and the code `nobird`, which reports that no bird was
    /// seen, do not make a species.
    private func speciesCount(ofLocation id: Int64, _ scope: Scope) throws(StoreError) -> Int64 {
        let statement = try database.prepare(
            """
            SELECT count(DISTINCT species_id) FROM observation INDEXED BY observation_by_location
            WHERE location_id = ?1 AND \(scope.ofDatasets) AND num IS NOT 0 AND species_id NOT IN (SELECT id FROM species WHERE code = 'nobird')
            """)
        statement.bind(1, id)
        return try statement.step() ? statement.int64(0) : 0
    }

    /// The members of a region, in order.
    public static let regionNames = ["region", "locations", "records", "first", "last"]

    /// The regions that have locations, by code, with the members `regionNames`. Locations without a region come
    /// first, as one region without a code.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func regions(view: View, format: RowFormat) throws(StoreError) -> RowCursor {
        let scope = try resolver.scope(view)
        let visible = try visibleRegions(scope.regions)
        let statement = try database.prepare(
            """
            SELECT r.id, r.code, l.count, s.records, s.first, s.last
            FROM (SELECT region, count(*) AS count FROM location WHERE \(scope.hasLocation("location.id")) GROUP BY region) l
            LEFT JOIN region r ON r.code = l.region
            LEFT JOIN (SELECT region_id, CAST(total(records) AS INTEGER) AS records, min(first) AS first,
                    \(ObservationStore.lastDate) AS last
                FROM summary WHERE kind = \(SummaryKind.year.rawValue) AND \(scope.ofDatasets) GROUP BY region_id) s
                ON s.region_id = coalesce(r.id, 0)
            ORDER BY l.region
            """)
        let table = TableRows(names: ObservationStore.regionNames, format: format) { () throws(StoreError) in
            while try statement.step() {
                if let visible, !visible.contains(statement.int64(0)) { continue }
                return [
                    RowCell(statement.text(1)), .integer(statement.int64(2)), .integer(statement.int64(3)),
                    .date(statement.optionalInt64(4)), .date(statement.optionalInt64(5)),
                ]
            }
            return nil
        }
        return RowCursor(.other(table), memory: memory)
    }
}

/// The members of a location, with the number of its records, their first and last date, and how exact they are.
private final class LocationNumbers {
    private let statement: Statement
    /// The exactness of the least exact record.
    private let exactness: Statement
    /// The name of the first data set that has one.
    private let name: Statement

    init(_ database: Database, _ scope: Scope) throws(StoreError) {
        statement = try database.prepare(
            """
            SELECT CAST(total(records) AS INTEGER), min(first), \(ObservationStore.lastDate) FROM summary
            WHERE kind = \(SummaryKind.locationYear.rawValue) AND first_key = ?1 AND \(scope.ofDatasets)
            """)
        exactness = try database.prepare(
            """
            SELECT max(coordinate_uncertainty_m), max(generalised) FROM dataset_location
            WHERE location_id = ?1 AND \(scope.ofDatasets)
            """)
        name = try database.prepare(
            """
            SELECT n.name FROM location_name n JOIN dataset d ON d.id = dataset_id
            WHERE location_id = ?1 AND \(scope.ofDatasets) ORDER BY d.name LIMIT 1
            """)
    }

    /// The values of `ObservationStore.locationNames` for a location.
    func cells(of id: Int64, _ records: Records) throws(StoreError) -> [RowCell] {
        let location = try records.location(id)
        statement.bind(1, id)
        // An aggregate without GROUP BY always has one row; without records its dates are NULL.
        exactness.bind(1, id)
        name.bind(1, id)
        let isNamed = try name.step()
        guard try statement.step(), try exactness.step() else { return [] }
        defer {
            statement.reset()
            exactness.reset()
            name.reset()
        }
        return [
            .text(location.code), RowCell(location.latitude), RowCell(location.longitude), RowCell(location.region),
            RowCell(isNamed ? name.text(0) : nil), .integer(statement.int64(0)), .date(statement.optionalInt64(1)),
            .date(statement.optionalInt64(2)), RowCell(exactness.optionalDouble(0)),
            RowCell(exactness.optionalInt64(1).map { $0 != 0 }),
        ]
    }
}

extension RowCell {
    /// A stored date as ISO 8601; no value if the number is not a date.
    static func date(_ number: Int64?) -> RowCell { RowCell(number.flatMap { StoredDate($0).iso }) }
}
