/// An observation as the indexes hold it.
struct ObservationRow: Equatable {
    /// `yyyymmdd`, 00 for what is not known.
    var date: Int64 = 0
    var location: Int64 = 0
    var species: Int64 = 0
    /// `uncounted` where birds were seen and not counted.
    var num: Int64 = 0
    var dataset: Int64 = 0
    var id: Int64 = 0
    /// False for a zero-filled row, which has no record (`ZeroFillScan`); its id is then that of its checklist.
    var isRecord = true

    /// Less than every count, since SQLite sorts NULL before them.
    static let uncounted = Int64.min

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

/// The indexes of observations, by what they begin with; what follows is in the default order.
enum ObservationIndex: Int, CaseIterable {
    case date, species, location
}
