import Birds

/// Finds names that a list of sensitive species does not cover, although they are like a name that it covers.
///
/// A name is one that no table of species knows, of a taxon that has records. `NameComparison` says what it is like.
/// What an import says beside the names of a species (`NamesBesideSpecies`) counts too: if the list covers it, somebody
/// must look at it, whatever the species is.
struct AlikeNames {
    /// A name that is like a listed one.
    struct Name {
        let text: String
        let records: Int
        /// The listed name.
        let listed: String
        /// Whether it is so like that somebody must look at it.
        let isSure: Bool
        /// The positions of the entries that cover it.
        let entries: [Int]
    }

    private let database: Database
    private let covered: Set<Int64>
    private let ofList: [SensitiveEntry]
    /// The listed names, and their positions.
    private var listed: [(text: String, entries: [Int])] = []
    private var positions: [String: Int] = [:]
    /// The scientific names of the species that each entry covers.
    private var scientific: [Int: [String]] = [:]
    private var comparison: NameComparison
    /// Whether the comparison has the names that tables know and the list does not cover. They are read when there is a
    /// name to compare with them.
    private var knowsOthers = false

    /// The longest beginning of a name that is compared, in bytes.
    private static let longest = 4 * SimilarNames.longest
    /// From this number of species on, tables are a whole taxonomy.
    static let wholeTaxonomy = 5000

    /// - Parameter entries: With the ids of the species that each covers.
    init(_ entries: [(entry: SensitiveEntry, species: [Int64])], in database: Database) throws(StoreError) {
        self.database = database
        var covered: Set<Int64> = []
        for (_, species) in entries { covered.formUnion(species) }
        (self.covered, ofList) = (covered, entries.map(\.entry))
        var ofTables: Set<Int64> = []
        let ids = try database.prepare("SELECT id FROM species WHERE listed <> 0")
        while try ids.step() { ofTables.insert(ids.int64(0)) }
        comparison = NameComparison(isWhole: ofTables.count >= Self.wholeTaxonomy)
        var positions: [Int64: [Int]] = [:]
        for (position, (_, species)) in entries.enumerated() {
            for id in species where ofTables.contains(id) { positions[id, default: []].append(position) }
        }
        let rows = try database.prepare(
            "SELECT id, code, common_name, scientific_name FROM species WHERE listed <> 0 ORDER BY id")
        while try rows.step() {
            guard let entries = positions[rows.int64(0)] else { continue }
            for (column, kind) in [(1, .code), (2, .common), (3, .scientific)] as [(Int32, NameComparison.Kind)] {
                if let text = rows.text(column) { add(text, kind, entries) }
            }
            if let name = rows.text(3) {
                for entry in entries { scientific[entry, default: []].append(name) }
            }
        }
        // Several lines may name one species.
        var lines: [String: [Int]] = [:]
        for (position, (entry, _)) in entries.enumerated() {
            if case .species(let name) = entry.subject { lines[name, default: []].append(position) }
        }
        for (name, positions) in lines.sorted(by: { $0.key < $1.key }) { add(name, .ofList, positions) }
    }

    private mutating func add(_ text: String, _ kind: NameComparison.Kind, _ entries: [Int]) {
        comparison.add(text, kind, number: listed.count)
        if positions[text] == nil { positions[text] = listed.count }
        listed.append((text, entries))
    }

    /// Keeps the names that a database has before a change, to tell new ones from them. Does nothing if they are kept.
    static func keep(in database: Database) throws(StoreError) {
        try NamesBesideSpecies.keep(in: database)
        guard try database.integer("SELECT 1 FROM sqlite_temp_master WHERE name = 'name_before'") == nil else { return }
        try database.execute(
            """
            CREATE TEMP TABLE name_before (code TEXT PRIMARY KEY) WITHOUT ROWID;
            INSERT INTO name_before SELECT code FROM main.species WHERE listed = 0;
            """)
    }

    /// Whether there are names that were not there when they were kept, or names beside others.
    static func areNew(in database: Database) throws(StoreError) -> Bool {
        if try database.integer("SELECT 1 FROM \(NamesBesideSpecies.table) LIMIT 1") != nil { return true }
        return try database.integer("SELECT 1 FROM species WHERE \(isUnknown(new: true)) LIMIT 1") != nil
    }

    private static func isUnknown(new: Bool, of table: String = "species") -> String {
        "\(table).listed = 0 AND \(table).code <> 'nobird'"
            + (new ? " AND NOT EXISTS (SELECT 1 FROM temp.name_before b WHERE b.code = \(table).code)" : "")
    }

