import Birds

/// Makes the general edition of a database: a database of its own with the same layout, in which what a list of
/// sensitive species and places protects is less exact or missing (`SensitiveMarks`). It is filled as an import fills
/// the first data sets of a database.
///
/// Invariants:
/// - Nothing is inserted that the general edition does not show, not even to be removed again: freed parts of a page
///   keep their bytes.
/// - Its ids follow its own order, and what else it has follows from what it shows. So two databases that differ only
///   in what it does not show have equal general editions.
struct GeneralEdition {
    /// The exact edition, with the temporary tables of `SensitiveMarks`.
    let exact: Database
    /// An empty database with the layout and a secret.
    let general: Database
    /// Whom to ask for exact places, each once.
    let contacts: [String]
    /// Whether the list has an entry that withholds records.
    let withholdsSome: Bool
    /// Whether names of locations are left out, unless the data set is open.
    let leavesOutNames: Bool

    /// Fills the general edition.
    /// - Parameters:
    ///   - old: What the general edition before it had.
    ///   - now: The time of the change, in seconds since 1970.
    func fill(like old: OldGeneralEdition?, now: Int64) throws(StoreError) {
        try Schema.dropIndexes(of: [.observation, .checklist], in: general)
        try describe()
        let hasSpecial = try GeneralVisits(exact: exact).choose()
        try number("species", by: "code", if: Self.isShownSpecies)
        try number("dataset", by: "name", if: Self.isShownDataset)
        try insertSpecies()
        try insertDatasets()
        let places = try GeneralPlaces(from: exact, to: general, contacts: contacts, hasSpecial: hasSpecial)
        let sorter = Sorter(in: general.folder)
        var records = try GeneralRecords(
            exact, places, species: ranks("species"), datasets: ranks("dataset"), hasSpecial: hasSpecial,
            withholdsSome: withholdsSome, key: try Secret(general, path: general.path).contents, to: sorter)
        try records.addChecklists()
        try records.addRecords()
        try old?.insertHoldings(in: general)
        try insert(sorter, places, hasSources: records.hasSources, now: now)
        try exact.execute("DROP TABLE dataset_number; DROP TABLE species_number; DROP TABLE special_visit")
        // The time of the last import may be that of records which are not shown.
        try general.execute(
            """
            UPDATE dataset SET imported_at = coalesce(
                (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', max(changed_at), 'unixepoch') FROM holding
                WHERE dataset_id = dataset.id), '')
            """)
        guard try RecordCounts.agree(in: general) else {
            throw .unusable(
                path: general.path, reason: "its counts and its records do not agree; import into a new file")
        }
    }

    /// Inserts the sorted records and checklists, with all that follows from them, in the steps of `DataSetWriter`.
    private func insert(
        _ sorter: Sorter, _ places: GeneralPlaces, hasSources: Bool, now: Int64
    ) throws(StoreError) {
        func ids(_ table: String) throws(StoreError) -> [Int64] {
            (1...max(1, try general.integer("SELECT count(*) FROM \(table)") ?? 0)).map { $0 }
        }
        let (species, datasets) = (try ids("species"), try ids("dataset"))
        let locations = (0..<max(1, places.count)).map { Int64($0 + 1) }
        try Schema.makeIndexesInOrder(in: general, hasSources: hasSources)
        try DerivedTables.clear(in: general)
        let none = try general.integer("SELECT id FROM species WHERE code = 'nobird'")
        let summaries = try SummaryTable(general)
        let holdings = try Holdings(general, of: nil, most: Holdings.mostWhileInserting)
        var change = RecordChange()
        change.isKnown = false
        var inserter = try RecordInserter(
            general, locations: locations, species: species, datasets: datasets, none: none.map { Int($0) - 1 },
            touched: nil,
            summaries: RecordSummaries(
                general, locations: locations, species: species, datasets: datasets, to: summaries),
            holdings: holdings, visits: VisitedLocations(locations: locations, datasets: datasets),
            withoutChecklists: places.withoutChecklists)
        try inserter.insert(try sorter.sorted(), &change) { _ in }
        try inserter.finishSummaries()
        try summaries.finish()
        try Schema.makeIndexes(in: general)
        try DerivedTables.updateLocations(in: general, visits: inserter.visits)
        try places.insertNames(from: exact, to: general, onlyOpen: leavesOutNames)
        if holdings.isComplete {
            try holdings.finish(now: now)
        } else {
            try Holdings.update(in: general, of: nil, now: now)
        }
        try Holdings.updateSpecies(in: general, now: now)
        try RecordCounts.updateRecords(in: general)
        let update = try general.prepare("UPDATE dataset SET checklists = ?2 WHERE id = ?1")
        for (id, count) in zip(datasets, inserter.checklists.new) {
            update.bind(1, id)
            update.bind(2, count)
            try update.run()
        }
    }

