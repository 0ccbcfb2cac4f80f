/// Observations in an order that no index has.
///
/// Memory does not grow with the answer: all rows that match are read, the first of them in the order are kept, and when those
/// have been handed out all are read again for the next ones. So a page costs what reading all that matches costs.
final class SortedScan {
    private struct Entry {
        var keys: SIMD8<Int64>
        var row: ObservationRow
    }

    private let keys: SortValues
    private let makeScan: () throws(StoreError) -> any RowFinder<ObservationRow>
    private let start: ObservationRow?
    private let most: Int
    private var entries: [Entry] = []
    private var position = 0
    /// The last that was handed out of the rows that were kept before.
    private var bound: Entry?
    /// Whether rows that match are behind those that are kept.
    private var hasMore = true

    /// How many rows are kept at most, and twice as many while they are gathered: about 15 MB.
    static let mostKept = 1 << 16

    /// - Parameters:
    ///   - start: A row; those before it are left out, those like it are not.
    ///   - limit: How many rows will be asked for at most.
    init(
        _ keys: SortValues, start: ObservationRow?, limit: Int, mostKept: Int = SortedScan.mostKept,
        scan: @escaping () throws(StoreError) -> any RowFinder<ObservationRow>
    ) {
        self.keys = keys
        self.start = start
        most = max(1, min(limit, mostKept))
        makeScan = scan
    }

    /// Goes to the next row; false at the end.
    func next(_ row: inout ObservationRow) throws(StoreError) -> Bool {
        if position == entries.count {
            guard hasMore else { return false }
            bound = entries.last ?? bound
            try gather()
            guard !entries.isEmpty else { return false }
        }
        row = entries[position].row
        position += 1
        return true
    }

    func end() {
        entries = []
        position = 0
        hasMore = false
    }

    /// Keeps the first `most` of the rows that come after `bound`.
    private func gather() throws(StoreError) {
        entries = []
        position = 0
        hasMore = false
        let scan = try makeScan()
        defer { scan.end() }
        let startKeys: SIMD8<Int64>? = if let start { try keys.values(of: start) } else { nil }
        var row = ObservationRow()
        while try scan.next(&row) {
            let entry = Entry(keys: try keys.values(of: row), row: row)
            if let bound, !precedes(bound, entry) { continue }
            if let start, let startKeys, !row.isLike(start), precedes(entry, Entry(keys: startKeys, row: start)) {
                continue
            }
            // What stands behind enough others is not among the first.
            if hasMore, let last = entries.first, entries.count >= most, precedes(last, entry) { continue }
            entries.append(entry)
            if entries.count == 2 * most { keepFirst() }
        }
        keepFirst()
        entries.sort(by: precedes)
    }

    /// Puts the last of those that are kept first, so that it is at hand as a bound.
    private func keepFirst() {
        guard entries.count > most else { return }
        entries.sort(by: precedes)
        entries.removeSubrange(most...)
        entries.swapAt(0, entries.count - 1)
        hasMore = true
    }

    private func precedes(_ a: Entry, _ b: Entry) -> Bool {
        for index in 0..<keys.count where a.keys[index] != b.keys[index] { return a.keys[index] < b.keys[index] }
        return keys.isDescending ? ObservationRow.precedes(b.row, a.row) : ObservationRow.precedes(a.row, b.row)
    }
}

/// The values that rows are sorted by, as numbers: a text is its rank among all of its column.
///
/// Memory grows with the number of locations and species, where the order is by what is known of those.
final class SortValues {
    /// How many there are; at most `SortKey.most`.
    let count: Int
    /// Whether rows that are equal in all of them stand in the reverse of the default order.
    let isDescending: Bool
    private let columns: [(value: (ObservationRow) throws(StoreError) -> Int64, isDescending: Bool)]

    init(_ keys: [SortKey], _ database: Database) throws(StoreError) {
        var columns: [(value: (ObservationRow) throws(StoreError) -> Int64, isDescending: Bool)] = []
        for key in keys.prefix(SortKey.most) {
            columns.append((try SortValues.value(of: key.field, database), key.isDescending))
        }
        self.columns = columns
        count = columns.count
        isDescending = keys.last?.isDescending ?? false
    }

    /// Of the default order, or its reverse.
    init(isDescending: Bool) {
        (count, columns) = (0, [])
        self.isDescending = isDescending
    }

    func values(of row: ObservationRow) throws(StoreError) -> SIMD8<Int64> {
        var values = SIMD8<Int64>()
        for index in columns.indices {
            let value = try columns[index].value(row)
            // The complement turns an order around and does not overflow.
            values[index] = columns[index].isDescending ? ~value : value
        }
        return values
    }

    private static func value(
        of field: SortKey.Field, _ database: Database
    ) throws(StoreError) -> (ObservationRow) throws(StoreError) -> Int64 {
        switch field {
        case .date: return { (row) in row.date }
        case .year: return { (row) in StoredDate(row.date).year ?? 0 }
        case .month: return { (row) in StoredDate(row.date).month ?? 0 }
        case .day: return { (row) in StoredDate(row.date).day ?? 0 }
        case .num: return { (row) in row.num.sortKey }
        case .speciesID: return { (row) in row.species }
        // Of several places that share a code none comes first.
        case .locationID: return try rank("code", "location", database) { $0.location }
        case .commonName: return try rank("common_name", "species", database) { $0.species }
        case .scientificName: return try rank("scientific_name", "species", database) { $0.species }
        case .category: return try rank("category", "species", database) { $0.species }
        case .latitude: return try rank("latitude", "location", database) { $0.location }
        case .longitude: return try rank("longitude", "location", database) { $0.location }
        case .region: return try rank("region", "location", database) { $0.location }
        case .locationName: return try rank("name", "location", database) { $0.location }
        case .dataset: return try rank("name", "dataset", database) { $0.dataset }
        }
    }

    /// Ranks by id: equal values have the same, and none comes first.
    private static func rank(
        _ column: String, _ table: String, _ database: Database, id: @escaping (ObservationRow) -> Int64
    ) throws(StoreError) -> (ObservationRow) throws(StoreError) -> Int64 {
        var ranks: [Int64: Int64] = [:]
        let statement = try database.prepare(
            "SELECT id, dense_rank() OVER (ORDER BY \(column)) FROM \(table)")
        while try statement.step() { ranks[statement.int64(0)] = statement.int64(1) }
        return { (row) in ranks[id(row)] ?? 0 }
    }
}
