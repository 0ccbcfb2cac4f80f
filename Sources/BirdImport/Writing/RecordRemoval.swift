import Birds

/// Takes records out of a database, with all that no other record needs.
struct RecordRemoval {
    let database: Database

    /// Changing more than this part of the records takes longer than making their indexes again.
    private static let largePart = 0.1

    /// Whether so many records are a large part of all.
    func isLarge(_ count: Int, of all: Int) -> Bool { Double(count) > Double(all) * Self.largePart }

    /// How many records there are.
    func count() throws(StoreError) -> Int { Int(try database.integer("SELECT count(*) FROM observation") ?? 0) }

    /// How many records data sets say that they have.
    func count(of datasets: [Int64]) throws(StoreError) -> Int {
        let count = try database.integer(
            "SELECT CAST(total(records) AS INTEGER) FROM dataset WHERE id IN \(Schema.list(datasets))")
        return min(Int(count ?? 0), Int(Int32.max))
    }

    /// Removes all records and checklists of data sets; how many records. Indexes may be missing.
    func removeAll(of datasets: [Int64]) throws(StoreError) -> Int {
        var removed = 0
        let isRemoved = Schema.isOf(datasets: datasets)
        // New records may get ids of old ones, and must not get their details.
        try database.execute(
            """
            DELETE FROM observation_detail WHERE EXISTS (
                SELECT 1 FROM observation o WHERE o.id = observation_detail.id AND \(isRemoved))
            """)
        for table in ["observation", "checklist"] {
            let keepsSome = try database.integer(
                "SELECT EXISTS (SELECT 1 FROM \(table) NOT INDEXED WHERE NOT \(isRemoved))")
            // Without a condition SQLite empties a table at once.
            try database.execute("DELETE FROM \(table)" + (keepsSome == 1 ? " WHERE \(isRemoved)" : ""))
            guard table == "observation" else { continue }
            removed = Int(database.changes)
            if keepsSome == 0 { try database.execute("DELETE FROM summary") }
        }
        return removed
    }

    /// Removes records of data sets that have the source's own code of a staged one; how many.
    /// - Parameter datasets: their ids, by the numbers that staged records have.
    func removeRepeated(
        _ staging: Staging, _ datasets: [Int64], _ touched: TouchedChecklists, _ change: inout RecordChange
    ) throws(StoreError) -> Int {
        // They are gone where species have just got other ids, and each code would be looked for in all records.
        try Schema.makeIndexes(of: [.observation], in: database)
        let delete = try database.prepare(
            """
            DELETE FROM observation WHERE dataset_id = ?1 AND source_id = ?2
            RETURNING id, checklist_id, date, location_id, species_id
            """)
        let detail = try database.prepare("DELETE FROM observation_detail WHERE id = ?1")
        var removed = 0
        try staging.forEachSource { (dataset, code) throws(StoreError) in
            delete.bind(1, datasets[dataset])
            delete.bind(2, code)
            while try delete.step() {
                detail.bind(1, delete.int64(0))
                try detail.run()
                try touched.add(delete.int64(1))
                change.note(date: delete.int64(2), location: delete.int64(3), species: delete.int64(4))
                removed += 1
            }
        }
        return removed
    }

    /// Removes locations without records and checklists, and species that have neither records nor names.
    func removeUnused() throws(StoreError) {
        try database.execute(
            """
            DELETE FROM location WHERE NOT EXISTS (
                SELECT 1 FROM observation o INDEXED BY observation_by_location WHERE o.location_id = location.id)
            AND NOT EXISTS (
                SELECT 1 FROM checklist c INDEXED BY checklist_by_location WHERE c.location_id = location.id);
            DELETE FROM species WHERE scientific_name IS NULL AND common_name IS NULL AND NOT EXISTS (
                SELECT 1 FROM observation o INDEXED BY observation_by_species WHERE o.species_id = species.id);
            """)
    }
}

/// Which dates, species and places had records that were added or removed.
struct RecordChange {
    private(set) var dates: Set<Int64> = []
    private(set) var species: Set<Int64> = []
    private(set) var locations: Set<Int64> = []
    /// Whether all were noted. Nothing more is, once they are not.
    var isKnown = true

    /// More are not noted.
    private static let mostNoted = 1 << 18

    mutating func note(date: Int64, location: Int64, species: Int64) {
        guard isKnown else { return }
        dates.insert(date)
        self.species.insert(species)
        locations.insert(location)
        isKnown = max(dates.count, self.species.count, locations.count) <= Self.mostNoted
    }
}
