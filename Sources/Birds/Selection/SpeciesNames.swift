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
    private var byCode: Statement?
    private let folded: FoldedNames

    /// How many names are kept. Only those that exist are, so their length is that of the table's.
    private static let kept = 1024

    init(_ database: Database) {
        self.database = database
        folded = FoldedNames(database)
    }

    /// None if the name is unknown.
    func find(_ name: String) throws(StoreError) -> [Match] {
        let key = Array(name.utf8)
        if let matches = known[key] { return matches }
        let matches = try search(name)
        if !matches.isEmpty {
            if known.count >= SpeciesNames.kept { known.removeAll() }
            known[key] = matches
        }
        return matches
    }

    private func search(_ name: String) throws(StoreError) -> [Match] {
        let statement: Statement
        if let byCode {
            statement = byCode
        } else {
            statement = try database.prepare(
                "SELECT id, scientific_name IS NULL AND common_name IS NULL FROM species WHERE code = ?1")
            byCode = statement
        }
        statement.bind(1, name)
        if try statement.step() {
            defer { statement.reset() }
            return [Match(id: statement.int64(0), isNamed: statement.int64(1) == 0)]
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
