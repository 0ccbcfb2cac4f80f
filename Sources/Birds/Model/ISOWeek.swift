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
