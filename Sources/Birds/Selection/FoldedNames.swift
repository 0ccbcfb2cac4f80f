/// Species by their names, without regard to case and normal form beyond ASCII, which no index of the file knows.
///
/// Names that are ASCII are in the indexes by name, which fold ASCII. The others, some hundreds in English and some thousands in other
/// languages, are read once: a budget that ends while they are read is no loss, for the next call goes on where this one stopped.
package final class FoldedNames {
    /// Which of the two names.
    package enum Column: String, CaseIterable {
        case scientific = "scientific_name"
        case common = "common_name"
    }

    private let database: Database
    /// Ids by names that are not ASCII, of each column, ascending.
    private var known: [Column: [NameKey: [Int64]]] = [:]
    /// The last id that was read.
    private var lastRead = Int64.min
    private var isComplete = false
    private var ofASCII: [Column: Statement] = [:]

    /// A longer name is no name of a species: folding it costs more than the answer is worth. In bytes.
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
        // The pattern is of what is not ASCII; SQLite tells faster than a string that is made to be looked at.
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
