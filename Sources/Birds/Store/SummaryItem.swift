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
    var group = SummaryGroup()

    /// Fills in all that a date tells.
    mutating func setDate(_ date: Int64) {
        self.date = date
        year = date / 10_000
        month = date / 100 % 100
        (isoYear, week) = ISOWeek(date).map { ($0.year, $0.number) } ?? (0, 0)
    }
}

/// What a summary says of a group of records.
struct SummaryGroup: Equatable {
    var records: Int64 = 0
    /// Nil where nothing was counted.
    var total: Int64?
    var max: Int64?
    /// `yyyymmdd`
    var first: Int64 = .max
    var last: Int64 = 0

    mutating func add(_ other: SummaryGroup) {
        records += other.records
        // Counts are at most 10,000,000 each; a sum that is too great for 64 bits stays the greatest.
        if let more = other.total {
            let (sum, isTooGreat) = (total ?? 0).addingReportingOverflow(more)
            total = isTooGreat ? .max : sum
        }
        if let other = other.max { max = Swift.max(max ?? other, other) }
        first = min(first, other.first)
        last = Swift.max(last, other.last)
    }
}
