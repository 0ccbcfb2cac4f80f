/// The days that a date may mean, compared with another date and with columns for its year, month and day.
extension DateText {
    /// A year, month and day in columns of their own. Nil is for unknown ones, for which databases write 0 too.
    struct Parts {
        let year: Int64?
        let month: Int64?
        let day: Int64?

        /// - Returns: Nil if no date has these parts, or all are unknown.
        init?(year: Int64?, month: Int64?, day: Int64?) {
            guard 0...9999 ~= year ?? 0, 0...12 ~= month ?? 0, 0...31 ~= day ?? 0 else { return nil }
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
            let year = (year ?? bounds.lowerBound / 10_000) * 10_000
            let (first, last) = (year + (month ?? 0) * 100 + (day ?? 0), year + (month ?? 99) * 100 + (day ?? 99))
            return first <= last && bounds.overlaps(first...last)
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
            guard case .tooLong(let from, let to) = error, from <= to else { return nil }
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

    /// Whether a text is an interval that ends before it begins.
    static func isReversed(_ text: ArraySlice<UInt8>, _ order: DateOrder) -> Bool {
        let text = withoutWeekday(text)
        guard let slash = interval(text), let (start, end) = try? ends(text, slash, order) else { return false }
        return end.number(unknown: 99) < start.number(unknown: 0)
    }

    // MARK: Dates in an order that is not known yet

    /// What rows of archives ask about dates.
    static let checks = DateChecks(mayHave: mayHave, isLessExact: isLessExact, isDay: isDay)

    static func mayHave(_ text: ArraySlice<UInt8>, parts: [ArraySlice<UInt8>]) -> Bool {
        let numbers = parts.map { part in part.count <= 4 ? Int64(String(decoding: part, as: UTF8.self)) : nil }
        guard parts.count == 3, zip(parts, numbers).allSatisfy({ $0.isEmpty || $1 != nil }) else { return false }
        guard let parts = Parts(year: numbers[0], month: numbers[1], day: numbers[2]) else {
            return numbers.allSatisfy { $0 ?? 0 == 0 }
        }
        return DateOrder.allCases.contains { order in bounds(text, order).map(parts.mayBe(in:)) ?? false }
    }

    private static func isLessExact(_ text: ArraySlice<UInt8>, than other: ArraySlice<UInt8>) -> Bool {
        DateOrder.allCases.allSatisfy { order in
            guard let whole = bounds(text, order), let part = bounds(other, order) else { return false }
            if whole == part { return minutes(text, order) == nil && minutes(other, order) != nil }
            return whole.contains(part.lowerBound) && whole.contains(part.upperBound)
        }
    }

    private static func isDay(_ text: ArraySlice<UInt8>) -> Bool {
        bounds(text, .monthFirst).map { $0.lowerBound == $0.upperBound } ?? false
    }
}
