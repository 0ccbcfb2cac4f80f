/// Writes new checklists and their first index.
final class ChecklistLoader: ChecklistSink {
    private let names: BulkLoad.Names
    private let table: TreeWriter
    private let byDate: TreeWriter
    private let byPlace: Sorter
    private let byDataSet: Sorter
    private var row = RowPayload()
    /// The rank of the place of the checklists that come next.
    var place = 0
    /// By ranks of data sets.
    private(set) var counts: [Int]

    init(_ names: BulkLoad.Names, table: TreeWriter, byDate: TreeWriter, _ byPlace: Sorter, _ byDataSet: Sorter) {
        (self.names, self.table, self.byDate) = (names, table, byDate)
        (self.byPlace, self.byDataSet) = (byPlace, byDataSet)
        counts = Array(repeating: 0, count: names.datasets.ids.count)
    }

    func add(_ checklists: ArraySlice<Checklist>) throws(StoreError) {
        for checklist in checklists {
            try write(checklist)
            var key = RecordKey()
            (key.place, key.date, key.dataset) = (place, checklist.date, checklist.dataset)
            let packed = key.byPlace
            try byPlace.add(high: packed.high, low: packed.low, tag: UInt64(checklist.id))
            let item = SortItem(high: UInt64(checklist.dataset), low: 0, tag: UInt64(checklist.id))
            try byDataSet.add(item, checklist.code)
            counts[checklist.dataset] += 1
        }
        if checklists.count == 1 {
            for checklist in checklists { try index(checklist) }
        } else {
            let ordered = checklists.sorted { ($0.dataset, $0.id) < ($1.dataset, $1.id) }
            for checklist in ordered { try index(checklist) }
        }
    }

    func finish() throws(StoreError) {
        try table.finish()
        try byDate.finish()
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

    private func index(_ checklist: Checklist) throws(StoreError) {
        row.begin()
        row.add(checklist.date)
        row.add(checklist.location)
        row.add(names.datasets.ids[checklist.dataset])
        row.add(checklist.id)
        try byDate.add(&row)
    }
}

extension RowPayload {
    /// Minutes after midnight.
    mutating func add(time: Int64?) {
        if let time { add(text: Array(timeOfDay(time).utf8)[...]) } else { addNull() }
    }
}
