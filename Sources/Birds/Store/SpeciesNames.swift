/// The species that a name stands for: a code, or else a scientific name, or else a common one, both without regard to case and
/// to the normal form of Unicode. A name that several species share stands for all of them.
final class SpeciesNames {
    struct Match {
        let id: Int64
        /// Whether a table of species knows it, and not records alone.
        let isNamed: Bool
    }

    private let database: Database
    /// By the UTF-8 of names: strings would be equal to others of the same characters, which SQLite tells apart.
    private var known: [[UInt8]: [Match]] = [:]
    private var statements: [Statement] = []
    private let folded: FoldedNames

    /// How many names are kept. Only those that exist are, so their length is that of the table's.
    private static let kept = 1024

    private static let conditions = [
        "code = ?1", "scientific_name = ?1 COLLATE NOCASE", "common_name = ?1 COLLATE NOCASE",
    ]

    init(_ database: Database) {
        self.database = database
        folded = FoldedNames(database)
    }

    /// None if the name is unknown.
    func find(_ name: String) throws(StoreError) -> [Match] {
        let key = Array(name.utf8)
        if let matches = known[key] { return matches }
        let matches = try search(name, isASCII: key.allSatisfy { $0 < 0x80 })
        if !matches.isEmpty {
            if known.count >= SpeciesNames.kept { known.removeAll() }
            known[key] = matches
        }
        return matches
    }

    private func search(_ name: String, isASCII: Bool) throws(StoreError) -> [Match] {
        if statements.isEmpty {
            // All or none: one that were missing would hide a name.
            statements = try SpeciesNames.conditions.map { (condition) throws(StoreError) in
                try database.prepare(
                    "SELECT id, coalesce(scientific_name, common_name) FROM species WHERE \(condition) ORDER BY id")
            }
        }
        // The indexes by name fold ASCII alone.
        for statement in statements.prefix(isASCII ? statements.count : 1) {
            var matches: [Match] = []
            statement.bind(1, name)
            while try statement.step() {
                matches.append(Match(id: statement.int64(0), isNamed: !statement.isNull(1)))
            }
            if !matches.isEmpty { return matches }
        }
        for column in FoldedNames.Column.allCases {
            let ids = try folded.ids(name, column)
            if !ids.isEmpty { return ids.map { Match(id: $0, isNamed: true) } }
        }
        return []
    }

    /// The code or name that is most like the given one; nil where none is like it.
    /// - Parameter namedOnly: Whether species that only records know are left out.
    func nearest(to name: String, namedOnly: Bool) throws(StoreError) -> String? {
        var spelling = Spelling(name)
        let statement = try database.prepare(
            """
            SELECT code, scientific_name, common_name FROM species
            WHERE NOT ?1 OR scientific_name IS NOT NULL OR common_name IS NOT NULL
            ORDER BY id
            """)
        statement.bind(1, namedOnly ? 1 : 0)
        while try statement.step() {
            for column: Int32 in 0..<3 {
                if let candidate = statement.text(column) { spelling.consider(candidate) }
            }
        }
        return spelling.nearest
    }
}
