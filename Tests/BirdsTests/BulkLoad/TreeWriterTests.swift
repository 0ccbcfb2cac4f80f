import Glibc
import Testing

@testable import Birds

@Suite struct TreeWriterTests {
    private struct Record {
        var id: Int64
        var number: Int64?
        var real: Double?
        var text: String
    }

    /// Rows in the order of ids, with numbers of all sizes and texts from nothing to several pages.
    private static func records(_ count: Int, seed: UInt64, longest: Int) -> [Record] {
        var random = SplitMix(state: seed)
        let edges: [Int64] = [0, 1, -1, 127, 128, -128, -129, 32767, 32768, -32769, 8_388_607, 8_388_608, .max, .min]
        return (0..<count).map { index in
            let shift = Int64.random(in: 0...62, using: &random)
            let number: Int64? =
                switch index % 4 {
                case 0: nil
                case 1: edges.randomElement(using: &random)
                default: Int64.random(in: -(1 << shift)...(1 << shift), using: &random)
                }
            let length = index % 50 == 7 ? Int.random(in: 0...longest, using: &random) : index % 40
            return Record(
                id: Int64(index) * 3 + 1, number: number, real: index % 3 == 0 ? nil : Double(index) / 7,
                text: String(repeating: "ü", count: length))
        }
    }

    /// The rows of a query, each value as SQLite quotes it.
    private func rows(_ database: Database, _ sql: String) throws -> [String] {
        let select = try database.prepare(sql)
        var rows: [String] = []
        while try select.step() { rows.append((0..<4).map { select.text($0) ?? "-" }.joined(separator: "|")) }
        return rows
    }

    @Test(arguments: [0, 1, 2, 3, 30, 200, 5000, 60_000]) func fillsTreesAsSQLiteWould(count: Int) throws {
        let folder = try TemporaryFolder()
        let records = Self.records(count, seed: UInt64(count), longest: count > 1000 ? 3000 : 20_000)
        let schema = """
            CREATE TABLE t (id INTEGER PRIMARY KEY, number INTEGER, real REAL, text TEXT) STRICT;
            CREATE INDEX i ON t (number, text);
            CREATE TABLE w (number INTEGER, id INTEGER, text TEXT, PRIMARY KEY (number, id)) WITHOUT ROWID;
            """
        let expected = try Database(path: folder.path("expected.db"), mode: .readWrite)
        try expected.execute("PRAGMA journal_mode = OFF; \(schema) BEGIN")
        let insert = try expected.prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4)")
        for record in records {
            insert.bind(1, record.id)
            insert.bind(2, record.number)
            insert.bind(3, record.real)
            if record.text.isEmpty { insert.bindNull(4) } else { insert.bind(4, record.text) }
            try insert.run()
        }
        try expected.execute("INSERT INTO w SELECT coalesce(number, 0), id, text FROM t; COMMIT")

        let database = try Database(path: folder.path("t.db"), mode: .readWrite)
        try database.execute("PRAGMA journal_mode = OFF; \(schema)")
        func root(_ name: String) throws -> UInt32 {
            UInt32(try #require(try database.integer("SELECT rootpage FROM sqlite_schema WHERE name = '\(name)'")))
        }
        let file = try PageFile(path: folder.path("t.db"))
        var row = RowPayload()
        let table = TreeWriter(file, root: try root("t"), .table)
        for record in records {
            row.begin()
            row.addNull()
            row.add(record.number)
            row.add(record.real)
            row.add(text: Array(record.text.utf8)[...])
            try table.add(&row, id: record.id)
        }
        try table.finish()
        let byNumber = TreeWriter(file, root: try root("i"), .index)
        let sorted = try expected.prepare("SELECT number, text, id FROM t ORDER BY number, text, id")
        while try sorted.step() {
            row.begin()
            row.add(sorted.optionalInt64(0))
            row.add(text: Array((sorted.text(1) ?? "").utf8)[...])
            row.add(sorted.int64(2))
            try byNumber.add(&row)
        }
        try byNumber.finish()
        let keys = TreeWriter(file, root: try root("w"), .index)
        let ordered = try expected.prepare("SELECT number, id, text FROM w ORDER BY number, id")
        while try ordered.step() {
            row.begin()
            row.add(ordered.int64(0))
            row.add(ordered.int64(1))
            row.add(text: Array((ordered.text(2) ?? "").utf8)[...])
            try keys.add(&row)
        }
        try keys.finish()
        try file.finish()

        // The connection has seen the file before: it must notice that it is another now.
        for database in [database, try Database(path: folder.path("t.db"), mode: .readWrite)] {
            #expect(try database.text("PRAGMA integrity_check") == "ok")
            for sql in [
                "SELECT id, number, real, text FROM t ORDER BY id",
                "SELECT id, number, text, 0 FROM t INDEXED BY i WHERE number > -5 ORDER BY number, text, id",
                "SELECT number, id, text, 0 FROM w ORDER BY number, id",
            ] {
                #expect(try rows(database, sql) == rows(expected, sql))
            }
        }
        // And it goes on with the file as with one of its own.
        try database.execute(
            "INSERT INTO t (number, text) SELECT number, 'new' FROM t LIMIT 1000; DELETE FROM t WHERE id % 2 = 0")
        #expect(try database.text("PRAGMA integrity_check") == "ok")
    }

    @Test func leavesThePageAloneThatSQLiteLocks() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("t.db")
        do {
            let database = try Database(path: path, mode: .readWrite)
            try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
        }
        // A file with a hole, nearly 1 GiB long.
        try #require(truncate(path, (262_145 - 10) * 4096) == 0)
        let file = try PageFile(path: path)
        var extent = PageFile.Extent()
        let page = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
        defer { page.deallocate() }
        page.initializeMemory(as: UInt8.self, repeating: 1)
        var numbers: [UInt32] = []
        for _ in 0..<100 { numbers.append(try file.append(UnsafeRawBufferPointer(page), to: &extent)) }
        #expect(numbers.first == 262_136 && Set(numbers).count == 100)
        #expect(!numbers.contains(262_145) && numbers.contains { $0 > 262_145 })
    }

    @Test func refusesAFileWhosePagesAreOfAnotherKind() throws {
        let folder = try TemporaryFolder()
        let database = try Database(path: folder.path("t.db"), mode: .readWrite)
        try database.execute("PRAGMA page_size = 8192; CREATE TABLE t (id INTEGER PRIMARY KEY)")
        #expect(throws: StoreError.self) { try PageFile(path: folder.path("t.db")) }
        #expect(throws: StoreError.self) { try PageFile(path: folder.path("none.db")) }
    }
}
