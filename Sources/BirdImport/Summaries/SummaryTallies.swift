import Birds

/// Sums of records by group. A group is the number of a pair of a region and a data set in `PairNumbers`.
///
/// Invariant: `slots[group]` is the position of the group in `entries`, or -1. So a tally with few groups is drained
/// without visiting all of them.
struct SummaryTally {
    private var slots: [Int32] = []
    /// The groups with records, in the order in which they came.
    private(set) var entries: [(group: Int, numbers: SummaryNumbers)] = []

    /// The position of a group in `entries`, which gets the group if it is new.
    @inline(__always)
    private mutating func entry(_ group: Int) -> Int {
        if group >= slots.count { slots.append(contentsOf: repeatElement(-1, count: group + 1 - slots.count)) }
        if slots[group] >= 0 { return Int(slots[group]) }
        slots[group] = Int32(truncatingIfNeeded: entries.count)
        entries.append((group, SummaryNumbers()))
        return entries.count - 1
    }

    @inline(__always)
    mutating func add(_ group: Int, _ num: Int64?, date: Int64) { entries[entry(group)].numbers.add(num, date: date) }

    @inline(__always)
    mutating func add(_ group: Int, _ numbers: SummaryNumbers) { entries[entry(group)].numbers.add(numbers) }

    /// Rounds the sums to those that the table can store, before they are added to other tallies. So the summaries of a
    /// year are the same whether they are made from records or from the stored rows of its dates.
    mutating func clamp() {
        for index in entries.indices { entries[index].numbers = entries[index].numbers.stored }
    }

    /// Gives the sums to a sink, in the order of regions and data sets, and empties the tally.
    mutating func drain(
        _ kind: SummaryKind, _ first: Int64, _ second: Int64, _ groups: PairNumbers, to sink: any SummarySink
    ) throws(StoreError) {
        if entries.isEmpty { return }
        if entries.count > 1 {
            entries.sort {
                let (a, b) = (groups.pairs[$0.group], groups.pairs[$1.group])
                return (a.first, a.second) < (b.first, b.second)
            }
        }
        for (group, numbers) in entries {
            let (region, dataset) = (groups.pairs[group].first, groups.pairs[group].second)
            let key = SummaryRowKey(first: first, second: second, region: region, dataset: dataset)
            try sink.add(kind, key, numbers.stored)
        }
        for entry in entries { slots[entry.group] = -1 }
        entries.removeAll(keepingCapacity: true)
    }
}

/// Sums of records by a part of their date, the month or the week, and by group.
struct SummaryParts {
    private var tallies: [SummaryTally]

    /// - Parameter parts: The possible values, from 0: `StoredDate.months` or `.weeks`.
    init(_ parts: Range<Int64>) { tallies = parts.map { _ in SummaryTally() } }

    mutating func add(_ part: Int64, _ group: Int, _ numbers: SummaryNumbers) {
        guard let index = Int(exactly: part), tallies.indices.contains(index) else { return }
        tallies[index].add(group, numbers)
    }

    /// Calls `body` with each part and its sums, in ascending order.
    mutating func drain(_ body: (Int64, inout SummaryTally) throws(StoreError) -> Void) throws(StoreError) {
        for part in tallies.indices { try body(Int64(part), &tallies[part]) }
    }
}

/// Sums of records by year and by group, from records in the order of dates.
///
/// An edited file may have numbers that are no dates (`StoredDate`). They may lie between two dates of one year, so
/// their sums are kept apart and come at the end, as `SummaryKind.noYear`.
struct SummaryYears {
    /// The current year; nil before the first one.
    private var year: Int64?
    private var ofYear = SummaryTally()
    /// The sums of records without a date.
    private var ofNone = SummaryTally()
    /// Whether the records that are added now have no date.
    private var isNone = false

    /// Sets the year of the records that are added next.
    /// - Parameters:
    ///   - next: The year; 0 for records without a date.
    ///   - drain: Receives the sums of the last year if another one begins.
    @inline(__always)
    mutating func begin(
        _ next: Int64, drain: (Int64, inout SummaryTally) throws(StoreError) -> Void
    ) throws(StoreError) {
        isNone = next == 0
        if isNone || next == year { return }
        if let year { try drain(year, &ofYear) }
        year = next
    }

    @inline(__always)
    mutating func add(_ group: Int, _ num: Int64?, date: Int64) {
        if isNone { ofNone.add(group, num, date: date) } else { ofYear.add(group, num, date: date) }
    }

    @inline(__always)
    mutating func add(_ group: Int, _ numbers: SummaryNumbers) {
        if isNone { ofNone.add(group, numbers) } else { ofYear.add(group, numbers) }
    }

    /// Gives the sums of the last year and those without a date to `drain`, and starts over.
    mutating func finish(drain: (Int64, inout SummaryTally) throws(StoreError) -> Void) throws(StoreError) {
        if let year { try drain(year, &ofYear) }
        year = nil
        try drain(SummaryKind.noYear, &ofNone)
    }
}
