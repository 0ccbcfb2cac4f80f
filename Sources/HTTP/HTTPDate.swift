/// The date format of HTTP, IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
public enum HTTPDate {
    /// Every date is as long as this, in bytes.
    public static let length = 29

    /// The date of a moment, as `length` bytes of ASCII. The format has four digits for the year, so a moment outside of
    /// the years 1 to 9999 becomes the nearest one inside.
    public static func bytes(secondsSinceEpoch seconds: Int64) -> [UInt8] {
        let clamped = min(max(seconds, -62_135_596_800), 253_402_300_799)
        // Counted from 1 March of the year 0, so that a leap day is the last day of its year, and no count is negative.
        let sinceMarch = Int(clamped + 719_468 * 86_400)
        let days = sinceMarch / 86_400
        let second = sinceMarch % 86_400

        // The Gregorian calendar repeats every 400 years, which have 146,097 days.
        let day = days % 146_097
        let yearOfEra = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
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

    /// Appends one of several names of three letters each.
    private static func appendName(_ index: Int, of names: StaticString, to date: inout OutputSpan<UInt8>) {
        for offset in 3 * index..<3 * index + 3 { date.append(names.buffer[offset]) }
    }

    private static func appendTwoDigits(_ number: Int, to date: inout OutputSpan<UInt8>) {
        date.append(UInt8(truncatingIfNeeded: 0x30 + number / 10))
        date.append(UInt8(truncatingIfNeeded: 0x30 + number % 10))
    }
}
