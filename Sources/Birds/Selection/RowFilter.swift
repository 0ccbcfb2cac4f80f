/// The conditions that a scan checks on each row. Those that its index has already ensured are left out.
final class RowFilter {
    let dates: DateFilter
    /// Ids; nil for all, or if the index has ensured them.
    let species: [Int64]?
    let locations: LocationFilter?
    /// Ids; nil for all.
    let datasets: [Int64]?
    let counts: CountRange
    private let exactness: ExactnessFilter?
    /// Whether the date of each row must be checked. It must even within a range: the index also holds numbers
    /// there that are not dates.
    let checksDates: Bool
    /// Whether a row with a matching date must be checked further.
    let checksRows: Bool

    /// - Parameter index: As in `Selection.rowFilter`.
    init(_ conditions: Selection.Conditions, readBy index: ObservationIndex?) {
        // The regions are those of the locations.
        let (dates, species, locations, _, datasets, counts, exactness) = conditions
        (self.dates, self.datasets, self.counts, self.exactness) = (dates, datasets, counts, exactness)
        self.species = index == .species ? nil : species
        self.locations = index == .location ? nil : locations
        checksDates = !dates.isEverything
        checksRows =
            self.species != nil || self.locations != nil || datasets != nil || !counts.isEverything || exactness != nil
    }

    /// Whether a row with a matching date fulfils the other conditions.
    func matches(_ row: ObservationRow) throws(StoreError) -> Bool {
        if !counts.contains(row.num) { return false }
        if let species, !species.contains(row.species) { return false }
        if let datasets, !datasets.contains(row.dataset) { return false }
        if let locations, try !locations.contains(row.location) { return false }
        if let exactness { return try exactness.matches(row) }
        return true
    }

    /// Whether a checklist fulfils the conditions, of which none must be on records (`Selection.ofVisits`).
    func matches(_ checklist: ChecklistEntry) throws(StoreError) -> Bool {
        guard dates.matches(checklist.date) else { return false }
        if let datasets, !datasets.contains(checklist.dataset) { return false }
        if let locations, try !locations.contains(checklist.location) { return false }
        return try matches(exactnessOf: checklist)
    }

    /// Whether the place of a checklist is as exact as wanted.
    func matches(exactnessOf checklist: ChecklistEntry) throws(StoreError) -> Bool {
        try exactness?.matches(checklist) ?? true
    }
}

/// A checklist, as its indexes hold it.
struct ChecklistEntry {
    var date: Int64 = 0
    var location: Int64 = 0
    var dataset: Int64 = 0
    var id: Int64 = 0

    /// The checklist as a row for a `Pager`, which distinguishes checklists by these columns and counts equal ones.
    var key: ObservationRow { ObservationRow(date: date, location: location, dataset: dataset) }
}

/// The counts that match.
struct CountRange {
    // `uncounted` is less than every count, so as the least one it lets all rows match.
    private let least: Count
    private let greatest: Count
    /// Whether all records match, also those without a count.
    let isEverything: Bool

    /// - Parameters:
    ///   - least: Nil for no limit; so is `greatest`. Either one excludes records without a count.
    init(least: Int64? = nil, greatest: Int64? = nil) {
        self.least = Count(least ?? (greatest == nil ? nil : 0))
        self.greatest = greatest.map { Count($0) } ?? .greatest
        isEverything = least == nil && greatest == nil
    }

    @inline(__always)
    func contains(_ count: Count) -> Bool { count >= least && count <= greatest }
}
