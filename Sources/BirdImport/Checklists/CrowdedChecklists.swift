import Birds

/// The checklists of one date and location, if they are too many to hold in memory. They are kept in a temporary
/// database, so that memory does not limit their number.
///
/// Invariants:
/// - Every checklist in it has been inserted into the table `checklist`, with the number of species at that time.
///   (`IntegerRows` may still collect the row.) `forEachChanged` gives the rows whose number has become wrong.
/// - Records come in the order of species, as in `Checklists`.
final class CrowdedChecklists {
    /// The memory of the temporary database, in KiB. Pages beyond it are on disk.
    private static let cacheKilobytes = 16 * 1024

    private let database: Database
    private let insert: Statement
    private let find: Statement
    private let keep: Statement
    /// Adds a record to a checklist, or inserts the checklist, and gives its id: one statement for each record.
    private let meet: Statement

    init() throws(StoreError) {
        database = try .temporary(
            """
            CREATE TABLE checklist (
                dataset INTEGER,        -- the rank of the data set
                code TEXT,              -- '' if there is none
                id INTEGER NOT NULL,
                is_met INTEGER NOT NULL,    -- 1 once it has got a record
                species INTEGER NOT NULL,   -- the number of species until now
                stored INTEGER,         -- the number of species in its row; NULL if it was stored before the import
                last INTEGER,           -- the rank of the last species that was counted
                told TEXT,              -- the bytes of `ChecklistDetails`; NULL if there is nothing to tell
                contradicted INTEGER NOT NULL,
                file INTEGER,           -- the origin of `ChecklistDetails`, or NULL
                line INTEGER,
                PRIMARY KEY (dataset, code)
            ) WITHOUT ROWID
            """, cacheKilobytes: Self.cacheKilobytes)
        insert = try database.prepare(
            "INSERT INTO checklist VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, 0, NULL, NULL) ON CONFLICT DO NOTHING")
        find = try database.prepare(
            "SELECT told, contradicted, file, line FROM checklist WHERE dataset = ?1 AND code = ?2")
        keep = try database.prepare(
            "UPDATE checklist SET told = ?3, contradicted = ?4, file = ?5, line = ?6 WHERE dataset = ?1 AND code = ?2")
        meet = try database.prepare(
            """
            INSERT INTO checklist VALUES (?1, ?2, ?3, 1, ?4 IS NOT NULL, ?4 IS NOT NULL, ?4, NULL, 0, NULL, NULL)
            ON CONFLICT (dataset, code) DO UPDATE SET
                is_met = 1, species = species + (?4 IS NOT NULL AND ?4 IS NOT last), last = coalesce(?4, last)
            RETURNING id
            """)
    }

    /// Adds a checklist from memory. A second one with the same data set and code is ignored, since records go to the
    /// first.
    func add(_ checklist: HeldChecklist) throws(StoreError) {
        insert.bind(1, checklist.dataset)
        bind(insert, checklist.code)
        insert.bind(3, checklist.id)
        insert.bind(4, checklist.isMet ? 1 : 0)
        insert.bind(5, checklist.speciesCount)
        insert.bind(6, checklist.exists ? nil : checklist.speciesCount)
        insert.bind(7, checklist.lastSpecies)
        try insert.run()
        if database.changes > 0, checklist.told.details.describesChecklist { try tell(checklist) }
    }

    /// The id of a record's checklist, which is added if it is new.
    /// - Parameters:
    ///   - new: The id for a new checklist.
    ///   - species: The rank of the record's species, never less than that of an earlier record; nil if the species
    ///     does not count.
    /// - Returns: `new` if the checklist is new. The caller then inserts its row.
    func id(dataset: Int, code: ArraySlice<UInt8>, new: Int64, species: Int?) throws(StoreError) -> Int64 {
        meet.bind(1, dataset)
        bind(meet, code)
        meet.bind(3, new)
        meet.bind(4, species)
        var id = new
        while try meet.step() { id = meet.int64(0) }
        return id
    }

    /// Keeps what rows tell of a checklist that is in it.
    func tell(_ checklist: HeldChecklist) throws(StoreError) {
        try keep(checklist.told, dataset: checklist.dataset, code: checklist.code)
    }

    /// Tells a checklist what one more row says of it.
    func tell(
        dataset: Int, code: ArraySlice<UInt8>, _ details: RecordDetails, _ bytes: [UInt8]
    ) throws(StoreError) {
        find.bind(1, dataset)
        bind(find, code)
        var told: ChecklistDetails?
        while try find.step() { told = Self.told(find, from: 0) }
        var all = told ?? ChecklistDetails(details, bytes)
        if all.add(details, bytes) || told == nil { try keep(all, dataset: dataset, code: code) }
    }

    private func keep(_ told: ChecklistDetails, dataset: Int, code: ArraySlice<UInt8>) throws(StoreError) {
        keep.bind(1, dataset)
        bind(keep, code)
        told.bytes.withUnsafeBytes { keep.bind(3, text: $0) }
        keep.bind(4, Int64(told.contradicted))
        keep.bind(5, told.origin?.file)
        keep.bind(6, told.origin?.line)
        try keep.run()
    }

    /// What the current row of a query tells, in its columns `told`, `contradicted`, `file` and `line`; nil if nothing.
    private static func told(_ row: Statement, from first: Int32) -> ChecklistDetails? {
        if row.isNull(first) { return nil }
        let origin = row.optionalInt64(first + 2).map {
            RecordDetails.Origin(file: Int($0), line: Int(row.int64(first + 3)))
        }
        return ChecklistDetails(
            row.bytes(first), contradicted: UInt32(truncatingIfNeeded: row.int64(first + 1)), origin: origin)
    }

    /// Calls `body` with each checklist of which rows tell something, and whether it was stored before the import.
    func forEachTold(
        _ body: (_ id: Int64, ChecklistDetails, _ exists: Bool) throws(StoreError) -> Void
    ) throws(StoreError) {
        let select = try database.prepare(
            "SELECT told, contradicted, file, line, id, stored IS NULL FROM checklist WHERE told IS NOT NULL ORDER BY id"
        )
        while try select.step() {
            if let told = Self.told(select, from: 0) { try body(select.int64(4), told, select.int64(5) == 1) }
        }
    }

    private func bind(_ statement: Statement, _ code: ArraySlice<UInt8>) {
        code.withUnsafeBytes { statement.bind(2, text: $0) }
    }

    /// The number of checklists that have got a record.
    func countMet() throws(StoreError) -> Int {
        Int(try database.integer("SELECT count(*) FROM checklist WHERE is_met") ?? 0)
    }

    /// Calls `body` with the id of each checklist whose stored count is wrong, by ascending id.
    /// - Parameter body: `species` is the right count. It is nil for a checklist that was stored before the import and
    ///   has got records: its older records are not known here.
    func forEachChanged(_ body: (_ id: Int64, _ species: Int64?) throws(StoreError) -> Void) throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT id, CASE WHEN stored IS NOT NULL THEN species END FROM checklist
            WHERE is_met AND species IS NOT stored ORDER BY id
            """)
        while try select.step() { try body(select.int64(0), select.optionalInt64(1)) }
    }
}
