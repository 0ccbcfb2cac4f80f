import Birds

/// Brings a file with an older layout up to date. It works on the copy that a change makes (`Generation`), so the old
/// file stays as it is if the change fails.
enum Migration {
    /// Whether a file has an older layout that this version can bring up to date.
    static func isNeeded(_ database: Database) throws(StoreError) -> Bool {
        let application = try database.integer("PRAGMA application_id")
        let found = try database.integer("PRAGMA user_version")
        return application == Int64(Schema.applicationID) && (1..<Int64(Schema.version)).contains(found ?? 0)
    }

    /// Adds the missing columns and sets the version. `Mending` runs afterwards, and makes the missing tables.
    static func run(_ database: Database) throws(StoreError) {
        try addMissing(DatasetColumn.self, to: database)
        try addMissing(ChecklistColumn.self, to: database)
        try addMissing(ObservationDetailColumn.self, to: database)
        try addMissing(SpeciesColumn.self, to: database)
        if try database.integer("SELECT 1 FROM pragma_table_info('location') WHERE name = 'name'") == 1 {
            try moveNames(in: database)
            try listSpecies(in: database)
        }
        if (try database.integer("PRAGMA user_version") ?? 0) < 7 { try markOwnNames(in: database) }
        try database.execute("PRAGMA user_version = \(Schema.version)")
    }

    /// Marks the records of species whose names no table gives, in data sets whose format gives some: layouts before 7
    /// did not tell which of these records did.
    private static func markOwnNames(in database: Database) throws(StoreError) {
        try database.execute(
            """
            \(ObservationDetailColumn.creation)
            INSERT INTO observation_detail (id, has_own_names)
                SELECT id, 1 FROM observation
                WHERE dataset_id IN (
                        SELECT id FROM dataset WHERE format IN ('\(Format.eBird.name)', '\(Format.eBirdSampling.name)'))
                    AND species_id IN (
                        SELECT id FROM species
                        WHERE listed = 0 AND (scientific_name IS NOT NULL OR common_name IS NOT NULL))
                ON CONFLICT (id) DO UPDATE SET has_own_names = 1
            """)
    }

    /// Gives the name of each location to all data sets that have it: layouts before 5 did not tell which one it was
    /// of.
    private static func moveNames(in database: Database) throws(StoreError) {
        try database.execute(
            """
            \(LocationNameColumn.creation)
            INSERT INTO location_name SELECT DISTINCT l.id, c.dataset_id, l.name
                FROM checklist c JOIN location l ON l.id = c.location_id WHERE l.name IS NOT NULL;
            ALTER TABLE location DROP COLUMN name;
            """)
    }

    /// Tells the species of tables from those that only records name: layouts before 5 did not. What records name has a
    /// category, no order, and records.
    private static func listSpecies(in database: Database) throws(StoreError) {
        try database.execute(
            """
            UPDATE species SET listed = 1
            WHERE (scientific_name IS NOT NULL OR common_name IS NOT NULL)
                AND (taxon_order IS NOT NULL OR category IS NULL
                    OR id NOT IN (SELECT species_id FROM observation))
            """)
    }

    /// Adds the missing columns of a table. A file of layout 1 may not have the table at all.
    private static func addMissing<Column: TableColumn>(
        _ columns: Column.Type, to database: Database
    ) throws(StoreError) {
        let select = try database.prepare("SELECT name FROM pragma_table_info('\(Column.table)')")
        var names: Set<String> = []
        while try select.step() { names.insert(select.text(0) ?? "") }
        guard !names.isEmpty else { return }
        for column in Column.allCases where column.definition.canBeAdded && !names.contains(column.name) {
            try database.execute("ALTER TABLE \(Column.table) ADD COLUMN \(column.definition.sql)")
        }
    }
}
