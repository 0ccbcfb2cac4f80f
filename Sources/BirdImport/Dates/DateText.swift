import Birds

/// The order of day and month in dates such as `03/02/2021`.
public enum DateOrder: String, Sendable, CaseIterable {
    case dayFirst = "day-first"
    case monthFirst = "month-first"

    /// The order in a pattern such as `DD/MM/YYYY`; nil if its year comes first, or it is none.
    init?(pattern: String) {
        switch Self.parts(pattern) {
        case "dmy": self = .dayFirst
        case "mdy": self = .monthFirst
        default: return nil
        }
    }

    /// Whether a pattern has year, month and day in an order in which no date is read, such as `YYYY-DD-MM`.
    static func isUnusual(pattern: String) -> Bool { ["ydm", "myd", "dym"].contains(parts(pattern)) }

    /// The first letters of year, month and day, in the order of a pattern. The minutes of a time come after the month.
    private static func parts(_ pattern: String) -> String {
        var parts = ""
        for letter in pattern.lowercased() where "ymd".contains(letter) && !parts.contains(letter) {
            parts.append(letter)
        }
        return parts
    }
}

/// A date that a file has in one cell.
struct DateText: Equatable {
    var year: Int64
    // Nil if not known.
    var month: Int64?
    var day: Int64?

    enum Fault: Error, Equatable {
        case unreadable
        /// A year of two digits, whose century is not known.
        case shortYear
        /// An interval whose ends are in different years, so that nothing of the date is certain.
        case tooLong(from: Int64, to: Int64)
        /// An interval of which an end can't be read.
        case unreadableInterval
        /// A month, or an interval of years: `2005/06`.
        case unclear(year: Int64, month: Int64, lastYear: Int64)
        /// The number of a day in a spreadsheet.
        case serial
        /// A date with a time that does not exist, or can't be read.
        case impossibleTime
    }

    /// Reads a date in one of these forms:
    ///
    /// - ISO 8601: `2021-02-03`, `20210203`, or only `2021-02` or `2021`.
    /// - With slashes or points, `2021/02/03`, or with the year at the end, `02-03-2021`, `2/3/2021` and `2.3.2021`.
    ///   The order of day and month is then that of the column (`DateOrderJudge`).
    /// - With the name of the month, `3 Feb 2021`, `February 3, 2021`, `3. Februar 2021` (`NamedDate`).
    /// - Any of these after the name of a weekday.
    /// - Any of these with a time after it, which `minutes` reads, or a time zone, which is ignored: dates are local.
    ///   `24:00` is the beginning of the next day, but the end of an interval belongs to its day.
    /// - An ISO 8601 interval, `2021-02-03/2021-02-07`. The parts that both ends have in common are kept: `2021-02`. If
    ///   it ends on the next day, as a night does, the first day is kept.
    ///   The end may be only a time, `2021-02-03T06:00/08:00`, or missing, as programs write that join two columns.
    ///   Years may have a hyphen between them, `1890-1895`.
    ///
    /// It does not check whether the month and the day exist. They may be 0, which databases write for unknown ones.
    static func parse(_ text: ArraySlice<UInt8>, _ order: DateOrder) throws(Fault) -> DateText {
        let text = withoutWeekday(text)
        let slash = interval(text)
        do throws(Fault) {
            if let slash { return try parseInterval(text, slash, order) }
            return try parseOne(text, order)
        } catch {
            guard error == .unreadable else { throw error }
            // `Feb/2021` is no interval.
            if let slash, NamedDate.isPossible(text), (try? parseOne(text[..<slash], order)) == nil,
                let date = try? parseOne(text, order)
            {
                return date
            }
            // `n/a` and `1/2` are none.
            if let slash, slash - text.startIndex >= 4, text.first.map({ $0 &- 0x30 < 10 }) ?? false {
                throw .unreadableInterval
            }
            throw isSerial(text) ? .serial : .unreadable
        }
    }

    /// A date from both ends of an interval.
    private static func parseInterval(
        _ text: ArraySlice<UInt8>, _ slash: Int, _ order: DateOrder
    ) throws(Fault) -> DateText {
        let (start, end) = try ends(text, slash, order)
        if start.isFollowed(by: end) { return start }
        guard start.year == end.year else {
            guard start.mayExist, end.mayExist else { throw .unreadable }
            throw .tooLong(from: start.year, to: end.year)
        }
        guard start.month == end.month else { return DateText(year: start.year) }
        return start.day == end.day ? start : DateText(year: start.year, month: start.month)
    }

