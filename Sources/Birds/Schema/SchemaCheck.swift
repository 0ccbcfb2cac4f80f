/// Makes sure that what has the name of a table or index of ours is that. The file may come from anywhere: in place of
/// a table it may have a view whose query never ends, or a virtual table that runs somebody's code.
///
/// An object is right if its SQL is that of `Schema`. If it has other SQL, which another program or a migration has
/// written, its properties must be those of `Schema` (`TableShape`, `IndexShape`).
///
/// What has other names is not looked at: further tables, columns and indexes change no answer, and views and triggers
/// do not run (`Database`). An index may be missing; then the queries that need it fail. So may be the seal.
extension Schema {
    /// An object of the schema, with the SQL that SQLite stores.
    private struct Object: Sendable {
        let type: String
        let name: String
        let sql: String
    }

    /// The objects of a new database, without the indexes that follow from a constraint.
    private static let objects = Result { () throws(StoreError) in
        let database = try model()
        let select = try database.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        var objects: [Object] = []
        while try select.step() {
            objects.append(
                Object(type: select.text(0) ?? "", name: select.text(1) ?? "", sql: select.text(2) ?? ""))
        }
        return objects
    }

    /// An empty database with the right schema, to compare with.
    package static func model() throws(StoreError) -> Database {
        let database = try Database(path: "", mode: .readWrite)
        try create(in: database)
        return database
    }

    /// Refuses a file that has something else in place of a table or index of ours, or lacks a table.
    /// - Throws: `.unusable` with a reason that says what to do, also if SQLite can't read the schema; `.overBudget`
    ///   and `.cancelled`.
    package static func verify(_ database: Database, path: String) throws(StoreError) {
        let difference: String?
        do throws(StoreError) {
            difference = try self.difference(of: database)
        } catch .sqlite(_, let message, _) {
            throw .unusable(path: path, reason: "its tables can't be read (\(message))")
        }
        if let difference { throw .unusable(path: path, reason: "\(difference); import into a new file") }
    }

    /// How a database differs, as a sentence without its end; nil if it does not.
    private static func difference(of database: Database) throws(StoreError) -> String? {
        // SQLite has made its objects from this SQL, whatever the other columns say.
        let select = try database.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
        var found: Set<String> = []
        while try select.step() {
            // Longer SQL is none of ours.
            if select.count(0) <= longestSQL, let sql = select.text(0) { found.insert(sql) }
        }
        var model: Database?
        for object in try objects.get() where !found.contains(object.sql) {
            let right = if let model { model } else { try Self.model() }
            model = right
            if let difference = try difference(of: object, in: database, from: right) { return difference }
        }
        return nil
    }

    /// Above the length of every statement of ours in a schema, in bytes.
    private static let longestSQL = 16_384

    private static func difference(
        of object: Object, in database: Database, from right: Database
    ) throws(StoreError) -> String? {
        if object.type == "index" {
            let (wanted, found) = (
                try IndexShape(of: object.name, in: right), try IndexShape(of: object.name, in: database)
            )
            return found == nil || found == wanted ? nil : "its index \(object.name) is another one"
        }
        guard let wanted = try TableShape(of: object.name, in: right) else {
            return "it has no table \(object.name), or another one in its place"
        }
        guard let found = try TableShape(of: object.name, in: database) else {
            // Without it the file counts as edited. It is read only if it is a table (`Seal.isIntact`).
            if object.name == "seal" { return nil }
            return "it has no table \(object.name)"
        }
        return found.difference(from: wanted).map { "its table \(object.name) \($0)" }
    }
}

/// The properties of an index that queries rely on.
private struct IndexShape: Equatable {
    let table: String
    /// For each column its name, order and collation. An expression has no name.
    let columns: [String]
    /// The SQL of an index of some rows only.
    let partial: String?

    /// Reads the shape of an index; nil if there is none.
    init?(of index: String, in database: Database) throws(StoreError) {
        let list = try database.prepare(
            """
            SELECT s.tbl_name, s.sql, i.partial
            FROM sqlite_schema s, pragma_index_list(s.tbl_name) i
            WHERE s.type = 'index' AND s.name = ?1 COLLATE NOCASE AND i.name = s.name
            """)
        list.bind(1, index)
        guard try list.step() else { return nil }
        (table, partial) = (list.text(0)?.lowercased() ?? "", list.int64(2) == 0 ? nil : list.text(1) ?? "")
        list.reset()
        let select = try database.prepare("SELECT name, \"desc\", coll FROM pragma_index_xinfo(?1) WHERE key = 1")
        select.bind(1, index)
        var columns: [String] = []
        while try select.step() {
            columns.append("\(select.text(0) ?? "") \(select.int64(1)) \(select.text(2) ?? "")")
        }
        self.columns = columns
    }
}
