import Birds

/// Removes records from a database, and the rows that no other record needs.
struct RecordRemoval {
    let database: Database

    /// Changing a larger part of the records than this takes longer with the indexes than making the indexes again.
    private static let largePart = 0.1

    /// Whether a change of `count` records is large enough to drop the indexes first.
    func isLarge(_ count: Int, of all: Int) -> Bool { Double(count) > Double(all) * Self.largePart }

    /// The number of records of all data sets.
    func count() throws(StoreError) -> Int { Int(try database.integer("SELECT count(*) FROM observation") ?? 0) }

    /// The number of records in the rows of some data sets. It is clamped, and used for `isLarge` only.
    func count(of datasets: [Int64]) throws(StoreError) -> Int {
        let count = try database.integer(
            "SELECT CAST(total(records) AS INTEGER) FROM dataset WHERE id IN \(Schema.list(datasets))")
        return min(Int(count ?? 0), Int(Int32.max))
    }

    /// Removes all records and checklists of some data sets. Indexes may be missing.
    /// - Returns: The numbers of removed records and checklists.
    func removeAll(of datasets: [Int64]) throws(StoreError) -> (records: Int, checklists: Int) {
        var removed = (records: 0, checklists: 0)
        let isRemoved = Schema.isOf(datasets: datasets)
        // Details go first, while their records tell the data set. New records may get the same ids, and must not get
        // these details.
        try database.execute(
            """
            DELETE FROM observation_detail WHERE EXISTS (
                SELECT 1 FROM observation o WHERE o.id = observation_detail.id AND \(isRemoved))
            """)
        for table in ["observation", "checklist"] {
            let keepsSome = try database.integer(
                "SELECT EXISTS (SELECT 1 FROM \(table) NOT INDEXED WHERE NOT \(isRemoved))")
            // Without WHERE, SQLite empties a table without visiting its rows
            // (https://www.sqlite.org/lang_delete.html, "The Truncate Optimization").
            try database.execute("DELETE FROM \(table)" + (keepsSome == 1 ? " WHERE \(isRemoved)" : ""))
            guard table == "observation" else {
                removed.checklists = Int(database.changes)
                continue
            }
            removed.records = Int(database.changes)
            if keepsSome == 0 { try database.execute("DELETE FROM summary") }
        }
        return removed
    }

    /// How many of some locations have a row.
    func countPresent(_ locations: [Int64]) throws(StoreError) -> Int {
        let find = try database.prepare("SELECT 1 FROM location WHERE id = ?1")
        var count = 0
        for id in locations {
            find.bind(1, id)
            while try find.step() { count += 1 }
        }
        return count
    }

    /// Removes locations without records and checklists, and species without records. (Those of a species table stay.)
    /// The indexes must exist.
    func removeUnused() throws(StoreError) {
        try database.execute(
            """
            DELETE FROM location WHERE NOT EXISTS (
                SELECT 1 FROM observation o INDEXED BY observation_by_location WHERE o.location_id = location.id)
            AND NOT EXISTS (
                SELECT 1 FROM checklist c INDEXED BY checklist_by_location WHERE c.location_id = location.id);
            DELETE FROM species WHERE listed = 0 AND NOT EXISTS (
                SELECT 1 FROM observation o INDEXED BY observation_by_species WHERE o.species_id = species.id);
            """)
    }
}

/// The dates, species and locations of the records that a change adds or removes, as ids. It tells `DerivedTables`
/// which summaries to make again.
struct RecordChange {
    private(set) var dates: Set<Int64> = []
    private(set) var species: Set<Int64> = []
    private(set) var locations: Set<Int64> = []
    /// Whether all of them are noted. If not, all summaries must be made again, and nothing more is noted.
    var isKnown = true

    /// The most that are noted of either kind, to bound memory.
    private static let mostNoted = 1 << 18

    mutating func note(date: Int64, location: Int64, species: Int64) {
        guard isKnown else { return }
        dates.insert(date)
        self.species.insert(species)
        note(location: location)
    }

    /// Notes a checklist without records.
    mutating func note(location: Int64) {
        guard isKnown else { return }
        locations.insert(location)
        isKnown = max(dates.count, species.count, locations.count) <= Self.mostNoted
    }
}
