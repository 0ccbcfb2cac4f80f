import Birds

/// The codes that files give to their records, to find those that come twice. They wait in a temporary database, so that their
/// number is not bounded by memory.
final class SourceCodes {
    private static let cacheKilobytes = 32 * 1024

    private let database: Database
    private let insert: Statement
    private let first: Statement

    init() throws(StoreError) {
        database = try .temporary(
            """
            CREATE TABLE source (dataset INTEGER, code TEXT, file INTEGER, line INTEGER, PRIMARY KEY (dataset, code))
                WITHOUT ROWID
            """, cacheKilobytes: Self.cacheKilobytes)
        insert = try database.prepare("INSERT INTO source VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
        first = try database.prepare("SELECT file, line FROM source WHERE dataset = ?1 AND code = ?2")
    }

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

    func forEach(_ body: (_ dataset: Int, _ code: String) throws(StoreError) -> Void) throws(StoreError) {
        let select = try database.prepare("SELECT dataset, code FROM source")
        while try select.step() { try body(Int(select.int64(0)), select.text(1) ?? "") }
    }
}
