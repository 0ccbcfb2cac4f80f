/// Brings a database of an older layout up to date, when it is changed.
enum Migration {
    /// Does nothing to a file of the present layout. What is derived is made afresh by whoever calls this.
    static func run(on database: Database) throws(StoreError) {
        guard try database.integer("PRAGMA user_version") == 1 else { return }
        try database.execute(
            """
            ALTER TABLE checklist ADD COLUMN area_ha REAL;
            ALTER TABLE checklist ADD COLUMN protocol TEXT;
            ALTER TABLE checklist ADD COLUMN comments TEXT;
            ALTER TABLE checklist ADD COLUMN species_count INTEGER NOT NULL DEFAULT 0;
            """)
        // Of tables and indexes, those that are there already stay.
        let statements = Schema.tables.split(separator: ";\n").map(String.init)
        for sql in statements + Schema.indexes.map(\.sql) {
            try database.execute(
                sql.replacing("CREATE TABLE ", with: "CREATE TABLE IF NOT EXISTS ")
                    .replacing("CREATE VIRTUAL TABLE ", with: "CREATE VIRTUAL TABLE IF NOT EXISTS ")
                    .replacing("CREATE UNIQUE INDEX ", with: "CREATE UNIQUE INDEX IF NOT EXISTS ")
                    .replacing("CREATE INDEX ", with: "CREATE INDEX IF NOT EXISTS "))
        }
        try database.execute("PRAGMA user_version = \(Schema.version)")
    }
}
