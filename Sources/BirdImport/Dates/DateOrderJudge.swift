import Birds
import FileSystem

/// The order of day and month in the dates of a file, and why they are read so.
public struct JudgedDateOrder: Sendable, Equatable {
    public enum Reason: Sendable, Equatable {
        /// `--date-order`.
        case given
        /// A date that has only one order, such as `25/02/2021`, and its line.
        case date(String, line: Int)
        /// A date that has both orders, and its line, whose own columns for year, month or day have one of them.
        case columns(String, line: Int)
        /// Each date could be read in either order, and the file says which it is (`dateFormat` of `meta.xml`).
        case described
        /// There are points in dates, as in `3.2.2021`.
        case points
        /// Each date could be read in either order, so the order is that of the format.
        case format
        /// Each date could be read in either order, and another file of the same download, at this path, tells.
        case beside(String)
        /// The file of `--rejects` that the dates are in says it.
        case rejects
    }

    public let order: DateOrder
    public let reason: Reason
}

/// Decides the order of day and month from all dates of a column.
///
/// `03/02/2021` alone may be the 3rd of February or the 2nd of March. A date that exists in one order only, anywhere in
/// the column, tells. So does one whose row has columns for year, month or day that agree with one order only. If some
/// dates tell one order and some the other, the order of more dates is taken; the others are then errors of their rows,
/// since they have no such month, or contradict their columns. A date that exists in neither order tells nothing: it is
/// an error of its row, and may have an error in any part.
struct DateOrderJudge {
    /// What the dates of one order are: how many, and the first of them.
    private struct Evidence {
        var count = 0
        var first: JudgedDateOrder.Reason?

        mutating func add(_ reason: () -> JudgedDateOrder.Reason) {
            count += 1
            if first == nil { first = reason() }
        }
    }

    private var dayFirst = Evidence()
    private var monthFirst = Evidence()
    private var hasPoints = false
    /// The first date with either order, and the first one with slashes.
    private var first: (text: String, line: Int)?
    private var slashed: (text: String, line: Int)?

    /// Whether no date depends on the order.
    var isEmpty: Bool { first == nil }

    /// Takes the next date of the column.
    /// - Parameters:
    ///   - parts: What other columns of the row say about the date; nil if nothing.
    ///   - years: The years that a date may have.
    mutating func add(_ row: Row, _ cell: Row.Cell, parts: DateText.Parts?, years: ClosedRange<Int64>) {
        let date = row.bytes[cell.range]
        guard let pair = DateText.pair(date), years.contains(pair.year) else { return }
        let text = { Row.shown(row.text(cell), atMost: 40) }
        let isDate = { (month: Int64, day: Int64) in DateText(year: pair.year, month: month, day: day).isDay }
        let agrees = { (order: DateOrder) in parts?.mayBe(in: date, order) ?? false }
        switch (isDate(pair.second, pair.first), isDate(pair.first, pair.second)) {
        case (true, false): dayFirst.add { .date(text(), line: row.line) }
        case (false, true): monthFirst.add { .date(text(), line: row.line) }
        case (false, false): return
        case (true, true):
            hasPoints = hasPoints || pair.hasPoints
            // `02/02/2021` is the same in either order.
            if pair.first == pair.second { return }
            switch (agrees(.dayFirst), agrees(.monthFirst)) {
            case (true, false): dayFirst.add { .columns(text(), line: row.line) }
            case (false, true): monthFirst.add { .columns(text(), line: row.line) }
            default: break
            }
        }
        hasPoints = hasPoints || pair.hasPoints
        if first == nil { first = (text(), row.line) }
        if slashed == nil, date.contains(UInt8(ascii: "/")) { slashed = (text(), row.line) }
    }

    /// The order of the column.
    /// - Parameter described: The order that the file says that its dates have. Dates that tell another one are
    ///   believed.
    /// - Throws: `ChangeError.refused` if the dates leave it open, and so does the format.
    func order(_ format: Format, described: DateOrder? = nil, path: String) throws(ChangeError) -> JudgedDateOrder {
        if dayFirst.count > monthFirst.count, let first = dayFirst.first {
            return JudgedDateOrder(order: .dayFirst, reason: first)
        }
        // As many of either order: the month comes first, as in the formats.
        if let first = monthFirst.first {
            return JudgedDateOrder(order: .monthFirst, reason: first)
        }
        if let described { return JudgedDateOrder(order: described, reason: .described) }
        // With points, the day always comes first.
        if hasPoints { return JudgedDateOrder(order: .dayFirst, reason: .points) }
        let foreign =
            format.rules.contains(.ordersAreForeign)
            ? first : format.rules.contains(.slashesAreForeign) ? slashed : nil
        if let foreign {
            throw .refused(
                "\(path), line \(foreign.line), has the date '\(foreign.text)', and no date in the file tells whether the "
                    + "day or the month comes first; give --date-order day-first or --date-order month-first.")
        }
        return JudgedDateOrder(order: .monthFirst, reason: .format)
    }
}