    /// Gives the general edition the generation of the exact one, by which a server knows that they belong together.
    private func describe() throws(StoreError) {
        let rows = try exact.prepare("SELECT id, published_at FROM main.generation")
        let insert = try general.prepare("INSERT INTO generation VALUES (?1, ?2)")
        while try rows.step() {
            for column: Int32 in 0...1 { insert.bind(column + 1, rows.text(column) ?? "") }
            try insert.run()
        }
        let contact = try general.prepare("INSERT INTO general_edition VALUES (?1)")
        contact.bind(1, contacts.joined(separator: "\n"))
        try contact.run()
    }

    /// Makes a temporary table with a new id for each row of a table: `TABLE_number (id, new_id)`.
    private func number(_ table: String, by column: String, if condition: String) throws(StoreError) {
        try exact.execute(
            """
            CREATE TEMP TABLE \(table)_number (id INTEGER PRIMARY KEY, new_id INTEGER NOT NULL);
            INSERT INTO \(table)_number
                SELECT id, row_number() OVER (ORDER BY \(column)) FROM main.\(table) t WHERE \(condition)
            """)
    }

    /// The rank of each new id, by the old one.
    private func ranks(_ table: String) throws(StoreError) -> [Int64: Int] {
        let rows = try exact.prepare("SELECT id, new_id FROM \(table)_number")
        var ranks: [Int64: Int] = [:]
        while try rows.step() { ranks[rows.int64(0)] = Int(rows.int64(1)) - 1 }
        return ranks
    }

    /// Species of tables, and those of other records that are shown.
    private static let isShownSpecies = """
        listed <> 0 OR EXISTS (
            SELECT 1 FROM main.observation o INDEXED BY observation_by_species
            WHERE o.species_id = t.id AND NOT EXISTS (SELECT 1 FROM withheld_record w WHERE w.id = o.id AND has_year = 0))
        """

    /// Data sets of which something is shown. What is special may be left out, so all others count.
    private static let isShownDataset = """
        id IN (
            SELECT dataset_id FROM main.checklist c NOT INDEXED
            WHERE NOT EXISTS (SELECT 1 FROM special_visit s WHERE s.id = c.id AND s.size IS NULL))
        OR id IN (
            SELECT dataset_id FROM withheld_record w CROSS JOIN main.observation o ON o.id = w.id WHERE has_year = 1)
        """

    private func insertSpecies() throws(StoreError) {
        // Names that no table gives may come from a record that is withheld. Whether there is one must not show.
        let names = ["scientific_name", "common_name", "category", "taxon_order"].map {
            withholdsSome ? "CASE WHEN listed <> 0 THEN \($0) END" : $0
        }
        try copy(
            SpeciesColumn.self,
            "SELECT new_id, code, \(names.joined(separator: ", ")), listed FROM species_number n JOIN main.species s ON s.id = n.id ORDER BY new_id"
        )
        try copy(RetiredCodeColumn.self, "SELECT code, new_code FROM main.retired_code ORDER BY code")
    }

    private func insertDatasets() throws(StoreError) {
        try copy(
            DatasetColumn.self,
            """
            SELECT new_id, name, 'generalised', NULL, licence, citation, '', 0, 0, 0, 0, 0
            FROM dataset_number n JOIN main.dataset d ON d.id = n.id ORDER BY new_id
            """)
    }

    /// Inserts the rows of a query of the exact edition, which has all columns of a table.
    private func copy<Column: TableColumn>(_ columns: Column.Type, _ sql: String) throws(StoreError) {
        let rows = try exact.prepare(sql)
        let insert = try RowWriter<Column>(in: general)
        while try rows.step() {
            for column in Column.allCases { insert.bind(column, rows, column.rawValue) }
            try insert.run()
        }
    }
}

extension RowWriter {
    /// Binds a column of a row of another table, whatever its type is.
    func bind(_ column: Column, _ row: Statement, _ position: Int32) {
        switch row.type(position) {
        case .integer: bind(column, row.int64(position))
        case .real: bind(column, row.double(position))
        case .text: bind(column, row.text(position))
        case .nothing: bind(column, nil as Int64?)
        }
    }
}
