import Birds

/// The codes that files give to their own records, such as `OBS123`. It finds records that an import contains twice.
///
/// Invariant: a data set has each code at most once, as the index `observation_by_source_id` of the database requires.
///
/// The codes are kept in a temporary database, so that memory does not limit their number.
final class SourceCodes {
    /// The memory of the temporary database, in KiB. Pages beyond it are on disk.
    private static let cacheKilobytes = 32 * 1024

    private let database: Database
    private let insert: Statement
    private let first: Statement
    private let count: Statement

    /// - Throws: `StoreError` if the temporary database can't be created, as all functions here if it can't be used.
    init() throws(StoreError) {
        database = try .temporary(
            """
            CREATE TABLE source (dataset INTEGER, code TEXT, file INTEGER, line INTEGER, number INTEGER DEFAULT 1,
                PRIMARY KEY (dataset, code)) WITHOUT ROWID
            """, cacheKilobytes: Self.cacheKilobytes)
        insert = try database.prepare(
            "INSERT INTO source (dataset, code, file, line) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
        first = try database.prepare("SELECT file, line FROM source WHERE dataset = ?1 AND code = ?2")
        count = try database.prepare(
            "UPDATE source SET number = number + 1 WHERE dataset = ?1 AND code = ?2 RETURNING number")
    }

    /// The number of a record among those of its data set that have one code: 2 for the first repetition.
    func numberOfRepetition(_ row: Row, _ code: Row.Cell, dataset: Int) throws(StoreError) -> Int {
        count.bind(1, dataset)
        count.bind(2, utf8: row.bytes, code.range)
        var number = 1
        while try count.step() { number = Int(count.int64(0)) }
        return number
    }

    /// Adds the code of a record, unless its data set already has it.
    /// - Parameters:
    ///   - dataset: The number of the data set within the import.
    ///   - file: The position of the file in the import, kept to report where the first record with the code is.
    func add(_ row: Row, _ code: Row.Cell, dataset: Int, file: Int) throws(StoreError) -> Staging.Outcome {
        insert.bind(1, dataset)
        insert.bind(2, utf8: row.bytes, code.range)
        insert.bind(3, file)
        insert.bind(4, row.line)
        try insert.run()
        if database.changes > 0 { return .staged }
        first.bind(1, dataset)
        first.bind(2, utf8: row.bytes, code.range)
        defer { first.reset() }
        guard try first.step() else { return .repeated(file: file, line: row.line) }
        return .repeated(file: Int(first.int64(0)), line: Int(first.int64(1)))
    }

    /// Calls `body` with every code and the number of its data set within the import.
    func forEach(_ body: (_ dataset: Int, _ code: String) throws(StoreError) -> Void) throws(StoreError) {
        let select = try database.prepare("SELECT dataset, code FROM source")
        while try select.step() { try body(Int(select.int64(0)), select.text(1) ?? "") }
    }
}
