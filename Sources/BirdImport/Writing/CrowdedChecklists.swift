import Birds

/// The checklists of a date and a location where there are too many to hold them. They wait in a temporary database, so that
/// their number is not bounded by memory.
///
/// Their rows are in the table `checklist` already, with the species that were counted until then.
final class CrowdedChecklists {
    private static let cacheKilobytes = 16 * 1024

    private let database: Database
    private let insert: Statement
    private let meet: Statement

    init() throws(StoreError) {
        database = try .temporary(
            """
            CREATE TABLE checklist (
                dataset INTEGER,        -- its rank
                code TEXT,              -- '' where there is none
                id INTEGER NOT NULL,
                is_met INTEGER NOT NULL,
                species INTEGER NOT NULL,
                stored INTEGER,         -- the species that its row counts; NULL where it was there before
                last INTEGER,           -- the rank of the last species that was counted
                PRIMARY KEY (dataset, code)
            ) WITHOUT ROWID
            """, cacheKilobytes: Self.cacheKilobytes)
        insert = try database.prepare(
            "INSERT INTO checklist VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING")
        meet = try database.prepare(
            """
            INSERT INTO checklist VALUES (?1, ?2, ?3, 1, ?4 IS NOT NULL, ?4 IS NOT NULL, ?4)
            ON CONFLICT (dataset, code) DO UPDATE SET
                is_met = 1, species = species + (?4 IS NOT NULL AND ?4 IS NOT last), last = coalesce(?4, last)
            RETURNING id
            """)
    }

    /// Takes over a checklist, unless there is one of its data set and code.
    func add(_ checklist: HeldChecklist) throws(StoreError) {
        insert.bind(1, checklist.dataset)
        bind(insert, checklist.code)
        insert.bind(3, checklist.id)
        insert.bind(4, checklist.isMet ? 1 : 0)
        insert.bind(5, checklist.speciesCount)
        insert.bind(6, checklist.exists ? nil : checklist.speciesCount)
        insert.bind(7, checklist.lastSpecies)
        try insert.run()
    }

    /// The id of a record's checklist.
    /// - Parameters:
    ///   - new: the id that it gets where there is none.
    ///   - species: the rank of the record's, which comes in ascending order; nil for one that does not count.
    func id(dataset: Int, code: ArraySlice<UInt8>, new: Int64, species: Int?) throws(StoreError) -> Int64 {
        meet.bind(1, dataset)
        bind(meet, code)
        meet.bind(3, new)
        meet.bind(4, species)
        var id = new
        while try meet.step() { id = meet.int64(0) }
        return id
    }

    private func bind(_ statement: Statement, _ code: ArraySlice<UInt8>) {
        code.withUnsafeBytes { statement.bind(2, text: $0) }
    }

    /// How many a record came to.
    func countMet() throws(StoreError) -> Int {
        Int(try database.integer("SELECT count(*) FROM checklist WHERE is_met") ?? 0)
    }

    /// Goes through the ids, ascending, of those whose rows do not count the species that they have.
    /// - Parameter species: how many there are; nil for one that was there before, and that a record came to.
    func forEachChanged(_ body: (_ id: Int64, _ species: Int64?) throws(StoreError) -> Void) throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT id, CASE WHEN stored IS NOT NULL THEN species END FROM checklist
            WHERE is_met AND species IS NOT stored ORDER BY id
            """)
        while try select.step() { try body(select.int64(0), select.optionalInt64(1)) }
    }
}