    /// The first and the last date of an interval.
    /// - Parameter slash: The position between them.
    static func ends(
        _ text: ArraySlice<UInt8>, _ slash: Int, _ order: DateOrder
    ) throws(Fault) -> (start: DateText, end: DateText) {
        let (first, rest) = (text[..<slash], withoutWeekday(text[(slash + 1)...]))
        let start = try parseOne(first, order)
        if rest.isEmpty { return (start, start) }
        // The end may be a time of the same day: 2021-02-03T06:00/08:00.
        if dateEnd(first) < slash, start.day != nil, isTime(rest) { return (start, start) }
        // ISO 8601 lets the end leave out leading parts that it has in common with the start: 2021-02-03/07.
        let date = first.prefix { isDatePart($0) }
        let missing = date.count - rest.prefix { isDatePart($0) }.count
        let isShort = missing > 0 && isYear(first.prefix(4)) && !isYear(rest.prefix(4))
        // Nobody writes the ends in two forms, and the order of day and month is known only where the first needs it.
        guard isShort || needsOrder(first) || !needsOrder(rest) else { throw .unreadable }
        let end = try parseOne(
            isShort ? ArraySlice(Array(date.prefix(missing)) + Array(rest)) : rest, order, isEnd: true)
        if isShort, isYear(first), let month = Int64(String(decoding: rest, as: UTF8.self)), (1...12).contains(month) {
            throw .unclear(year: start.year, month: month, lastYear: end.year)
        }
        return (start, end)
    }

    private static func isYear(_ text: ArraySlice<UInt8>) -> Bool {
        text.count == 4 && text.allSatisfy { $0 &- 0x30 < 10 }
    }

    private static func isTime(_ text: ArraySlice<UInt8>) -> Bool {
        let hasMark = text.first.map { $0 | 0x20 } == UInt8(ascii: "t")
        guard hasMark || text.prefix(3).contains(UInt8(ascii: ":")) else { return false }
        return TimeText.minutes(afterDate: hasMark ? text.dropFirst() : text) != nil
    }

    /// Whether it is the number of a day from 1927 on, as spreadsheets count them, perhaps with a time as its fraction.
    private static func isSerial(_ text: ArraySlice<UInt8>) -> Bool {
        let fraction = text.dropFirst(5)
        return text.count >= 5 && text.prefix(5).allSatisfy { $0 &- 0x30 < 10 }
            && (fraction.isEmpty || fraction.first == UInt8(ascii: ".") || fraction.first == UInt8(ascii: ","))
            && fraction.count != 1 && fraction.dropFirst().allSatisfy { $0 &- 0x30 < 10 }
    }

    /// A date without the name of a weekday before it. Where the month has a name too, `NamedDate` passes it over.
    @inline(__always)
    static func withoutWeekday(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let first = text.first, NamedDate.isLetter(first) else { return text }
        return NamedDate.numbers(afterWeekday: text) ?? text
    }

    /// Whether a date has its year at the end, so that it must be known whether the day or the month comes first. Looks
    /// at the first bytes only.
    @inline(__always)
    static func needsOrder(_ text: ArraySlice<UInt8>) -> Bool {
        let text = withoutWeekday(text)
        guard let index = text.prefix(3).firstIndex(where: { $0 &- 0x30 >= 10 }), index > text.startIndex,
            index + 1 < text.endIndex
        else { return false }
        // An odd space or a mark may follow the separator.
        return isSeparator(text[index]) && (text[index + 1] &- 0x30 < 10 || OddSpace(text[(index + 1)...]) != nil)
    }

    /// Whether it is what a spreadsheet makes of an empty cell that it formats as a date: the day before its first one,
    /// in any order of day and month. (LibreOffice counts from 1899-12-30, Access too, and others from 1899-12-31.)
    var isEmptyCell: Bool {
        switch (year, month, day) {
        case (1900, 1, 0), (1900, 0, 1), (1899, 12, 30), (1899, 12, 31), (1899, 30, 12), (1899, 31, 12): true
        default: false
        }
    }

