/// Observations of one species after the other, or of the places of one `loc_id` after those of another, each group in the
/// default order or its reverse.
///
/// Places are read in the order of their codes, not of their ids: those ascend with codes (`Schema`), but an edit may change a code.
final class SequentialScan {
    private let index: ObservationIndex
    private let isWide: Bool
    private let isDescending: Bool
    private let filter: RowFilter
    private let pool: ScanPool
    /// The ids and codes that are read, in their order or its reverse.
    private var ids: Statement?
    private let wanted: (Int64) throws(StoreError) -> Bool
    private let start: ObservationRow?
    /// The ids that belong to the group of the start, of which rows before it are left out.
    private let startIDs: Set<Int64>
    /// The first of the next group, and the code of the group that was begun last.
    private var pending: Int64?
    private var code: [UInt8] = []
    private var scan: RowScan?

    /// - Parameters:
    ///   - index: By species or by location.
    ///   - start: A row; those before it are left out as far as an index tells.
    ///   - startIDs: The places of its code; for species the species alone.
    ///   - wanted: Whether a species, or a location, is read at all.
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

    /// The ids of the next species, or of all places of the next code.
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
        // Rare: a code that stands for many points.
        return .sorted(
            SortedScan(SortValues(isDescending: isDescending), start: start, limit: .max) {
                [filter, pool] () throws(StoreError) in
                try LocationwiseScan(group, isWide: true, filter: filter, pool: pool)
            })
    }

    /// Gives the statements back. There are no more rows.
    func end() {
        scan?.end()
        scan = nil
        ids = nil
        pending = nil
    }
}
