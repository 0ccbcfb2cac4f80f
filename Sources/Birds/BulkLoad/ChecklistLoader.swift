/// Writes new checklists.
final class ChecklistLoader: ChecklistSink {
    private let names: BulkLoad.Names
    private let table: TreeWriter
    private let entries: IndexEntries
    private var row = RowPayload()
    /// The rank of the place of the checklists that come next.
    var place = 0
    /// By ranks of data sets.
    private(set) var counts: [Int]

    init(_ names: BulkLoad.Names, _ table: TreeWriter, _ entries: IndexEntries) {
        (self.names, self.table, self.entries) = (names, table, entries)
        counts = Array(repeating: 0, count: names.datasets.ids.count)
    }

    func add(_ checklists: ArraySlice<Checklist>) throws(StoreError) {
        for checklist in checklists {
            try write(checklist)
            try entries.addChecklist(
                id: checklist.id, date: checklist.date, place: place, dataset: checklist.dataset, code: checklist.code)
            counts[checklist.dataset] += 1
        }
    }

    private func write(_ checklist: Checklist) throws(StoreError) {
        let (details, bytes) = (checklist.details, checklist.bytes)
        row.begin()
        row.addNull()
        row.add(names.datasets.ids[checklist.dataset])
        row.add(text: checklist.code)
        row.add(checklist.location)
        row.add(checklist.date)
        row.add(time: details.integer(.time, in: bytes))
        row.add(details.integer(.minutes, in: bytes))
        row.add(details.double(.distance, in: bytes))
        row.add(details.double(.area, in: bytes))
        row.add(details.integer(.observers, in: bytes))
        row.add(details.integer(.complete, in: bytes))
        row.add(text: details.text(.protocol, in: bytes))
        row.add(text: details.text(.checklistComments, in: bytes))
        row.add(checklist.speciesCount)
        row.add(details.integer(.halfDays, in: bytes))
        row.add(details.double(.effortHours, in: bytes))
        row.add(details.double(.snowDepth, in: bytes))
        try table.add(&row, id: checklist.id)
    }
}

extension RowPayload {
    /// Minutes after midnight.
    mutating func add(time: Int64?) {
        if let time { add(text: Array(timeOfDay(time).utf8)[...]) } else { addNull() }
    }
}
