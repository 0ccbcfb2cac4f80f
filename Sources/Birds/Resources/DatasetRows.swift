/// The data sets, with the numbers of records and checklists that a view shows.
extension ObservationStore {
    /// The members of a data set, in order.
    public static let datasetNames = [
        "name", "format", "source", "licence", "citation", "imported_at", "checklists", "records",
    ]

    /// The data sets, by name, with the members `datasetNames`. If the view shows only a part of the database, it also
    /// leaves out those of which it shows no checklist, and the numbers and the time of import are those of what it
    /// shows.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func datasets(format: RowFormat, view: View) throws(StoreError) -> RowCursor {
        let scope = try resolver.scope(view)
        let columns = ObservationStore.datasetNames.joined(separator: ", ")
        let statement = try database.prepare(
            "SELECT id, \(columns) FROM dataset INDEXED BY sqlite_autoindex_dataset_1 ORDER BY name")
        var edit: TableRows.Edit?
        if !scope.isEverything {
            let parts = try parts(of: scope)
            edit = { (cells, id) throws(StoreError) in
                guard let part = parts[id] else { return false }
                // The last import may have brought records of other regions only.
                if !scope.regions.isEverywhere { (cells[1], cells[2]) = (.nothing, .nothing) }
                cells[5] = RowCell(part.changedAt)
                cells[6] = .integer(part.checklists)
                cells[7] = .integer(part.records)
                return true
            }
        }
        let table = TableRows(statement, names: ObservationStore.datasetNames, format: format, edit: edit)
        return RowCursor(.other(table), memory: memory)
    }

    /// The names of all data sets and the codes of all regions, whoever may see them: for those who run the server.
    public func allNames() throws(StoreError) -> (datasets: [String], regions: [String]) {
        func texts(_ sql: String) throws(StoreError) -> [String] {
            let statement = try database.prepare(sql)
            var texts: [String] = []
            while try statement.step() { if let text = statement.text(0) { texts.append(text) } }
            return texts
        }
        return (try texts("SELECT name FROM dataset"), try texts("SELECT code FROM region"))
    }

    /// How much a view shows of a data set, and when that changed: UTC, ISO 8601.
    private typealias Part = (checklists: Int64, records: Int64, changedAt: String)

    /// What a scope shows of each data set, by the id of the data set.
    private func parts(of scope: Scope) throws(StoreError) -> [Int64: Part] {
        let select = try database.prepare(
            """
            SELECT dataset_id, region, checklists, records, strftime('%Y-%m-%dT%H:%M:%SZ', changed_at, 'unixepoch')
            FROM holding
            WHERE description = 0 AND \(scope.ofDatasets)
            """)
        var parts: [Int64: Part] = [:]
        while try select.step() {
            guard scope.regions.contains(select.text(1)) else { continue }
            let old = parts[select.int64(0)] ?? (0, 0, "")
            parts[select.int64(0)] = (
                old.checklists.addingSaturated(select.int64(2)), old.records.addingSaturated(select.int64(3)),
                max(old.changedAt, select.text(4) ?? "")
            )
        }
        return parts
    }
}
