/// Some records that a summary counts: one observation, or a row of the table `summary`. What is not known of them is 0.
struct SummaryItem {
    var species: Int64 = 0
    var location: Int64 = 0
    var region: Int64 = 0
    var dataset: Int64 = 0
    var year: Int64 = 0
    var month: Int64 = 0
    var week: Int64 = 0
    var date: Int64 = 0
    var group = SummaryGroup()

    /// Fills in all that a date tells.
    mutating func setDate(_ date: Int64) {
        self.date = date
        year = date / 10_000
        month = date / 100 % 100
        week = ISOWeek.of(date)
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

/// The week of ISO 8601.
enum ISOWeek {
    /// 1 to 53: the week of the year in which its Thursday is. 0 where the day is not known.
    static func of(_ date: Int64) -> Int64 {
        let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100)
        guard month > 0, day > 0 else { return 0 }
        let days = daysSinceMarch(year, month, day)
        // 1 March of the year 0 was a Wednesday; Monday is 0.
        let weekday = (days + 2) % 7
        let thursday = days - weekday + 3
        var ofYear = year
        if thursday < daysSinceMarch(year, 1, 1) { ofYear -= 1 }
        if thursday >= daysSinceMarch(year + 1, 1, 1) { ofYear += 1 }
        return (thursday - daysSinceMarch(ofYear, 1, 1)) / 7 + 1
    }

    /// Days since 1 March of the year 0, so that a leap day is the last of its year.
    private static func daysSinceMarch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let (year, month) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1
    }
}
