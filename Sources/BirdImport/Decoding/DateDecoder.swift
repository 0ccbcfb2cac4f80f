import Birds

/// What a report says about the date of a record.
struct DateRemarks: OptionSet {
    let rawValue: Int

    /// There is none, since the row has an interval of several years.
    static let tooLong = DateRemarks(rawValue: 1 << 0)
    /// It would be another one in the other order of day and month.
    static let ordered = DateRemarks(rawValue: 1 << 1)
    /// Columns for year, month or day contradict it.
    static let contradicted = DateRemarks(rawValue: 1 << 2)
    /// It is an interval that ends before it begins.
    static let reversed = DateRemarks(rawValue: 1 << 3)
    /// It is an interval of several days.
    static let ofSeveralDays = DateRemarks(rawValue: 1 << 4)
}

/// Decodes the date and the time of records, from one column or from several.
struct DateDecoder {
    /// The first year of a date. An earlier one is a typing error.
    static let firstYear: Int64 = 1800

    private let columns: Columns
    /// The years that a date may have.
    private let years: ClosedRange<Int64>
    private let hasDate: Bool
    /// Whether there are columns for any of year, month and day.
    private let hasParts: Bool
    /// The order of day and month; nil as long as no date needs it (`needsOrder`).
    var order: DateOrder?

    /// - Parameter lastYear: The last year of a date, which is the year after the current one.
    init(_ columns: Columns, lastYear: Int64) {
        (self.columns, years) = (columns, Self.firstYear...max(Self.firstYear, lastYear))
        hasDate = columns.has(.date)
        hasParts = [.year, .month, .day].contains(where: columns.has)
    }

    /// Whether the order of day and month must be known to decode a row, and is not.
    @inline(__always)
    func needsOrder(_ row: Row) -> Bool {
        hasDate && order == nil && DateText.needsOrder(row.bytes[columns.moment(.date, row).range]) && hasItsCells(row)
    }

    /// Adds the date of a row to those by which the order of day and month is judged.
    func add(_ row: Row, to judge: inout DateOrderJudge) {
        guard row.problem == nil, hasItsCells(row) else { return }
        judge.add(row, columns.moment(.date, row), parts: parts(row), years: years)
    }

    /// Whether the cells of a row are those of their columns.
    private func hasItsCells(_ row: Row) -> Bool { (try? columns.checkWidth(row)) != nil }

    /// The date of a row as `yyyymmdd`, with 00 for an unknown month or day; `StoredDate.unknown` if there is none.
    func date(_ row: Row) throws(RowError) -> (date: Int64, remarks: DateRemarks) {
        let cell = columns.moment(.date, row)
        if cell.isEmpty { return (try dateOfParts(row), []) }
        var (date, remarks) = try wholeDate(row)
        guard let parts = parts(row), !parts.areIn(date) else { return (date, remarks) }
        let exactness = Self.exactness(date)
        let isNone = exactness == 0 && !remarks.contains(.tooLong)
        // `0000-00-00` may be any day.
        let agrees =
            isNone
            ? parts.mayBe(in: 0...StoredDate.unknown)
            : parts.mayBe(in: row.bytes[cell.range], order ?? .monthFirst)
        // The date is taken, as everywhere.
        guard agrees else { return (date, remarks.union(.contradicted)) }
        // The columns may say more exactly when it was within a month, a year or an interval.
        if exactness < 3, let own = try? dateOfParts(row), Self.exactness(own) > exactness {
            date = own
            remarks.subtract([.tooLong, .ofSeveralDays])
        }
        return (date, remarks)
    }

    /// What the columns year, month and day say; nil if there are none, or they can't be read.
    private func parts(_ row: Row) -> DateText.Parts? {
        guard hasParts else { return nil }
        do throws(RowError) {
            return DateText.Parts(
                year: try columns.integer(.year, row), month: try columns.integer(.month, row),
                day: try columns.integer(.day, row))
        } catch {
            return nil
        }
    }

    /// The number of parts of a date that are known.
    private static func exactness(_ date: Int64) -> Int {
        if date == StoredDate.unknown { return 0 }
        return date % 100 != 0 ? 3 : date % 10_000 != 0 ? 2 : 1
    }

    /// The time of a row in minutes after midnight, from the first of the columns that has one; nil if none has.
    func time(_ row: Row) throws(RowError) -> Int64? { try ownTime(row) ?? enteredTime(row) ?? timeOfDate(row) }

    /// A date from the columns year, month and day; `StoredDate.unknown` if all are empty, as in old collections.
    @inline(__always)
    func dateOfParts(_ row: Row) throws(RowError) -> Int64 {
        guard let year = try columns.integer(.year, row) else {
            for member in [Format.Member.month, .day] where !columns.cell(member, row).isEmpty {
                throw columns.error(
                    [.year, .date].first(where: columns.has) ?? member,
                    "is empty, but there is a \(member == .month ? "month" : "day")")
            }
            return StoredDate.unknown
        }
        return try date(
            DateText(year: year, month: try columns.integer(.month, row), day: try columns.integer(.day, row)), .year,
            .month, .day)
    }

