/// Finds the species that a name stands for: by code first, then by scientific name, then by common name. Names
/// match regardless of case and Unicode normal form, codes only exactly. A name that several species share stands
/// for all of them, and a code that a newer taxonomy has replaced for the new one.
package final class SpeciesNames {
    /// A species that was found.
    package struct Match {
        package let id: Int64
        /// Whether a species table has it. Other species are known from records alone.
        let isListed: Bool
        /// Whether it was found by a name that only records give it.
        var isNamedByRecords = false
    }

    private let database: Database
    /// Earlier results by the UTF-8 of the name. As `String`, names that SQLite tells apart could be equal.
    private var known: [[UInt8]: [[Match]]] = [:]
    private var byCode: Statement?
    private let folded: FoldedNames

    /// The greatest number of results that are kept. Names without a match are not kept, so clients can't fill the
    /// memory with long names.
    private static let kept = 1024

    package init(_ database: Database) {
        self.database = database
        folded = FoldedNames(database)
    }

    /// All meanings of the name, the one that counts first: each is the species that it stands for. Another meaning
    /// counts only for whoever may see none of the species of those before it. Empty if the name is unknown.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    package func find(_ name: String) throws(StoreError) -> [[Match]] {
        try meanings(of: name).filter { !$0.isEmpty }
    }

    /// The same, with an empty list for each way of finding a species that finds none: for a comparison with another
    /// edition.
    func meanings(of name: String) throws(StoreError) -> [[Match]] {
        let key = Array(name.utf8)
        if let meanings = known[key] { return meanings }
        let meanings = try search(name)
        if meanings.allSatisfy(\.isEmpty) { return [] }
        if known.count >= SpeciesNames.kept { known.removeAll() }
        known[key] = meanings
        return meanings
    }

    private func search(_ name: String) throws(StoreError) -> [[Match]] {
        var meanings = [try species(withCode: name)]
        for column in FoldedNames.Column.allCases {
            meanings.append(try folded.ids(name, column).map { (id) throws(StoreError) in try match(id) })
        }
        meanings.append(try retired(name))
        return meanings
    }

    /// The species with exactly this code.
    func species(withCode code: String) throws(StoreError) -> [Match] {
        let statement: Statement
        if let byCode {
            statement = byCode
        } else {
            statement = try database.prepare(
                "SELECT id, listed FROM species WHERE code = ?1")
            byCode = statement
        }
        statement.bind(1, code)
        guard try statement.step() else { return [] }
        defer { statement.reset() }
        return [Match(id: statement.int64(0), isListed: statement.int64(1) != 0)]
    }

    private func match(_ id: Int64) throws(StoreError) -> Match {
        let isListed = try database.integer("SELECT listed FROM species WHERE id = \(id)") ?? 0
        return Match(id: id, isListed: isListed != 0, isNamedByRecords: isListed == 0)
    }

    /// The species that has taken the place of a retired code.
    private func retired(_ code: String) throws(StoreError) -> [Match] {
        // The new code may be retired too. UNION ends the search where two stand for each other.
        let statement = try database.prepare(
            """
            WITH RECURSIVE codes(code) AS (
                SELECT ?1 UNION SELECT new_code FROM codes JOIN retired_code ON retired_code.code = codes.code)
            SELECT id, listed FROM species JOIN codes ON species.code = codes.code
            """)
        statement.bind(1, code)
        var matches: [Match] = []
        while try statement.step() { matches.append(Match(id: statement.int64(0), isListed: statement.int64(1) != 0)) }
        return matches
    }

    /// The codes and names of all species, to find the one that is nearest to another. It reads all species.
    /// - Parameter listedOnly: Whether to take only species of species tables, and not those known from records alone.
    package func spellings(listedOnly: Bool) throws(StoreError) -> SpellingIndex {
        var index = SpellingIndex()
        let statement = try database.prepare(
            """
            SELECT code, scientific_name, common_name FROM species
            WHERE NOT ?1 OR listed <> 0
            ORDER BY id
            """)
        statement.bind(1, listedOnly ? 1 : 0)
        while try statement.step() {
            for column: Int32 in 0..<3 {
                if let name = statement.text(column) { index.add(name) }
            }
        }
        return index
    }
}
