/// Observations of some species on every complete checklist, and a row with the number 0 for each of these species
/// that a checklist does not report. The order is `(date, location, dataset, checklist, species)`.
///
/// Checklists and records both come in the order of date and location, and are joined like two sorted lists. Memory
/// holds one date and location. A row that is not a record has the id of its checklist.
final class ZeroFillScan {
    private let checklists: ChecklistScan
    private let observations: ObservationScan
    private let species: [Int64]
    /// Finds the checklist of a record.
    private let checklistOf: Statement
    /// The rows of one date and location in reverse, so that the next is the last.
    private var group: [ObservationRow] = []
    /// The next checklist, and the first record that does not come before it; nil at the end.
    private var nextChecklist: ChecklistScan.Entry?
    private var nextRecord: ObservationRow?
    private var hasBegun = false

    /// - Parameters:
    ///   - checklists: Complete checklists only.
    ///   - observations: The records of the species, at all locations and dates of the checklists.
    ///   - species: Ids, ascending.
    init(
        checklists: ChecklistScan, observations: ObservationScan, species: [Int64], database: Database
    ) throws(StoreError) {
        self.checklists = checklists
        self.observations = observations
        self.species = species
        checklistOf = try database.prepare("SELECT checklist_id FROM observation WHERE id = ?1")
    }

    /// Goes to the next row; false at the end.
    func next(_ row: inout ObservationRow) throws(StoreError) -> Bool {
        if !hasBegun {
            hasBegun = true
            nextChecklist = try checklist()
            nextRecord = try record()
        }
        if group.isEmpty { try gather() }
        guard let next = group.popLast() else { return false }
        row = next
        return true
    }

    /// Fills `group` with the rows of the next date and location.
    private func gather() throws(StoreError) {
        guard let first = nextChecklist else { return }
        var entries: [ChecklistScan.Entry] = []
        while let entry = nextChecklist, entry.date == first.date, entry.location == first.location {
            entries.append(entry)
            nextChecklist = try checklist()
        }
        // By checklist and species. Records of incomplete checklists are collected too, but not used.
        var records: [Int64: [Int64: [ObservationRow]]] = [:]
        while let record = nextRecord, (record.date, record.location) <= (first.date, first.location) {
            if record.date == first.date, record.location == first.location {
                checklistOf.bind(1, record.id)
                if try checklistOf.step() {
                    records[checklistOf.int64(0), default: [:]][record.species, default: []].append(record)
                    checklistOf.reset()
                }
            }
            nextRecord = try self.record()
        }
        for entry in entries {
            let found = records[entry.id] ?? [:]
            for id in species {
                group +=
                    found[id] ?? [
                        ObservationRow(
                            date: entry.date, location: entry.location, species: id, num: Count(0),
                            dataset: entry.dataset,
                            id: entry.id, isRecord: false)
                    ]
            }
        }
        group.reverse()
    }

    private func checklist() throws(StoreError) -> ChecklistScan.Entry? {
        var entry = ChecklistScan.Entry()
        return try checklists.next(&entry) ? entry : nil
    }

    private func record() throws(StoreError) -> ObservationRow? {
        var row = ObservationRow()
        return try observations.next(&row) ? row : nil
    }

    /// Releases the statements. No rows follow.
    func end() {
        checklists.end()
        observations.end()
        group = []
        (nextChecklist, nextRecord) = (nil, nil)
    }
}
