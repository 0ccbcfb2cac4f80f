/// The records of a query in groups, in the order of their keys.
///
/// The numbers are added up from rows of the table `summary` if these are detailed enough, and otherwise from the
/// observations. Memory is bounded: each pass reads all items and keeps the first groups of those that were not yet
/// returned; when these have been returned, the next pass reads everything again. Where memory is short, a pass keeps
/// fewer.
final class Summary {
    typealias Items = ((SummaryItem) throws(StoreError) -> Void) throws(StoreError) -> Void

    private typealias Key = SIMD8<Int64>

    private let values: [(SummaryItem) throws(StoreError) -> Int64]
    private let items: Items
    /// To how many groups a pass cuts down when it has twice as many.
    private let most: Int
    private let memory: HeldMemory
    /// The groups of this pass in order, and the next one to return.
    private var groups: [(key: Key, group: SummaryNumbers)] = []
    private var position = 0
    /// The last key of the pass before; nil in the first.
    private var bound: Key?
    /// Whether groups follow those that are kept.
    private var hasMore = true

    /// The greatest number of groups that a pass keeps. Twice as many are in memory while it runs, about 60 MB.
    static let mostKept = 1 << 17

    /// - Parameters:
    ///   - values: Functions from an item to its keys, at most `SummaryKey.most`. The numbers must be in the order
    ///     of the groups.
    ///   - items: Passes all matching items to a function, in any order. It is called once for each pass.
    init(
        values: [(SummaryItem) throws(StoreError) -> Int64], mostKept: Int = Summary.mostKept, memory: AnswerMemory,
        items: @escaping Items
    ) {
        self.memory = HeldMemory(
            memory, stride: MemoryLayout<Key>.stride + MemoryLayout<SummaryNumbers>.stride)
        self.values = values
        self.items = items
        most = max(1, mostKept)
    }

    /// The next group with its keys; nil at the end.
    /// - Throws: `.overBudget`, `.outOfMemory`, `.cancelled` or `.sqlite`.
    func next() throws(StoreError) -> (keys: [Int64], group: SummaryNumbers)? {
        if position == groups.count {
            guard hasMore else { return nil }
            bound = groups.last?.key
            try gather()
            guard !groups.isEmpty else { return nil }
        }
        let (key, group) = groups[position]
        position += 1
        return (values.indices.map { key[$0] }, group)
    }

    /// Runs a pass.
    private func gather() throws(StoreError) {
        hasMore = false
        position = 0
        groups = []
        memory.shrink(to: 0)
        var gathered: [Key: SummaryNumbers] = [:]
        // The greatest key that can still be among the first `most`, once groups were dropped.
        var greatest: Key?
        var most = most
        try items { (item) throws(StoreError) in
            var key = Key()
            for index in values.indices.prefix(key.scalarCount) { key[index] = try values[index](item) }
            if let bound, !precedes(bound, key) { return }
            if let greatest, precedes(greatest, key) { return }
            if !memory.hasRoom(gathered.count + 1) {
                most = gathered.count / 2
                guard most >= HeldMemory.least else { throw .outOfMemory }
                let last = keepFirst(most, of: &gathered)
                greatest = last
                if precedes(last, key) { return }
            }
            gathered[key, default: SummaryNumbers()].add(item.group)
            // Dropping only at twice the number keeps the cost of sorting small.
            if gathered.count > 2 * most { greatest = keepFirst(most, of: &gathered) }
        }
        groups = gathered.map { (key: $0.key, group: $0.value) }.sorted { precedes($0.key, $1.key) }
        memory.shrink(to: groups.count)
    }

    /// Drops all but the first groups.
    /// - Parameter most: How many stay; at least one, and fewer than there are.
    /// - Returns: The last key that stays.
    private func keepFirst(_ most: Int, of gathered: inout [Key: SummaryNumbers]) -> Key {
        let last = gathered.keys.sorted(by: precedes)[most - 1]
        gathered = gathered.filter { !precedes(last, $0.key) }
        hasMore = true
        return last
    }

    private func precedes(_ a: Key, _ b: Key) -> Bool {
        for index in values.indices where a[index] != b[index] { return a[index] < b[index] }
        return false
    }
}

/// Some records that a summary counts: one observation, or a row of the table `summary`. A key that is unknown, or
/// that the row does not have, is 0.
struct SummaryItem {
    var species: Int64 = 0
    var location: Int64 = 0
    var region: Int64 = 0
    var dataset: Int64 = 0
    var year: Int64 = 0
    var isoYear: Int64 = 0
    var month: Int64 = 0
    var week: Int64 = 0
    var date: Int64 = 0
    var group = SummaryNumbers()

    /// Sets all keys that follow from a date.
    mutating func setDate(_ date: Int64) {
        let parts = StoredDate.Parts(date)
        self.date = date
        (year, month, isoYear, week) = (parts.year, parts.month, parts.isoYear, parts.week)
    }
}
