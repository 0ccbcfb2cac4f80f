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

    /// Adds the missing columns of checklists and sets the version. A file of layout 1 has no seal, so `Mending` runs
    /// afterwards and makes the missing tables.
    static func run(_ database: Database) throws(StoreError) {
        let isThere = try database.prepare("SELECT 1 FROM pragma_table_info('checklist') WHERE name = ?1")
        for column in ChecklistColumn.allCases where column.definition.canBeAdded {
            isThere.bind(1, column.name)
            var isMissing = true
            while try isThere.step() { isMissing = false }
            if isMissing { try database.execute("ALTER TABLE checklist ADD COLUMN \(column.definition.sql)") }
        }
        try database.execute("PRAGMA user_version = \(Schema.version)")
    }
}
