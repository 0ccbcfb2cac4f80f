import Birds

/// The days that a date may mean, compared with another date and with columns for its year, month and day.
extension DateText {
    /// A year, month and day in columns of their own. Nil is for unknown ones, for which databases write 0 too.
    struct Parts {
        let year: Int64?
        let month: Int64?
        let day: Int64?

        /// - Returns: Nil if all are unknown.
        init?(year: Int64?, month: Int64?, day: Int64?) {
            func known(_ part: Int64?) -> Int64? { part == 0 ? nil : part }
            (self.year, self.month, self.day) = (known(year), known(month), known(day))
            if self.year == nil, self.month == nil, self.day == nil { return nil }
        }

        /// Whether a date as `yyyymmdd` has each part that is known.
        func areIn(_ date: Int64) -> Bool {
            (year ?? date / 10_000) == date / 10_000 && (month ?? date / 100 % 100) == date / 100 % 100
                && (day ?? date % 100) == date % 100
        }

        /// Whether a day between two may have these parts.
        func mayBe(in bounds: ClosedRange<Int64>) -> Bool {
            if bounds.lowerBound == bounds.upperBound { return areIn(bounds.lowerBound) }
            guard 1...9999 ~= year ?? 1, 1...12 ~= month ?? 1, 1...31 ~= day ?? 1 else { return false }
            let (first, last) = (bounds.lowerBound / 10_000, bounds.upperBound / 10_000)
            // Between the first and the last year, one is as good as another, except that a leap year has a day more.
            let years = year.map { $0...$0 } ?? first...min(last, first + 9)
            return years.contains { year in
                (month.map { $0...$0 } ?? 1...12).contains { month in
                    let days = Int64(PartialDate.days(in: Int(month), of: Int(year)))
                    let number = year * 10_000 + month * 100
                    return day ?? 0 <= days && bounds.overlaps(number + (day ?? 0)...number + (day ?? 99))
                }
            }
        }

        /// Whether a date may have these parts. `2021-02-03T24:00` is the beginning of the next day, but may have them
        /// as it is written.
        func mayBe(in text: ArraySlice<UInt8>, _ order: DateOrder) -> Bool {
            if let bounds = bounds(text, order), mayBe(in: bounds) { return true }
            let text = withoutWeekday(text)
            let written = try? parseOne(text[..<(interval(text) ?? text.endIndex)], order, isEnd: true)
            return written.map { areIn($0.number(unknown: 0)) } ?? false
        }
    }

    /// The first and the last day that a date may mean, as `yyyymmdd`; the last day of a month or year that is not
    /// known is 99. Nil if it can't be read.
    static func bounds(_ text: ArraySlice<UInt8>, _ order: DateOrder) -> ClosedRange<Int64>? {
        let text = withoutWeekday(text)
        let ends: [DateText]
        do throws(Fault) {
            if let slash = interval(text) {
                let (start, end) = try self.ends(text, slash, order)
                ends = [start, end]
            } else {
                ends = [try parseOne(text, order)]
            }
        } catch {
            guard case .tooLong(let from, let to) = error, from <= to else {
                // `Feb/2021` is no interval.
                return (try? parse(text, order)).map { $0.number(unknown: 0)...$0.number(unknown: 99) }
            }
            return (from * 10_000)...(to * 10_000 + 9999)
        }
        let numbers = ends.flatMap { [$0.number(unknown: 0), $0.number(unknown: 99)] }
        guard let first = numbers.min(), let last = numbers.max() else { return nil }
        return first...last
    }

    /// As `yyyymmdd`, with a number for an unknown month or day.
    func number(unknown: Int64) -> Int64 {
        let (month, day) = (month ?? 0, day ?? 0)
        return year * 10_000 + (month == 0 ? unknown : month) * 100 + (day == 0 ? unknown : day)
    }

    /// Whether a text is an interval of more than one day.
    static func isOfSeveralDays(_ text: ArraySlice<UInt8>, _ order: DateOrder) -> Bool {
        let text = withoutWeekday(text)
        guard let slash = interval(text), let (start, end) = try? ends(text, slash, order) else { return false }
        return start.isDay && end.isDay && start != end
    }

    /// Whether a text is an interval that ends before it begins.
    static func isReversed(_ text: ArraySlice<UInt8>, _ order: DateOrder) -> Bool {
        let text = withoutWeekday(text)
        guard let slash = interval(text), let (start, end) = try? ends(text, slash, order) else { return false }
        return end.number(unknown: 99) < start.number(unknown: 0)
    }

    // MARK: Dates in an order that is not known yet

    /// What rows of archives ask about dates.
    static let checks = DateChecks(mayHave: mayHave, includes: includes, isDay: isDay, hasTime: hasTime)

    static func mayHave(_ text: ArraySlice<UInt8>, parts: [ArraySlice<UInt8>]) -> Bool {
        let numbers = parts.map { part in part.count <= 4 ? Int64(String(decoding: part, as: UTF8.self)) : nil }
        guard parts.count == 3, zip(parts, numbers).allSatisfy({ $0.isEmpty || $1 != nil }) else { return false }
        guard let parts = Parts(year: numbers[0], month: numbers[1], day: numbers[2]) else { return true }
        return DateOrder.allCases.contains { parts.mayBe(in: text, $0) }
    }

    private static func includes(_ text: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
        DateOrder.allCases.allSatisfy { order in
            guard let whole = bounds(text, order), let part = bounds(other, order) else { return false }
            if whole == part { return minutes(text, order).map { $0 == minutes(other, order) } ?? true }
            return whole.contains(part.lowerBound) && whole.contains(part.upperBound)
        }
    }

    private static func isDay(_ text: ArraySlice<UInt8>) -> Bool {
        bounds(text, .monthFirst).map { $0.lowerBound == $0.upperBound } ?? false
    }

    private static func hasTime(_ text: ArraySlice<UInt8>) -> Bool {
        DateOrder.allCases.contains { minutes(text, $0) != nil }
    }
}
