/// Observations in groups: by species, or by `loc_id` with all locations of a code in one group. Groups come in
/// ascending or descending order, and each is in the default order or its reverse.
///
/// Locations are read in the order of their codes and not of their ids. Ids ascend with codes (`Schema`), but an
/// edit may have changed a code.
final class SequentialScan {
    private let index: ObservationIndex
    private let isWide: Bool
    private let isDescending: Bool
    private let filter: RowFilter
    private let pool: ScanPool
    /// Reads the ids and codes of the groups, in order; nil at the end.
    private var ids: Statement?
    /// Whether a species or location matches.
    private let wanted: (Int64) throws(StoreError) -> Bool
    private let start: ObservationRow?
    /// The ids of the group in which the page starts. Only there are earlier rows left out.
    private let startIDs: Set<Int64>
    /// The first id of the next group, already read, and the code of the current group.
    private var pending: Int64?
    private var code: [UInt8] = []
    /// The rows of the current group; nil between groups.
    private var scan: RowScan?

    /// - Parameters:
    ///   - index: `.species` or `.location`.
    ///   - isWide: Whether rows need their data set and id.
    ///   - start: The page start. Earlier rows are left out as far as the index tells.
    ///   - filter: The conditions, without those on the ids that `wanted` decides.
    ///   - wanted: Whether to read a species or location.
    init(
        _ index: ObservationIndex, isWide: Bool, isDescending: Bool, start: PageStart?, filter: RowFilter,
        database: Database, pool: ScanPool, wanted: @escaping (Int64) throws(StoreError) -> Bool
    ) throws(StoreError) {
        self.index = index
        self.filter = filter
        self.pool = pool
        self.isWide = isWide
        self.isDescending = isDescending
        self.start = start?.row
        startIDs = start.map { index == .species ? [$0.row.species] : $0.locations } ?? []
        self.wanted = wanted
        guard !filter.dates.isEmpty else { return }
        let (table, column) = index == .species ? ("species", "id") : ("location INDEXED BY location_by_code", "code")
        let condition = start == nil ? "" : "WHERE \(column) \(isDescending ? "<=" : ">=") ?1"
        let ids = try database.prepare(
            "SELECT id, code FROM \(table) \(condition) ORDER BY \(column) \(isDescending ? "DESC" : "")")
        if let start {
            if index == .species {
                ids.bind(1, start.row.species)
            } else {
                ids.bind(1, utf8: start.code, 0..<start.code.count)
            }
        }
        self.ids = ids
    }

    deinit { end() }

    /// Goes to the next row; false at the end.
    func next(_ row: inout ObservationRow) throws(StoreError) -> Bool {
        while true {
            if let scan {
                if try scan.next(&row) { return true }
                scan.end()
                self.scan = nil
            }
            guard let group = try nextGroup() else {
                end()
                return false
            }
            scan = try scan(of: group)
        }
    }

    /// The id of the next species, or the ids of all locations of the next code; nil at the end.
    private func nextGroup() throws(StoreError) -> [Int64]? {
        var group = pending.map { [$0] } ?? []
        pending = nil
        while let ids, try ids.step() {
            let id = ids.int64(0)
            guard try wanted(id) else { continue }
            if index == .species { return [id] }
            let isOfGroup = group.isEmpty || ids.bytes(1) == code
            if group.isEmpty || !isOfGroup { code = ids.bytes(1) }
            guard isOfGroup else {
                pending = id
                return group
            }
            group.append(id)
        }
        ids = nil
        return group.isEmpty ? nil : group
    }

    private func scan(of group: [Int64]) throws(StoreError) -> RowScan {
        let start = group.contains { startIDs.contains($0) } ? start : nil
        if group.count <= Selection.few {
            return .indexed(
                try ObservationScan(
                    index, values: group, isWide: isWide, isDescending: isDescending, start: start, filter: filter,
                    pool: pool))
        }
        // Rare: a code that many locations share. Sort instead of merging more scans than `few`.
        return .sorted(
            SortedScan(SortValues(isDescending: isDescending), start: start, limit: .max, memory: pool.memory) {
                [filter, pool] () throws(StoreError) in
                try LocationwiseScan(group, isWide: true, filter: filter, pool: pool)
            })
    }

    /// Releases the statements. No rows follow.
    func end() {
        scan?.end()
        scan = nil
        ids = nil
        pending = nil
    }
}
