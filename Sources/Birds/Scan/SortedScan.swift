/// Observations in an order that no index has.
///
/// Memory is bounded: each pass reads all matching rows and keeps the first `most` of those that were not yet
/// returned. When these have been returned, the next pass reads everything again. So even a short page costs as
/// much as reading all that matches. Where memory is short, a pass keeps fewer.
///
/// Invariant: rows compare by their keys, then in the default order or its reverse, down to the id. That order is
/// total, so `bound` separates the passes exactly.
final class SortedScan {
    private struct Entry {
        var keys: SIMD8<Int64>
        var row: ObservationRow
    }

    private let keys: SortValues
    private let makeScan: () throws(StoreError) -> any RowFinder<ObservationRow>
    private let start: ObservationRow?
    /// How many rows a pass keeps.
    private let most: Int
    private let memory: HeldMemory
    /// The rows of this pass in order, and the next one to return.
    private var entries: [Entry] = []
    private var position = 0
    /// The last row of the pass before; nil in the first.
    private var bound: Entry?
    /// Whether matching rows follow those that are kept.
    private var hasMore = true

    /// The greatest number of rows that a pass keeps. Twice as many are in memory while it runs, about 15 MB.
    static let mostKept = 1 << 16

    /// - Parameters:
    ///   - start: The row to begin at. Earlier rows are left out, but not those equal to it except for their ids:
    ///     the `Pager` counts these.
    ///   - limit: The greatest number of rows that will be read.
    ///   - scan: Begins to read all matching rows, in any order. It is called once for each pass.
    init(
        _ keys: SortValues, start: ObservationRow?, limit: Int, mostKept: Int = SortedScan.mostKept,
        memory: AnswerMemory,
        scan: @escaping () throws(StoreError) -> any RowFinder<ObservationRow>
    ) {
        self.keys = keys
        self.start = start
        self.memory = HeldMemory(memory, stride: MemoryLayout<Entry>.stride)
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
        memory.shrink(to: 0)
        position = 0
        hasMore = false
    }

    /// Runs a pass: keeps the first `most` of the rows after `bound`.
    private func gather() throws(StoreError) {
        entries = []
        memory.shrink(to: 0)
        position = 0
        hasMore = false
        let scan = try makeScan()
        defer { scan.end() }
        let startKeys: SIMD8<Int64>? = if let start { try keys.values(of: start) } else { nil }
        var row = ObservationRow()
        var most = most
        while try scan.next(&row) {
            let entry = Entry(keys: try keys.values(of: row), row: row)
            if let bound, !precedes(bound, entry) { continue }
            if let start, let startKeys, !row.isLike(start), precedes(entry, Entry(keys: startKeys, row: start)) {
                continue
            }
            // Once rows were dropped, `entries[0]` is the last of the first `most` so far: a row after it can't be
            // among them.
            if hasMore, let last = entries.first, entries.count >= most, precedes(last, entry) { continue }
            if !memory.hasRoom(entries.count + 1) {
                most = entries.count / 2
                guard most >= HeldMemory.least else { throw .outOfMemory }
                keepFirst(most)
            }
            entries.append(entry)
            if entries.count == 2 * most { keepFirst(most) }
        }
        keepFirst(most)
        entries.sort(by: precedes)
        memory.shrink(to: entries.capacity)
    }

    /// Drops all but the first `most` rows, at least one, and swaps the last of these to the front, where `gather`
    /// compares with it.
    private func keepFirst(_ most: Int) {
        guard entries.count > most else { return }
        entries.sort(by: precedes)
        entries.removeSubrange(most...)
        entries.swapAt(0, entries.count - 1)
        hasMore = true
    }

    private func precedes(_ a: Entry, _ b: Entry) -> Bool {
        for index in 0..<keys.count where a.keys[index] != b.keys[index] { return a.keys[index] < b.keys[index] }
        return ObservationRow.precedes(a.row, b.row, isDescending: keys.isDescending)
    }
}

/// The values by which rows are sorted, as numbers: a text becomes its rank among all values of its column.
///
/// For a sort by properties of locations or species, memory grows with the number of those.
final class SortValues {
    /// The number of keys; at most `SortKey.most`, the width of the vector.
    let count: Int
    /// Whether rows with equal keys come in the reverse of the default order: the direction of the last key.
    let isDescending: Bool
    private let columns: [Column]

    private struct Column {
        let value: (ObservationRow) throws(StoreError) -> Int64
        let isDescending: Bool
        /// Whether it is a date or a part of one: rows without a date come last, in either direction.
        let isOfDate: Bool
    }