    /// The time in a cell that a spreadsheet or database formats as a date and a time, `1899-12-30 06:41:00`; nil for
    /// any other text.
    static func time(ofEmptyDate text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard text.count > 10, let date = try? parse(text, .dayFirst), date.isEmptyCell else { return nil }
        return time(in: text)
    }

    /// Whether it is the day before another one.
    private func isFollowed(by other: DateText) -> Bool {
        guard isDay, other.isDay, let year = Int(exactly: year), let month, let day,
            let next = PartialDate(year: year, month: Int(month), day: Int(day))?.next
        else { return false }
        return other
            == DateText(year: Int64(next.year), month: next.month.map(Int64.init), day: next.day.map(Int64.init))
    }

    /// Whether it is a day that exists.
    var isDay: Bool {
        guard let month, let day, (1...12).contains(month) else { return false }
        return day >= 1 && day <= Int64(PartialDate.days(in: Int(month), of: Int(year)))
    }

    /// Whether it is a day, a month or a year that exists; 0 stands for an unknown month or day.
    private var mayExist: Bool {
        let (month, day) = (month ?? 0, day ?? 0)
        return isDay || day == 0 && (0...12).contains(month)
    }

    /// The numbers of a date with its year at the end, and whether there are points between them; nil for any other
    /// text.
    static func pair(_ text: ArraySlice<UInt8>) -> (first: Int64, second: Int64, year: Int64, hasPoints: Bool)? {
        let text = withoutWeekday(text.contains { $0 > 0x7F } ? OddSpace.replaced(in: text)[...] : text)
        let start = text[..<(interval(text) ?? text.endIndex)]
        // Without the time, whose seconds may have a fraction.
        let date = start[..<dateEnd(start)]
        guard let parts = try? parts(date), parts.count == 3, parts[0].digits <= 2,
            parts[1].digits <= 2, parts[2].digits == 4
        else { return nil }
        return (parts[0].value, parts[1].value, parts[2].value, date.contains(UInt8(ascii: ".")))
    }

    /// The time after a date, in minutes after midnight; nil if there is none. Of an interval, that of its start, if it
    /// ends on the same day.
    ///
    /// Midnight is taken for no time: databases write it after dates without a time, as GBIF did until 2023, and the
    /// birds that are recorded in that minute are few.
    static func minutes(_ text: ArraySlice<UInt8>, _ order: DateOrder) -> Int64? {
        // Most dates have no time.
        guard text.count > 10, let date = try? parse(text, order), date.day != nil else { return nil }
        guard let minutes = TimeText.minutes(afterDate: time(in: text)), minutes > 0 else { return nil }
        // `parse` has taken the next day.
        return minutes % 1440
    }

    /// The seconds after the minute of the time after a date that `parse` can read; 0 if it has none.
    static func seconds(_ text: ArraySlice<UInt8>) -> Int64 { TimeText.seconds(afterDate: time(in: text)) }

    /// The time after a date or the start of an interval; empty if there is none.
    private static func time(in text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let text = withoutWeekday(text)
        let start = text[..<(interval(text) ?? text.endIndex)]
        return start[dateEnd(start)...].dropFirst().drop { $0 == 0x20 }
    }

    /// The position of the slash in an interval; nil if the text is not one. (`2/3/2021` has two slashes.)
    static func interval(_ text: ArraySlice<UInt8>) -> Int? {
        guard let slash = text.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        return text[(slash + 1)...].contains(UInt8(ascii: "/")) ? nil : slash
    }

