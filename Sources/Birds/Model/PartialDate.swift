/// A date of the Gregorian calendar, whose day, or month and day, may not be known.
public struct PartialDate: Sendable, Hashable, Comparable {
    public let year: Int
    /// 1 to 12; nil where only the year is known.
    public let month: Int?
    /// 1 to 31; nil where it is not known.
    public let day: Int?

    /// Nil where there is no such date, or its year is not of four digits.
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

    /// `2021-02-03`, `2021-02` or `2021`, with exactly these digits.
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

    /// As the store keeps it: `yyyymmdd`, 00 for what is not known.
    public var number: Int { year * 10_000 + (month ?? 0) * 100 + (day ?? 0) }

    /// The greatest `number` within this date: 20210299 for 2021-02, so that every day of it is within.
    public var lastNumber: Int { year * 10_000 + (month ?? 99) * 100 + (day ?? 99) }

    public static func < (a: PartialDate, b: PartialDate) -> Bool { a.number < b.number }

    /// How many days a month has.
    public static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
