import Birds

/// Finds names that a list of sensitive species does not cover, although they are like a name that it covers.
///
/// Rules:
/// - A name is one that no table of species knows, of a taxon that has records.
/// - It is like a listed one if it is nearly spelt so (`SimilarNames`), also where an author or a remark follows; or
///   if it has the epithet of a listed species under another genus, since a genus may be its former one. An epithet
///   may have another gender.
/// - It is not if it is nearer to a name that a table knows, and that the list does not cover.
struct AlikeNames {
    /// A name that is like a listed one.
    struct Name {
        let text: String
        let records: Int
        /// The listed name.
        let listed: String
        /// The positions of the entries that cover it.
        let entries: [Int]
    }

    private let database: Database
    private let covered: Set<Int64>
    /// The listed names.
    private var listed: [(text: String, entries: [Int])] = []
    private var spellings = SimilarNames()
    /// The numbers of listed names by the stems of their epithets.
    private var epithets: [String: Int] = [:]
    /// Read when there is a name to compare with it.
    private var known: Known?

    /// What tables know and the list does not cover.
    private struct Known {
        var spellings = SimilarNames()
        /// Each genus, and the initial of each, with the stem of an epithet of the list.
        var species: Set<[String]> = []
    }

    /// The longest beginning of a name that is compared, in bytes.
    private static let longest = 4 * SimilarNames.longest
    /// The number of words of a name that has the epithet of a subspecies.
    private static let mostWords = 3

    /// - Parameter entries: With the ids of the species that each covers.
    init(_ entries: [(entry: SensitiveEntry, species: [Int64])], in database: Database) throws(StoreError) {
        self.database = database
        var covered: Set<Int64> = []
        for (_, species) in entries { covered.formUnion(species) }
        self.covered = covered
        var ofTables: Set<Int64> = []
        let ids = try database.prepare("SELECT id FROM species WHERE listed <> 0")
        while try ids.step() { ofTables.insert(ids.int64(0)) }
        var positions: [Int64: [Int]] = [:]
        for (position, (_, species)) in entries.enumerated() {
            for id in species where ofTables.contains(id) { positions[id, default: []].append(position) }
        }
        let rows = try database.prepare(
            "SELECT id, code, common_name, scientific_name FROM species WHERE listed <> 0 ORDER BY id")
        while try rows.step() {
            guard let entries = positions[rows.int64(0)] else { continue }
            for column: Int32 in 1...3 { if let text = rows.text(column) { add(text, entries) } }
            guard let name = rows.text(3), ScientificName(name).kind == .species else { continue }
            for form in FoldedName(name).forms {
                guard let stem = Self.stems(form.words).first else { continue }
                if epithets[stem] == nil { epithets[stem] = listed.count - 1 }
            }
        }
        // Several lines may name one species.
        var lines: [String: [Int]] = [:]
        for (position, (entry, _)) in entries.enumerated() {
            if case .species(let name) = entry.subject { lines[name, default: []].append(position) }
        }
        for (name, positions) in lines.sorted(by: { $0.key < $1.key }) { add(name, positions) }
    }

    private mutating func add(_ text: String, _ entries: [Int]) {
        for form in FoldedName(text).forms {
            // The beginning of a listed name is no name of its own.
            if let letters = SimilarNames.spellings(of: form).first { spellings.add(letters, number: listed.count) }
        }
        listed.append((text, entries))
    }

    /// The stems of the words of a name that may be its epithet.
    private static func stems(_ words: [String]) -> [String] {
        words.prefix(mostWords).dropFirst().map { ScientificName.stem(of: $0) }
    }

    /// Keeps the names that a database has before a change, to tell new ones from them. Does nothing if they are kept.
    static func keep(in database: Database) throws(StoreError) {
        guard try database.integer("SELECT 1 FROM sqlite_temp_master WHERE name = 'name_before'") == nil else { return }
        try database.execute(
            """
            CREATE TEMP TABLE name_before (code TEXT PRIMARY KEY) WITHOUT ROWID;
            INSERT INTO name_before SELECT code FROM main.species WHERE listed = 0;
            """)
    }

    /// Whether there are names that were not there when they were kept.
    static func areNew(in database: Database) throws(StoreError) -> Bool {
        try database.integer("SELECT 1 FROM species WHERE \(isUnknown(new: true)) LIMIT 1") != nil
    }

    private static func isUnknown(new: Bool) -> String {
        "listed = 0 AND code <> 'nobird'"
            + (new ? " AND NOT EXISTS (SELECT 1 FROM temp.name_before b WHERE b.code = species.code)" : "")
    }

    /// Finds names in the order of their codes.
    /// - Parameters:
    ///   - new: Whether only those that were not there when names were kept.
    ///   - look: Called for each. Returns whether to look for more.
    mutating func find(new: Bool, look: (Name) -> Bool) throws(StoreError) {
        let records = try database.prepare(
            "SELECT sum(records) FROM summary WHERE kind = \(SummaryKind.species.rawValue) AND first_key = ?1")
        let rows = try database.prepare(
            "SELECT id, code, scientific_name, common_name FROM species WHERE \(Self.isUnknown(new: new)) ORDER BY id")
        while try rows.step() {
            if covered.contains(rows.int64(0)) { continue }
            for column: Int32 in 1...3 {
                guard let bytes = rows.optionalBytes(column) else { continue }
                let text = String(decoding: bytes.prefix(Self.longest), as: UTF8.self)
                guard let number = try number(of: text) else { continue }
                records.bind(1, rows.int64(0))
                guard try records.step() else { continue }
                let count = Int(records.int64(0))
                records.reset()
                if count == 0 { continue }
                let (listed, entries) = listed[number]
                guard look(Name(text: text, records: count, listed: listed, entries: entries)) else {
                    rows.reset()
                    return
                }
                break
            }
        }
    }

    /// The number of the listed name that a name is like.
    private mutating func number(of text: String) throws(StoreError) -> Int? {
        for form in FoldedName(text).forms {
            let words = form.words.filter { !ScientificName.doubts.contains($0) && $0 != "x" }
            let all = SimilarNames.spellings(of: form)
            for (position, letters) in all.enumerated() {
                guard let near = spellings.nearest(to: letters) else { continue }
                try readKnown()
                // The whole name counts more than its beginning.
                if all[..<position].contains(where: { known?.spellings.nearest(to: $0) != nil }) { return nil }
                if let other = known?.spellings.nearest(to: letters), other.distance < near.distance { return nil }
                return near.number
            }
            for (position, stem) in Self.stems(words).enumerated() {
                guard let number = epithets[stem] else { continue }
                try readKnown()
                let isKnown =
                    words[...position].contains { known?.species.contains([$0, stem]) ?? false }
                    || all.contains { known?.spellings.nearest(to: $0) != nil }
                if !isKnown { return number }
            }
        }
        return nil
    }

    private mutating func readKnown() throws(StoreError) {
        if known != nil { return }
        var read = Known()
        let rows = try database.prepare("SELECT id, scientific_name, common_name FROM species WHERE listed <> 0")
        while try rows.step() {
            if covered.contains(rows.int64(0)) { continue }
            for column: Int32 in 1...2 {
                guard let text = rows.text(column) else { continue }
                for form in FoldedName(text).forms {
                    if let letters = SimilarNames.spellings(of: form).first { read.spellings.add(letters, number: 0) }
                    let words = form.words
                    guard column == 1, let genus = words.first, let stem = Self.stems(words).first,
                        epithets[stem] != nil
                    else { continue }
                    read.species.insert([genus, stem])
                    read.species.insert([String(genus.prefix(1)), stem])
                }
            }
        }
        known = read
    }
}
