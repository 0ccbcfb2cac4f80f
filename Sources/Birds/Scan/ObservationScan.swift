/// The observations that a query matches, in the default order or its reverse: one scan of an index, or a merge of
/// several.
///
/// Invariant of a merge: `heap` is a binary heap of the scans that still have rows, ordered by their current rows,
/// and its first entry is the current row of the merge. Its scans are from the same index, so that rows are
/// comparable, and wide, so that no two rows are equal.
final class ObservationScan {
    private struct Entry {
        /// An index of `several`.
        let scan: Int
        /// The current row of that scan.
        var row = ObservationRow()
    }

    private let pool: ScanPool
    private let filter: RowFilter
    /// The scan, if there is just one; then there is no heap.
    private let single: IndexScan?
    private let several: [IndexScan]
    private var heap: [Entry] = []
    private let isDescending: Bool
    private var hasBegun = false
    private var hasEnded = false
    /// The range of dates to read next, in descending orders: an index read backwards begins with the records without
    /// a date, which come last.
    private var following: ClosedRange<Int64>?

    /// - Parameters:
    ///   - values: Species or locations, each once; any single value for the index by date; empty for no rows.
    ///   - isWide: Whether rows need their data set and id.
    ///   - isDescending: Whether rows come in the reverse of the default order.
    ///   - start: The row to begin at, as in `IndexScan.begin`.
    init(
        _ index: ObservationIndex, values: [Int64], isWide: Bool, isDescending: Bool = false,
        start: ObservationRow? = nil, filter: RowFilter, pool: ScanPool
    ) throws(StoreError) {
        self.pool = pool
        self.isDescending = isDescending
        self.filter = filter
        let count = filter.dates.isEmpty ? 0 : values.count
        var single: IndexScan?
        var several: [IndexScan] = []
        // A merge needs the data set and the id to order rows that are otherwise equal.
        let isSplit = isDescending && filter.dates.isEverything
        let shape = IndexScan.Shape(
            isWide: isWide || count > 1, isDated: isSplit || !filter.dates.isEverything, isDescending: isDescending,
            hasStart: start != nil)
        var (first, last) = (filter.dates.first, filter.dates.last)
        if isSplit {
            if let start, start.isUndated {
                first = StoredDate.unknown
            } else {
                last = StoredDate.unknown - 1
                following = StoredDate.unknown ... .max
            }
        }
        for value in values.prefix(count) {
            let scan = try pool.take(index, shape)
            scan.begin(value, first, last, start: start)
            if count == 1 { single = scan } else { several.append(scan) }
        }
        self.single = single
        self.several = several
    }

    deinit { end() }

    /// Returns the scans to the pool. No rows follow.
    func end() {
        if hasEnded { return }
        hasEnded = true
        if let single { pool.give(single) }
        for scan in several { pool.give(scan) }
        heap = []
    }

    /// Goes to the next row; false at the end.
    @inline(__always)
    func next(_ row: inout ObservationRow) throws(StoreError) -> Bool {
        if hasEnded { return false }
        if let single {
            if try single.next(&row, filter) { return true }
        } else if try nextMerged(&row) {
            return true
        }
        return try nextOfFollowing(&row)
    }

    /// Goes on to the range of dates that follows, and to its first row; false at the end.
    @inline(never)
    private func nextOfFollowing(_ row: inout ObservationRow) throws(StoreError) -> Bool {
        guard let dates = following else {
            end()
            return false
        }
        following = nil
        hasBegun = false
        single?.begin(again: dates)
        for scan in several { scan.begin(again: dates) }
        return try next(&row)
    }

    private func nextMerged(_ row: inout ObservationRow) throws(StoreError) -> Bool {
        guard hasBegun else {
            hasBegun = true
            try fillHeap()
            guard let first = heap.first else { return false }
            row = first.row
            return true
        }
        let hasMore = try heap.withUnsafeMutableBufferPointer { (heap) throws(StoreError) in
            guard !heap.isEmpty else { return false }
            guard try several[heap[0].scan].next(&heap[0].row, filter) else { return false }
            siftDown(0, in: heap)
            row = heap[0].row
            return true
        }
        if hasMore { return true }
        // The scan of the current row has ended: the last entry of the heap takes its place.
        guard let last = heap.popLast(), !heap.isEmpty else { return false }
        heap[0] = last
        heap.withUnsafeMutableBufferPointer { siftDown(0, in: $0) }
        row = heap[0].row
        return true
    }

    /// Reads the first row of each scan.
    private func fillHeap() throws(StoreError) {
        for index in several.indices {
            var entry = Entry(scan: index)
            if try several[index].next(&entry.row, filter) { heap.append(entry) }
        }
        heap.withUnsafeMutableBufferPointer { heap in
            for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) {
                siftDown(index, in: heap)
            }
        }
    }

    private func precedes(_ a: ObservationRow, _ b: ObservationRow) -> Bool {
        ObservationRow.precedes(a, b, isDescending: isDescending)
    }

    /// Moves an entry down until neither of its children precedes it.
    private func siftDown(_ start: Int, in heap: UnsafeMutableBufferPointer<Entry>) {
        var index = start
        while true {
            var least = index
            let left = 2 * index + 1
            if left < heap.count, precedes(heap[left].row, heap[least].row) { least = left }
            if left + 1 < heap.count, precedes(heap[left + 1].row, heap[least].row) { least = left + 1 }
            if least == index { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
