/// The data sets, with the numbers of records and checklists that a view shows.
extension EditionStore {
    /// The members of a data set, in order.
    static let datasetNames = storedNames + [Field.generalised.rawValue, "ask"]
    /// Those that are columns.
    private static let storedNames = [
        "name", "format", "source", "licence", "citation", "imported_at", "checklists", "records",
    ]

    /// The data sets, by name, with the members `datasetNames`. If the scope shows only a part of the edition, it also
    /// leaves out those of which it shows no checklist, and the numbers and the time of import are those of what it
    /// shows.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func datasets(_ scope: Scope, format: RowFormat) throws(StoreError) -> RowCursor {
        let next = try oneDataset(scope)
        let table = TableRows(names: Self.datasetNames, format: format) { () throws(StoreError) in try next()?.cells }
        return RowCursor(.other(table), memory: memory)
    }

    /// A function that returns one data set after the other, by name; nil at the end.
    func oneDataset(_ scope: Scope) throws(StoreError) -> () throws(StoreError) -> OneDataset? {
        let names = Self.storedNames
        let statement = try database.prepare(
            """
            SELECT id, \(names.joined(separator: ", ")) FROM dataset INDEXED BY sqlite_autoindex_dataset_1 ORDER BY name
            """)
        let parts = scope.isEverything ? nil : try parts(of: scope)
        return { [contacts] () throws(StoreError) in
            while try statement.step() {
                var dataset = OneDataset(all: names.indices.map { statement.cell(Int32($0) + 1) }, contacts: contacts)
                guard let parts else { return dataset }
                guard let part = parts[statement.int64(0)] else { continue }
                // The last import may have brought records of other regions only.
                if !scope.isOfAllRegions { dataset.hideOrigin() }
                dataset.part = part
                return dataset
            }
            return nil
        }
    }

    /// The names of all data sets and the codes of all regions.
    func allNames() throws(StoreError) -> (datasets: [String], regions: [String]) {
        func texts(_ sql: String) throws(StoreError) -> [String] {
            let statement = try database.prepare(sql)
            var texts: [String] = []
            while try statement.step() { if let text = statement.text(0) { texts.append(text) } }
            return texts
        }
        return (try texts("SELECT name FROM dataset"), try texts("SELECT code FROM region"))
    }

    /// What a scope shows of each data set, by the id of the data set.
    private func parts(of scope: Scope) throws(StoreError) -> [Int64: OneDataset.Part] {
        let select = try database.prepare(
            """
            SELECT dataset_id, region, checklists, records, strftime('%Y-%m-%dT%H:%M:%SZ', changed_at, 'unixepoch')
            FROM holding
            WHERE description = 0 AND \(scope.ofDatasets)
            """)
        var parts: [Int64: OneDataset.Part] = [:]
        while try select.step() {
            guard scope.regions.contains(select.text(1)) else { continue }
            parts[select.int64(0), default: OneDataset.Part()].add(
                OneDataset.Part(
                    checklists: select.int64(2), records: select.int64(3), changedAt: select.text(4) ?? ""))
        }
        return parts
    }
}

/// A data set, of which a view shows all or a part.
struct OneDataset {
    /// How much the view shows, and when that changed: UTC, ISO 8601.
    struct Part {
        var checklists: Int64 = 0
        var records: Int64 = 0
        var changedAt = ""

        mutating func add(_ other: Part) {
            checklists = checklists.addingSaturated(other.checklists)
            records = records.addingSaturated(other.records)
            changedAt = max(changedAt, other.changedAt)
        }
    }

    /// The values of the columns for all of it.
    private var all: [RowCell]
    /// Whom to ask for exact places, if some may be others; nil if all are exact.
    private var contacts: [String]?
    /// Nil for all of it.
    var part: Part?

    init(all: [RowCell], contacts: [String]?) { (self.all, self.contacts) = (all, contacts) }

    /// Leaves out from which file it was imported.
    mutating func hideOrigin() { (all[1], all[2]) = (.nothing, .nothing) }

    /// Adds what another part of the view shows.
    mutating func add(_ other: OneDataset) {
        if let more = other.part { part?.add(more) }
        contacts = contacts ?? other.contacts
    }

    var name: RowCell { all[0] }

    /// The values of `EditionStore.datasetNames`.
    var cells: [RowCell] {
        var cells = all
        if let part { cells[5...] = [RowCell(part.changedAt), .integer(part.checklists), .integer(part.records)] }
        let ask = contacts.flatMap { $0.isEmpty ? nil : $0.joined(separator: ", ") }
        return cells + [RowCell(contacts != nil), RowCell(ask)]
    }
}
