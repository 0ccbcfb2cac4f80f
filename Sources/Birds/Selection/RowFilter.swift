/// The conditions that a scan checks on each row. Those that its index has already ensured are left out.
final class RowFilter {
    let dates: DateFilter
    /// Ids; nil for all, or if the index has ensured them.
    let species: [Int64]?
    let locations: LocationFilter?
    /// Ids; nil for all.
    let datasets: [Int64]?
    /// The least and the greatest count that match. `uncounted` is less than every count, so as the least it lets
    /// all rows match.
    let leastNum: Count
    let greatestNum: Count
    /// Whether the date of each row must be checked. It must even within a range: the index also holds numbers
    /// there that are not dates.
    let checksDates: Bool
    /// Whether a row with a matching date must be checked further.
    let checksRows: Bool

    init(
        dates: DateFilter, species: [Int64]?, locations: LocationFilter?, datasets: [Int64]?, leastNum: Int64? = nil,
        greatestNum: Int64? = nil
    ) {
        // A record without a count matches neither bound: with only an upper one, the least count is 0.
        self.leastNum = Count(leastNum ?? (greatestNum == nil ? nil : 0))
        self.greatestNum = greatestNum.map { Count($0) } ?? .greatest
        self.dates = dates
        self.species = species
        self.locations = locations
        self.datasets = datasets
        checksDates = !dates.isEverything
        checksRows = species != nil || locations != nil || datasets != nil || leastNum != nil || greatestNum != nil
    }

    /// Whether a row with a matching date fulfils the other conditions.
    func matches(_ row: ObservationRow) throws(StoreError) -> Bool {
        if row.num < leastNum || row.num > greatestNum { return false }
        if let species, !species.contains(row.species) { return false }
        if let datasets, !datasets.contains(row.dataset) { return false }
        if let locations { return try locations.contains(row.location) }
        return true
    }
}
