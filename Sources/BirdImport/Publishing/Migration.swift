import Birds

/// Brings a file of an older layout to the present one, within the copy that a change makes of it.
enum Migration {
    /// Whether a file is of a layout that can be brought up to date.
    static func isNeeded(_ database: Database) throws(StoreError) -> Bool {
        let application = try database.integer("PRAGMA application_id")
        let found = try database.integer("PRAGMA user_version")
        return application == Int64(Schema.applicationID) && (1..<Int64(Schema.version)).contains(found ?? 0)
    }

    /// Adds the columns of checklists that it lacks. The rest is made by `Mending`, which comes after it.
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
