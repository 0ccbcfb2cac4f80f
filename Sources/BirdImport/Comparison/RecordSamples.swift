import Birds

/// Samples of several groups of records, such as those of a file: records of each, spread over the group. It counts how
/// many of a sample a file has too.
///
/// Memory is bounded: all samples together hold `mostRecords`, of about 100 bytes. So is the time for a file, beside
/// that for its own records: it is compared with each record of a sample once.
struct RecordSamples {
    private static let mostRecords = 1 << 17
    /// The most records of one sample, if there are few groups.
    static let mostOfGroup = 20_000

    /// The key of a record with ranks in place of provisional numbers. Records with equal ones say the same.
    struct Value: Hashable {
        let high: UInt64
        let low: UInt64

        /// - Returns: Nil for what no staged record can have (`RecordKey`).
        init?(date: Int64, location: Int, species: Int, num: Int64?, dataset: Int) {
            let key = RecordKey(date: date, location: location, species: species, num: num, dataset: dataset)
            guard let key else { return nil }
            (high, low) = key.packed()
        }

        var key: RecordKey { RecordKey(SortItem(high: high, low: low)) }
    }

    /// A group of records, all of them with codes of their own or all without.
    struct Group {
        /// The position of its file; nil for records of the database.
        let file: Int?
        /// The number of its data set within the import.
        let dataset: Int
        let isCoded: Bool
        /// The greatest number of its records.
        let records: Int
        /// The number of records that were added.
        fileprivate(set) var seen = 0
        /// The number of records in the sample.
        fileprivate(set) var compared = 0
        fileprivate var shared = 0

        init(file: Int?, dataset: Int, isCoded: Bool, records: Int) {
            (self.file, self.dataset, self.isCoded, self.records) = (file, dataset, isCoded, records)
        }
    }

    /// A value in the sample of a group.
    private struct Entry {
        let value: Value
        let group: Int
        /// How often the sample has it.
        var count = 1
        /// How many of these the file that is compared does not have yet.
        var left = 0
        var file = -1
        /// The entry of the value in another group; -1 if there is none.
        let next: Int
        /// The file for which no entry from here on has any left: for records with a code, and without.
        var doneCoded = -1
        var donePlain = -1
    }

    private(set) var groups: [Group]
    /// The most records of one sample.
    private let most: Int
    private var entries: [Entry] = []
    /// The last entry of each value.
    private var entryOfValue: [Value: Int] = [:]
    /// The groups of which the file has records.
    private var matched: [Int] = []

    init(_ groups: [Group]) {
        self.groups = groups
        most = max(1, min(Self.mostOfGroup, Self.mostRecords / max(1, groups.count)))
    }

    /// Adds the next record of a group, if it belongs to the sample. All records of a file come one after the other.
    /// - Parameter value: Nil for a record that no file can have.
    mutating func add(_ value: @autoclosure () -> Value?, to group: Int) {
        groups[group].seen += 1
        let distance = (groups[group].records + most - 1) / most
        guard distance < 2 || groups[group].seen % distance == 0 else { return }
        guard let value = value() else {
            groups[group].compared += 1
            return
        }
        groups[group].compared += 1
        let last = entryOfValue[value] ?? -1
        // One more may have come since: that of the records of the same file that have codes, or have none.
        for index in [last, last < 0 ? -1 : entries[last].next] where index >= 0 && entries[index].group == group {
            entries[index].count += 1
            return
        }
        entryOfValue[value] = entries.count
        entries.append(Entry(value: value, group: group, next: last))
    }

    /// Calls `body` with each value of each sample, and how often the sample has it.
    func forEachValue(
        _ body: (_ group: Int, Value, _ count: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        for entry in entries { try body(entry.group, entry.value, entry.count) }
    }

    /// Compares a record of a file with the samples of other groups. Two records with codes are never the same.
    mutating func match(_ value: Value, isCoded: Bool, of file: Int) {
        guard let last = entryOfValue[value],
            file != (isCoded ? entries[last].doneCoded : entries[last].donePlain)
        else { return }
        var (index, isFound) = (last, false)
        while index >= 0 {
            let group = entries[index].group
            if groups[group].file != file, !(isCoded && groups[group].isCoded) {
                if entries[index].file != file {
                    (entries[index].file, entries[index].left) = (file, entries[index].count)
                }
                if entries[index].left > 0 {
                    isFound = true
                    entries[index].left -= 1
                    if groups[group].shared == 0 { matched.append(group) }
                    groups[group].shared += 1
                }
            }
            index = entries[index].next
        }
        if isFound { return }
        if isCoded { entries[last].doneCoded = file } else { entries[last].donePlain = file }
    }

    /// The groups of which the last file has records, with the number of those in the sample. The next file can then be
    /// compared.
    mutating func takeMatched() -> [(group: Int, shared: Int)] {
        let taken = matched.sorted().map { ($0, groups[$0].shared) }
        for group in matched { groups[group].shared = 0 }
        matched = []
        return taken
    }
}