    /// A date from one column.
    private func wholeDate(_ row: Row) throws(RowError) -> (date: Int64, remarks: DateRemarks) {
        let cell = columns.moment(.date, row)
        var text: DateText
        // A date that needs the order comes after `needsOrder`, so there is one, unless other characters hid that.
        if order == nil, DateText.needsOrder(row.bytes[cell.range]) {
            throw columns.error(.date, "contains control characters or no-break spaces; remove them")
        }
        let order = order ?? .monthFirst
        do throws(DateText.Fault) {
            text = try DateText.parse(row.bytes[cell.range], order)
        } catch {
            let shown = columns.shown(row, cell)
            switch error {
            case .unreadable:
                // Words such as `s.d.`, `unknown` and `undated`.
                let digits = row.bytes[cell.range].filter { $0 &- 0x30 < 10 }
                let advice =
                    if let year = Self.onlyYear(row.bytes[cell.range]) {
                        "write \(year) if it was in that year, or leave it empty and write it into the comments"
                    } else {
                        "write it as YYYY-MM-DD"
                            + (digits.isEmpty ? ", or leave the cell empty if there is none" : "")
                    }
                throw columns.error(.date, "'\(shown)' is not a date; \(advice)")
            case .shortYear:
                throw columns.error(.date, "'\(shown)' has a year of two digits; write it as YYYY-MM-DD")
            case .unreadableInterval:
                throw columns.error(
                    .date, "'\(shown)' is an interval that can't be read; write it as YYYY-MM-DD/YYYY-MM-DD")
            case .serial:
                throw columns.error(
                    .date,
                    "'\(shown)' is the number of a day in a spreadsheet; format the cells as dates there, as "
                        + "YYYY-MM-DD, and save the file again")
            case .unclear(let year, let month, let lastYear):
                // The columns may say more than either.
                if columns.has(.year), let own = try? dateOfParts(row), Self.exactness(own) > 1,
                    own / 100 == year * 100 + month || own / 10_000 >= year && own / 10_000 <= lastYear
                {
                    return (own, [])
                }
                let digits = month < 10 ? "0\(month)" : "\(month)"
                throw columns.error(
                    .date,
                    "'\(shown)' may be a month or several years; write it as \(year)-\(digits), or all digits of both years"
                )
            case .impossibleTime:
                throw columns.error(.date, "'\(shown)' has no time of day after its date; write it as YYYY-MM-DDThh:mm")
            case .tooLong(let from, let to):
                guard years.contains(from), years.contains(to), from < to else {
                    throw columns.error(
                        .date,
                        "'\(shown)' is not an interval between \(years.lowerBound) and \(years.upperBound)"
                            + adviceForEarly(from))
                }
                return (StoredDate.unknown, .tooLong)
            }
        }
        // Columns that say the same make it a real one.
        if text.isEmptyCell, (try? dateOfParts(row)) != text.number(unknown: 0) {
            throw columns.error(
                .date,
                "'\(columns.shown(row, cell))' is a spreadsheet's empty date; leave the cell empty if the date is unknown"
            )
        }
        // A date that would fit the other order: the message names the one of the column.
        if let month = text.month, month > 12, let day = text.day, years.contains(text.year),
            DateText(year: text.year, month: day, day: month).isDay, DateText.needsOrder(row.bytes[cell.range])
        {
            let (this, other) = order == .dayFirst ? ("day", DateOrder.monthFirst) : ("month", DateOrder.dayFirst)
            throw columns.error(
                .date,
                "'\(columns.shown(row, cell))' has no month \(month): the dates of this file are read with the \(this) "
                    + "first; write it as YYYY-MM-DD, or give --date-order \(other.rawValue)")
        }
        // Databases write 1890-05-00 and 1890-00-00 for a month and a year, and 0000-00-00 for no date.
        if text.day == 0 { text.day = nil }
        if text.month == 0, text.day == nil { text.month = nil }
        if text == DateText(year: 0) { return (StoredDate.unknown, []) }
        var remarks: DateRemarks = []
        // Most dates are a day.
        if text.day == nil, DateText.isReversed(row.bytes[cell.range], order) { remarks.insert(.reversed) }
        if !remarks.contains(.reversed), DateText.isOfSeveralDays(row.bytes[cell.range], order) {
            remarks.insert(.ofSeveralDays)
        }
        if text.day != text.month, DateText.needsOrder(row.bytes[cell.range]) { remarks.insert(.ordered) }
        return (try date(text, .date, .date, .date), remarks)
    }

