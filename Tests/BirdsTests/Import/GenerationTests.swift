import Glibc
import Testing

@testable import Birds

@Suite struct GenerationTests {
    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture()
        fixture.write("a.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
    }

    @Test func refusesASecondChangeAtTheSameTime() throws {
        let first = try Generation(path: fixture.database)
        fixture.write("birds.db.new", "what the first one makes")
        let sentence =
            "\(fixture.database) can't be changed now: another import is under way. Try again when it has ended."
        #expect(throws: ImportError.refused(sentence)) { try fixture.run("a.csv") }
        #expect(fixture.text("birds.db.new") == "what the first one makes")
        withExtendedLifetime(first) {}
    }

    @Test func clearsAwayWhatAKilledImportLeft() throws {
        fixture.write("birds.db.new", "half a database")
        try fixture.run("a.csv")
        #expect(fixture.names == ["a.csv", "birds.db", "birds.db.lock"])
        #expect(try fixture.isSound())
    }

    @Test func leavesTheDatabaseAsItWasWhereTheChangeFails() throws {
        try fixture.run("a.csv")
        let before = fixture.bytes("birds.db")
        let generation = try Generation(path: fixture.database)
        #expect(throws: ImportError.self) {
            try generation.change { (database) throws(StoreError) in
                try database.execute("DELETE FROM observation")
                try database.execute("no SQL")
            }
        }
        // Counts that do not agree with the records are noticed before anyone sees them.
        #expect(throws: ImportError.self) {
            try generation.change { (database) throws(StoreError) in try database.execute("DELETE FROM observation") }
        }
        #expect(fixture.bytes("birds.db") == before)
        #expect(!fixture.names.contains("birds.db.new"))
    }

    @Test func keepsTheModeAndMakesANewFile() throws {
        try fixture.run("a.csv")
        chmod(fixture.database, 0o640)
        let before = try #require(FileIdentity(path: fixture.database))
        try fixture.run("a.csv")
        var status = stat()
        stat(fixture.database, &status)
        #expect(status.st_mode & 0o7777 == 0o640)
        #expect(FileIdentity(path: fixture.database)?.inode != before.inode)
    }

    @Test func followsASymbolicLink() throws {
        symlink(fixture.path("real.db"), fixture.database)
        #expect(throws: ImportError.self) { try fixture.run("a.csv") }
        unlink(fixture.database)
        try fixture.run("a.csv")
        rename(fixture.database, fixture.path("real.db"))
        symlink(fixture.path("real.db"), fixture.database)
        fixture.write("b.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
        try fixture.run("b.csv")
        #expect(try fixture.records().count == 2)
        #expect(isLink)
    }

    private var isLink: Bool {
        var status = stat()
        return lstat(fixture.database, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}
