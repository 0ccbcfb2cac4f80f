/// The observations of many places, one place after the other: in no order that anybody asks for.
final class PlacewiseScan: RowFinder {
    private let ids: [Int64]
    private let filter: RowFilter
    private let pool: ScanPool
    /// Nil at the end.
    private var scan: IndexScan?
    /// How many places have begun.
    private var begun = 0

    /// - Parameters:
    ///   - ids: of locations, each once.
    ///   - isWide: Whether rows need their data set and id.
    init(_ ids: [Int64], isWide: Bool, filter: RowFilter, pool: ScanPool) throws(StoreError) {
        self.ids = filter.dates.isEmpty ? [] : ids
        self.filter = filter
        self.pool = pool
        scan = try pool.take(.location, IndexScan.Shape(isWide: isWide, isDated: !filter.dates.isEverything))
    }

    deinit { end() }

    func next(_ row: inout ObservationRow) throws(StoreError) -> Bool {
        guard let scan else { return false }
        if begun > 0, try scan.next(&row, filter) { return true }
        while begun < ids.count {
            scan.begin(ids[begun], filter.dates)
            begun += 1
            if try scan.next(&row, filter) { return true }
        }
        end()
        return false
    }

    func end() {
        if let scan { pool.give(scan) }
        scan = nil
    }
}

/// How much there is, to tell what a way to read it costs.
struct StoreSize {
    let records: Double
    /// The years between the first record and the last, at least one.
    let years: Double

    init(_ database: Database) throws(StoreError) {
        records = Double(try database.integer("SELECT total(records) FROM dataset") ?? 0)
        let span = try database.integer(
            """
            SELECT max(first_key) - min(first_key) + 1 FROM summary
            WHERE kind = \(SummaryKind.year.rawValue) AND first_key BETWEEN 1 AND 9999
            """)
        years = Double(max(1, span ?? 1))
    }
}

/// What steps of reading take, in nanoseconds.
struct ScanCosts {
    /// A row that is read by date and does not match.
    var rowByDate = 70.0
    /// The beginning of a place.
    var place = 2500.0
    /// A row that is read by place and sorted.
    var rowByPlace = 250.0
}

extension ObservationStore {
    /// The places of a query, where reading all of their records costs less than reading by date until there are enough that
    /// match; nil otherwise. It is an estimate, as if records were spread evenly over the years.
    /// - Parameter limit: How many rows are wanted; nil for all.
    func placesToGather(_ selection: Selection, limit: Int?) throws(StoreError) -> [Int64]? {
        let places = selection.places
        if let places, places.ids != nil { return nil }
        if let species = selection.species, species.count <= Selection.few { return nil }
        let listed = try places == nil ? placesOfDataSets(selection) : places?.listed()
        guard let (ids, records) = listed else { return nil }
        let size = try size()
        let dates = selection.dates
        let years = min(size.years, max(1 / 365, (Double(dates.last) - Double(dates.first) + 1) / 10_000))
        let all = size.records * years / size.years
        let matching = max(1, Double(records) * years / size.years)
        let read = limit.map { min(all, all / matching * Double($0)) } ?? all
        let passes = limit == nil ? (matching / Double(SortedScan.mostKept)).rounded(.up) : 1
        let gathered = Double(ids.count) * costs.place + matching * costs.rowByPlace * passes
        return gathered < read * costs.rowByDate ? ids : nil
    }

    /// The places of the data sets that a query asks for, and how many records those have; nil where it asks for none, or there
    /// are too many places.
    private func placesOfDataSets(_ selection: Selection) throws(StoreError) -> (ids: [Int64], records: Int64)? {
        guard let wanted = selection.datasets, !wanted.isEmpty else { return nil }
        if let known = knownDataSetPlaces, known.datasets == wanted { return known.places }
        let list = wanted.map(String.init).joined(separator: ",")
        let select = try database.prepare(
            """
            SELECT DISTINCT first_key FROM summary WHERE kind = \(SummaryKind.locationYear.rawValue)
            AND dataset_id IN (\(list)) ORDER BY first_key LIMIT \(PlaceFilter.mostListed + 1)
            """)
        var ids: [Int64] = []
        while try select.step() { ids.append(select.int64(0)) }
        // Other data sets may have records at these places too, which are read and left out.
        let places = ids.count > PlaceFilter.mostListed ? nil : (ids, try numbers.records(ofLocations: ids))
        knownDataSetPlaces = (wanted, places)
        return places
    }

    /// The rows of a selection in any order.
    func anyScan(_ selection: Selection, isWide: Bool) throws(StoreError) -> any RowFinder<ObservationRow> {
        guard let ids = try placesToGather(selection, limit: nil) else { return try scan(selection, isWide: isWide) }
        return try placewise(ids, selection, isWide: isWide)
    }

    func placewise(
        _ ids: [Int64], _ selection: Selection, isWide: Bool
    ) throws(StoreError) -> PlacewiseScan {
        try PlacewiseScan(
            selection.isEmpty ? [] : ids, isWide: isWide || selection.datasets != nil,
            filter: selection.rowFilter(readBy: .location), pool: scans)
    }
}
