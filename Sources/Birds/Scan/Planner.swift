/// Chooses how the rows of a selection are read: from which index, in which order, and whether they must be sorted.
///
/// It estimates from the summaries, of one generation. A bad estimate costs time and never changes an answer.
final class Planner {
    private let database: Database
    private let numbers: RecordNumbers
    private let holdings: HoldingList
    private let scans: ScanPool
    private var knownSize: StoreSize?
    /// The answers of `sharesCodes`, by the tags of scopes.
    private var knownSharing: [[UInt8]: Bool] = [:]
    /// The greatest number of them, and of `knownRecords`. When it is reached, all are dropped.
    private static let mostKnown = 256

    /// Some data sets in some regions.
    private struct Part: Hashable {
        let regions: RegionScope
        /// Ids; nil for all.
        let datasets: [Int64]?
    }

    /// The answers of `records(of:)`.
    private var knownRecords: [Part: Int64] = [:]
    /// The answer of `locationsOfDataSets` for the last list of data sets.
    private var knownDataSetLocations: (datasets: [Int64], locations: (ids: [Int64], records: Int64)?)?
    var costs = ScanCosts()

    /// - Throws: `.sqlite` if the file lacks an index of observations. Such a file is refused when it is opened,
    ///   and not by its first query.
    init(_ database: Database, numbers: RecordNumbers, holdings: HoldingList) throws(StoreError) {
        (self.database, self.numbers, self.holdings) = (database, numbers, holdings)
        scans = ScanPool(database)
        for index in ObservationIndex.allCases {
            scans.give(try scans.take(index, IndexScan.Shape(isWide: false, isDated: false)))
        }
    }

    /// The order that corresponds to sort keys.
    func order(_ sort: [SortKey], _ scope: Scope) throws(StoreError) -> RowOrder {
        try RowOrder(sort) { () throws(StoreError) in try sharesCodes(scope) }
    }

    /// The rows of a selection in the default order, from the index of the species or of the locations, whichever
    /// has fewer records. If both lists are missing or too long, the index by date is read and every row is
    /// checked.
    func scan(
        _ selection: Selection, isWide: Bool, isDescending: Bool = false, start: ObservationRow? = nil
    ) throws(StoreError) -> ObservationScan {
        let fewSpecies = selection.species.flatMap { $0.count <= Selection.few ? $0 : nil }
        var fewLocations = selection.locations?.ids
        if let ids = fewLocations, let fewSpecies, !ids.isEmpty,
            try numbers.records(ofSpecies: fewSpecies) < numbers.records(ofLocations: ids)
        {
            fewLocations = nil
        }
        let index: ObservationIndex = fewLocations != nil ? .location : fewSpecies != nil ? .species : .date
        return try ObservationScan(
            index, values: selection.isEmpty ? [] : fewLocations ?? fewSpecies ?? [0],
            isWide: isWide || selection.needsIdentity, isDescending: isDescending, start: start,
            filter: selection.rowFilter(readBy: index), pool: scans)
    }

    /// The rows of a selection in an order, beginning at or before the start of a page: a `Pager` skips those
    /// before it.
    /// - Parameters:
    ///   - limit: The limit of the page; nil for all rows.
    ///   - isWide: Whether rows need their data set and id.
    func rowScan(
        _ selection: Selection, _ order: RowOrder, _ pageStart: PageStart?, limit: Int?, isWide: Bool
    ) throws(StoreError) -> RowScan {
        let start = pageStart?.row
        if selection.isEmpty { return .indexed(try scan(selection, isWide: isWide)) }
        switch order {
        case .date(let isDescending):
            if let ids = try locationsToGather(selection, limit: limit) {
                return .sorted(
                    SortedScan(
                        SortValues(isDescending: isDescending), start: start, limit: kept(limit, from: start),
                        memory: scans.memory
                    ) {
                        [self] () throws(StoreError) in
                        try locationwise(ids, selection, isWide: true)
                    })
            }
            return .indexed(try scan(selection, isWide: isWide, isDescending: isDescending, start: start))
        case .species(let isDescending):
            return .sequential(try sequence(.species, selection, isWide, isDescending, pageStart))
        case .location(let isDescending):
            return .sequential(try sequence(.location, selection, isWide, isDescending, pageStart))
        case .keys(let keys):
            let values = try SortValues(keys, selection.scope, database)
            return .sorted(
                SortedScan(values, start: start, limit: kept(limit, from: start), memory: scans.memory) {
                    [self] () throws(StoreError) in try anyScan(selection, isWide: true)
                })
        }
    }

    /// How many rows a sorted page needs: one more than its limit, which tells whether there is a next page. After
    /// the first page more may be needed, since rows equal to the start are read again.
    private func kept(_ limit: Int?, from start: ObservationRow?) -> Int {
        guard start == nil, let limit else { return .max }
        return limit < SortedScan.mostKept ? limit + 1 : limit
    }

    private func sequence(
        _ index: ObservationIndex, _ selection: Selection, _ isWide: Bool, _ isDescending: Bool, _ start: PageStart?
    ) throws(StoreError) -> SequentialScan {
        try SequentialScan(
            index, isWide: isWide || selection.needsIdentity, isDescending: isDescending, start: start,
            filter: selection.rowFilter(readBy: index), database: database, pool: scans,
            wanted: index == .species
                ? { (id) in selection.species?.contains(id) ?? true }
                : { (id) throws(StoreError) in try selection.locations?.contains(id) ?? true })
    }

