/// Finds species by name, ignoring case and Unicode normal form (`NameKey`). The indexes of the file fold ASCII
/// only (SQLite's NOCASE).
///
/// Names in ASCII are looked up in those indexes. All others, some hundreds in English and some thousands in other
/// languages, are read into memory once. If a budget ends during that reading, nothing is lost: the next call
/// continues after `lastRead`.
package final class FoldedNames {
    /// One of the two names of a species, as a column of its table.
    package enum Column: String, CaseIterable {
        case scientific = "scientific_name"
        case common = "common_name"
    }

    private let database: Database
    /// For each column, ids in ascending order by name, for the names that are not ASCII.
    private var known: [Column: [NameKey: [Int64]]] = [:]
    /// The last id that was read.
    private var lastRead = Int64.min
    /// Whether all names have been read.
    private var isComplete = false
    /// Statements that look up ASCII names.
    private var ofASCII: [Column: Statement] = [:]

    /// The longest name that is considered, in bytes. No species has a longer one, and folding it would cost time.
    private static let longest = 1000

    package init(_ database: Database) { self.database = database }

    /// The ids of the species with a name, ascending.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    package func ids(_ name: String, _ column: Column) throws(StoreError) -> [Int64] {
        guard name.utf8.count <= FoldedNames.longest else { return [] }
        try read()
        let key = NameKey(name)
        let others = known[column]?[key] ?? []
        guard key.isASCII else { return others }
        let statement: Statement
        if let kept = ofASCII[column] {
            statement = kept
        } else {
            statement = try database.prepare("SELECT id FROM species WHERE \(column.rawValue) = ?1 COLLATE NOCASE")
            ofASCII[column] = statement
        }
        var ids = others
        statement.bind(1, key.text)
        while try statement.step() { ids.append(statement.int64(0)) }
        return ids.sorted()
    }

    private func read() throws(StoreError) {
        if isComplete { return }
        // The pattern matches text with a character outside ASCII. SQLite tests that faster than Swift could after
        // making a String.
        let names = Column.allCases.map { "CASE WHEN \($0.rawValue) GLOB ?2 THEN \($0.rawValue) END" }
        let statement = try database.prepare(
            "SELECT id, \(names.joined(separator: ", ")) FROM species WHERE id > ?1 ORDER BY id")
        statement.bind(1, lastRead)
        statement.bind(2, "*[^\u{1}-\u{7F}]*")
        while try statement.step() {
            let id = statement.int64(0)
            for (index, column) in Column.allCases.enumerated() {
                guard let name = statement.text(Int32(index + 1)), name.utf8.count <= FoldedNames.longest else {
                    continue
                }
                known[column, default: [:]][NameKey(name), default: []].append(id)
            }
            lastRead = id
        }
        isComplete = true
    }
}
