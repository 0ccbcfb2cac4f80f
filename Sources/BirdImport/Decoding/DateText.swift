import Birds

/// A date that a file has in one cell.
struct DateText: Equatable {
    var year: Int64
    // Nil if not known.
    var month: Int64?
    var day: Int64?

    enum Fault: Error, Equatable {
        case unreadable
        /// An interval whose ends are in different years, so that nothing of the date is certain.
        case tooLong
    }

    /// Reads a date in one of these forms:
    ///
    /// - ISO 8601: `2021-02-03`, `20210203`, or only `2021-02` or `2021`.
    /// - With slashes, `2021/02/03`, or with the month first, `02-03-2021` and `2/3/2021`.
    /// - Any of these with a time after it, which is ignored.
    /// - An ISO 8601 interval, `2021-02-03/2021-02-07`. The parts that both ends have in common are kept: `2021-02`.
    ///
    /// It does not check whether the month and the day exist.
    static func parse(_ text: ArraySlice<UInt8>) throws(Fault) -> DateText {
        let slashes = text.count { $0 == UInt8(ascii: "/") }
        guard slashes == 1, let slash = text.firstIndex(of: UInt8(ascii: "/")) else { return try parseOne(text) }
        let start = try parseOne(text[..<slash])
        let rest = text[(slash + 1)...]
        // ISO 8601 lets the end leave out leading parts that it has in common with the start: 2021-02-03/07.
        let date = text[..<slash].prefix { isDatePart($0) }
        let missing = date.count - rest.prefix { isDatePart($0) }.count
        let isWhole = rest.count >= 4 && rest.prefix(4).allSatisfy { $0 &- 0x30 < 10 }
        guard !rest.isEmpty else { throw .unreadable }
        let end =
            try missing > 0 && !isWhole
            ? parseOne(ArraySlice(Array(date.prefix(missing)) + Array(rest))) : parseOne(rest)
        guard start.year == end.year else { throw .tooLong }
        guard start.month == end.month else { return DateText(year: start.year) }
        return start.day == end.day ? start : DateText(year: start.year, month: start.month)
    }

    private static func isDatePart(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || byte == UInt8(ascii: "-") }

    private static func parseOne(_ text: ArraySlice<UInt8>) throws(Fault) -> DateText {
        // A T or a space begins the time.
        let end = text.firstIndex { $0 == UInt8(ascii: "T") || $0 == UInt8(ascii: "t") || $0 == 0x20 } ?? text.endIndex
        let date = text[..<end]
        if end < text.endIndex {
            let time = text[(end + 1)...]
            guard time.contains(where: { $0 &- 0x30 < 10 }), time.allSatisfy(isTimePart) else { throw .unreadable }
        }
        // The numbers of the date, with their numbers of digits, which tell years from months and days.
        var parts: [(value: Int64, digits: Int)] = []
        var separator: UInt8?
        var part: (value: Int64, digits: Int) = (0, 0)
        for byte in date {
            if byte &- 0x30 < 10 {
                guard part.digits < 8 else { throw .unreadable }
                part = (part.value * 10 + Int64(byte &- 0x30), part.digits + 1)
                continue
            }
            guard byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/"), separator ?? byte == byte, part.digits > 0,
                parts.count < 2
            else { throw .unreadable }
            separator = byte
            parts.append(part)
            part = (0, 0)
        }
        guard part.digits > 0 else { throw .unreadable }
        parts.append(part)
        let isShort = { (part: (value: Int64, digits: Int)) in part.digits <= 2 }
        switch parts.count {
        case 1 where parts[0].digits == 4:
            return DateText(year: parts[0].value)
        case 1 where parts[0].digits == 8:
            let value = parts[0].value
            return DateText(year: value / 10_000, month: value / 100 % 100, day: value % 100)
        case 2 where parts[0].digits == 4 && isShort(parts[1]):
            return DateText(year: parts[0].value, month: parts[1].value)
        case 3 where parts[0].digits == 4 && isShort(parts[1]) && isShort(parts[2]):
            return DateText(year: parts[0].value, month: parts[1].value, day: parts[2].value)
        case 3 where isShort(parts[0]) && isShort(parts[1]) && parts[2].digits == 4:
            return DateText(year: parts[2].value, month: parts[0].value, day: parts[1].value)
        default: throw .unreadable
        }
    }

    private static func isTimePart(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || ":.+-, APMZapmz".utf8.contains(byte)
    }
}