    /// The date as `yyyymmdd`, with 00 for an unknown month or day.
    /// - Throws: `RowError` in one of the given columns if there is no such date.
    @inline(__always)
    private func date(
        _ date: DateText, _ ofYear: Format.Member, _ ofMonth: Format.Member, _ ofDay: Format.Member
    ) throws(RowError) -> Int64 {
        let year = date.year
        guard years.contains(year) else {
            throw columns.error(
                ofYear,
                "the year \(year) is not between \(years.lowerBound) and \(years.upperBound)" + adviceForEarly(year))
        }
        guard let month = date.month else {
            if date.day != nil { throw columns.error(ofMonth, "is empty, but there is a day") }
            return year * 10_000
        }
        guard month >= 1, month <= 12 else { throw columns.error(ofMonth, "\(month) is not a month") }
        guard let day = date.day else { return year * 10_000 + month * 100 }
        guard day >= 1, day <= Int64(PartialDate.days(in: Int(month), of: Int(year))) else {
            throw columns.error(ofDay, "there is no day \(day) in month \(month) of \(year)")
        }
        return year * 10_000 + month * 100 + day
    }

    /// The year in a text such as `ca. 1890`, `1890s` or `[1921]`, which has no other number; nil for any other.
    private static func onlyYear(_ text: ArraySlice<UInt8>) -> String? {
        let numbers = text.split { $0 &- 0x30 >= 10 }
        guard numbers.count == 1, let year = numbers.first, year.count == 4,
            "12".utf8.contains(year[year.startIndex])
        else { return nil }
        return String(decoding: year, as: UTF8.self)
    }

    /// What to do with a year that is too early, and probably no typing error; empty for others.
    private func adviceForEarly(_ year: Int64) -> String {
        (1000..<years.lowerBound).contains(year)
            ? "; if it is right, leave the date empty and write it into the comments" : ""
    }

    /// A time in minutes after midnight; nil if the cell is empty.
    private func ownTime(_ row: Row) throws(RowError) -> Int64? {
        let cell = columns.moment(.time, row)
        if cell.isEmpty { return nil }
        let text = row.bytes[cell.range]
        if let minutes = TimeText.minutes(text) { return minutes }
        // `24:00` is the beginning of the next day (`endOfDay`).
        if TimeText.isEndOfDay(text) { return 0 }
        if isWord(text) { return nil }
        guard let time = DateText.time(ofEmptyDate: text), let minutes = TimeText.minutes(afterDate: time) else {
            throw columns.error(
                .time, "'\(columns.shown(row, cell))' is not a time of day; write it as hh:mm, with a colon")
        }
        return minutes % 1440
    }

    /// Whether the time of a row is a word, such as `morning`, so that the row has none.
    func hasWordForTime(_ row: Row) -> Bool {
        columns.has(.time) && isWord(row.bytes[columns.moment(.time, row).range])
    }

    /// In a format that always has times, it is an error.
    private func isWord(_ text: ArraySlice<UInt8>) -> Bool {
        !columns.isRequired(.time) && text.contains(where: NamedDate.isLetter) && !text.contains { $0 &- 0x30 < 10 }
    }

    /// The day after a date if the time of a row is `24:00`; else the date.
    func endOfDay(_ row: Row, _ date: Int64) -> Int64 {
        guard columns.has(.time), TimeText.isEndOfDay(row.bytes[columns.moment(.time, row).range]), date % 100 > 0,
            let next = PartialDate(
                year: Int(date / 10_000), month: Int(date / 100 % 100), day: Int(date % 100))?.next
        else { return date }
        return Int64(next.year) * 10_000 + Int64(next.month ?? 0) * 100 + Int64(next.day ?? 0)
    }

    /// The time of a row to the second, in one form; empty if there is none.
    func clock(_ row: Row) throws(RowError) -> String {
        let own = columns.moment(.time, row)
        let seconds =
            own.isEmpty
            ? DateText.seconds(row.bytes[columns.moment(.date, row).range]) : TimeText.seconds(row.bytes[own.range])
        // Half a minute past midnight is a time.
        guard let minutes = try time(row) ?? (seconds > 0 ? 0 : nil) else { return "" }
        let digits = { (value: Int64) in value < 10 ? "0\(value)" : "\(value)" }
        return "\(digits(minutes / 60)):\(digits(minutes % 60)):\(digits(seconds))"
    }

    /// The time in a text that an observer has entered; nil if none is clear.
    private func enteredTime(_ row: Row) -> Int64? {
        columns.has(.enteredTime) ? TimeText.minutes(within: row.bytes[columns.cell(.enteredTime, row).range]) : nil
    }

    /// The time in the cell of the date, for rows without a time of their own.
    private func timeOfDate(_ row: Row) -> Int64? {
        guard hasDate else { return nil }
        return DateText.minutes(row.bytes[columns.moment(.date, row).range], order ?? .monthFirst)
    }
}
