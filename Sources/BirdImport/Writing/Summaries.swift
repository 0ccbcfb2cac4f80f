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

/// The summaries by species, and by species with year, month, week or date, from records in the order of species and dates.
struct SpeciesSummaries {
    private struct Present: Equatable {
        let species: Int64
        let date: Int64
    }

    private let sink: any SummarySink
    private var groups = PairNumbers()
    private var present: Present?
    private var ofDate = SummaryTally()
    private var ofYears = SummaryYears()
    private var ofSpecies = SummaryTally()
    private var ofMonths = SummaryParts(StoredDate.months)
    private var ofWeeks = SummaryParts(StoredDate.weeks)

    init(_ sink: any SummarySink) { self.sink = sink }

    @inline(__always)
    mutating func add(
        species: Int64, date: Int64, region: Int64, dataset: Int64, num: Int64?
    ) throws(StoreError) {
        let next = Present(species: species, date: date)
        if next != present { try begin(next) }
        ofDate.add(groups.number(of: region, dataset), num, date: date)
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
