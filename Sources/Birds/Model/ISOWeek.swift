/// A week of ISO 8601. It begins on a Monday and belongs to the year of its Thursday. So 31 December 2024 is in
/// week 1 of 2025, and the number of a week is meaningful only with the year of the week, not with that of the
/// date.
struct ISOWeek: Equatable {
    let year: Int64
    /// 1 to 53.
    let number: Int64

    /// The week of a date as it is stored, `yyyymmdd`; nil if its day is unknown or does not exist.
    init?(_ date: Int64) {
        let (year, month, day) = (date / 10_000, date / 100 % 100, date % 100)
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Int64(PartialDate.days(in: Int(month), of: Int(year)))
        else { return nil }
        let days = ISOWeek.daysSinceMarch(year, month, day)
        // Day 0, 1 March of the year 0, was a Wednesday. Monday is 0.
        let weekday = (days + 2) % 7
        let thursday = days - weekday + 3
        var ofYear = year
        if thursday < ISOWeek.daysSinceMarch(year, 1, 1) { ofYear -= 1 }
        if thursday >= ISOWeek.daysSinceMarch(year + 1, 1, 1) { ofYear += 1 }
        self.year = ofYear
        number = (thursday - ISOWeek.daysSinceMarch(ofYear, 1, 1)) / 7 + 1
    }

    /// Days since 1 March of the year 0, in the Gregorian calendar. Years begin in March, so that a leap day is the
    /// last of its year.
    private static func daysSinceMarch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let (year, month) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1
    }
}