    init(_ keys: [SortKey], _ scope: Scope, _ database: Database) throws(StoreError) {
        var columns: [Column] = []
        for key in keys.prefix(SortKey.most) {
            columns.append(
                Column(
                    value: try SortValues.value(of: key.field, scope, database), isDescending: key.isDescending,
                    isOfDate: [.date, .year, .month, .day].contains(key.field)))
        }
        self.columns = columns
        count = columns.count
        isDescending = keys.last?.isDescending ?? false
    }

    /// No keys: the default order, or its reverse.
    init(isDescending: Bool) {
        (count, columns) = (0, [])
        self.isDescending = isDescending
    }

    /// The keys of a row, so that ascending vectors are in the order of the sort. Unused elements are 0.
    func values(of row: ObservationRow) throws(StoreError) -> SIMD8<Int64> {
        var values = SIMD8<Int64>()
        for index in columns.indices {
            let column = columns[index]
            let value = try column.value(row)
            // The complement reverses the order and, unlike negation, can't overflow.
            values[index] = column.isOfDate && row.isUndated ? .max : column.isDescending ? ~value : value
        }
        return values
    }

    /// A function from a row to the value of a field. Missing values sort first: a missing year, month or day is 0,
    /// an uncounted number is the least, and NULL has the first rank. (`values` puts rows without any date last.)
    private static func value(
        of field: SortKey.Field, _ scope: Scope, _ database: Database
    ) throws(StoreError) -> (ObservationRow) throws(StoreError) -> Int64 {
        // As answers show them.
        func name(_ column: String) -> String { SpeciesColumn.shown(column, allNames: scope.showsAllNames) }
        switch field {
        case .date: return { (row) in row.date }
        case .year: return { (row) in StoredDate(row.date).year ?? 0 }
        case .month: return { (row) in StoredDate(row.date).month ?? 0 }
        case .day: return { (row) in StoredDate(row.date).day ?? 0 }
        case .num: return { (row) in row.num.sortKey }
        case .speciesID: return { (row) in row.species }
        // Locations that share a code have the same rank.
        case .locationID: return try rank("code", "location", database) { $0.location }
        case .commonName: return try rank(name("common_name"), "species", database) { $0.species }
        case .scientificName: return try rank(name("scientific_name"), "species", database) { $0.species }
        case .category: return try rank(name("category"), "species", database) { $0.species }
        case .latitude: return try rank("latitude", "location", database) { $0.location }
        case .longitude: return try rank("longitude", "location", database) { $0.location }
        case .region: return try rank("region", "location", database) { $0.location }
        case .locationName: return try rankOfLocationName(database)
        case .dataset: return try rank("name", "dataset", database) { $0.dataset }
        }
    }

    /// The rank of the name that the data set of a row gives to its location, as `rank` has them.
    private static func rankOfLocationName(
        _ database: Database
    ) throws(StoreError) -> (ObservationRow) throws(StoreError) -> Int64 {
        let memory = HeldMemory(database.budget.memory, stride: 2 * MemoryLayout<Int64>.stride)
        var (ranks, count): ([Int64: [Int64: Int64]], Int) = ([:], 0)
        let statement = try database.prepare(
            "SELECT dataset_id, location_id, dense_rank() OVER (ORDER BY name) FROM location_name")
        while try statement.step() {
            count += 1
            try memory.reserve(count)
            ranks[statement.int64(0), default: [:]][statement.int64(1)] = statement.int64(2)
        }
        return { (row) in withExtendedLifetime(memory) { ranks[row.dataset]?[row.location] ?? 0 } }
    }

    /// Ranks by id, in SQLite's order: equal values share a rank, and NULL comes first. A missing row has rank 0.
    private static func rank(
        _ column: String, _ table: String, _ database: Database, id: @escaping (ObservationRow) -> Int64
    ) throws(StoreError) -> (ObservationRow) throws(StoreError) -> Int64 {
        let memory = HeldMemory(database.budget.memory, stride: 2 * MemoryLayout<Int64>.stride)
        var ranks: [Int64: Int64] = [:]
        let statement = try database.prepare(
            "SELECT id, dense_rank() OVER (ORDER BY \(column)) FROM \(table)")
        while try statement.step() {
            try memory.reserve(ranks.count + 1)
            ranks[statement.int64(0)] = statement.int64(1)
        }
        return { (row) in withExtendedLifetime(memory) { ranks[id(row)] ?? 0 } }
    }
}
