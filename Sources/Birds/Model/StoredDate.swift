/// The parts of a date as it is stored: `yyyymmdd`, with 00 for an unknown month or day.
///
/// A file that was edited with another program may hold any number. A number whose year, month or day is in no
/// calendar is not a date: it counts as an unknown date. A day that its month lacks, such as 30 February, is
/// accepted.
package struct StoredDate {
    /// Nil if the number is not a date.
    package let year: Int64?
    /// Nil if it is unknown; so is `day`.
    package let month: Int64?
    package let day: Int64?

    /// Numbers outside this range are not dates, and neither are those within it with a month above 12 or a day
    /// above 31.
    package static let all: ClosedRange<Int64> = 1_00_00...9999_12_31

    /// The number of a record without any date. It is not a date, and comes after all dates.
    package static let unknown: Int64 = 9999_99_99

    package init(_ number: Int64) {
        guard StoredDate.isDate(number) else {
            (year, month, day) = (nil, nil, nil)
            return
        }
        year = number / 10_000
        let month = number / 100 % 100
        let day = number % 100
        self.month = month == 0 ? nil : month
        self.day = day == 0 ? nil : day
    }

    /// Whether a number is a date. A day without a month, `yyyy00dd`, is one too.
    package static func isDate(_ number: Int64) -> Bool {
        all.contains(number) && number / 100 % 100 <= 12 && number % 100 <= 31
    }

    /// The date in ISO 8601, as far as it is known: `2021-02-03`, `2021-02` or `2021`; nil if the number is not a
    /// date.
    package var iso: String? {
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
        }
        guard let year else { return nil }
        var text = padded(year, 4)
        guard let month else { return text }
        text += "-" + padded(month, 2)
        if let day { text += "-" + padded(day, 2) }
        return text
    }

    /// A number that is equal for all dates with the same `iso`, and ordered as they are; 0 if the number is not a
    /// date.
    package var group: Int64 {
        guard let year else { return 0 }
        return year * 10_000 + (month.map { $0 * 100 + (day ?? 0) } ?? 0)
    }

    /// The values of months and weeks in summaries; 0 stands for unknown.
    package static let months: Range<Int64> = 0..<13
    package static let weeks: Range<Int64> = 0..<54

    /// The parts of a date as summaries group it: 0 for an unknown part, and all parts 0 if the number is not a
    /// date.
    package struct Parts {
        package let year: Int64
        package let month: Int64
        package let isoYear: Int64
        package let week: Int64

        package init(_ number: Int64) {
            year = Parts.year(of: number)
            month = year == 0 ? 0 : number / 100 % 100
            let isoWeek = ISOWeek(number)
            (isoYear, week) = (isoWeek?.year ?? 0, isoWeek?.number ?? 0)
        }

        package static func year(of number: Int64) -> Int64 { StoredDate.isDate(number) ? number / 10_000 : 0 }
    }
}
