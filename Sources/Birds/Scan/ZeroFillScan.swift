/// One row for each of some species on every complete checklist. The order is `(date, location, dataset, checklist,
/// species)`.
///
/// A species that a checklist does not report has the number 0. What it reports of one species in several records, or
/// as subspecies, is added up: the number is not known if one of the records was not counted. A single record of the
/// species itself is shown as it is. All other rows are no records, and have the id of their checklist.
///
/// Checklists and records both come in the order of date and location, and are joined like two sorted lists. Memory
/// holds one date and location.
final class ZeroFillScan {
    private let checklists: ChecklistScan
    private let observations: ObservationScan
    private let species: [Int64]
    /// The subspecies that are counted into each species; nothing for most.
    private let subspecies: [Int64: [Int64]]
    /// Finds the checklist of a record.
    private let checklistOf: Statement
    /// The rows of one date and location in reverse, so that the next is the last.
    private var group: [ObservationRow] = []
    /// The next checklist, and the first record that does not come before it; nil at the end.
    private var nextChecklist: ChecklistEntry?
    private var nextRecord: ObservationRow?
    private var hasBegun = false

    /// - Parameters:
    ///   - checklists: Complete checklists only.
    ///   - observations: The records of the species and subspecies, at all locations and dates of the checklists.
    ///   - species: Ids, each once and in the order of the rows.
    ///   - subspecies: The subspecies that are counted into each species.
    init(
        checklists: ChecklistScan, observations: ObservationScan, species: [Int64], subspecies: [Int64: [Int64]],
        database: Database
    ) throws(StoreError) {
        self.checklists = checklists
        self.observations = observations
        (self.species, self.subspecies) = (species, subspecies)
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
        var entries: [ChecklistEntry] = []
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
                var own = found[id] ?? []
                for part in subspecies[id] ?? [] { own += found[part] ?? [] }
                if own.count == 1, let only = own.first, only.species == id {
                    group.append(only)
                } else {
                    group.append(
                        ObservationRow(
                            date: entry.date, location: entry.location, species: id, num: Self.sum(own),
                            dataset: entry.dataset, id: entry.id, isRecord: false))
                }
            }
        }
        group.reverse()
    }

    /// The number of birds of some records: 0 for none, uncounted if one of them is. (An edited file may have huge
    /// numbers.)
    private static func sum(_ records: [ObservationRow]) -> Count {
        var sum: Int64 = 0
        for record in records {
            guard let number = record.num.number else { return .uncounted }
            let (total, overflows) = sum.addingReportingOverflow(number)
            sum = overflows ? (number < 0 ? .min + 1 : .max) : total
        }
        return Count(sum)
    }

    private func checklist() throws(StoreError) -> ChecklistEntry? {
        var entry = ChecklistEntry()
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
