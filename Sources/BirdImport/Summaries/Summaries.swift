import Birds

// Sums of records, made in one pass over records that are sorted by the first keys of a kind. Each type holds the sums
// of the current keys, and of all months and weeks, and gives them to a `SummarySink` once they are complete. So memory
// grows with the number of groups (pairs of a region and a data set), and not with that of records. If there are too
// many groups, what is held goes to `PartialSums`, and the groups start over.

/// The key of a row in the table `summary`, without its kind. See `SummaryKind` for the meaning of `first` and
/// `second`.
struct SummaryRowKey: Comparable {
    var first: Int64
    /// 0 for kinds with one key.
    var second: Int64
    var region: Int64
    var dataset: Int64

    static func < (a: SummaryRowKey, b: SummaryRowKey) -> Bool {
        (a.first, a.second, a.region, a.dataset) < (b.first, b.second, b.region, b.dataset)
    }
}

/// Receives rows of the table `summary`.
protocol SummarySink: AnyObject {
    /// Rows of one kind must come in the order of their keys, and each key only once. Kinds may alternate.
    func add(_ kind: SummaryKind, _ key: SummaryRowKey, _ numbers: SummaryNumbers) throws(StoreError)
}

/// The most groups in memory, for each pass. All regions of ISO 3166-2 are about 5,000.
private let mostGroups = 1 << 13

/// Makes the summaries by date, year, month and week, from records in the order of dates.
struct DateSummaries {
    private let sink: any SummarySink
    private let folder: String
    private let mostHeld: Int
    /// Receives all rows after there were too many groups.
    private var parts: PartialSums?
    private var groups = PairNumbers()
    /// The current date.
    private var date: Int64?
    private var ofDate = SummaryTally()
    private var ofYears = SummaryYears()
    // Months and weeks of all years are summed up together, so they are complete only at the end.
    private var ofMonths = SummaryParts(StoredDate.months)
    private var ofWeeks = SummaryParts(StoredDate.weeks)

    /// - Parameters:
    ///   - folder: The folder for a temporary file.
    ///   - mostHeld: The most groups in memory.
    init(_ sink: any SummarySink, folder: String, mostHeld: Int = mostGroups) {
        (self.sink, self.folder, self.mostHeld) = (sink, folder, mostHeld)
    }

    /// Adds a record.
    /// - Parameters:
    ///   - region: The id of its location's region; 0 for none.
    ///   - num: The count; nil if the birds were not counted.
    @inline(__always)
    mutating func add(date: Int64, region: Int64, dataset: Int64, num: Int64?) throws(StoreError) {
        if date != self.date { try begin(date) }
        if groups.count >= mostHeld { try spill() }
        ofDate.add(groups.number(of: region, dataset), num, date: date)
    }

    /// Adds many records of one date.
    mutating func add(
        date: Int64, region: Int64, dataset: Int64, _ numbers: SummaryNumbers
    ) throws(StoreError) {
        if date != self.date { try begin(date) }
        if groups.count >= mostHeld { try spill() }
        ofDate.add(groups.number(of: region, dataset), numbers)
    }

    /// Gives the remaining rows to the sink.
    mutating func finish() throws(StoreError) {
        try begin(nil)
        try drain()
        try parts?.finish(to: sink)
        parts = nil
    }

    /// Moves the sums in memory to `parts`. What comes next of the same date is another part of its rows.
    private mutating func spill() throws(StoreError) {
        parts = parts ?? PartialSums(in: folder)
        try begin(date)
        try drain()
        groups.removeAll()
    }

    /// Gives the sums of years, months and weeks to the sink.
    private mutating func drain() throws(StoreError) {
        let (sink, groups) = (parts ?? sink, groups)
        try ofYears.finish { (year, tally) throws(StoreError) in try tally.drain(.year, year, 0, groups, to: sink) }
        try ofMonths.drain { (month, tally) throws(StoreError) in try tally.drain(.month, month, 0, groups, to: sink) }
        try ofWeeks.drain { (week, tally) throws(StoreError) in try tally.drain(.week, week, 0, groups, to: sink) }
    }