    /// The matching locations, if reading all their records is estimated to cost less than reading by date until
    /// enough rows match; nil otherwise. The estimate assumes that records are spread evenly over the years.
    func locationsToGather(_ selection: Selection, limit: Int?) throws(StoreError) -> [Int64]? {
        let locations = selection.locations
        if let locations, locations.ids != nil { return nil }
        if let species = selection.species, species.count <= Selection.few { return nil }
        if locations == nil, selection.datasets?.isEmpty ?? true { return nil }
        let size = try size()
        let dates = selection.dates
        // Dates are numbers yyyymmdd, so 10,000 is a year.
        let years = min(size.years, max(1 / 365, (Double(dates.last) - Double(dates.first) + 1) / 10_000))
        let all = size.records * years / size.years
        func costsLess(locations: Int, records: Int64) -> Bool {
            let matching = max(1, Double(records) * years / size.years)
            let read = limit.map { min(all, all / matching * Double($0)) } ?? all
            // A sorted scan reads everything again for each batch that it keeps.
            let passes = limit == nil ? (matching / Double(SortedScan.mostKept)).rounded(.up) : 1
            let gathered = Double(locations) * costs.location + matching * costs.rowByLocation * passes
            return gathered < read * costs.rowByDate
        }
        // Listing thousands of locations costs more than a page. The more records they have, the less it pays, and
        // how many they have at least is known without a list.
        if locations?.isOfWholeRegions ?? true, !costsLess(locations: 1, records: records(of: selection)) { return nil }
        let listed = try locations == nil ? locationsOfDataSets(selection) : locations?.listed()
        guard let (ids, records) = listed else { return nil }
        return costsLess(locations: ids.count, records: records) ? ids : nil
    }

    /// The number of records in the regions and data sets of a selection.
    private func records(of selection: Selection) -> Int64 {
        let part = Part(regions: selection.regions, datasets: selection.datasets)
        if let known = knownRecords[part] { return known }
        let records = holdings.records(in: part.regions, part.datasets)
        if knownRecords.count >= Self.mostKnown { knownRecords.removeAll() }
        knownRecords[part] = records
        return records
    }

    /// The locations of the data sets that a query asks for, and how many records these locations have; nil if it
    /// asks for no data sets or there are too many locations.
    private func locationsOfDataSets(_ selection: Selection) throws(StoreError) -> (ids: [Int64], records: Int64)? {
        guard let wanted = selection.datasets, !wanted.isEmpty else { return nil }
        if let known = knownDataSetLocations, known.datasets == wanted { return known.locations }
        let list = wanted.map(String.init).joined(separator: ",")
        let select = try database.prepare(
            """
            SELECT DISTINCT first_key FROM summary WHERE kind = \(SummaryKind.locationYear.rawValue)
            AND dataset_id IN (\(list)) ORDER BY first_key LIMIT \(LocationFilter.mostListed + 1)
            """)
        var ids: [Int64] = []
        while try select.step() { ids.append(select.int64(0)) }
        // Records of other data sets at these locations are read too and then left out, so they count.
        let locations = ids.count > LocationFilter.mostListed ? nil : (ids, try numbers.records(ofLocations: ids))
        knownDataSetLocations = (wanted, locations)
        return locations
    }

    /// The rows of a selection in any order, for counting and summing.
    func anyScan(_ selection: Selection, isWide: Bool) throws(StoreError) -> any RowFinder<ObservationRow> {
        guard let ids = try locationsToGather(selection, limit: nil) else { return try scan(selection, isWide: isWide) }
        return try locationwise(ids, selection, isWide: isWide)
    }

    /// The rows of a selection, one location after another.
    /// - Parameter ids: All locations of the selection.
    func locationwise(
        _ ids: [Int64], _ selection: Selection, isWide: Bool
    ) throws(StoreError) -> LocationwiseScan {
        try LocationwiseScan(
            selection.isEmpty ? [] : ids, isWide: isWide || selection.needsIdentity,
            filter: selection.rowFilter(readBy: .location), pool: scans)
    }

    /// Whether several locations that a view shows share a `loc_id`. Others must not decide, since pages continue in
    /// another way where it is so.
    private func sharesCodes(_ scope: Scope) throws(StoreError) -> Bool {
        if let known = knownSharing[scope.tag] { return known }
        let shared = try database.prepare(
            """
            SELECT code, region FROM location INDEXED BY location_by_code
            WHERE code IN (SELECT code FROM location INDEXED BY location_by_code GROUP BY code HAVING count(*) > 1)
                AND \(scope.hasLocation("location.id"))
            ORDER BY code
            """)
        var last: [UInt8]?
        var isShared = false
        while try shared.step() {
            guard scope.regions.contains(shared.text(1)) else { continue }
            isShared = shared.bytes(0) == last
            if isShared { break }
            last = shared.bytes(0)
        }
        if knownSharing.count >= Self.mostKnown { knownSharing.removeAll() }
        knownSharing[scope.tag] = isShared
        return isShared
    }

    private func size() throws(StoreError) -> StoreSize {
        if let knownSize { return knownSize }
        let size = try StoreSize(database)
        knownSize = size
        return size
    }
}

/// The size of the whole database, for estimates.
struct StoreSize {
    let records: Double
    /// The number of years from the first record to the last, at least 1.
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

/// The measured cost of each step of reading, in nanoseconds. Only their ratios matter.
struct ScanCosts {
    /// Reading a row by date that does not match.
    var rowByDate = 70.0
    /// Seeking the first row of a location.
    var location = 2500.0
    /// Reading a row by location, and sorting it.
    var rowByLocation = 250.0
}
