import Birds

/// Keeps what an import says of species beside the names that are stored, to compare it with a list of sensitive
/// species: a file may have a listed name beside a code that nobody knows, or in a remark.
///
/// It is a temporary table. What stands beside a species that is named for certain is marked so: a file may have the
/// species of another taxonomy there, so only a part of this species counts.
struct NamesBesideSpecies {
    static let table = "temp.name_beside"

    private let insert: Statement
    private let names: Statement
    /// What is stored of the last species.
    private var last: (id: Int64, Stored)?

    private struct Stored {
        var isListed = false
        /// In lower case; the first is the code.
        var names: [String] = []
        /// Whether its code means a species, and not one of several or a genus.
        var isSpecies = false
    }

    /// Makes the table, if it is not there.
    static func keep(in database: Database) throws(StoreError) {
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS \(table) (
                species_id INTEGER, is_certain INTEGER, text TEXT, PRIMARY KEY (species_id, is_certain, text)
            ) WITHOUT ROWID
            """)
    }

    /// Nil if nobody wants to know: there is no list.
    init?(_ database: Database) throws(StoreError) {
        guard try database.integer("SELECT 1 FROM sqlite_temp_master WHERE name = 'name_beside'") != nil else {
            return nil
        }
        insert = try database.prepare("INSERT OR IGNORE INTO \(Self.table) VALUES (?1, ?2, ?3)")
        names = try database.prepare(
            "SELECT listed <> 0, code, scientific_name, common_name FROM species WHERE id = ?1")
    }

    /// Adds what a taxon has.
    /// - Parameter id: The species that it was found to be.
    /// - Returns: Whether this species is certain.
    mutating func add(_ taxon: Taxon, of id: Int64) throws(StoreError) -> Bool {
        let stored = try stored(id)
        // A genus, or one of several species, is not certain.
        func isCertain(_ name: [UInt8]) -> Bool {
            let text = String(decoding: name, as: UTF8.self)
            return stored.names.contains(text.lowercased()) && Self.isSpecies(text)
        }
        let isByCode = !taxon.isNamed && stored.isSpecies
        let certain =
            stored.isListed && (isByCode || isCertain(taxon.scientificName) || isCertain(taxon.commonName))
        // A file may have a name in place of a code.
        for text in [taxon.code, taxon.scientificName, taxon.commonName, taxon.speciesName] {
            try add(text[...], of: id, isCertain: certain)
        }
        return certain
    }

    /// Adds what stands beside a species.
    mutating func add(_ name: ArraySlice<UInt8>, of id: Int64, isCertain: Bool) throws(StoreError) {
        let text = String(decoding: name, as: UTF8.self)
        let stored = try stored(id)
        if text.isEmpty || stored.names.contains(text.lowercased()) { return }
        insert.bind(1, id)
        insert.bind(2, isCertain ? 1 : 0)
        insert.bind(3, text)
        try insert.run()
    }

    private static func isSpecies(_ name: String) -> Bool {
        [.species, .subspecies].contains(ScientificName(name).kind)
    }

    private mutating func stored(_ id: Int64) throws(StoreError) -> Stored {
        if let last, last.id == id { return last.1 }
        names.bind(1, id)
        var found = Stored()
        while try names.step() {
            let texts = (1...3).compactMap { names.text($0) }
            found = Stored(
                isListed: names.int64(0) != 0, names: texts.map { $0.lowercased() },
                isSpecies: names.text(2).map(Self.isSpecies) ?? true)
        }
        last = (id, found)
        return found
    }
}
