import Birds

/// Puts a file in order that another program has changed since it was published, or that an earlier version wrote: afterwards ids
/// ascend with their keys (`Schema`), and all that follows from the records is what it should be.
///
/// The records themselves stay as they are, with whatever their columns hold.
enum Mending {
    /// - Throws: `.unusable` where a table is not what it should be, so that SQLite would not keep the rules of ours.
    static func run(_ database: Database, path: String) throws(StoreError) {
        let encoding = try database.text("PRAGMA encoding") ?? ""
        guard encoding == "UTF-8" else {
            throw .unusable(path: path, reason: "its text is in \(encoding), not in UTF-8; import into a new file")
        }
        let right = try Database(path: "", mode: .readWrite)
        try Schema.create(in: right)
        let isThere = try database.prepare(
            "SELECT 1 FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')")
        for table in Schema.recordTables {
            isThere.bind(1, table)
            var isMissing = true
            while try isThere.step() { isMissing = false }
            if isMissing, Schema.laterTables.contains(table) { continue }
            guard let wanted = try TableShape(of: table, in: right) else { continue }
            guard let found = try TableShape(of: table, in: database) else {
                throw .unusable(path: path, reason: "it has no table \(table); import into a new file")
            }
            if let difference = found.difference(from: wanted) {
                throw .unusable(path: path, reason: "its table \(table) \(difference); import into a new file")
            }
        }
        try dropWhatFollows(from: database, right)
        try database.execute(Schema.tables)
        try database.execute("REINDEX dataset; REINDEX species; REINDEX location")
        try Schema.makeIndexes(in: database)
        try Catalogue(database).putInOrder()
        try Schema.makeIndexes(in: database)
        try DerivedTables.rebuild(in: database)
        try RecordCounts.mend(in: database)
    }

    /// Drops the tables and indexes that are made from others, whatever has their names.
    private static func dropWhatFollows(from database: Database, _ right: Database) throws(StoreError) {
        let find = try database.prepare("SELECT type FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE")
        func drop(_ name: String, _ types: [String]) throws(StoreError) {
            find.bind(1, name)
            var found: [String] = []
            while try find.step() { found.append(find.text(0) ?? "") }
            for type in types where found.contains(type) { try database.execute("DROP \(type) \"\(name)\"") }
        }
        for table in Schema.derivedTables { try drop(table, ["table", "view"]) }
        let indexes = try right.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
        while try indexes.step() { try drop(indexes.text(0) ?? "", ["index"]) }
    }
}
