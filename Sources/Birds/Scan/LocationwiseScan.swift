/// The observations of many locations, one location after another: for counts, sums and sorting, which need no
/// order. It uses a single statement, however many locations there are.
final class LocationwiseScan: RowFinder {
    private let ids: [Int64]
    private let filter: RowFilter
    private let pool: ScanPool
    /// Nil at the end.
    private var scan: IndexScan?
    /// How many of the locations have been begun.
    private var begun = 0

    /// - Parameters:
    ///   - ids: Ids of locations, each once.
    ///   - isWide: Whether rows need their data set and id.
    ///   - filter: The conditions, without those on locations.
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
            scan.begin(ids[begun], filter.dates.first, filter.dates.last)
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
