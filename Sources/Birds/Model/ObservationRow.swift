/// An observation as the indexes hold it.
struct ObservationRow: Equatable {
    /// `yyyymmdd`, 00 for what is not known.
    var date: Int64 = 0
    var location: Int64 = 0
    var species: Int64 = 0
    var num = Count(0)
    var dataset: Int64 = 0
    var id: Int64 = 0
    /// False for a zero-filled row, which has no record (`ZeroFillScan`); its id is then that of its checklist.
    var isRecord = true

    /// The default order of records, which the indexes have.
    static func precedes(_ a: ObservationRow, _ b: ObservationRow) -> Bool {
        if a.date != b.date { return a.date < b.date }
        if a.location != b.location { return a.location < b.location }
        if a.species != b.species { return a.species < b.species }
        if a.num != b.num { return a.num < b.num }
        if a.dataset != b.dataset { return a.dataset < b.dataset }
        return a.id < b.id
    }
}

/// How many birds were seen, or that they were not counted, which sorts first, as NULL does in SQLite.
struct Count: Comparable {
    /// In the order of counts. The least number stands for uncounted, so that a row stays small: no file of ours holds it as a count, and
    /// one that an edit left is shown as uncounted.
    let sortKey: Int64

    static let uncounted = Count(nil)
    static let greatest = Count(.max)

    @inline(__always)
    init(_ number: Int64?) { sortKey = number ?? .min }

    init(sortKey: Int64) { self.sortKey = sortKey }

    /// Nil if the birds were not counted.
    @inline(__always)
    var number: Int64? { sortKey == .min ? nil : sortKey }

    @inline(__always)
    static func < (a: Count, b: Count) -> Bool { a.sortKey < b.sortKey }
}

/// The indexes of observations, by what they begin with; what follows is in the default order.
enum ObservationIndex: Int, CaseIterable {
    case date, species, location
}
