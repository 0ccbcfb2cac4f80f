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
        try addMissing(ChecklistColumn.self, to: database)
        try addMissing(ObservationDetailColumn.self, to: database)
        try database.execute("PRAGMA user_version = \(Schema.version)")
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
