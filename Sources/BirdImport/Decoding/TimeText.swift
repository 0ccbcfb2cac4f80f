import Birds

/// Reads times of day.
enum TimeText {
    /// Minutes after midnight of a time such as `06:41`, `6:41`, `06:41:30` or `06:41 AM`. Nil for anything else.
    ///
    /// Seconds are dropped. An offset from UTC and the end of an interval (ISO 8601), which Darwin Core's `eventTime`
    /// may have, are ignored: the time is the local one.
    static func minutes(_ text: ArraySlice<UInt8>) -> Int64? {
        var rest = text
        guard let hour = number(&rest), rest.popFirst() == UInt8(ascii: ":"), let minute = number(&rest) else {
            return nil
        }
        if rest.first == UInt8(ascii: ":") {
            rest = rest.dropFirst()
            guard let second = number(&rest), second < 61 else { return nil }
            if rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") {
                rest = rest.dropFirst().drop { $0 &- 0x30 < 10 }
            }
        }
        rest = rest.drop { $0 == 0x20 }
        guard hour < 24, minute < 60 else { return nil }
        switch rest.first {
        case nil, UInt8(ascii: "Z"), UInt8(ascii: "z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "/"):
            return hour * 60 + minute
        case let letter?:
            let isAfternoon = letter | 0x20 == UInt8(ascii: "p")
            guard isAfternoon || letter | 0x20 == UInt8(ascii: "a"), rest.count == 2,
                rest.last.map({ $0 | 0x20 }) == UInt8(ascii: "m"), (1...12).contains(hour)
            else { return nil }
            return (hour % 12 + (isAfternoon ? 12 : 0)) * 60 + minute
        }
    }

    /// Minutes after midnight of a time after a date. There ISO 8601 also has the forms `06`, `0641` and `064100`, and
    /// `24:00` for the end of the day, which is 1440. Spreadsheets of some countries write `06.41`. Nil for anything
    /// else.
    static func minutes(afterDate text: ArraySlice<UInt8>) -> Int64? {
        let (colon, point) = (UInt8(ascii: ":"), UInt8(ascii: "."))
        let digits = text.prefix { $0 &- 0x30 < 10 }
        let next = text[digits.endIndex...].first
        // Nearly all times are `06:41`.
        if digits.count < 3, next == colon, !digits.elementsEqual("24".utf8) { return minutes(text) }
        guard next == colon || next == point || isZone(text[digits.endIndex...].drop { $0 == 0x20 }) else { return nil }
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
        guard time.starts(with: "24:".utf8) else { return minutes(time[...]) }
        time.replaceSubrange(0..<2, with: "00".utf8)
        return minutes(time[...]) == 0 && seconds(time[...]) == 0 ? 1440 : nil
    }

    /// Whether it is `Z`, an offset such as `+01` or `-0730`, a word such as `AM`, or nothing: `2021-02-04` is no time.
    private static func isZone(_ text: ArraySlice<UInt8>) -> Bool {
        guard let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return true }
        let offset = text.dropFirst()
        let digits = offset.filter { $0 &- 0x30 < 10 }.count
        return digits == 2 && offset.count == 2
            || digits == 4 && offset.count - 4 == offset.count { $0 == UInt8(ascii: ":") }
    }

    /// The seconds after the minute of a time that `minutes` reads; 0 if it has none.
    static func seconds(_ text: ArraySlice<UInt8>) -> Int64 {
        let parts = text.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return 0 }
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
