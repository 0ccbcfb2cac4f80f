/// A date as the store keeps it, `yyyymmdd`, taken apart.
struct StoredDate {
    let year: Int64
    /// Nil where it is not known.
    let month: Int64?
    let day: Int64?

    init(_ number: Int64) {
        year = number / 10_000
        let month = number / 100 % 100
        let day = number % 100
        self.month = month == 0 ? nil : month
        self.day = day == 0 ? nil : day
    }

    /// ISO 8601, as far as it is known: `2021-02-03`, `2021-02` or `2021`.
    var iso: String {
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
        }
        var text = padded(year, 4)
        guard let month else { return text }
        text += "-" + padded(month, 2)
        if let day { text += "-" + padded(day, 2) }
        return text
    }

    /// What summaries by month and by week can hold of a date; 0 stands for what is not known.
    static let months: Range<Int64> = 0..<100
    static let weeks: Range<Int64> = 0..<54

    /// A date as summaries group it: month and week within the ranges above, whatever number is stored.
    struct Parts {
        let year: Int64
        let month: Int64
        let isoYear: Int64
        let week: Int64

        init(_ date: Int64) {
            year = date / 10_000
            month = max(0, date / 100 % 100)
            let isoWeek = ISOWeek(date)
            (isoYear, week) = (isoWeek?.year ?? 0, isoWeek?.number ?? 0)
        }
    }
}
