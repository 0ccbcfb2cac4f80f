import Birds

/// The key of a row of the table `summary` among those of its kind.
struct SummaryRowKey: Comparable {
    var first: Int64
    /// 0 for a kind with one key.
    var second: Int64
    var region: Int64
    var dataset: Int64

    static func < (a: SummaryRowKey, b: SummaryRowKey) -> Bool {
        (a.first, a.second, a.region, a.dataset) < (b.first, b.second, b.region, b.dataset)
    }
}

/// Takes rows of the table `summary`.
protocol SummarySink: AnyObject {
    /// The rows of a kind come in the order of their keys, each once.
    func add(_ kind: SummaryKind, _ key: SummaryRowKey, _ numbers: SummaryNumbers) throws(StoreError)
}

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
private struct SummaryParts {
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
private struct SummaryYears {
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

/// The summaries by date, year, month and week, from records in the order of dates.
struct DateSummaries {
    private let sink: any SummarySink
    private var groups = PairNumbers()
    private var date: Int64?
    private var ofDate = SummaryTally()
    private var ofYears = SummaryYears()
    private var ofMonths = SummaryParts(StoredDate.months)
    private var ofWeeks = SummaryParts(StoredDate.weeks)

    init(_ sink: any SummarySink) { self.sink = sink }

    @inline(__always)
    mutating func add(date: Int64, region: Int64, dataset: Int64, num: Int64?) throws(StoreError) {
        if date != self.date { try begin(date) }
        ofDate.add(groups.number(of: region, dataset), num, date: date)
    }

    /// Adds many records of one date.
    mutating func add(
        date: Int64, region: Int64, dataset: Int64, _ numbers: SummaryNumbers
    ) throws(StoreError) {
        if date != self.date { try begin(date) }
        ofDate.add(groups.number(of: region, dataset), numbers)
    }

    mutating func finish() throws(StoreError) {
        try begin(nil)
        let (sink, groups) = (sink, groups)
        try ofYears.finish { (year, tally) throws(StoreError) in try tally.drain(.year, year, 0, groups, to: sink) }
        try ofMonths.drain { (month, tally) throws(StoreError) in try tally.drain(.month, month, 0, groups, to: sink) }
        try ofWeeks.drain { (week, tally) throws(StoreError) in try tally.drain(.week, week, 0, groups, to: sink) }
    }

    private mutating func begin(_ next: Int64?) throws(StoreError) {
        if let date {
            let parts = StoredDate.Parts(date)
            let (sink, groups) = (sink, groups)
            ofDate.clamp()
            try ofYears.begin(parts.year) { (year, tally) throws(StoreError) in
                try tally.drain(.year, year, 0, groups, to: sink)
            }
            for (group, numbers) in ofDate.entries {
                ofYears.add(group, numbers)
                ofMonths.add(parts.month, group, numbers)
                ofWeeks.add(parts.week, group, numbers)
            }
            try ofDate.drain(.date, date, 0, groups, to: sink)
        }
        date = next
    }
}

/// The summaries by species, and by species with year, month, week, date or location, from records in the order of species
/// and dates.
struct SpeciesSummaries {
    /// How many places of a species are held in memory: about 20 MB. Those of more are sorted in a file.
    private static let mostHeld = 1 << 17

    private struct Present: Equatable {
        let species: Int64
        let date: Int64
    }

    /// What the records of a location and a data set are summed up in, and their group.
    private struct Place {
        let group: Int
        var numbers = SummaryNumbers()
    }

    private let sink: any SummarySink
    private let folder: String
    private let mostHeld: Int
    private var groups = PairNumbers()
    private var present: Present?
    private var ofDate = SummaryTally()
    private var ofYears = SummaryYears()
    private var ofSpecies = SummaryTally()
    private var ofMonths = SummaryParts(StoredDate.months)
    private var ofWeeks = SummaryParts(StoredDate.weeks)
    /// Pairs of a location and a data set, which number the places of the present species.
    private var placeNumbers = PairNumbers()
    private var places: [Place] = []
    private var sorter: Sorter?

    /// - Parameter folder: where a temporary file may be made.
    init(_ sink: any SummarySink, folder: String, mostHeld: Int = SpeciesSummaries.mostHeld) {
        (self.sink, self.folder, self.mostHeld) = (sink, folder, mostHeld)
    }

    /// - Parameter region: the id of the location's, which is asked for once for each location of a species.
    @inline(__always)
    mutating func add(
        species: Int64, date: Int64, location: Int64, dataset: Int64, num: Int64?, region: () -> Int64
    ) throws(StoreError) {
        let next = Present(species: species, date: date)
        if next != present { try begin(next) }
        if places.count >= mostHeld { try spillPlaces() }
        let place = placeNumbers.number(of: location, dataset)
        if place == places.count { places.append(Place(group: groups.number(of: region(), dataset))) }
        places[place].numbers.add(num, date: date)
        ofDate.add(places[place].group, num, date: date)
    }

    mutating func finish() throws(StoreError) { try begin(nil) }

    private mutating func begin(_ next: Present?) throws(StoreError) {
        if let present { try drain(present, before: next) }
        present = next
    }

