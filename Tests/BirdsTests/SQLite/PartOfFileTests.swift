import CSQLite
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
        try database.execute(sql(name, rows: rows, page: page))
        return url
    }

    private func sql(_ name: String, rows: Int, page: Int) -> String {
        """
        PRAGMA page_size = \(page);
        CREATE TABLE bird (id INTEGER PRIMARY KEY, name TEXT);
        CREATE INDEX bird_by_name ON bird (name);
        WITH RECURSIVE s (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM s WHERE n < \(rows))
        INSERT INTO bird SELECT n, '\(name)' || n FROM s;
        """
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

    /// A part has the bytes of a file of its own, though it grows out of a small cache, shrinks and is packed while the
    /// first database is read. It takes nothing from that but its place.
    @Test(arguments: [(8192, 8192), (512, 8192), (4096, 512)])
    func aPartIsWrittenBehindADatabaseThatIsRead(first: Int, second: Int) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = try make("exact", rows: 3000, page: first)
        let before = try Data(contentsOf: url)
        let offset = Int64(before.count)
        let alone = folder.appending(path: "alone")
        try Data().write(to: alone)
        let exact = try Database(path: url.path, mode: .withoutJournal(offset: 0))
        try exact.execute("CREATE TEMP TABLE note (id INTEGER PRIMARY KEY)")
        let rows = try exact.prepare("SELECT id FROM main.bird")
        let steps = [
            "PRAGMA journal_mode = OFF; PRAGMA cache_size = 10; BEGIN; \(sql("general", rows: 20_000, page: second))",
            "COMMIT; DELETE FROM bird WHERE id % 3 > 0; CREATE TABLE other AS SELECT * FROM bird WHERE id < 1000",
            "VACUUM",
        ]
        var sizes: [Int] = []
        do {
            let part = try Database(path: url.path, mode: .withoutJournal(offset: offset))
            let whole = try Database(path: alone.path, mode: .withoutJournal(offset: 0))
            for step in steps {
                #expect(try rows.step())
                try exact.execute(
                    "INSERT INTO note SELECT min(id) FROM main.bird WHERE id > (SELECT count(*) FROM note)")
                try part.execute(step)
                try whole.execute(step)
                let bytes = try Data(contentsOf: url)
                #expect(bytes.prefix(before.count) == before)
                #expect(try bytes.dropFirst(before.count) == Data(contentsOf: alone))
                sizes.append(bytes.count)
            }
        }
        #expect(sizes[2] < sizes[1])
        #expect(try exact.text("PRAGMA integrity_check") == "ok")
        let part = try Database(path: url.path, mode: .readOnlyPart(offset: offset))
        #expect(try part.integer("SELECT count(*) FROM bird WHERE name LIKE 'general%'") == 6666)
        #expect(try part.text("PRAGMA integrity_check") == "ok")
    }

    /// Another process sees the lock of a connection that reads, although the file was opened and closed once more.
    @Test func writingAPartLeavesALockInPlace() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let (path, offset) = try joined()
        let other = open(path, O_RDWR)
        defer { close(other) }
        func isLocked() -> Bool {
            var lock = flock()
            (lock.l_type, lock.l_whence) = (Int16(F_WRLCK), Int16(SEEK_SET))
            // The SHARED bytes. F_OFD_GETLK tells of locks of this process too.
            (lock.l_start, lock.l_len) = (0x4000_0002, 510)
            return fcntl(other, 36, &lock) == 0 && Int32(lock.l_type) != F_UNLCK
        }
        #expect(!isLocked())
        let exact = try Database(path: path, mode: .readOnly)
        try exact.execute("BEGIN")
        #expect(try exact.integer("SELECT count(*) FROM bird") == 3000)
        #expect(isLocked())
        try Database(path: path, mode: .withoutJournal(offset: offset)).execute("DELETE FROM bird; VACUUM")
        #expect(isLocked())
        try exact.execute("COMMIT")
        #expect(!isLocked())
        #expect(
            try Database(path: path, mode: .readOnlyPart(offset: offset)).integer("SELECT count(*) FROM bird") == 0)
    }

    /// There is no place before the file or beyond the greatest offset, and no part of a file that does not exist.
    @Test func writesNowhereElse() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = try make("exact", rows: 3000, page: 8192)
        let before = try Data(contentsOf: url)
        for offset: Int64 in [-1, .min, .max, .max - 8191] {
            #expect(throws: StoreError.self) {
                try Database(path: url.path, mode: .withoutJournal(offset: offset)).execute("CREATE TABLE t (a)")
            }
        }
        #expect(try Data(contentsOf: url) == before)
        let none = folder.appending(path: "none").path
        #expect(throws: StoreError.self) { try Database(path: none, mode: .withoutJournal(offset: 0)) }
        #expect(!FileManager.default.fileExists(atPath: none))
    }

    /// A file is not opened in another way, in which SQLite would look for a journal.
    @Test func aFileIsNotOpenedWhereTheVFSCanNotBeRegistered() async {
        await #expect(processExitsWith: .success) {
            // Without any VFS to copy there is none to register. The others are then there again.
            var others: [UnsafeMutablePointer<sqlite3_vfs>] = []
            while let other = sqlite3_vfs_find(nil) {
                others.append(other)
                sqlite3_vfs_unregister(other)
            }
            try #require(!others.isEmpty && !PartOfFile.isRegistered)
            for other in others { sqlite3_vfs_register(other, other == others[0] ? 1 : 0) }
            let path = "/tmp/rookery-vfs-\(UInt64.random(in: 0 ... .max)).db"
            _ = try Database(path: path, mode: .readWrite).execute("CREATE TABLE t (a)")
            defer { unlink(path) }
            #expect(throws: StoreError.self) { _ = try Database(path: path, mode: .withoutJournal(offset: 0)) }
        }
    }
}
