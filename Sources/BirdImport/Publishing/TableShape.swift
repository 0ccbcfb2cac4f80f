import Birds
import CSQLite

/// What a table is like, as far as the store relies on it.
struct TableShape: Equatable {
    struct Column: Equatable {
        let type: String
        let collation: String
        let isRequired: Bool
        let isKey: Bool
    }

    let isStrict: Bool
    let columns: [String: Column]
    /// The columns that are unique, each by itself.
    let unique: Set<String>
    /// Whether a rule may say `ON CONFLICT`: with that, SQLite would drop rows where ours stop an import.
    let hasConflictRule: Bool

    /// Nil where there is no such table, or a view or a virtual table in its place.
    init?(of table: String, in database: Database) throws(StoreError) {
        let list = try database.prepare(
            """
            SELECT strict, (SELECT sql FROM sqlite_schema s WHERE s.type = 'table' AND s.name = l.name)
            FROM pragma_table_list l WHERE schema = 'main' AND name = ?1 COLLATE NOCASE AND type = 'table'
            """)
        list.bind(1, table)
        guard try list.step() else { return nil }
        isStrict = list.int64(0) == 1
        // No pragma tells; a comment may stand between the two words.
        hasConflictRule = list.text(1)?.lowercased().contains("conflict") ?? true
        list.reset()
        let names = try database.prepare("SELECT name FROM pragma_table_xinfo(?1)")
        names.bind(1, table)
        var columns: [String: Column] = [:]
        while try names.step() {
            let name = names.text(0) ?? ""
            columns[name] = try database.column(name, of: table)
        }
        self.columns = columns
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

    /// How it differs from what it should be, as the end of a sentence; nil where it does not. It may have more columns.
    func difference(from right: TableShape) -> String? {
        if right.isStrict, !isStrict { return "is not STRICT" }
        if hasConflictRule, !right.hasConflictRule { return "has a rule ON CONFLICT" }
        for (name, column) in right.columns.sorted(by: { $0.key < $1.key }) {
            guard let found = columns[name] else { return "has no column \(name)" }
            if found != column { return "has another kind of column \(name)" }
        }
        if let name = right.unique.subtracting(unique).sorted().first { return "is not UNIQUE in \(name)" }
        return nil
    }
}

extension Database {
    fileprivate func column(_ name: String, of table: String) throws(StoreError) -> TableShape.Column {
        var (type, collation): (UnsafePointer<CChar>?, UnsafePointer<CChar>?)
        var (isRequired, isKey, isAutomatic): (Int32, Int32, Int32) = (0, 0, 0)
        let code = sqlite3_table_column_metadata(
            handle, "main", table, name, &type, &collation, &isRequired, &isKey, &isAutomatic)
        guard code == SQLITE_OK else { throw error(code, sql: "") }
        return TableShape.Column(
            type: type.map { String(cString: $0) } ?? "", collation: collation.map { String(cString: $0) } ?? "",
            isRequired: isRequired != 0, isKey: isKey != 0)
    }
}
