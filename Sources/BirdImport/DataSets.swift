import Birds
import FileSystem
import Glibc

/// Lists and removes the data sets of a database.
public enum DataSets {
    public struct DataSet: Sendable, Equatable {
        public let name: String
        /// The number of its records.
        public let records: Int
        /// The number of its checklists.
        public let checklists: Int
        /// The name of the format of its last import.
        public let format: String
        /// The time of its last import: UTC, ISO 8601.
        public let importedAt: String
        // Nil if no import has told.
        public let source: String?
        public let licence: String?
        public let citation: String?
    }

    /// The data sets of a database, sorted by the bytes of their names.
    /// - Throws: `ChangeError.refused` if the file does not exist or is not a Rookery database.
    public static func list(path: String) throws(ChangeError) -> [DataSet] {
        guard let identity = FileIdentity(path: path) else { throw .refused("\(path) does not exist.") }
        // Opening a pipe would wait for a writer.
        guard identity.isRegular else { throw .refused("\(path) is not a file; give the path of a database.") }
        do throws(StoreError) {
            let database = try Database(path: path, mode: .readOnly)
            // The table is the same in all layouts, so that data sets can be removed from an older file too.
            if try !Migration.isNeeded(database) {
                try Schema.check(database, path: path)
                try Schema.verify(database, path: path)
            }
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
            throw ChangeError(error, path: path)
        }
    }

    /// Removes a data set, with the locations and unnamed species that no other data set needs. Makes a new generation
    /// of the file.
    /// - Parameters:
    ///   - now: The time of the change, in seconds since 1970.
    ///   - waitsForClock: See `ImportOptions`.
    ///   - warn: Called if the file could not keep its owner, group or rights.
    ///   - tell: Called with what a list of sensitive species and places protects after it, if there is one.
    /// - Returns: The number of removed records.
    /// - Throws: `ChangeError`; the database is then unchanged.
    @discardableResult
    public static func remove(
        name: String, path: String, now: Int = time(nil), waitsForClock: Bool = false,
        warn: (LostAccess) -> Void = { _ in }, tell: (SensitiveSummary) -> Void = { _ in }
    ) throws(ChangeError) -> Int {
        guard FileIdentity(path: path) != nil else { throw .refused("\(path) does not exist.") }
        let generation = try Generation(path: path, now: now, waitsForClock: waitsForClock, .lowering)
        try checkPresence(of: name, path)
        let removed = try generation.change { (database) throws(StoreError) -> Int in
            let select = try database.prepare("SELECT id FROM dataset WHERE name = ?1")
            select.bind(1, name)
            guard try select.step() else { return 0 }
            let id = select.int64(0)
            select.reset()
            let removal = RecordRemoval(database: database)
            if removal.isLarge(try removal.count(of: [id]), of: try removal.count()) {
                try Schema.dropIndexes(of: [.observation, .checklist], in: database)
            }
            let removed = try removal.removeAll(of: [id]).records
            try Schema.makeIndexes(in: database)
            try database.execute("DELETE FROM dataset WHERE id = \(id)")
            try removal.removeUnused()
            try DerivedTables.remove(dataset: id, from: database)
            return removed
        }
        if let lost = generation.lostAccess { warn(lost) }
        if let summary = generation.summary { tell(summary) }
        return removed
    }

    /// What describes a data set, and what of it the general edition has. Nil keeps what it has.
    public struct Description: Sendable {
        public var source: String?
        public var licence: String?
        public var citation: String?
        /// Whether the general edition has codes of its checklists and records.
        public var opensCodes: Bool?
        /// Whether it has its comments and protocols.
        public var opensComments: Bool?
        /// Whether it has its names of locations, also if the list hides records.
        public var opensNames: Bool?

        public init() {}

        public var isEmpty: Bool {
            source == nil && licence == nil && citation == nil && opensCodes == nil && opensComments == nil
                && opensNames == nil
        }
    }

