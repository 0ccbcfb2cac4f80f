/// The data sets, with the numbers of records and checklists that a view shows.
extension ObservationStore {
    /// The members of a data set, in order.
    public static let datasetNames = [
        "name", "format", "source", "licence", "citation", "imported_at", "checklists", "records",
    ]

    /// The data sets, by name, with the members `datasetNames`. If the view shows only a part of one, only that
    /// part is counted; if it shows no checklist of one, that data set is left out.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func datasets(format: RowFormat, view: View) throws(StoreError) -> RowCursor {
        let columns = ObservationStore.datasetNames.joined(separator: ", ")
        let statement = try database.prepare(
            "SELECT id, \(columns) FROM dataset INDEXED BY sqlite_autoindex_dataset_1 ORDER BY name")
        var edit: TableRows.Edit?
        if let counts = try visibleCounts(view) {
            // The positions of `checklists` and `records` in `datasetNames`.
            edit = { (cells, id) throws(StoreError) in
                guard let checklists = counts.checklists[id] else { return false }
                cells[6] = .integer(checklists)
                cells[7] = .integer(counts.records[id] ?? 0)
                return true
            }
        }
        let table = TableRows(statement, names: ObservationStore.datasetNames, format: format, edit: edit)
        return RowCursor(.other(table), memory: memory)
    }

    /// The size of the part of each data set that a view shows; nil if it shows everything, which the table
    /// `dataset` counts. The first call for a view reads all its records.
    private func visibleCounts(_ view: View) throws(StoreError) -> VisibleCounts? {
        let selection = try resolver.select(view)
        guard let locations = selection.locations else { return nil }
        if let counts = countsByView[view] { return counts }
        var counts = VisibleCounts()
        let checklists = try database.prepare("SELECT dataset_id, location_id FROM checklist")
        while try checklists.step() {
            guard try locations.contains(checklists.int64(1)) else { continue }
            counts.checklists[checklists.int64(0), default: 0] += 1
        }
        let scan = try planner.scan(selection, isWide: true)
        var row = ObservationRow()
        while try scan.next(&row) { counts.records[row.dataset, default: 0] += 1 }
        if countsByView.count >= ObservationStore.keptVisibleCounts { countsByView.removeAll() }
        countsByView[view] = counts
        return counts
    }
}

/// How many checklists and records of each data set a view shows, by the id of the data set.
struct VisibleCounts {
    var checklists: [Int64: Int64] = [:]
    var records: [Int64: Int64] = [:]
}
