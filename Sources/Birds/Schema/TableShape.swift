import CSQLite

/// The properties of a table that an import and the server rely on.
package struct TableShape: Equatable {
    /// A column, as `sqlite3_table_column_metadata` describes it.
    struct Column: Equatable {
        let type: String
        let collation: String
        let isRequired: Bool
        let isKey: Bool
        /// Whether an expression of the schema makes its values.
        let isGenerated: Bool
    }

    let isStrict: Bool
    let columns: [String: Column]
    /// The columns that are unique on their own.
    let unique: Set<String>
    /// Whether a constraint may have an ON CONFLICT clause. With `REPLACE` or `IGNORE`, SQLite would silently drop a
    /// row instead of reporting an error (https://www.sqlite.org/lang_conflict.html).
    let hasConflictRule: Bool

    /// Reads the shape of a table. Returns nil if there is no such table, or a view or virtual table in its place.
    package init?(of table: String, in database: Database) throws(StoreError) {
        let list = try database.prepare(
            """
            SELECT strict, (SELECT sql FROM sqlite_schema s WHERE s.type = 'table' AND s.name = l.name)
            FROM pragma_table_list l WHERE schema = 'main' AND name = ?1 COLLATE NOCASE
                AND type IN ('table', 'shadow')
            """)
        list.bind(1, table)
        guard try list.step() else { return nil }
        isStrict = list.int64(0) == 1
        // No pragma tells, so the SQL is searched for one of the two words: a comment may separate them. A column or
        // comment with this word refuses the file too; ours have none.
        hasConflictRule = list.text(1)?.lowercased().contains("conflict") ?? true
        list.reset()
        // `table_xinfo` also lists generated columns, which `table_info` leaves out.
        let names = try database.prepare("SELECT name, hidden FROM pragma_table_xinfo(?1)")
        names.bind(1, table)
        var columns: [String: Column] = [:]
        while try names.step() {
            let name = names.text(0) ?? ""
            columns[name] = try database.column(name, of: table, isGenerated: names.int64(1) != 0)
        }
        self.columns = columns
        // Unique indexes on one column, over all rows, with the default collation: a partial index or NOCASE is another
        // rule.
        let indexes = try database.prepare(
            """
            SELECT c.name FROM pragma_index_list(?1) i, pragma_index_xinfo(i.name) c
            WHERE i."unique" = 1 AND i.partial = 0 AND c.key = 1 AND c.coll = 'BINARY'
                AND 1 = (SELECT count(*) FROM pragma_index_xinfo(i.name) WHERE key = 1)
            """)
        indexes.bind(1, table)
        var unique: Set<String> = []
        while try indexes.step() { if let name = indexes.text(0) { unique.insert(name) } }
        self.unique = unique
    }

    /// How this table differs from the right one, as the end of a sentence about it; nil if it does not. Additional
    /// columns do not count: an edit may have added some.
    package func difference(from right: TableShape) -> String? {
        if right.isStrict, !isStrict { return "is not STRICT" }
        if hasConflictRule, !right.hasConflictRule { return "has an ON CONFLICT clause" }
        for (name, column) in right.columns.sorted(by: { $0.key < $1.key }) {
            guard let found = columns[name] else { return "has no column \(name)" }
            if found != column { return "defines the column \(name) differently" }
        }
        if let name = right.unique.subtracting(unique).sorted().first { return "has no UNIQUE constraint on \(name)" }
        return nil
    }
}

extension Database {
    /// The properties of a column.
    fileprivate func column(
        _ name: String, of table: String, isGenerated: Bool
    ) throws(StoreError) -> TableShape.Column {
        var (type, collation): (UnsafePointer<CChar>?, UnsafePointer<CChar>?)
        var (isRequired, isKey, isAutomatic): (Int32, Int32, Int32) = (0, 0, 0)
        let code = sqlite3_table_column_metadata(
            handle, "main", table, name, &type, &collation, &isRequired, &isKey, &isAutomatic)
        guard code == SQLITE_OK else { throw error(code, sql: "") }
        return TableShape.Column(
            type: type.map { String(cString: $0) } ?? "", collation: collation.map { String(cString: $0) } ?? "",
            isRequired: isRequired != 0, isKey: isKey != 0, isGenerated: isGenerated)
    }
}
