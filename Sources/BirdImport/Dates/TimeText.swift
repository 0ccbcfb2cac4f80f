import Birds

/// Reads times of day.
enum TimeText {
    /// Minutes after midnight of a time such as `06:41`, `6:41`, `06:41:30`, `06:41 AM`, `6.41 p.m.`, `6 pm`, `06h41`
    /// or `6 Uhr`. Nil for anything else.
    ///
    /// Seconds are dropped. An offset from UTC, another time zone and the end of an interval (ISO 8601), which Darwin
    /// Core's `eventTime` may have, are ignored: the time is the local one.
    static func minutes(_ text: ArraySlice<UInt8>) -> Int64? {
        var rest = text
        guard let hour = number(&rest) else { return nil }
        var minute: Int64 = 0
        // `6.41` alone may be a number of hours, and `6` any number.
        var needsWord = false
        if let sign = rest.first, sign == UInt8(ascii: ":") || sign == UInt8(ascii: ".") {
            needsWord = sign == UInt8(ascii: ".")
            rest = rest.dropFirst()
            guard let value = number(&rest) else { return nil }
            minute = value
            if rest.first == sign {
                rest = rest.dropFirst()
                guard let second = number(&rest), second < 61 else { return nil }
                if rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") {
                    rest = rest.dropFirst().drop { $0 &- 0x30 < 10 }
                }
            }
        } else if let value = minuteAfterHours(&rest) {
            minute = value
        } else {
            needsWord = true
        }
        rest = rest.drop { $0 == 0x20 }
        guard hour < 24, minute < 60 else { return nil }
        if rest.isEmpty { return needsWord ? nil : hour * 60 + minute }
        if let isAfternoon = isAfternoon(&rest) {
            guard (1...12).contains(hour), endsTime(rest) else { return nil }
            return (hour % 12 + (isAfternoon ? 12 : 0)) * 60 + minute
        }
        let word = rest.prefix { $0 | 0x20 &- 0x61 < 26 }
        if ["uhr", "h", "hrs"].contains(String(decoding: word, as: UTF8.self).lowercased()) {
            rest = rest[word.endIndex...]
            needsWord = false
        }
        return !needsWord && endsTime(rest) ? hour * 60 + minute : nil
    }

    /// Reads the rest of a time after its hours, `h41`, ` h 41 min` or `h`.
    private static func minuteAfterHours(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        let mark = rest.drop { $0 == 0x20 }
        guard let letter = mark.first, letter | 0x20 == UInt8(ascii: "h") else { return nil }
        var after = mark.dropFirst().drop { $0 == 0x20 }
        guard after.first.map({ $0 &- 0x30 < 10 }) ?? true else { return nil }
        rest = after
        guard let minute = number(&after) else { return 0 }
        let unit = after.drop { $0 == 0x20 }
        rest = after
        for name in ["min", "mn", "m"] where unit.starts(with: name.utf8) {
            rest = unit.dropFirst(name.utf8.count)
            break
        }
        return minute
    }

    /// Reads `am`, `PM`, `a.m.` or `p. m.` at the beginning of a text.
    private static func isAfternoon(_ rest: inout ArraySlice<UInt8>) -> Bool? {
        guard let first = rest.first, first | 0x20 == UInt8(ascii: "a") || first | 0x20 == UInt8(ascii: "p") else {
            return nil
        }
        let after = rest.dropFirst().drop { $0 == UInt8(ascii: ".") || $0 == 0x20 }
        guard let last = after.first, last | 0x20 == UInt8(ascii: "m") else { return nil }
        rest = after.dropFirst().drop { $0 == UInt8(ascii: ".") }
        return first | 0x20 == UInt8(ascii: "p")
    }

    /// Whether a text may follow a time: nothing, a time zone, or the end of an interval.
    private static func endsTime(_ text: ArraySlice<UInt8>) -> Bool {
        let text = text.drop { $0 == 0x20 }
        return text.first.map { "Zz+-/".utf8.contains($0) } ?? true || isZone(text)
    }

    /// The abbreviations of time zones that people and programs write. Those that are no zone could be a remark.
    private static let zones: Set<String> = [
        "Z", "UTC", "GMT", "UT", "WET", "WEST", "CET", "CEST", "MEZ", "MESZ", "EET", "EEST", "MSK", "BST", "IST",
        "SAST", "CAT", "EAT", "WAT", "HKT", "JST", "KST", "SGT", "NST", "NDT", "AST", "ADT", "EST", "EDT", "CST",
        "CDT", "MST", "MDT", "PST", "PDT", "AKST", "AKDT", "HST", "BRT", "ART", "CLT", "AEST", "AEDT", "ACST", "ACDT",
        "AWST", "NZST", "NZDT",
    ]

    /// Whether a text is a time zone, as in `06:41 CET`, `06:41 UTC+1` and `06:41 GMT+0100 (CET)`.
    static func isZone(_ text: ArraySlice<UInt8>) -> Bool {
        let word = text.prefix { $0 | 0x20 &- 0x61 < 26 }
        guard word.isEmpty || zones.contains(String(decoding: word, as: UTF8.self).uppercased()) else { return false }
        var rest = text[word.endIndex...].drop { $0 == 0x20 }
        if let sign = rest.first, "+-".utf8.contains(sign) {
            rest = rest.dropFirst().drop { $0 &- 0x30 < 10 || $0 == UInt8(ascii: ":") }.drop { $0 == 0x20 }
        }
        return rest.isEmpty ? !text.isEmpty : rest.first == UInt8(ascii: "(") && rest.last == UInt8(ascii: ")")
    }

    /// Minutes after midnight of a time after a date. There ISO 8601 also has the forms `06`, `0641` and `064100`, and
    /// `24:00` for the end of the day, which is 1440. Spreadsheets of some countries write `06.41`. Nil for anything
    /// else.
    static func minutes(afterDate text: ArraySlice<UInt8>) -> Int64? {
        guard var time = colons(inTimeAfterDate: text) else { return nil }
        guard time.starts(with: "24:".utf8) else { return minutes(time) }
        time.replaceSubrange(time.startIndex..<(time.startIndex + 2), with: "00".utf8)
        return minutes(time) == 0 && seconds(time) == 0 ? 1440 : nil
    }

    /// Whether it is `24:00`.
    static func isEndOfDay(_ text: ArraySlice<UInt8>) -> Bool {
        text.starts(with: "24:".utf8) && minutes(afterDate: text) == 1440
    }

    /// The seconds after the minute of a time after a date; 0 if it has none.
    static func seconds(afterDate text: ArraySlice<UInt8>) -> Int64 {
        colons(inTimeAfterDate: text).map { seconds($0) } ?? 0
    }

    /// A time after a date with colons between its numbers, as `minutes` reads it; nil if it is none.
    private static func colons(inTimeAfterDate text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let (colon, point) = (UInt8(ascii: ":"), UInt8(ascii: "."))
        let digits = text.prefix { $0 &- 0x30 < 10 }
        let next = text[digits.endIndex...].first
        // Nearly all times are `06:41`.
        if digits.count < 3, next == colon { return text }
        var rest = text[digits.endIndex...]
        if digits.count < 3, minuteAfterHours(&rest) != nil { return text }
        guard next == colon || next == point || mayFollow(rest.drop { $0 == 0x20 }) else { return nil }
        var time = Array(text)
        switch digits.count {
        case 1 where next == point, 2 where next == point:
            time[digits.count] = colon
            if time.count > digits.count + 3, time[digits.count + 3] == point { time[digits.count + 3] = colon }
        case 2 where next != colon: time.insert(contentsOf: ":00".utf8, at: 2)
        case 4: time.insert(colon, at: 2)
        case 6:
            time.insert(colon, at: 4)
            time.insert(colon, at: 2)
        default: break
        }
        return time[...]
    }

    /// Whether it is `Z`, an offset such as `+01` or `-0730`, a word such as `AM`, or nothing: `2021-02-04` is no time.
    private static func mayFollow(_ text: ArraySlice<UInt8>) -> Bool {
        guard let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return true }
        let offset = text.dropFirst()
        let digits = offset.filter { $0 &- 0x30 < 10 }.count
        return digits == 2 && offset.count == 2
            || digits == 4 && offset.count - 4 == offset.count { $0 == UInt8(ascii: ":") }
    }

    /// The seconds after the minute of a time that `minutes` reads; 0 if it has none.
    static func seconds(_ text: ArraySlice<UInt8>) -> Int64 {
        let parts = text.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        // `06:41+05:30` has an offset with minutes.
        guard parts.count == 3, parts[1].allSatisfy({ $0 &- 0x30 < 10 }) else { return 0 }
        var rest = parts[2]
        return number(&rest) ?? 0
    }

    /// The minutes after midnight of the first time in a text that people and apps write in any form, such as
    /// `Wed Feb 03 2021 06:41:00 GMT+0100 (CET)` or `2021/02/03 6:41 AM`. It is the local one of the place.
    ///
    /// Nil if there is none, or it is given in UTC, so that the local one is not known. Midnight is taken for no time,
    /// as in `DateText.minutes`.
    static func minutes(within text: ArraySlice<UInt8>) -> Int64? {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let hour = text[..<colon].reversed().prefix { $0 &- 0x30 < 10 }.count
        guard hour > 0 else { return nil }
        let time = text[(colon - hour)...]
        let end = time.firstIndex { $0 &- 0x30 >= 10 && $0 != UInt8(ascii: ":") } ?? time.endIndex
        let words = time[end...].split { $0 == 0x20 || $0 == UInt8(ascii: ".") }
        let isUTC = words.contains { ["Z", "z", "UTC", "utc", "000Z"].contains(String(decoding: $0, as: UTF8.self)) }
        guard !isUTC else { return nil }
        let half = words.first.flatMap { word in
            ["am", "pm", "a", "p"].first { String(decoding: word, as: UTF8.self).lowercased() == $0 }
        }
        let suffix = half.map { " \($0.prefix(1))m" } ?? ""
        guard let minutes = minutes(ArraySlice(Array(time[..<end]) + Array(suffix.utf8))), minutes > 0 else {
            return nil
        }
        return minutes
    }

    /// Reads one or two digits.
    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        let digits = rest.prefix(2).prefix { $0 &- 0x30 < 10 }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
    }
}