    /// Finds names beside those of species that the list does not cover.
    /// - Parameter look: As in `find`.
    mutating func findBeside(look: (Name) -> Bool) throws(StoreError) {
        let rows = try database.prepare(
            """
            SELECT s.id, s.code, n.text, n.is_certain, s.scientific_name, s.common_name,
                (SELECT sum(records) FROM summary WHERE kind = \(SummaryKind.species.rawValue) AND first_key = s.id)
            FROM \(NamesBesideSpecies.table) n JOIN species s ON s.id = n.species_id ORDER BY s.id, n.text
            """)
        var names: [(text: String, entry: Int)] = []
        for (index, entry) in ofList.enumerated() {
            if case .species(let name) = entry.subject { names.append((name, index)) }
        }
        let cover = try SensitiveSpecies(database).cover(of: names.map(\.text))
        let listedNames = scientific.values.joined() + self.listed.map(\.text)
        var last: (id: Int64, hasParts: Bool) = (0, false)
        while try rows.step() {
            if covered.contains(rows.int64(0)) || rows.int64(6) == 0 { continue }
            let text = String(decoding: rows.bytes(2).prefix(Self.longest), as: UTF8.self)
            let own = [rows.text(4), rows.text(5)].compactMap { $0 }
            if rows.int64(3) != 0 {
                // Nearly all species have no listed part.
                if last.id != rows.int64(0) {
                    last = (
                        rows.int64(0),
                        own.contains { name in listedNames.contains { Self.begins($0, with: name) } }
                    )
                }
                if !last.hasParts, !own.contains(where: { Self.begins(text, with: $0) }) { continue }
            }
            let (listed, entries, isSure): (String, [Int], Bool)
            if let first = cover.positions(of: text).min() {
                (listed, entries, isSure) = (names[first].text, [names[first].entry], true)
            } else if let match = try match(text) {
                (listed, entries) = self.listed[match.number]
                isSure = match.isSure
            } else {
                continue
            }
            // Beside a certain species, only a part of it counts, or what a text says after its name.
            let parts = entries.flatMap { scientific[$0] ?? [] } + [text, listed]
            if rows.int64(3) != 0, !own.contains(where: { name in parts.contains { Self.begins($0, with: name) } }) {
                continue
            }
            let shown = "\(rows.text(1) ?? "") (\(text))"
            let name = Name(
                text: shown, records: Int(rows.int64(6)), listed: listed, isSure: isSure, entries: entries)
            guard look(name) else {
                rows.reset()
                return
            }
        }
    }

    /// Whether a text is a name and more.
    private static func begins(_ text: String, with name: String) -> Bool {
        text.lowercased().hasPrefix(name.lowercased() + " ")
    }

    /// Finds names in the order of their codes.
    /// - Parameters:
    ///   - new: Whether only those that were not there when names were kept.
    ///   - similar: What names are similar to by looser rules, by their codes. They count if that is a listed name.
    ///   - look: Called for each. Returns whether to look for more.
    mutating func find(
        new: Bool, similar: [String: String] = [:], look: (Name) -> Bool
    ) throws(StoreError) {
        let records = try database.prepare(
            "SELECT sum(records) FROM summary WHERE kind = \(SummaryKind.species.rawValue) AND first_key = ?1")
        let rows = try database.prepare(
            "SELECT id, code, scientific_name, common_name FROM species WHERE \(Self.isUnknown(new: new)) ORDER BY id")
        while try rows.step() {
            if covered.contains(rows.int64(0)) { continue }
            guard let (text, match) = try match(rows, similar) else { continue }
            records.bind(1, rows.int64(0))
            guard try records.step() else { continue }
            let count = Int(records.int64(0))
            records.reset()
            if count == 0 { continue }
            let (listed, entries) = listed[match.number]
            let name = Name(text: text, records: count, listed: listed, isSure: match.isSure, entries: entries)
            guard look(name) else {
                rows.reset()
                return
            }
        }
    }

    /// What a species is like by one of its names, and this name.
    private mutating func match(
        _ row: Statement, _ similar: [String: String]
    ) throws(StoreError) -> (text: String, match: NameComparison.Match)? {
        var found: (text: String, match: NameComparison.Match)?
        for column: Int32 in 1...3 {
            guard let bytes = row.optionalBytes(column) else { continue }
            let text = String(decoding: bytes.prefix(Self.longest), as: UTF8.self)
            guard let match = try match(text) else { continue }
            if match.isSure { return (text, match) }
            if found == nil { found = (text, match) }
        }
        if found == nil, let code = row.text(1), let number = similar[code].flatMap({ positions[$0] }) {
            return (code, NameComparison.Match(number: number, isSure: false))
        }
        return found
    }

    private mutating func match(_ text: String) throws(StoreError) -> NameComparison.Match? {
        guard let match = comparison.match(text) else { return nil }
        if knowsOthers { return match }
        knowsOthers = true
        let rows = try database.prepare("SELECT id, common_name, scientific_name FROM species WHERE listed <> 0")
        while try rows.step() {
            if covered.contains(rows.int64(0)) { continue }
            if let name = rows.text(1) { comparison.addKnown(name, .common) }
            if let name = rows.text(2) { comparison.addKnown(name, .scientific) }
        }
        return comparison.match(text)
    }
}
