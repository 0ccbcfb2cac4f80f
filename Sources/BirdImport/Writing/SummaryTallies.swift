import Birds

/// Numbers of records, by group: the number of a region and a data set.
struct SummaryTally {
    private var slots: [Int32] = []
    private(set) var entries: [(group: Int, numbers: SummaryNumbers)] = []

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

    /// Makes the entries what the table holds of them. Other tallies add these up, so that they are the same whether they are made
    /// with the records or from the rows of the table.
    mutating func clamp() {
        for index in entries.indices { entries[index].numbers = entries[index].numbers.stored }
    }

    /// Gives what there is to a sink, in the order of regions and data sets, and starts over.
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

/// Numbers of records by a part of their date, such as its month, and by group.
struct SummaryParts {
    private var tallies: [SummaryTally]

    /// - Parameter parts: what there is of them, from 0.
    init(_ parts: Range<Int64>) { tallies = parts.map { _ in SummaryTally() } }

    mutating func add(_ part: Int64, _ group: Int, _ numbers: SummaryNumbers) {
        guard let index = Int(exactly: part), tallies.indices.contains(index) else { return }
        tallies[index].add(group, numbers)
    }

    mutating func drain(_ body: (Int64, inout SummaryTally) throws(StoreError) -> Void) throws(StoreError) {
        for part in tallies.indices { try body(Int64(part), &tallies[part]) }
    }
}

/// Numbers of records by year and by group, from dates in their order.
struct SummaryYears {
    private var year: Int64?
    private var ofYear = SummaryTally()
    /// Of what is no date: such numbers may lie between two dates of one year, and are one row at the end.
    private var ofNone = SummaryTally()
    private var isNone = false

    /// Goes to the year of what is added next, 0 for none.
    /// - Parameter drain: takes the year that is complete by now, if one is.
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

    /// Ends the years, and starts over.
    mutating func finish(drain: (Int64, inout SummaryTally) throws(StoreError) -> Void) throws(StoreError) {
        if let year { try drain(year, &ofYear) }
        year = nil
        try drain(SummaryKind.noYear, &ofNone)
    }
}