    private static func isDatePart(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || byte == UInt8(ascii: "-") }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".")
    }

    /// The position of the T or the space before the time, or of the end.
    private static func dateEnd(_ text: ArraySlice<UInt8>) -> Int {
        if NamedDate.isPossible(text) { return NamedDate(text)?.end ?? text.endIndex }
        return text.firstIndex { $0 == UInt8(ascii: "T") || $0 == UInt8(ascii: "t") || $0 == 0x20 } ?? text.endIndex
    }

    /// A date in numbers without the time zone that XML Schema puts directly after it, `2021-02-03Z` or
    /// `2021-02-03+01:00`.
    private static func withoutZone(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let zone = text.dropFirst(10)
        let isOffset =
            zone.count == 6 && "+-".utf8.contains(zone[zone.startIndex])
            && zone[zone.startIndex + 3] == UInt8(ascii: ":")
        return isOffset || zone.elementsEqual("Z".utf8) ? text.prefix(10) : text
    }

    /// The numbers of a date, with their numbers of digits, which tell years from months and days.
    private static func parts(_ date: ArraySlice<UInt8>) throws(Fault) -> [(value: Int64, digits: Int)] {
        var parts: [(value: Int64, digits: Int)] = []
        var separator: UInt8?
        var part: (value: Int64, digits: Int) = (0, 0)
        for byte in date {
            if byte &- 0x30 < 10 {
                guard part.digits < 8 else { throw .unreadable }
                part = (part.value * 10 + Int64(byte &- 0x30), part.digits + 1)
                continue
            }
            guard isSeparator(byte), separator ?? byte == byte, part.digits > 0, parts.count < 2 else {
                throw .unreadable
            }
            separator = byte
            parts.append(part)
            part = (0, 0)
        }
        guard part.digits > 0 else { throw .unreadable }
        parts.append(part)
        return parts
    }

    /// - Parameter isEnd: Whether it is the end of an interval.
    static func parseOne(
        _ text: ArraySlice<UInt8>, _ order: DateOrder, isEnd: Bool = false
    ) throws(Fault) -> DateText {
        let end = dateEnd(text)
        guard end < text.endIndex else { return try parseDate(withoutZone(text), order) }
        let time = text[(end + 1)...].drop { $0 == 0x20 }
        guard let first = time.first, text[end] == 0x20 || text[end] | 0x20 == UInt8(ascii: "t") else {
            throw .unreadable
        }
        if text[end] == 0x20, TimeText.isZone(time) { return try parseDate(text[..<end], order) }
        let isTime = time.allSatisfy(isTimePart) && time.contains { $0 &- 0x30 < 10 }
        guard isTime || first &- 0x30 < 10 else { throw .unreadable }
        let date = try parseDate(text[..<end], order)
        guard let minutes = TimeText.minutes(afterDate: time) else { throw isTime ? .impossibleTime : .unreadable }
        guard minutes == 1440, !isEnd, let month = date.month, let day = date.day, let year = Int(exactly: date.year),
            let next = PartialDate(year: year, month: Int(month), day: Int(day))?.next
        else { return date }
        return DateText(year: Int64(next.year), month: next.month.map(Int64.init), day: next.day.map(Int64.init))
    }

    /// A date without a time.
    private static func parseDate(_ text: ArraySlice<UInt8>, _ order: DateOrder) throws(Fault) -> DateText {
        if NamedDate.isPossible(text) {
            guard let named = NamedDate(text) else { throw .unreadable }
            guard named.digitsOfYear != 2 else { throw .shortYear }
            return named.date
        }
        let parts = try parts(text)
        let isShort = { (part: (value: Int64, digits: Int)) in part.digits <= 2 }
        switch parts.count {
        case 1 where parts[0].digits == 4:
            return DateText(year: parts[0].value)
        case 1 where parts[0].digits == 8:
            let value = parts[0].value
            return DateText(year: value / 10_000, month: value / 100 % 100, day: value % 100)
        // A spreadsheet makes `2021.1` of `2021.10`, and it may be a part of a year.
        case 2 where parts[0].digits == 4 && isShort(parts[1]) && !text.contains(UInt8(ascii: ".")):
            return DateText(year: parts[0].value, month: parts[1].value)
        case 2 where parts[0].digits == 4 && parts[1].digits == 4 && parts[0].value < parts[1].value:
            throw .tooLong(from: parts[0].value, to: parts[1].value)
        case 3 where parts[0].digits == 4 && isShort(parts[1]) && isShort(parts[2]):
            return DateText(year: parts[0].value, month: parts[1].value, day: parts[2].value)
        case 3 where isShort(parts[0]) && isShort(parts[1]) && parts[2].digits == 4:
            let (month, day) = order == .monthFirst ? (parts[0], parts[1]) : (parts[1], parts[0])
            return DateText(year: parts[2].value, month: month.value, day: day.value)
        case 3 where parts.allSatisfy(isShort): throw .shortYear
        default: throw .unreadable
        }
    }

    private static func isTimePart(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || ":.+-, APMZapmz".utf8.contains(byte)
    }
}
