/// The checklists that a query matches, in the order `(date, location, dataset, id)`.
///
/// If the query does not depend on records, they are read from an index of checklists. Otherwise the matching
/// records are read in the default order, and the distinct checklists of each date and location are collected and
/// sorted. So memory holds one date and location, and does not grow with the answer.
final class ChecklistScan {
    private let filter: RowFilter
    /// Reads checklists; nil if records are read instead, and after the end.
    private var statement: Statement?
    private var observations: ObservationScan?
    /// Finds the checklist of a record.
    private let checklistOf: Statement
    /// The checklists of one date and location in reverse, so that the next is the last.
    private var group: [ChecklistEntry] = []
    /// The first record of the next date and location, already read.
    private var pending: ObservationRow?

    /// - Parameters:
    ///   - filter: The conditions on date, location, data set and exactness.
    ///   - location: The only matching location, if there is just one: its index is read.
    ///   - start: The scan begins at the first checklist of its date and location.
    ///   - areComplete: Whether to read only complete checklists. It has no effect together with `observations`.
    ///   - observations: The records whose checklists are wanted, in the default order; nil for all checklists.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
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
    func next(_ entry: inout ChecklistEntry) throws(StoreError) -> Bool {
        if observations != nil { return try nextOfRecords(&entry) }
        while let statement, try statement.step() {
            entry = ChecklistEntry(
                date: statement.int64(0), location: statement.int64(1), dataset: statement.int64(2),
                id: statement.int64(3))
            if try filter.matches(entry) { return true }
        }
        end()
        return false
    }

    private func nextOfRecords(_ entry: inout ChecklistEntry) throws(StoreError) -> Bool {
        while true {
            if group.isEmpty { try gather() }
            guard let next = group.popLast() else { return false }
            entry = next
            if try filter.matches(exactnessOf: entry) { return true }
        }
    }

    /// Collects the checklists of the next date and location. Records without a checklist are skipped, and so is an
    /// entry of the index without its record, in a damaged file.
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
            // 0 stands for none.
            guard id != 0, seen.insert(id).inserted else { continue }
            group.append(ChecklistEntry(date: row.date, location: row.location, dataset: row.dataset, id: id))
        }
        group.sort { ($0.dataset, $0.id) > ($1.dataset, $1.id) }
    }

    /// Releases the statements. No rows follow.
    func end() {
        statement = nil
        observations?.end()
        group = []
        pending = nil
    }
}
