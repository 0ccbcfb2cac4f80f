import Birds

/// Repairs a file that another program has edited since it was published, or that an earlier version wrote. The rest of
/// an import relies on the result:
///
/// - The tables of records have the columns and rules of `Schema`; if not, the file is refused.
/// - Ids of species and locations ascend with their keys.
/// - Indexes, derived tables and counts agree with the records. They are made again, since an edit may have changed the
///   records without them, or them without the records.
///
/// The records themselves stay as they are, whatever values the edit has left in them.
enum Mending {
    /// Repairs a file. It reads and sorts the whole file, so it takes as long as a large import.
    /// - Parameters:
    ///   - path: The path of the database, for errors.
    ///   - now: The time of the change, in seconds since 1970.
    /// - Throws: `StoreError.unusable` if a table lacks a column or rule of `Schema`, so that SQLite would not enforce
    ///   it.
    static func run(_ database: Database, path: String, now: Int64) throws(StoreError) {
        let encoding = try database.text("PRAGMA encoding") ?? ""
        guard encoding == "UTF-8" else {
            throw .unusable(path: path, reason: "its text is in \(encoding), not in UTF-8; import into a new file")
        }
        let right = try Schema.model()
        let isThere = try database.prepare(
            "SELECT 1 FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE AND type IN ('table', 'view')")
        for table in Schema.recordTables {
            isThere.bind(1, table)
            var isMissing = true
            while try isThere.step() { isMissing = false }
            // It is created below, in a file of an earlier version.
            if isMissing, Schema.laterTables.contains(table) { continue }
            guard let wanted = try TableShape(of: table, in: right) else { continue }
            guard let found = try TableShape(of: table, in: database) else {
                throw .unusable(path: path, reason: "it has no table \(table); import into a new file")
            }
            if let difference = found.difference(from: wanted) {
                throw .unusable(path: path, reason: "its table \(table) \(difference); import into a new file")
            }
        }
        let hasTimes = try keepTimes(of: database, right)
        try dropWhatFollows(from: database, right)
        try database.execute(Schema.tables)
        try Secret.make(in: database)
        // The indexes of UNIQUE columns can't be dropped, so they are made again.
        try database.execute("REINDEX dataset; REINDEX species; REINDEX location; REINDEX location_name")
        try Schema.makeIndexes(in: database)
        try Catalogue(database).putInOrder()
        // New ids drop indexes.
        try Schema.makeIndexes(in: database)
        try DerivedTables.rebuild(in: database)
        try Holdings.update(in: database, of: nil, now: now)
        try Holdings.updateSpecies(in: database, now: now)
        if hasTimes { try restoreTimes(in: database, now: now) }
        try RecordCounts.mend(in: database)
    }

    /// Keeps when holdings have changed, since what is the same as before has not changed now.
    /// - Returns: Whether the file tells.
    private static func keepTimes(of database: Database, _ right: Database) throws(StoreError) -> Bool {
        let table = HoldingColumn.table
        guard let wanted = try TableShape(of: table, in: right), let found = try TableShape(of: table, in: database),
            found.difference(from: wanted) == nil
        else { return false }
        try database.execute("CREATE TEMP TABLE old_holding AS SELECT \(HoldingColumn.selected) FROM main.\(table)")
        return true
    }

    private static func restoreTimes(in database: Database, now: Int64) throws(StoreError) {
        try database.execute(
            """
            UPDATE holding SET changed_at = o.changed_at FROM old_holding o
            WHERE o.dataset_id = holding.dataset_id AND o.description = holding.description
                AND o.region IS holding.region AND o.content_high = holding.content_high
                AND o.content_low = holding.content_low
                AND (o.mark = holding.mark OR o.description <> 0) AND o.changed_at BETWEEN 0 AND \(now);
            DROP TABLE old_holding;
            """)
    }

    /// Drops derived tables and indexes, and views that have the name of a derived table.
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
