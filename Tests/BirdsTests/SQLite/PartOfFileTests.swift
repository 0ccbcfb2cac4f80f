import Foundation
import Testing

@testable import Birds

@Suite struct PartOfFileTests {
    private let folder: URL

    init() throws {
        // All characters that mean something in a URI.
        folder = FileManager.default.temporaryDirectory.appending(path: "part ?#%41&=é\(UUID().uuidString)")
        // A test of the mask for new files may run at the same time.
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    private func make(_ name: String, rows: Int, page: Int) throws -> URL {
        let url = folder.appending(path: name)
        let database = try Database(path: url.path, mode: .readWrite)
        try database.execute(
            """
            PRAGMA page_size = \(page);
            CREATE TABLE bird (id INTEGER PRIMARY KEY, name TEXT);
            CREATE INDEX bird_by_name ON bird (name);
            WITH RECURSIVE s (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM s WHERE n < \(rows))
            INSERT INTO bird SELECT n, '\(name)' || n FROM s;
            """)
        return url
    }

    /// A file with two databases, one behind the other, and where the second one begins.
    private func joined(firstPage: Int = 8192, secondPage: Int = 8192) throws -> (path: String, offset: Int64) {
        var bytes = try Data(contentsOf: try make("exact", rows: 3000, page: firstPage))
        let offset = Int64(bytes.count)
        bytes += try Data(contentsOf: try make("general", rows: 2000, page: secondPage))
        let url = folder.appending(path: "birds.db")
        try bytes.write(to: url)
        return (url.path, offset)
    }

    @Test(arguments: [(8192, 8192), (512, 8192), (4096, 512)])
    func eachOfTwoDatabasesInAFileIsWhole(first: Int, second: Int) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let (path, offset) = try joined(firstPage: first, secondPage: second)
        for (mode, name, rows) in [(.readOnly, "exact", 3000), (.readOnlyPart(offset: offset), "general", 2000)]
            as [(Database.Mode, String, Int64)]
        {
            let database = try Database(path: path, mode: mode)
            #expect(try database.integer("SELECT count(*) FROM bird WHERE name LIKE '\(name)%'") == rows)
            #expect(try database.integer("SELECT id FROM bird INDEXED BY bird_by_name WHERE name = '\(name)7'") == 7)
            #expect(try database.text("PRAGMA integrity_check") == "ok")
            #expect(FileHeader(database)?.bytes.starts(with: FileHeader.magic) == true)
        }
    }

    /// Both can be open in a process, and closing one leaves the other its lock.
    @Test func bothAreOpenAtOnce() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let (path, offset) = try joined()
        let exact = try Database(path: path, mode: .readOnly)
        try exact.execute("BEGIN")
        #expect(try exact.integer("SELECT count(*) FROM bird") == 3000)
        for _ in 0..<3 {
            let general = try Database(path: path, mode: .readOnlyPart(offset: offset))
            try general.execute("BEGIN")
            #expect(try general.integer("SELECT count(*) FROM bird") == 2000)
            #expect(throws: StoreError.self) { try general.execute("DELETE FROM bird") }
        }
        let writer = try Database(path: path, mode: .readWrite)
        #expect(throws: StoreError.self) { try writer.execute("BEGIN EXCLUSIVE; DELETE FROM bird; COMMIT") }
    }

    /// A part that is not there, or cut off, is an error; and a database has no part.
    @Test func aBrokenPartIsAnError() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let (path, offset) = try joined()
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64 ?? 0
        for other in [offset + 1, offset - 8192, offset + 8192, size, size + 1, .max, -1] {
            #expect(throws: StoreError.self) {
                let part = try Database(path: path, mode: .readOnlyPart(offset: other))
                _ = try part.integer("SELECT count(*) FROM bird")
            }
        }
        #expect(throws: StoreError.self) {
            try Database(path: folder.appending(path: "none").path, mode: .readOnlyPart(offset: 0))
        }
        truncate(path, Int(size) - 8192)
        #expect(throws: StoreError.self) {
            let part = try Database(path: path, mode: .readOnlyPart(offset: offset))
            _ = try part.integer("SELECT count(*) FROM bird")
        }
        #expect(try Database(path: path, mode: .readOnly).integer("SELECT count(*) FROM bird") == 3000)
    }
}
