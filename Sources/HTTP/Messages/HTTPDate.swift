/// The date format of HTTP, IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
///
/// Times are seconds since 1970 in UTC, without leap seconds, as `time` returns them. No locale and no time zone of the
/// system has any influence, and no Foundation formatter is involved: a `Date` is made every second on every loop.
public enum HTTPDate {
    /// The length of every date, in bytes.
    public static let length = 29

    /// The date of a moment, as `length` bytes of ASCII. The format has four digits for the year, so a moment outside
    /// the years 1 to 9999 becomes the nearest one within.
    public static func bytes(secondsSinceEpoch seconds: Int64) -> [UInt8] {
        // From 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
        let clamped = min(max(seconds, -62_135_596_800), 253_402_300_799)
        // Counted from 1 March of the year 0, 719,468 days before 1970: a leap day is then the last day of its year,
        // and no count is negative.
        let sinceMarch = Int(clamped + 719_468 * 86_400)
        let days = sinceMarch / 86_400
        let second = sinceMarch % 86_400

        // The Gregorian calendar repeats every 400 years, which have 146,097 days; 4 years have 1,461, a century
        // 36,524.
        let day = days % 146_097
        let yearOfEra = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // From March on, five months in a row always have 153 days.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = days / 146_097 * 400 + yearOfEra + (month <= 2 ? 1 : 0)

        return [UInt8](capacity: length) { date in
            // 1 March of the year 0 was a Wednesday.
            appendName((days + 3) % 7, of: "SunMonTueWedThuFriSat", to: &date)
            date.append(", ")
            appendTwoDigits(dayOfMonth, to: &date)
            date.append(" ")
            appendName(month - 1, of: "JanFebMarAprMayJunJulAugSepOctNovDec", to: &date)
            date.append(" ")
            appendTwoDigits(year / 100, to: &date)
            appendTwoDigits(year % 100, to: &date)
            date.append(" ")
            appendTwoDigits(second / 3_600, to: &date)
            date.append(":")
            appendTwoDigits(second / 60 % 60, to: &date)
            date.append(":")
            appendTwoDigits(second % 60, to: &date)
            date.append(" GMT")
        }
    }

    /// Appends one of several names, each with three letters.
    private static func appendName(_ index: Int, of names: StaticString, to date: inout OutputSpan<UInt8>) {
        for offset in 3 * index..<3 * index + 3 { date.append(names.buffer[offset]) }
    }

    private static func appendTwoDigits(_ number: Int, to date: inout OutputSpan<UInt8>) {
        date.append(UInt8(truncatingIfNeeded: 0x30 + number / 10))
        date.append(UInt8(truncatingIfNeeded: 0x30 + number % 10))
    }
}

extension HTTPDate {
    /// The moment of a date, in seconds since 1970; nil if the text is not a date. All three formats of RFC 9110 §5.6.7
    /// are accepted: IMF-fixdate, `Sunday, 06-Nov-94 08:49:37 GMT`, and `Sun Nov  6 08:49:37 1994`. The name of the day
    /// is not compared with the date.
    /// - Parameter now: The current time, in seconds since 1970. A year of two digits that would be more than 50 years
    ///   ahead is one of the past, as the RFC requires.
    public static func secondsSinceEpoch(_ bytes: ArraySlice<UInt8>, now: Int64) -> Int64? {
        // No date is longer in any of the formats.
        guard bytes.count <= 40 else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init)
        switch parts.count {
        case 6 where parts[5] == "GMT" && parts[0].hasSuffix(","):
            return moment(year: parts[3], month: parts[2], day: parts[1], time: parts[4])
        case 4 where parts[3] == "GMT" && parts[0].hasSuffix(","):
            let date = parts[1].split(separator: "-").map(String.init)
            guard date.count == 3, date[2].utf8.count == 2, let short = number(date[2]) else { return nil }
            // A mean Gregorian year has 31,556,952 seconds.
            let latest = 1970 + now / 31_556_952 + 50
            let year = latest - ((latest - short) % 100 + 100) % 100
            return moment(year: String(year), month: date[1], day: date[0], time: parts[2])
        case 5:
            return moment(year: parts[4], month: parts[1], day: parts[2], time: parts[3])
        default:
            return nil
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func moment(year: String, month: String, day: String, time: String) -> Int64? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map { number(String($0)) }
        // Second 60 is a leap second. 31 June is read as 1 July: a cache's date need not be checked to the day.
        guard clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
            let month = months.firstIndex(of: month), year.utf8.count == 4, let year = number(year),
            let day = number(day), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        // Counted from 1 March of the year 0, as in `bytes`.
        let monthFromMarch = Int64((month + 10) % 12)
        let marchYear = year - (month < 2 ? 1 : 0)
        guard marchYear >= 0 else { return nil }
        let days =
            365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400 + (153 * monthFromMarch + 2) / 5 + day
            - 1 - 719_468
        return days * 86_400 + hour * 3_600 + minute * 60 + second
    }

    /// A number of one to four digits and nothing else, so it can't overflow.
    private static func number(_ text: String) -> Int64? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}
