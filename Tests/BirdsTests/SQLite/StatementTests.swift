import Birds
import CSQLite
import Fixtures
import Testing

@Suite struct StatementTests {
    private let database: Database

    init() throws { database = try Database(path: "", mode: .readWrite) }

    @Test func aBindToAnUnknownParameterStopsTheQuery() throws {
        let statement = try database.prepare("SELECT 1 WHERE ?1 = 1")
        statement.bind(1, 1)
        statement.bind(2, 1)
        #expect(
            throws: StoreError.sqlite(
                code: SQLITE_RANGE, message: "column index out of range", sql: "SELECT 1 WHERE ?1 = 1")
        ) { try statement.step() }
        // With a correct bind it runs.
        statement.bind(1, 1)
        #expect(try statement.step())
    }

    @Test(arguments: [true, false])
    func aTextThatIsTooLongStopsTheQuery(asBytes: Bool) throws {
        try database.execute("CREATE TABLE t (a TEXT)")
        let insert = try database.prepare("INSERT INTO t VALUES (?1)")
        let text = String(repeating: "a", count: 1001)
        func bind(_ text: String) {
            if asBytes { insert.bind(1, utf8: Array(text.utf8), 0..<text.utf8.count) } else { insert.bind(1, text) }
        }
        bind("fits")
        try insert.run()
        database.limit(SQLITE_LIMIT_LENGTH, to: 1000)
        bind(text)
        #expect(throws: StoreError.self) { try insert.run() }
        // Neither the earlier value nor NULL was stored.
        #expect(try database.integer("SELECT count(*) FROM t") == 1)
        bind(String(text.prefix(900)))
        try insert.run()
        #expect(try database.integer("SELECT max(length(a)) FROM t") == 900)
    }

    @Test func aSizeOver32BitsIsNotTruncated() throws {
        let statement = try database.prepare("SELECT length(?1)")
        var byte: UInt8 = 0x61
        withUnsafeBytes(of: &byte) { one in
            // SQLite checks the size first, so it does not read the bytes that are missing.
            statement.bind(1, text: UnsafeRawBufferPointer(start: one.baseAddress, count: 1 << 32 + 1))
        }
        #expect(throws: StoreError.self) { try statement.step() }
    }

    @Test func anEmptyTextIsNotNull() throws {
        let statement = try database.prepare("SELECT ?1 IS NULL, length(?1)")
        statement.bind(1, utf8: [], 0..<0)
        #expect(try statement.step() && statement.int64(0) == 0 && statement.int64(1) == 0)
        statement.reset()
        statement.bind(1, "")
        #expect(try statement.step() && statement.int64(0) == 0)
    }
}
