/// The species, in a list or one with its numbers, which come from the table `summary`.
extension ObservationStore {
    /// The members of a species in a list, in order.
    public static let speciesNames = ["species_id", "scientific_name", "common_name", "category"]
    /// The additional members of a single species, in order.
    public static let speciesNumbers = ["records", "total", "first", "last", "months"]
    /// Selects the id, the members of a list as a scope shows them, and whether a species table has the species.
    private static func selectSpecies(_ scope: Scope) -> String {
        let names = SpeciesColumn.shown(allNames: scope.isEverything).joined(separator: ", ")
        return "SELECT id, \(names), listed FROM species"
    }

    /// All species that the view shows, by code, with the members `speciesNames`.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func species(format: RowFormat, view: View) throws(StoreError) -> RowCursor {
        let scope = try resolver.scope(view)
        // Ids ascend with codes (`Schema`).
        let statement = try database.prepare(ObservationStore.selectSpecies(scope) + " ORDER BY id")
        // It keeps the store alive, as the cursor needs.
        let table = TableRows(statement, names: ObservationStore.speciesNames, format: format) {
            [self] (_, _) throws(StoreError) in try shows(statement, scope)
        }
        return RowCursor(.other(table), memory: memory)
    }

    /// One species by its exact code, as a JSON object with the members `speciesNames` and `speciesNumbers`:
    /// `months` lists the number of records in each of the twelve months. Nil if the view shows no such species.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func species(_ name: String, view: View) throws(StoreError) -> [UInt8]? {
        let scope = try resolver.scope(view)
        let statement = try database.prepare(ObservationStore.selectSpecies(scope) + " WHERE code = ?1")
        statement.bind(1, name)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        guard try shows(statement, scope) else { return nil }
        var cells = (1...4).map { statement.cell($0) }
        let id = statement.int64(0)
        let visible = try visibleRegions(scope.regions)
        let numbers = try database.prepare(
            """
            SELECT second_key, region_id, records, total, first, last FROM summary
            WHERE kind = ?1 AND first_key = ?2 AND \(scope.ofDatasets)
            """)
        numbers.bind(1, SummaryKind.speciesMonth.rawValue)
        numbers.bind(2, id)
        var group = SummaryNumbers()
        var months = [Int128](repeating: 0, count: 12)
        while try numbers.step() {
            if let visible, !visible.contains(numbers.int64(1)) { continue }
            group.add(
                SummaryNumbers(
                    records: numbers.int64(2), total: numbers.optionalInt64(3), first: numbers.int64(4),
                    last: numbers.int64(5)))
            let month = numbers.int64(0)
            if (1...12).contains(month) { months[Int(month) - 1] += Int128(numbers.int64(2)) }
        }
        let hasRecords = group.records > 0
        cells += [
            .integer(group.records), RowCell(group.total), .date(hasRecords ? group.first : nil),
            .date(hasRecords ? group.last : nil),
            .json("[" + months.map { String(Int64(clamping: $0)) }.joined(separator: ",") + "]"),
        ]
        return object(ObservationStore.speciesNames + ObservationStore.speciesNumbers, cells)
    }

    /// Whether a scope shows the species of the current row.
    private func shows(_ row: Statement, _ scope: Scope) throws(StoreError) -> Bool {
        try resolver.shows(SpeciesNames.Match(id: row.int64(0), isListed: row.int64(5) != 0), scope)
    }
}
