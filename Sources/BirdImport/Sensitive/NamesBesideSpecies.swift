import Birds

/// Keeps what an import says of species beside the names that are stored, to compare it with a list of sensitive
/// species: a file may have a listed name beside a code that nobody knows, or in a remark.
///
/// It is a temporary table. What stands beside a species that is named for certain is not kept: a file may have the
/// species of another taxonomy there.
struct NamesBesideSpecies {
    static let table = "temp.name_beside"

    private let insert: Statement
    private let names: Statement
    /// What is stored of the last species.
    private var last: (id: Int64, isListed: Bool, names: [String])?

    /// Makes the table, if it is not there.
    static func keep(in database: Database) throws(StoreError) {
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS \(table) (species_id INTEGER, text TEXT, PRIMARY KEY (species_id, text)) WITHOUT ROWID
            """)
    }

    /// Nil if nobody wants to know: there is no list.
    init?(_ database: Database) throws(StoreError) {
        guard try database.integer("SELECT 1 FROM sqlite_temp_master WHERE name = 'name_beside'") != nil else {
            return nil
        }
        insert = try database.prepare("INSERT OR IGNORE INTO \(Self.table) VALUES (?1, ?2)")
        names = try database.prepare(
            "SELECT listed <> 0, code, scientific_name, common_name FROM species WHERE id = ?1")
    }

    /// Adds what a taxon has.
    /// - Parameter id: The species that it was found to be.
    mutating func add(_ taxon: Taxon, of id: Int64) throws(StoreError) {
        // A file may have a name in place of a code.
        let texts = [
            taxon.code, taxon.scientificName, taxon.commonName, taxon.speciesName, taxon.otherNames,
        ]
        let written = texts.filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
        let (isListed, stored) = try stored(id)
        // A genus, or one of several species, is not certain.
        func isCertain(_ text: String) -> Bool {
            stored.contains(text.lowercased()) && [.species, .subspecies].contains(ScientificName(text).kind)
        }
        let names = [taxon.scientificName, taxon.commonName].map { String(decoding: $0, as: UTF8.self) }
        if isListed, names.contains(where: isCertain) { return }
        for text in written where !stored.contains(text.lowercased()) {
            insert.bind(1, id)
            insert.bind(2, text)
            try insert.run()
        }
    }

    private mutating func stored(_ id: Int64) throws(StoreError) -> (isListed: Bool, names: [String]) {
        if let last, last.id == id { return (last.isListed, last.names) }
        names.bind(1, id)
        var found: (isListed: Bool, names: [String]) = (false, [])
        while try names.step() {
            found = (names.int64(0) != 0, (1...3).compactMap { names.text($0)?.lowercased() })
        }
        last = (id, found.isListed, found.names)
        return found
    }
}
