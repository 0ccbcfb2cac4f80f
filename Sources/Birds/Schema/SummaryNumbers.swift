/// The numbers of a group of records: one row of the table `summary`, or a sum of such rows.
///
/// Sums are 128 bits wide, which no number of records can overflow, so the result does not depend on the order of
/// the additions. A sum that does not fit into 64 bits is stored and shown as the nearest 64-bit number. (A sum of
/// stored sums can therefore differ from the sum of the records.)
package struct SummaryNumbers: Equatable {
    private var sum: Int128 = 0
    private var count: Int128 = 0
    /// The least and the greatest date, `yyyymmdd` as they are stored. A record without a date counts only if no
    /// record has one. Before the first `add`, `first` is greater than `last`.
    package private(set) var first = Int64.max
    package private(set) var last = Int64.min
    /// The greatest count, if `hasMax`.
    private var greatest = Int64.min
    // Whether any record of the group was counted.
    private var hasTotal = false
    private var hasMax = false

    package init() {}

    /// - Parameters:
    ///   - total: Nil if nothing was counted.
    ///   - max: Nil if nothing was counted, or if it is not needed.
    package init(records: Int64, total: Int64?, max: Int64? = nil, first: Int64, last: Int64) {
        count = Int128(records)
        sum = Int128(total ?? 0)
        hasTotal = total != nil
        greatest = max ?? .min
        hasMax = max != nil
        (self.first, self.last) = (first, last)
    }

    package var records: Int64 { Int64(clamping: count) }
    /// The sum of the counts; nil if nothing was counted.
    package var total: Int64? { hasTotal ? Int64(clamping: sum) : nil }
    /// The greatest count; nil if nothing was counted.
    package var max: Int64? { hasMax ? greatest : nil }

    /// The same numbers after they were stored: clamped to 64 bits.
    package var stored: SummaryNumbers {
        SummaryNumbers(records: records, total: total, max: max, first: first, last: last)
    }

    /// Adds one record.
    /// - Parameters:
    ///   - num: Its count; nil if the birds were not counted.
    ///   - date: `yyyymmdd`, as it is stored.
    @inline(__always)
    package mutating func add(_ num: Int64?, date: Int64) {
        count += 1
        if let num {
            sum += Int128(num)
            greatest = Swift.max(greatest, num)
            (hasTotal, hasMax) = (true, true)
        }
        first = Swift.min(first, date)
        last = Self.later(last, date)
    }

    /// Adds the records of another group.
    @inline(__always)
    package mutating func add(_ other: SummaryNumbers) {
        count += other.count
        sum += other.sum
        greatest = Swift.max(greatest, other.greatest)
        hasTotal = hasTotal || other.hasTotal
        hasMax = hasMax || other.hasMax
        first = Swift.min(first, other.first)
        last = Self.later(last, other.last)
    }

    @inline(__always)
    private static func later(_ a: Int64, _ b: Int64) -> Int64 {
        // Usually both are dates; the least number stands for no record.
        if a < StoredDate.unknown, b < StoredDate.unknown { return Swift.max(a, b) }
        let (earlier, later) = (Swift.min(a, b), Swift.max(a, b))
        return earlier == .min || earlier >= StoredDate.unknown ? later : earlier
    }
}
