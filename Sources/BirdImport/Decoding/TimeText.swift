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
            if rest.first == UInt8(ascii: ".") { rest = rest.dropFirst().drop { $0 &- 0x30 < 10 } }
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

    /// Reads one or two digits.
    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        let digits = rest.prefix(2).prefix { $0 &- 0x30 < 10 }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int64($1 &- 0x30) }
    }
}
