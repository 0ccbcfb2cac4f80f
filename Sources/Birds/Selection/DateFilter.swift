/// The dates that a query matches: a range, and within it certain years, months and days. Dates are numbers
/// `yyyymmdd` (see `StoredDate`).
///
/// Invariants:
/// - Without any filter by date, every number matches, whatever a file holds as a date. With one, a number that is
///   not a date matches nothing (`StoredDate.isDate`).
/// - An unknown month or day (00) is in no list of months or days.
/// - A date without a month or day is in every range that contains its number, `yyyy0000` or `yyyymm00`.
struct DateFilter {
    /// The least and the greatest number that can match. If `last` is less than `first`, nothing matches.
    private(set) var first: Int64
    private(set) var last: Int64
    /// Whether every number matches.
    let isEverything: Bool
    /// Ascending; nil if `first` and `last` alone decide on the year.
    private let years: [Int64]?
    /// Bit n stands for the number n, and bit 0 for an unknown month or day.
    private let months: UInt64
    private let days: UInt64

    private static let allMonths: UInt64 = 1 << 13 - 1
    private static let allDays: UInt64 = 1 << 32 - 1

    init(_ filter: RecordFilter) {
        let months = DateFilter.mask(filter.months, within: 1...12)
        let days = DateFilter.mask(filter.days, within: 1...31)
        self.months = months ?? DateFilter.allMonths
        self.days = days ?? DateFilter.allDays
        guard filter.from != nil || filter.to != nil || !filter.years.isEmpty || months != nil || days != nil else {
            isEverything = true
            years = nil
            (first, last) = (.min, .max)
            return
        }
        isEverything = false
        first = filter.from.map { Int64($0.number) } ?? StoredDate.all.lowerBound
        last = filter.to.map { Int64($0.lastNumber) } ?? StoredDate.all.upperBound
        if filter.years.isEmpty {
            years = nil
        } else {
            let wanted = Set(filter.years).filter { (1...9999).contains($0) }.map(Int64.init).sorted()
            if let least = wanted.first, let greatest = wanted.last {
                first = max(first, least * 10_000)
                last = min(last, greatest * 10_000 + 99_99)
            } else {
                last = -1
            }
            years = wanted.count == 1 ? nil : wanted
        }
        if months == 0 || days == 0 { last = -1 }
        guard first <= last, months != nil || days != nil || years != nil else { return }
        // Narrow the range to the first and last number that really match: for one month of one year, the index
        // then reads no other rows.
        guard let start = next(first) else {
            last = -1
            return
        }
        first = start
        if first / 10_000 == last / 10_000, let months {
            let greatest = Int64(63 - months.leadingZeroBitCount)
            last = min(last, first / 10_000 * 10_000 + greatest * 100 + 99)
        }
    }

    /// Whether no date matches.
    var isEmpty: Bool { last < first }

    /// Whether a number matches.
    func matches(_ date: Int64) -> Bool {
        if isEverything { return true }
        // The shifts below are safe: a number in the range is not negative and has at most eight digits, so both
        // remainders are at most 99. A shift by 64 or more gives 0: no match.
        guard date >= first, date <= last, months >> UInt64(date / 100 % 100) & 1 == 1,
            days >> UInt64(date % 100) & 1 == 1
        else { return false }
        return years?.contains(date / 10_000) ?? true
    }

    /// The least number from `date` on that may match, at least `first`; nil if there is none. No matching date
    /// lies between. It may itself not be a date, such as the 31st of month 0, so check with `matches`.
    func next(_ date: Int64) -> Int64? {
        guard !isEverything else { return date }
        guard !isEmpty, date <= last else { return nil }
        let date = max(date, first)
        var (year, month, day) = (date / 10_000, date / 100 % 100, date % 100)
        // From the day up, each part moves to its next allowed value. If it has none left, the part above moves on
        // by one. Whenever a part moves, all parts below start again from their least value.
        if let later = DateFilter.least(days, from: day) {
            day = later
        } else {
            (month, day) = (month + 1, DateFilter.least(days, from: 0) ?? 0)
        }
        if let later = DateFilter.least(months, from: month) {
            if later != month { (month, day) = (later, DateFilter.least(days, from: 0) ?? 0) }
        } else {
            (year, month, day) = (
                year + 1, DateFilter.least(months, from: 0) ?? 0, DateFilter.least(days, from: 0) ?? 0
            )
        }
        if let years {
            guard let later = years.first(where: { $0 >= year }) else { return nil }
            if later != year {
                (year, month, day) = (
                    later, DateFilter.least(months, from: 0) ?? 0, DateFilter.least(days, from: 0) ?? 0
                )
            }
        }
        let number = year * 10_000 + month * 100 + day
        return number <= last ? number : nil
    }

    /// The least number, from the given one on, whose bit is set; nil if there is none.
    private static func least(_ mask: UInt64, from number: Int64) -> Int64? {
        guard number < 64 else { return nil }
        let rest = mask >> UInt64(number)
        return rest == 0 ? nil : number + Int64(rest.trailingZeroBitCount)
    }

    /// A bit for each number of a list that is in the range; nil for an empty list, which does not filter.
    private static func mask(_ numbers: [Int], within range: ClosedRange<Int>) -> UInt64? {
        if numbers.isEmpty { return nil }
        var mask: UInt64 = 0
        for number in numbers where range.contains(number) { mask |= 1 << UInt64(number) }
        return mask
    }
}
