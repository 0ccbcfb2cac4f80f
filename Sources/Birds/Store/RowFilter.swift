/// What a row must hold beyond the range of the index that it is read from.
final class RowFilter {
    let dates: DateFilter
    /// Ids; nil for all.
    let species: [Int64]?
    let places: PlaceFilter?
    let datasets: [Int64]?
    /// Whether a date within the range may not match.
    let checksDates: Bool
    /// Whether a row whose date matches may not match.
    let checksRows: Bool

    init(dates: DateFilter, species: [Int64]?, places: PlaceFilter?, datasets: [Int64]?) {
        self.dates = dates
        self.species = species
        self.places = places
        self.datasets = datasets
        checksDates = !dates.isRange
        checksRows = species != nil || places != nil || datasets != nil
    }

    /// Whether a row whose date matches does.
    func matches(_ row: ObservationRow) throws(StoreError) -> Bool {
        if let species, !species.contains(row.species) { return false }
        if let datasets, !datasets.contains(row.dataset) { return false }
        if let places { return try places.contains(row.location) }
        return true
    }
}
