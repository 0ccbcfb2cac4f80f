/// Observations of one species after the other, or of one location after the other, each in the default order or its reverse.
final class SequentialScan {
    private let index: IndexScan.Index
    private let shape: IndexScan.Shape
    private let filter: RowFilter
    private let pool: ScanPool
    /// The ids that are read, in their order.
    private var ids: Statement?
    private let wanted: (Int64) throws(StoreError) -> Bool
    private var start: ObservationRow?
    private var scan: IndexScan?

    /// - Parameters:
    ///   - index: By species or by location.
    ///   - wanted: Whether a species, or a location, is read at all.
    init(
        _ index: IndexScan.Index, isWide: Bool, isDescending: Bool, start: ObservationRow?, filter: RowFilter,
        database: Database, pool: ScanPool, wanted: @escaping (Int64) throws(StoreError) -> Bool
    ) throws(StoreError) {
        self.index = index
        self.filter = filter
        self.pool = pool
        self.start = start
        self.wanted = wanted
        shape = IndexScan.Shape(isWide: isWide, isDated: !filter.dates.isEverything, isDescending: isDescending)
        guard !filter.dates.isEmpty else { return }
        let table = index == .species ? "species" : "location"
        let ids = try database.prepare(
            """
            SELECT id FROM \(table) WHERE id \(isDescending ? "<=" : ">=") ?1 ORDER BY id \(isDescending ? "DESC" : "")
            """)
        let first = start.map { index == .species ? $0.species : $0.location }
        ids.bind(1, first ?? (isDescending ? .max : .min))
        self.ids = ids
    }

    deinit { end() }

    /// Goes to the next row; false at the end.
    func next(_ row: inout ObservationRow) throws(StoreError) -> Bool {
        while true {
            if let scan {
                if try scan.next(&row, filter) { return true }
                pool.give(scan)
                self.scan = nil
            }
            guard let ids, try ids.step() else {
                end()
                return false
            }
            let id = ids.int64(0)
            guard try wanted(id) else { continue }
            // Only the first that is read may begin within.
            let begin = start.flatMap { (index == .species ? $0.species : $0.location) == id ? $0 : nil }
            start = nil
            var shape = shape
            shape.hasStart = begin != nil
            let scan = try pool.take(index, shape)
            scan.begin(id, filter.dates, start: begin)
            self.scan = scan
        }
    }

    /// Gives the statements back. There are no more rows.
    func end() {
        if let scan { pool.give(scan) }
        scan = nil
        ids = nil
    }
}
