/// The species, in a list or one with its numbers, which come from the table `summary`.
extension ObservationStore {
    /// The members of a species in a list, in order.
    public static let speciesNames = ["species_id", "scientific_name", "common_name", "category"]
    /// The additional members of a single species, in order.
    public static let speciesNumbers = ["records", "total", "first", "last", "months"]
    /// Selects the id and the members of a list.
    private static let speciesColumns = "SELECT id, code, scientific_name, common_name, category FROM species"

    /// All species that the view shows, by code, with the members `speciesNames`.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func species(format: RowFormat, view: View) throws(StoreError) -> RowCursor {
        // Ids ascend with codes (`Schema`).
        let statement = try database.prepare(ObservationStore.speciesColumns + " ORDER BY id")
        let table = TableRows(
            statement, names: ObservationStore.speciesNames, format: format, edit: try speciesEdit(view))
        return RowCursor(.other(table), memory: memory)
    }

    /// One species by its exact code, as a JSON object with the members `speciesNames` and `speciesNumbers`:
    /// `months` lists the number of records in each of the twelve months. Nil if the view shows no such species.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func species(_ name: String, view: View) throws(StoreError) -> [UInt8]? {
        let statement = try database.prepare(ObservationStore.speciesColumns + " WHERE code = ?1")
        statement.bind(1, name)
        guard try statement.step() else { return nil }
        var cells = (1...4).map { statement.cell($0) }
        let id = statement.int64(0)
        statement.reset()
        if let edit = try speciesEdit(view), try !edit(&cells, id) { return nil }
        let scope = try resolver.scope(view)
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

    /// Leaves out the species that the view does not show, and the names that only records give to others; nil if it
    /// shows everything. It keeps the store alive, as the cursor that runs it needs.
    private func speciesEdit(_ view: View) throws(StoreError) -> TableRows.Edit? {
        let scope = try resolver.scope(view)
        if scope.isEverything { return nil }
        let listed = try database.prepare("SELECT listed FROM species WHERE id = ?1")
        return { [self] (cells, id) throws(StoreError) in
            listed.bind(1, id)
            defer { listed.reset() }
            let isListed = try listed.step() && listed.int64(0) != 0
            // Everything after the code.
            if !isListed { for index in cells.indices.dropFirst() { cells[index] = .nothing } }
            return try resolver.shows(SpeciesNames.Match(id: id, isListed: isListed), scope)
        }
    }
}
