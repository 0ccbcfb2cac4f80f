import Birds
import Glibc
import Testing

@testable import Fixtures

@Suite struct RefusedFilesTests {
    @Test(arguments: [
        (
            "PRAGMA user_version = \(Schema.version + 1)",
            "it was made by a newer Rookery (layout \(Schema.version + 1), this one knows \(Schema.version)); update Rookery"
        ),
        (
            "PRAGMA user_version = 1",
            "it was made by an older Rookery (layout 1); import a file into it to bring it up to date"
        ),
        ("PRAGMA user_version = 0", "its layout number is 0, which no Rookery writes; import into a new file"),
        (
            "PRAGMA application_id = 7",
            "it is not a Rookery database; import it into one with 'rookery import FILE --database birds.db'"
        ),
        ("DELETE FROM generation", "its generation is missing; import into a new file"),
        ("UPDATE generation SET published_at = 'never'", "its generation is missing; import into a new file"),
    ])
    func aFileThatCannotBeServedIsRefusedWithTheWayOut(edit: String, reason: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("birds.db")
        try Fixture.random(seed: 91, records: 10).write(to: path)
        try Database(path: path, mode: .readWrite).execute(edit)
        let expected = StoreError.unusable(path: path, reason: reason)
        #expect(expected.sentence == "\(path) can't be used: \(reason)")
        #expect(throws: expected) { try ObservationStore(path: path) }
    }

    @Test func aTextFileIsNoDatabase() throws {
        let fixture = try ImportFixture()
        fixture.write(
            "birds.db", "this is no database, but long enough to have a header of one, if it were one, and more")
        #expect(
            throws: StoreError.unusable(
                path: fixture.database, reason: "it can't be read as a Rookery database (file is not a database)")
        ) { try ObservationStore(path: fixture.database) }
        #expect(
            StoreError.missing(path: "/x.db").sentence
                == "there is no database at /x.db; make one with 'rookery import FILE --database /x.db'")
    }

    /// A file that was refused is tried again every second, since what was wrong may have passed.
    @Test func aRefusedFileIsTriedAgainAfterASecond() throws {
        let database = try ReplaceableDatabase(seed: 92, records: 20)
        let watch = try StoreWatch(path: database.path, patience: .max)
        let old = watch.current(now: 0)
        try database.replace(records: 5)
        try database.breakForNow {
            #expect(watch.current(now: 1_000_000_000) === old)
            #expect(watch.lastRefusal != nil)
        }
        #expect(watch.current(now: 1_999_999_999) === old)
        let new = watch.current(now: 2_050_000_000)
        #expect(new !== old)
        #expect(try new.ids(ObservationQuery()).count == 5)
    }

    /// If the old file comes back, a later failure of the other is told again.
    @Test func aRefusalAfterTheServedFileCameBackIsNew() throws {
        let database = try ReplaceableDatabase(seed: 93, records: 20)
        let folder = database.folder
        let watch = try StoreWatch(path: database.path, patience: .max)
        func move(_ from: String, _ to: String) throws {
            try #require(rename(folder.path(from), folder.path(to)) == 0)
        }
        try Fixture.random(seed: 94, records: 3).write(to: folder.path("bad.db"))
        try Database(path: folder.path("bad.db"), mode: .readWrite).execute("DELETE FROM generation")
        for second in [1, 3] {
            try move("birds.db", "kept.db")
            try move("bad.db", "birds.db")
            _ = watch.current(now: UInt64(second) * 1_000_000_000)
            #expect(watch.lastRefusal != nil, "\(second)")
            try move("birds.db", "bad.db")
            try move("kept.db", "birds.db")
            _ = watch.current(now: UInt64(second + 1) * 1_000_000_000)
            #expect(watch.lastRefusal == nil)
        }
    }

    @Test func onlyFourIdleStoresAreKept() throws {
        let database = try ReplaceableDatabase(seed: 95, records: 20)
        let pool = StorePool(path: database.path)
        func withdraw(_ rest: Int, _ seen: inout Set<ObjectIdentifier>) throws {
            let lease = try pool.withdraw(Canceller())
            seen.insert(try lease.read { ObjectIdentifier($0) })
            if rest > 1 { try withdraw(rest - 1, &seen) }
            lease.end()
        }
        var (first, second): (Set<ObjectIdentifier>, Set<ObjectIdentifier>) = ([], [])
        try withdraw(6, &first)
        #expect(first.count == 6 && pool.count == 0)
        try withdraw(4, &second)
        #expect(second.count == 4 && second.isSubset(of: first))
    }
}
