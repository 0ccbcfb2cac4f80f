/// What a row must hold beyond the range of the index that it is read from.
final class RowFilter {
    let dates: DateFilter
    /// Ids; nil for all.
    let species: [Int64]?
    let locations: LocationFilter?
    let datasets: [Int64]?
    /// The least count that matches: `uncounted` if all do.
    let leastNum: Count
    let greatestNum: Count
    /// Whether some dates do not match; numbers that are no dates lie within ranges too.
    let checksDates: Bool
    /// Whether a row whose date matches may not match.
    let checksRows: Bool

    init(
        dates: DateFilter, species: [Int64]?, locations: LocationFilter?, datasets: [Int64]?, leastNum: Int64? = nil,
        greatestNum: Int64? = nil
    ) {
        // A record without a count matches neither bound.
        self.leastNum = Count(leastNum ?? (greatestNum == nil ? nil : 0))
        self.greatestNum = greatestNum.map { Count($0) } ?? .greatest
        self.dates = dates
        self.species = species
        self.locations = locations
        self.datasets = datasets
        checksDates = !dates.isEverything
        checksRows = species != nil || locations != nil || datasets != nil || leastNum != nil || greatestNum != nil
    }

    /// Whether a row whose date matches does.
    func matches(_ row: ObservationRow) throws(StoreError) -> Bool {
        if row.num < leastNum || row.num > greatestNum { return false }
        if let species, !species.contains(row.species) { return false }
        if let datasets, !datasets.contains(row.dataset) { return false }
        if let locations { return try locations.contains(row.location) }
        return true
    }
}
