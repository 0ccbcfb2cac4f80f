/// The records of a query in groups, in the order of their keys.
///
/// They are added up from the table `summary` where its rows tell enough, and from the observations elsewhere. Memory does not
/// grow with the number of groups: the first ones are kept, and when those have been handed out all is read again.
final class Summary {
    typealias Items = ((SummaryItem) throws(StoreError) -> Void) throws(StoreError) -> Void

    private typealias Key = SIMD8<Int64>

    private let values: [(SummaryItem) throws(StoreError) -> Int64]
    private let items: Items
    private let most: Int
    private var groups: [(key: Key, group: SummaryNumbers)] = []
    private var position = 0
    private var bound: Key?
    private var hasMore = true

    /// How many groups are kept at most, and twice as many while they are gathered: about 60 MB.
    static let mostKept = 1 << 17

    /// - Parameters:
    ///   - values: The keys of an item, at most `SummaryKey.most`, as numbers in the order of the groups.
    ///   - items: Hands out all that match; called again where there are more groups than are kept.
    init(
        values: [(SummaryItem) throws(StoreError) -> Int64], mostKept: Int = Summary.mostKept, items: @escaping Items
    ) {
        self.values = values
        self.items = items
        most = max(1, mostKept)
    }

    /// The next group and its keys; nil at the end.
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

    private func gather() throws(StoreError) {
        hasMore = false
        position = 0
        groups = []
        var gathered: [Key: SummaryNumbers] = [:]
        // The greatest key that may be among the first, once some were left out.
        var greatest: Key?
        try items { (item) throws(StoreError) in
            var key = Key()
            for index in values.indices { key[index] = try values[index](item) }
            if let bound, !precedes(bound, key) { return }
            if let greatest, precedes(greatest, key) { return }
            gathered[key, default: SummaryNumbers()].add(item.group)
            guard gathered.count > 2 * most else { return }
            let last = gathered.keys.sorted(by: precedes)[most - 1]
            gathered = gathered.filter { !precedes(last, $0.key) }
            greatest = last
            hasMore = true
        }
        groups = gathered.map { (key: $0.key, group: $0.value) }.sorted { precedes($0.key, $1.key) }
    }

    private func precedes(_ a: Key, _ b: Key) -> Bool {
        for index in values.indices where a[index] != b[index] { return a[index] < b[index] }
        return false
    }
}

/// Some records that a summary counts: one observation, or a row of the table `summary`. What is not known of them is 0.
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

    /// Fills in all that a date tells.
    mutating func setDate(_ date: Int64) {
        let parts = StoredDate.Parts(date)
        self.date = date
        (year, month, isoYear, week) = (parts.year, parts.month, parts.isoYear, parts.week)
    }
}