    /// Describes a data set. Makes a new generation of the file.
    /// - Throws: `ChangeError`; the database is then unchanged.
    public static func describe(
        name: String, _ description: Description, path: String, now: Int = time(nil), waitsForClock: Bool = false,
        warn: (LostAccess) -> Void = { _ in }, tell: (SensitiveSummary) -> Void = { _ in }
    ) throws(ChangeError) {
        guard FileIdentity(path: path) != nil else { throw .refused("\(path) does not exist.") }
        let generation = try Generation(path: path, now: now, waitsForClock: waitsForClock, .lowering)
        try checkPresence(of: name, path)
        try generation.change { (database) throws(StoreError) in
            let update = try database.prepare(
                """
                UPDATE dataset SET source = coalesce(?2, source), licence = coalesce(?3, licence),
                    citation = coalesce(?4, citation), opens_codes = coalesce(?5, opens_codes),
                    opens_comments = coalesce(?6, opens_comments), opens_names = coalesce(?7, opens_names)
                WHERE name = ?1
                """)
            update.bind(1, name)
            update.bind(2, description.source)
            update.bind(3, description.licence)
            update.bind(4, description.citation)
            update.bind(5, description.opensCodes.map { $0 ? 1 : 0 })
            update.bind(6, description.opensComments.map { $0 ? 1 : 0 })
            update.bind(7, description.opensNames.map { $0 ? 1 : 0 })
            try update.run()
            let select = try database.prepare("SELECT id FROM dataset WHERE name = ?1")
            select.bind(1, name)
            var ids: [Int64] = []
            while try select.step() { ids.append(select.int64(0)) }
            try Holdings.update(in: database, of: ids, now: Int64(now))
        }
        if let lost = generation.lostAccess { warn(lost) }
        if let summary = generation.summary { tell(summary) }
    }

    /// - Throws: `ChangeError.refused` if there is no data set of that name.
    private static func checkPresence(of name: String, _ path: String) throws(ChangeError) {
        let names = try list(path: path).map(\.name)
        // Compared by bytes, as SQLite does. For Swift, strings are equal if they are canonically equivalent.
        guard names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
            let nearest = Spelling.nearest(to: name, among: names)
            throw .refused(
                "There is no data set '\(name)'"
                    + (nearest.map { "; the nearest name is '\($0)'." }
                        ?? (names.isEmpty
                            ? "; the database has no data sets." : "; 'rookery datasets list' shows all of them."))
            )
        }
    }

    /// The names of the data sets in a database, as UTF-8.
    static func names(in database: Database) throws(StoreError) -> Set<[UInt8]> {
        let select = try database.prepare("SELECT name FROM dataset")
        var names: Set<[UInt8]> = []
        while try select.step() { names.insert(select.bytes(0)) }
        return names
    }

    /// The longest name of a data set, in bytes.
    private static let longestName = 200

    /// The name of the data set for a file: the name of the file without folder and extension. One that is compressed
    /// has two, such as `birds.csv.gz`.
    /// - Throws: `ChangeError.refused` if that can't be the name of a data set.
    static func name(of path: String) throws(ChangeError) -> String {
        var name = path.split(separator: "/").last.map(String.init) ?? ""
        for _ in 0..<(name.lowercased().hasSuffix(".gz") ? 2 : 1) {
            if let dot = name.lastIndex(of: "."), dot != name.startIndex { name = String(name[..<dot]) }
        }
        do throws(ChangeError) {
            try checkName(name)
        } catch {
            throw .refused("\(error.message) Name the data set of \(path) with --dataset.")
        }
        return name
    }

    /// Checks a name. A comma separates names in a query, and control characters would break a line of a report.
    static func checkName(_ name: String) throws(ChangeError) {
        let isPlain = name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: ",") }
        guard isPlain, !name.isEmpty, name.first != " ", name.last != " ", name.utf8.count <= longestName else {
            throw .refused(
                "'\(name)' can't be the name of a data set: it needs 1 to \(longestName) bytes, with no comma or "
                    + "control character, and no space at its ends.")
        }
    }
}
