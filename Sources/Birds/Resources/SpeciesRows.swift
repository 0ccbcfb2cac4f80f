/// The species, in a list or one with its numbers, which come from the table `summary`.
extension EditionStore {
    /// The members of a species in a list, in order.
    static let speciesNames = ["species_id", "scientific_name", "common_name", "category"]
    /// The additional members of a single species, in order.
    static let speciesNumbers = ["records", "total", "first", "last", "months"]
    /// Selects the id, the members of a list as a scope shows them, and whether a species table has the species.
    private static func selectSpecies(_ scope: Scope) -> String {
        let names = SpeciesColumn.shown(allNames: scope.showsAllNames).joined(separator: ", ")
        return "SELECT id, \(names), listed FROM species"
    }

    /// All species that the scope shows, by code, with the members `speciesNames`.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func species(_ scope: Scope, format: RowFormat) throws(StoreError) -> RowCursor {
        let next = try speciesCells(scope)
        return RowCursor(.other(TableRows(names: Self.speciesNames, format: format, row: next)), memory: memory)
    }

    /// A function that returns the cells of one species after the other, by code; nil at the end.
    func speciesCells(_ scope: Scope) throws(StoreError) -> () throws(StoreError) -> [RowCell]? {
        // Ids ascend with codes (`Schema`).
        let statement = try database.prepare(Self.selectSpecies(scope) + " ORDER BY id")
        // It keeps the store alive, as the cursor needs.
        return { [self] () throws(StoreError) in
            while try statement.step() {
                if try shows(statement, scope) {
                    return Self.speciesNames.indices.map { statement.cell(Int32($0) + 1) }
                }
            }
            return nil
        }
    }

    /// One species by its exact code, as a JSON object with the members `speciesNames` and `speciesNumbers`:
    /// `months` lists the number of records in each of the twelve months. Nil if the scope shows no such species.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func species(_ code: String, _ scope: Scope) throws(StoreError) -> [UInt8]? { try oneSpecies(code, scope)?.object }

    /// The same, before it is written.
    func oneSpecies(_ code: String, _ scope: Scope) throws(StoreError) -> OneSpecies? {
        let statement = try database.prepare(Self.selectSpecies(scope) + " WHERE code = ?1")
        statement.bind(1, code)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        guard try shows(statement, scope) else { return nil }
        var species = OneSpecies(names: (1...4).map { statement.cell($0) })
        let visible = try visibleRegions(scope.regions)
        let numbers = try database.prepare(
            """
            SELECT second_key, region_id, records, total, first, last FROM summary
            WHERE kind = ?1 AND first_key = ?2 AND \(scope.ofDatasets)
            """)
        numbers.bind(1, SummaryKind.speciesMonth.rawValue)
        numbers.bind(2, statement.int64(0))
        while try numbers.step() {
            if let visible, !visible.contains(numbers.int64(1)) { continue }
            species.numbers.add(
                SummaryNumbers(
                    records: numbers.int64(2), total: numbers.optionalInt64(3), first: numbers.int64(4),
                    last: numbers.int64(5)))
            let month = numbers.int64(0)
            if (1...12).contains(month) { species.months[Int(month) - 1] += Int128(numbers.int64(2)) }
        }
        return species
    }

    /// Whether a scope shows the species of the current row.
    private func shows(_ row: Statement, _ scope: Scope) throws(StoreError) -> Bool {
        try resolver.shows(SpeciesNames.Match(id: row.int64(0), isListed: row.int64(5) != 0), scope)
    }
}

/// A species with the numbers of its records.
struct OneSpecies {
    /// The values of `speciesNames`.
    let names: [RowCell]
    var numbers = SummaryNumbers()
    /// The number of records in each of the twelve months.
    var months = [Int128](repeating: 0, count: 12)

    /// Adds the records of another part of the view.
    mutating func add(_ other: OneSpecies) {
        numbers.add(other.numbers)
        for month in months.indices { months[month] += other.months[month] }
    }

    /// The species as a JSON object.
    var object: [UInt8] {
        let hasRecords = numbers.records > 0
        let cells =
            names + [
                .integer(numbers.records), RowCell(numbers.total), .date(hasRecords ? numbers.first : nil),
                .date(hasRecords ? numbers.last : nil),
                .json("[" + months.map { String(Int64(clamping: $0)) }.joined(separator: ",") + "]"),
            ]
        return RowCell.object(EditionStore.speciesNames + EditionStore.speciesNumbers, cells)
    }
}
