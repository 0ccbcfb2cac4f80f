import Birds

/// What a new general edition keeps of the one before it: its keys, and when its holdings changed. So ids, tokens and
/// entity tags of what is the same stay the same.
struct OldGeneralEdition {
    private let secret: [UInt8]
    /// Rows of `holding`, each with the name of its data set; nil for the species tables.
    private let holdings: [(dataset: [UInt8]?, region: [UInt8]?, numbers: [Int64])]

    private static let columns: [HoldingColumn] = [
        .isDescription, .mark, .checklists, .records, .sequence, .contentHigh, .contentLow, .changedAt,
    ]

    /// - Parameter general: The old general edition.
    init(_ general: Database) throws(StoreError) {
        let rows = try general.prepare("SELECT key FROM secret")
        secret = try rows.step() ? rows.bytes(0) : []
        rows.reset()
        let select = try general.prepare(
            """
            SELECT d.name, region, \(Self.columns.map { "h.\($0.name)" }.joined(separator: ", "))
            FROM holding h LEFT JOIN dataset d ON d.id = dataset_id WHERE d.id IS NOT NULL OR dataset_id = \(HoldingColumn.speciesTables)
            """)
        var holdings: [(dataset: [UInt8]?, region: [UInt8]?, numbers: [Int64])] = []
        while try select.step() {
            let numbers = Self.columns.indices.map { select.int64(Int32($0 + 2)) }
            holdings.append((select.optionalBytes(0), select.optionalBytes(1), numbers))
        }
        self.holdings = holdings
    }

    /// Gives a database the old keys, if they are whole.
    func insertSecret(in database: Database) throws(StoreError) {
        try database.execute("UPDATE secret SET key = x'\(secret.hexadecimal)'")
        try Secret.make(in: database)
    }

    /// Inserts the old holdings, which `Holdings` then compares with the new ones.
    func insertHoldings(in database: Database) throws(StoreError) {
        let find = try database.prepare("SELECT id FROM dataset WHERE name = ?1")
        let insert = try RowWriter<HoldingColumn>(in: database)
        for (index, holding) in holdings.enumerated() {
            var dataset: Int64? = holding.dataset == nil ? HoldingColumn.speciesTables : nil
            if let name = holding.dataset {
                find.bind(1, utf8: name, name.indices)
                while try find.step() { dataset = find.int64(0) }
            }
            guard let dataset else { continue }
            for (column, number) in zip(Self.columns, holding.numbers) { insert.bind(column, number) }
            // Marks of what has no records are made from the id.
            insert.bind(.id, index + 1)
            insert.bind(.datasetID, dataset)
            insert.bind(.region, text: (holding.region ?? [])[...])
            if let mark = zip(Self.columns, holding.numbers).first(where: { $0.0 == .mark })?.1, mark < 0 {
                insert.bind(.mark, -Int64(index + 1))
            }
            try insert.run()
        }
    }
}