    /// Ends the current date: adds its sums to those of its year, month and week, and gives its rows to the sink.
    private mutating func begin(_ next: Int64?) throws(StoreError) {
        if let date {
            let part = StoredDate.Parts(date)
            let (sink, groups) = (parts ?? sink, groups)
            ofDate.clamp()
            try ofYears.begin(part.year) { (year, tally) throws(StoreError) in
                try tally.drain(.year, year, 0, groups, to: sink)
            }
            for (group, numbers) in ofDate.entries {
                ofYears.add(group, numbers)
                ofMonths.add(part.month, group, numbers)
                ofWeeks.add(part.week, group, numbers)
            }
            try ofDate.drain(.date, date, 0, groups, to: sink)
        }
        date = next
    }
}

/// Makes the summaries by species, and by species with year, month, week or date, from records in the order of species
/// and dates.
struct SpeciesSummaries {
    private struct Present: Equatable {
        let species: Int64
        let date: Int64
    }

    private let sink: any SummarySink
    private let folder: String
    private let mostHeld: Int
    /// Receives the rows of the current species after it had too many groups.
    private var parts: PartialSums?
    private var groups = PairNumbers()
    private var present: Present?
    private var ofDate = SummaryTally()
    private var ofYears = SummaryYears()
    private var ofSpecies = SummaryTally()
    private var ofMonths = SummaryParts(StoredDate.months)
    private var ofWeeks = SummaryParts(StoredDate.weeks)

    /// - Parameters:
    ///   - folder: The folder for a temporary file.
    ///   - mostHeld: The most groups in memory.
    init(_ sink: any SummarySink, folder: String, mostHeld: Int = mostGroups) {
        (self.sink, self.folder, self.mostHeld) = (sink, folder, mostHeld)
    }

    @inline(__always)
    mutating func add(
        species: Int64, date: Int64, region: Int64, dataset: Int64, num: Int64?
    ) throws(StoreError) {
        let next = Present(species: species, date: date)
        if next != present { try begin(next) }
        if groups.count >= mostHeld { try spill() }
        ofDate.add(groups.number(of: region, dataset), num, date: date)
    }

    mutating func finish() throws(StoreError) { try begin(nil) }

    private mutating func begin(_ next: Present?) throws(StoreError) {
        if let present {
            try drain(present, before: next)
            if next?.species != present.species {
                groups.removeAll()
                try parts?.finish(to: sink)
                parts = nil
            }
        }
        present = next
    }

    /// Moves the sums in memory to `parts`. What comes next of the same species is another part of its rows.
    private mutating func spill() throws(StoreError) {
        guard let present else { return }
        parts = parts ?? PartialSums(in: folder)
        try drain(present, before: nil)
        groups.removeAll()
    }

    /// Ends a date of a species, and the species if `next` has another.
    private mutating func drain(_ present: Present, before next: Present?) throws(StoreError) {
        let (species, date) = (present.species, present.date)
        let part = StoredDate.Parts(date)
        let (sink, groups) = (parts ?? sink, groups)
        func drainYear(_ year: Int64, _ tally: inout SummaryTally) throws(StoreError) {
            try tally.drain(.speciesYear, species, year, groups, to: sink)
        }
        ofDate.clamp()
        try ofYears.begin(part.year, drain: drainYear)
        for (group, numbers) in ofDate.entries {
            ofSpecies.add(group, numbers)
            ofYears.add(group, numbers)
            ofMonths.add(part.month, group, numbers)
            ofWeeks.add(part.week, group, numbers)
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

/// Makes the summaries by location and year, from records in the order of locations and dates.
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
        // A location has one region, and so few groups.
        self.groups.removeAll()
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
