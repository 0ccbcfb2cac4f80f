/// Which dates match: a range, and in it certain years, months and days.
///
/// Without a range, years, months and days every number matches, whatever a file holds as a date; with any of them a number
/// that is no date matches nothing (`StoredDate.isDate`). A month or a day that is not known (00) matches no list of months or days;
/// dates without them lie in every range that holds `yyyymm00`.
struct DateFilter {
    /// The first and the last number that can match; nothing can if `last` is less than `first`.
    private(set) var first: Int64
    private(set) var last: Int64
    /// Whether every number matches.
    let isEverything: Bool
    /// Ascending; nil for all.
    private let years: [Int64]?
    /// Bit n stands for n.
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
        // From the first to the last that really matches: often the whole answer, as for one month of one year.
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

    var isEmpty: Bool { last < first }

    func matches(_ date: Int64) -> Bool {
        if isEverything { return true }
        // Within the range no number is negative, and none has more than eight digits.
        guard date >= first, date <= last, months >> UInt64(date / 100 % 100) & 1 == 1,
            days >> UInt64(date % 100) & 1 == 1
        else { return false }
        return years?.contains(date / 10_000) ?? true
    }

    /// The least matching number that is not less than the given one of the range; nil if there is none.
    func next(_ date: Int64) -> Int64? {
        guard !isEverything else { return date }
        guard !isEmpty, date <= last else { return nil }
        let date = max(date, first)
        var (year, month, day) = (date / 10_000, date / 100 % 100, date % 100)
        // Each step finds the first that fits at its place, and starts the places below anew if it moved.
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

    /// The least number from the given one on whose bit is set.
    private static func least(_ mask: UInt64, from number: Int64) -> Int64? {
        guard number < 64 else { return nil }
        let rest = mask >> UInt64(number)
        return rest == 0 ? nil : number + Int64(rest.trailingZeroBitCount)
    }

    /// Nil for an empty list, which does not filter.
    private static func mask(_ numbers: [Int], within range: ClosedRange<Int>) -> UInt64? {
        if numbers.isEmpty { return nil }
        var mask: UInt64 = 0
        for number in numbers where range.contains(number) { mask |= 1 << UInt64(number) }
        return mask
    }
}
