import Birds

/// Makes the general edition of a database: a database of its own with the same layout, in which what a list of
/// sensitive species and places protects is less exact or missing (`SensitiveMarks`).
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

    /// Fills the general edition.
    /// - Parameters:
    ///   - old: What the general edition before it had.
    ///   - now: The time of the change, in seconds since 1970.
    func fill(like old: OldGeneralEdition?, now: Int64) throws(StoreError) {
        try Schema.dropIndexes(of: [.observation, .checklist], in: general)
        try copyGeneration()
        try number("dataset", by: "name")
        try GeneralVisits(exact: exact).choose()
        try insertSpecies()
        try insertDatasets()
        try GeneralPlaces(exact: exact, general: general, contacts: contacts).insert()
        try GeneralChecklists(exact: exact, general: general).insert()
        try GeneralRecords(exact: exact, general: general).insert()
        try exact.execute("DROP TABLE dataset_number; DROP TABLE species_number; DROP TABLE moved; DROP TABLE visit")
        try Schema.makeIndexes(in: general)
        try DerivedTables.rebuild(in: general)
        try GeneralPlaces.insertExactness(in: general)
        try RecordCounts.mend(in: general)
        try old?.insertHoldings(in: general)
        try Holdings.update(in: general, of: nil, now: now)
        try Holdings.updateSpecies(in: general, now: now)
        // The time of the last import may be that of records which are not shown.
        try general.execute(
            """
            UPDATE dataset SET imported_at = coalesce(
                (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', max(changed_at), 'unixepoch') FROM holding
                WHERE dataset_id = dataset.id), '')
            """)
        guard try RecordCounts.agree(in: general) else {
            throw .unusable(path: general.path, reason: "its counts and its records do not agree; import into a new file")
        }
    }

    /// Gives the general edition the generation of the exact one, by which a server knows that they belong together.
    private func copyGeneration() throws(StoreError) {
        let rows = try exact.prepare("SELECT id, published_at FROM generation")
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
    private func number(_ table: String, by column: String, if condition: String = "true") throws(StoreError) {
        try exact.execute(
            """
            CREATE TEMP TABLE \(table)_number (id INTEGER PRIMARY KEY, new_id INTEGER NOT NULL);
            INSERT INTO \(table)_number
                SELECT id, row_number() OVER (ORDER BY \(column)) FROM main.\(table) WHERE \(condition)
            """)
    }

    /// The species of tables, and those of other records that are shown.
    private func insertSpecies() throws(StoreError) {
        try number(
            "species", by: "code",
            if: """
                listed <> 0 OR EXISTS (
                    SELECT 1 FROM main.observation o INDEXED BY observation_by_species
                    WHERE o.species_id = species.id AND NOT EXISTS (
                        SELECT 1 FROM withheld_record w WHERE w.id = o.id AND has_year = 0))
                """)
        // Names that no table gives may come from a record that is withheld. Whether there is one must not show.
        try copy(
            "species", SpeciesColumn.self,
            "SELECT new_id, code, "
                + ["scientific_name", "common_name", "category", "taxon_order"].map {
                    withholdsSome ? "CASE WHEN listed <> 0 THEN \($0) END" : $0
                }.joined(separator: ", ")
                + ", listed FROM species_number n JOIN main.species s ON s.id = n.id ORDER BY new_id")
        try copy("retired_code", RetiredCodeColumn.self, "SELECT code, new_code FROM main.retired_code ORDER BY code")
    }

    /// The data sets of which something is shown.
    private func insertDatasets() throws(StoreError) {
        try copy(
            "dataset", DatasetColumn.self,
            """
            SELECT new_id, name, 'generalised', NULL, licence, citation, '', 0, 0, 0, 0
            FROM dataset_number n JOIN main.dataset d ON d.id = n.id
            WHERE d.id IN (SELECT dataset_id FROM visit JOIN main.checklist USING (id))
                OR d.id IN (SELECT dataset_id FROM withheld_record w JOIN main.observation o ON o.id = w.id WHERE has_year = 1)
            ORDER BY new_id
            """)
    }

    /// Inserts the rows of a query of the exact edition, which has all columns of a table.
    private func copy<Column: TableColumn>(
        _ table: String, _ columns: Column.Type, _ sql: String
    ) throws(StoreError) {
        try GeneralEdition.copy(sql, from: exact, to: general, columns)
    }

    static func copy<Column: TableColumn>(
        _ sql: String, from exact: Database, to general: Database, _ columns: Column.Type
    ) throws(StoreError) {
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
