/// A date in the Gregorian calendar, of which the day, or month and day, may be unknown.
public struct PartialDate: Sendable, Hashable, Comparable {
    public let year: Int
    /// 1 to 12; nil if only the year is known.
    public let month: Int?
    /// 1 to 31; nil if it is unknown.
    public let day: Int?

    /// Nil if there is no such date, or its year is not from 1 to 9999.
    public init?(year: Int, month: Int? = nil, day: Int? = nil) {
        guard (1...9999).contains(year) else { return nil }
        if let month {
            guard (1...12).contains(month) else { return nil }
            if let day { guard (1...PartialDate.days(in: month, of: year)).contains(day) else { return nil } }
        } else if day != nil {
            return nil
        }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `2021-02-03`, `2021-02` or `2021` (ISO 8601, extended format), with exactly this many digits.
    public init?(iso text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let widths = [4, 2, 2]
        guard parts.count <= 3 else { return nil }
        var numbers: [Int] = []
        for (part, width) in zip(parts, widths) {
            guard part.utf8.count == width, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(part)
            else {
                return nil
            }
            numbers.append(number)
        }
        self.init(
            year: numbers[0], month: numbers.count > 1 ? numbers[1] : nil, day: numbers.count > 2 ? numbers[2] : nil)
    }

    /// The date as it is stored: `yyyymmdd`, with 00 for an unknown month or day.
    public var number: Int { year * 10_000 + (month ?? 0) * 100 + (day ?? 0) }

    /// The greatest `number` of a date within this one: 20210299 for 2021-02, which is not less than any of its
    /// days.
    public var lastNumber: Int { year * 10_000 + (month ?? 99) * 100 + (day ?? 99) }

    public static func < (a: PartialDate, b: PartialDate) -> Bool { a.number < b.number }

    /// The number of days in a month.
    public static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
