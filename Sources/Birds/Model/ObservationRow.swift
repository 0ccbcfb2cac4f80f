/// An observation, with the columns that the indexes hold. Species, location and data set are ids of this
/// generation.
struct ObservationRow: Equatable {
    /// `yyyymmdd`, with 00 for an unknown month or day; in an edited file any number.
    var date: Int64 = 0
    var location: Int64 = 0
    var species: Int64 = 0
    var num = Count(0)
    var dataset: Int64 = 0
    var id: Int64 = 0
    /// False for a zero-filled row, which is not a record (`ZeroFillScan`). Its id is that of its checklist.
    var isRecord = true

    /// Whether the record has no date at all (`StoredDate.unknown`). Such rows come last, also in descending orders.
    var isUndated: Bool { date >= StoredDate.unknown }

    /// Whether a row comes before another in the default order or its reverse. Rows without a date come last in both.
    static func precedes(_ a: ObservationRow, _ b: ObservationRow, isDescending: Bool) -> Bool {
        if !isDescending { return precedes(a, b) }
        return a.isUndated == b.isUndated ? precedes(b, a) : b.isUndated
    }

    /// Whether a row comes before another in the default order of records (`Schema`), which is total.
    static func precedes(_ a: ObservationRow, _ b: ObservationRow) -> Bool {
        if a.date != b.date { return a.date < b.date }
        if a.location != b.location { return a.location < b.location }
        if a.species != b.species { return a.species < b.species }
        if a.num != b.num { return a.num < b.num }
        if a.dataset != b.dataset { return a.dataset < b.dataset }
        return a.id < b.id
    }
}

/// How many birds were seen, or that they were not counted. Uncounted sorts first, as NULL does in SQLite.
struct Count: Comparable {
    /// The count, with the least number for uncounted, so that a row stays small. No import stores that number as a
    /// count; one that an edit left is shown as uncounted.
    let sortKey: Int64

    static let uncounted = Count(nil)
    static let greatest = Count(.max)

    @inline(__always)
    init(_ number: Int64?) { sortKey = number ?? .min }

    init(sortKey: Int64) { self.sortKey = sortKey }

    /// The count; nil if the birds were not counted.
    @inline(__always)
    var number: Int64? { sortKey == .min ? nil : sortKey }

    @inline(__always)
    static func < (a: Count, b: Count) -> Bool { a.sortKey < b.sortKey }
}

/// The covering indexes of observations, by the column they begin with. The other columns follow in the default
/// order.
enum ObservationIndex: Int, CaseIterable {
    case date, species, location
}
