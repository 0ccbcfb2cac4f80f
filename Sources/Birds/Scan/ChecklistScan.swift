/// The checklists that a query matches, in the order of date, place, data set and id.
///
/// Without a filter on records they are read from an index of checklists; with one, the records that match are, and the checklists
/// of each date and place are put in order: memory does not grow with the answer.
final class ChecklistScan {
    struct Entry {
        var date: Int64 = 0
        var location: Int64 = 0
        var dataset: Int64 = 0
        var id: Int64 = 0

        /// As pages tell checklists apart.
        var key: ObservationRow { ObservationRow(date: date, location: location, dataset: dataset) }
    }

    private let filter: RowFilter
    /// Of checklists; nil where records are read, and after the end.
    private var statement: Statement?
    private var observations: ObservationScan?
    private let checklistOf: Statement
    /// Of one date and place, the next one last.
    private var group: [Entry] = []
    /// The first record of the next group.
    private var pending: ObservationRow?

    /// - Parameters:
    ///   - location: The only place that is read, if there is but one.
    ///   - start: Those before its date and place are left out.
    ///   - areComplete: Whether only complete ones are read; without meaning where records are.
    ///   - observations: The records whose checklists are wanted; nil for all checklists.
    init(
        filter: RowFilter, location: Int64?, start: ObservationRow?, areComplete: Bool = false,
        observations: ObservationScan?,
        database: Database
    ) throws(StoreError) {
        self.filter = filter
        self.observations = observations
        checklistOf = try database.prepare("SELECT checklist_id FROM observation WHERE id = ?1")
        guard observations == nil else { return }
        let index = location == nil ? "checklist_by_date" : "checklist_by_location"
        let atLocation = location == nil ? "" : " AND location_id = ?3"
        let after = start == nil ? "" : " AND (date, location_id) >= (?4, ?5)"
        let complete = areComplete ? " AND complete = 1" : ""
        let statement = try database.prepare(
            """
            SELECT date, location_id, dataset_id, id FROM checklist INDEXED BY \(index)
            WHERE date BETWEEN ?1 AND ?2\(atLocation)\(after)\(complete) ORDER BY date, location_id, dataset_id, id
            """)
        statement.bind(1, filter.dates.first)
        statement.bind(2, filter.dates.last)
        if let location { statement.bind(3, location) }
        if let start {
            statement.bind(4, start.date)
            statement.bind(5, start.location)
        }
        self.statement = statement
    }

    /// Goes to the next checklist; false at the end.
    func next(_ entry: inout Entry) throws(StoreError) -> Bool {
        if observations != nil { return try nextOfRecords(&entry) }
        while let statement, try statement.step() {
            entry = Entry(
                date: statement.int64(0), location: statement.int64(1), dataset: statement.int64(2),
                id: statement.int64(3))
            guard filter.dates.matches(entry.date) else { continue }
            if let datasets = filter.datasets, !datasets.contains(entry.dataset) { continue }
            if let locations = filter.locations, try !locations.contains(entry.location) { continue }
            return true
        }
        end()
        return false
    }

    private func nextOfRecords(_ entry: inout Entry) throws(StoreError) -> Bool {
        if group.isEmpty { try gather() }
        guard let next = group.popLast() else { return false }
        entry = next
        return true
    }

    /// Finds the checklists of the records of the next date and place.
    private func gather() throws(StoreError) {
        guard let observations else { return }
        var row = ObservationRow()
        var first = pending
        pending = nil
        var seen: Set<Int64> = []
        while true {
            if let pending = first {
                row = pending
                first = nil
            } else {
                guard try observations.next(&row) else { break }
            }
            if let any = group.first, any.date != row.date || any.location != row.location {
                pending = row
                break
            }
            checklistOf.bind(1, row.id)
            guard try checklistOf.step() else { continue }
            let id = checklistOf.int64(0)
            checklistOf.reset()
            guard seen.insert(id).inserted else { continue }
            group.append(Entry(date: row.date, location: row.location, dataset: row.dataset, id: id))
        }
        group.sort { ($0.dataset, $0.id) > ($1.dataset, $1.id) }
    }

    /// Gives the statements back. There are no more rows.
    func end() {
        statement = nil
        observations?.end()
        group = []
        pending = nil
    }
}
