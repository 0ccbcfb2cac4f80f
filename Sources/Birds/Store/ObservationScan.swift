/// The observations that a query matches, in the default order: one scan of an index, or a merge of some.
///
/// Invariant of a merge: `heap` is a binary heap of the scans that have a row, by that row, and its first is the current one.
final class ObservationScan {
    private let pool: ScanPool
    private let filter: RowFilter
    private var scans: [IndexScan] = []
    private var heap: [IndexScan] = []
    private var hasBegun = false

    /// How many scans are merged at most; where more would be needed, all dates are read and the rows that match kept.
    static let widestMerge = 32

    /// - Parameters:
    ///   - values: Species or locations, each once; one without meaning for the index by date; none for no rows.
    init(_ index: IndexScan.Index, values: [Int64], filter: RowFilter, pool: ScanPool) throws(StoreError) {
        self.pool = pool
        self.filter = filter
        guard !filter.dates.isEmpty else { return }
        scans.reserveCapacity(values.count)
        for value in values {
            let scan = try pool.take(index)
            scan.begin(value, filter.dates)
            scans.append(scan)
        }
    }

    deinit { end() }

    /// Gives the statements back. There are no more rows.
    func end() {
        for scan in scans { pool.give(scan) }
        scans = []
        heap = []
        hasBegun = true
    }

    /// The next row; nil at the end.
    @inline(__always)
    func next() throws(StoreError) -> ObservationRow? {
        if scans.count == 1 { return try scans[0].next(filter) ? scans[0].row : nil }
        return try nextMerged()
    }

    private func nextMerged() throws(StoreError) -> ObservationRow? {
        if !hasBegun {
            hasBegun = true
            for scan in scans where try scan.next(filter) { heap.append(scan) }
            for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
        } else if let first = heap.first {
            if try !first.next(filter) {
                let last = heap.removeLast()
                if heap.isEmpty { return nil }
                heap[0] = last
            }
            siftDown(0)
        }
        return heap.first?.row
    }

    private func siftDown(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                if ObservationRow.precedes(heap[child].row, heap[least].row) { least = child }
            }
            if least == index { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
