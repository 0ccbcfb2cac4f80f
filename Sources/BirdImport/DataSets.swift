import Birds

/// The data sets of a database: what there is, and taking one out.
public enum DataSets {
    public struct DataSet: Sendable, Equatable {
        public let name: String
        public let records: Int
        public let checklists: Int
        /// The format of its last import.
        public let format: String
        /// UTC, ISO 8601.
        public let importedAt: String
        public let source: String?
        public let licence: String?
        public let citation: String?
    }

    /// By name.
    public static func list(path: String) throws(ImportError) -> [DataSet] {
        guard let identity = FileIdentity(path: path) else { throw .refused("\(path) does not exist.") }
        // Opening a pipe would wait for who writes to it.
        guard identity.isRegular else { throw .refused("\(path) is not a file; give the path of a database.") }
        do throws(StoreError) {
            let database = try Database(path: path, mode: .readOnly)
            // The tables of data sets are the same in all layouts, so that one can be taken out of an older file.
            if try !Migration.isNeeded(database) { try Schema.check(database, path: path) }
            let select = try database.prepare(
                """
                SELECT name, records, checklists, format, imported_at, source, licence, citation
                FROM dataset ORDER BY name
                """)
            var list: [DataSet] = []
            while try select.step() {
                list.append(
                    DataSet(
                        name: select.text(0) ?? "", records: Int(select.int64(1)), checklists: Int(select.int64(2)),
                        format: select.text(3) ?? "", importedAt: select.text(4) ?? "", source: select.text(5),
                        licence: select.text(6), citation: select.text(7)))
            }
            return list
        } catch {
            throw ImportError(error, path: path)
        }
    }

    /// Takes a data set out of the database, with the places that no other needs: a new generation of the file.
    /// - Parameter waitsForClock: see `ImportOptions`.
    /// - Returns: how many records it had.
    @discardableResult
    public static func remove(name: String, path: String, waitsForClock: Bool = false) throws(ImportError) -> Int {
        guard FileIdentity(path: path) != nil else { throw .refused("\(path) does not exist.") }
        let generation = try Generation(path: path, waitsForClock: waitsForClock)
        let names = try list(path: path).map(\.name)
        // Byte by byte, as SQLite compares them: for Swift, two normal forms of a name are equal.
        guard names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
            let nearest = Spelling.nearest(to: name, among: names)
            throw .refused(
                "There is no data set '\(name)'"
                    + (nearest.map { "; the nearest name is '\($0)'." }
                        ?? (names.isEmpty ? "; there is none at all." : "; 'rookery datasets list' shows them.")))
        }
        return try generation.change { (database) throws(StoreError) -> Int in
            let select = try database.prepare("SELECT id FROM dataset WHERE name = ?1")
            select.bind(1, name)
            guard try select.step() else { return 0 }
            let id = select.int64(0)
            select.reset()
            let removal = RecordRemoval(database: database)
            if removal.isLarge(try removal.count(of: [id]), of: try removal.count()) {
                try Schema.dropIndexes(of: [.observation, .checklist], in: database)
            }
            let removed = try removal.removeAll(of: [id])
            try Schema.makeIndexes(in: database)
            try database.execute("DELETE FROM dataset WHERE id = \(id)")
            try removal.removeUnused()
            try DerivedTables.remove(dataset: id, from: database)
            return removed
        }
    }

    /// The longest name, in bytes.
    private static let longestName = 200

    /// The name that a file gives to its data set: its own, without folder and extension.
    static func name(of path: String) throws(ImportError) -> String {
        var name = path.split(separator: "/").last.map(String.init) ?? ""
        if let dot = name.lastIndex(of: "."), dot != name.startIndex { name = String(name[..<dot]) }
        do throws(ImportError) {
            try checkName(name)
        } catch {
            throw .refused("\(error.message) Give the data set of \(path) another name with --dataset.")
        }
        return name
    }

    /// A name must be fit to stand in a list and on a line.
    static func checkName(_ name: String) throws(ImportError) {
        let isPlain = name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ",") }
        guard isPlain, !name.isEmpty, name.first != " ", name.last != " ", name.utf8.count <= longestName else {
            throw .refused(
                "'\(name)' can't be the name of a data set: it needs 1 to \(longestName) bytes, with no comma or "
                    + "control character, and no space at its ends.")
        }
    }
}