    private mutating func drain(_ present: Present, before next: Present?) throws(StoreError) {
        let (species, date) = (present.species, present.date)
        let parts = StoredDate.Parts(date)
        let (sink, groups) = (sink, groups)
        func drainYear(_ year: Int64, _ tally: inout SummaryTally) throws(StoreError) {
            try tally.drain(.speciesYear, species, year, groups, to: sink)
        }
        ofDate.clamp()
        try ofYears.begin(parts.year, drain: drainYear)
        for (group, numbers) in ofDate.entries {
            ofSpecies.add(group, numbers)
            ofYears.add(group, numbers)
            ofMonths.add(parts.month, group, numbers)
            ofWeeks.add(parts.week, group, numbers)
        }
        try ofDate.drain(.speciesDate, species, date, groups, to: sink)
        guard next?.species != species else { return }
        try ofYears.finish(drain: drainYear)
        try ofSpecies.drain(.species, species, 0, groups, to: sink)
        try ofMonths.drain { (month, tally) throws(StoreError) in
            try tally.drain(.speciesMonth, species, month, groups, to: sink)
        }
        try ofWeeks.drain { (week, tally) throws(StoreError) in
            try tally.drain(.speciesWeek, species, week, groups, to: sink)
        }
        try drainPlaces(species)
    }

    private mutating func drainPlaces(_ species: Int64) throws(StoreError) {
        func add(_ place: PairNumbers.Pair, _ region: Int64, _ numbers: SummaryNumbers) throws(StoreError) {
            let key = SummaryRowKey(first: species, second: place.first, region: region, dataset: place.second)
            try sink.add(.speciesLocation, key, numbers.stored)
        }
        if sorter != nil { try spillPlaces() }
        guard let sorter else {
            // Small items are sorted much faster than places. (A location has one region.)
            var order = placeNumbers.pairs.indices.map { (location: placeNumbers.pairs[$0].first, number: $0) }
            order.sort { a, b in
                if a.location != b.location { return a.location < b.location }
                return placeNumbers.pairs[a.number].second < placeNumbers.pairs[b.number].second
            }
            for (_, number) in order {
                let place = places[number]
                try add(placeNumbers.pairs[number], groups.pairs[place.group].first, place.numbers)
            }
            return clearPlaces()
        }
        self.sorter = nil
        var sorted = try sorter.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        var last: (pair: PairNumbers.Pair, region: Int64, numbers: SummaryNumbers)?
        while try sorted.next(&item, &bytes) {
            let pair = PairNumbers.Pair(first: Int64(sortable: item.high), second: Int64(sortable: item.low))
            let (region, numbers) = bytes.withUnsafeBytes { $0.loadUnaligned(as: (Int64, SummaryNumbers).self) }
            if last?.pair == pair {
                last?.numbers.add(numbers)
            } else {
                if let last { try add(last.pair, last.region, last.numbers) }
                last = (pair, region, numbers)
            }
        }
        if let last { try add(last.pair, last.region, last.numbers) }
    }

    private mutating func spillPlaces() throws(StoreError) {
        let sorter = self.sorter ?? Sorter(in: folder)
        self.sorter = sorter
        for (pair, place) in zip(placeNumbers.pairs, places) {
            let item = SortItem(high: pair.first.sortable, low: pair.second.sortable, tag: 0)
            let bytes = withUnsafeBytes(of: (groups.pairs[place.group].first, place.numbers)) { Array($0) }
            try sorter.add(item, bytes[...])
        }
        clearPlaces()
    }

    private mutating func clearPlaces() {
        places.removeAll(keepingCapacity: true)
        placeNumbers.removeAll()
    }
}

/// The summary by location and year, from records in the order of locations and dates.
struct LocationSummaries {
    private struct Present: Equatable {
        let location: Int64
        let date: Int64
    }

    private let sink: any SummarySink
    private var groups = PairNumbers()
    private var present: Present?
    private var ofYears = SummaryYears()

    init(_ sink: any SummarySink) { self.sink = sink }

    @inline(__always)
    mutating func add(
        location: Int64, date: Int64, region: Int64, dataset: Int64, num: Int64?
    ) throws(StoreError) {
        let next = Present(location: location, date: date)
        if next != present { try begin(next) }
        ofYears.add(groups.number(of: region, dataset), num, date: date)
    }

    mutating func finish() throws(StoreError) {
        guard let present else { return }
        let (sink, groups) = (sink, groups)
        try ofYears.finish { (year, tally) throws(StoreError) in
            try tally.drain(.locationYear, present.location, year, groups, to: sink)
        }
        self.present = nil
    }

    private mutating func begin(_ next: Present) throws(StoreError) {
        if next.location != present?.location { try finish() }
        present = next
        let (sink, groups) = (sink, groups)
        try ofYears.begin(StoredDate.Parts.year(of: next.date)) { (year, tally) throws(StoreError) in
            try tally.drain(.locationYear, next.location, year, groups, to: sink)
        }
    }
}

extension Int64 {
    /// An unsigned number, so that the order of those is that of the signed ones.
    var sortable: UInt64 { UInt64(bitPattern: self) ^ 1 << 63 }

    init(sortable: UInt64) { self = Int64(bitPattern: sortable ^ 1 << 63) }
}
