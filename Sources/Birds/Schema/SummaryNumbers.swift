/// What the table `summary` says of some records.
///
/// Sums are taken in 128 bits, which no number of records can fill, so that their order does not matter; what is stored and shown
/// of a sum that 64 bits do not hold is the nearest number that they do. (A sum of stored sums is one of those.)
package struct SummaryNumbers: Equatable {
    private var sum: Int128 = 0
    private var count: Int128 = 0
    /// The least and the greatest date, as they are stored.
    package private(set) var first = Int64.max
    package private(set) var last = Int64.min
    private var greatest = Int64.min
    private var hasTotal = false
    private var hasMax = false

    package init() {}

    package init(records: Int64, total: Int64?, max: Int64? = nil, first: Int64, last: Int64) {
        count = Int128(records)
        sum = Int128(total ?? 0)
        hasTotal = total != nil
        greatest = max ?? .min
        hasMax = max != nil
        (self.first, self.last) = (first, last)
    }

    package var records: Int64 { Int64(clamping: count) }
    /// Of the counts; nil where nothing was counted.
    package var total: Int64? { hasTotal ? Int64(clamping: sum) : nil }
    /// The greatest count; nil where nothing was counted.
    package var max: Int64? { hasMax ? greatest : nil }

    /// As the table holds them.
    package var stored: SummaryNumbers {
        SummaryNumbers(records: records, total: total, max: max, first: first, last: last)
    }

    @inline(__always)
    package mutating func add(_ num: Int64?, date: Int64) {
        count += 1
        if let num {
            sum += Int128(num)
            greatest = Swift.max(greatest, num)
            (hasTotal, hasMax) = (true, true)
        }
        first = Swift.min(first, date)
        last = Swift.max(last, date)
    }

    @inline(__always)
    package mutating func add(_ other: SummaryNumbers) {
        count += other.count
        sum += other.sum
        greatest = Swift.max(greatest, other.greatest)
        hasTotal = hasTotal || other.hasTotal
        hasMax = hasMax || other.hasMax
        first = Swift.min(first, other.first)
        last = Swift.max(last, other.last)
    }
}
