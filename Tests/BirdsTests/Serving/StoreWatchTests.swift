import Foundation
import Testing

@testable import Birds
@testable import Fixtures

@Suite struct StoreWatchTests {
    private let database: ReplaceableDatabase
    private var path: String { database.path }

    init() throws { database = try ReplaceableDatabase(seed: 31, records: 5000) }

    @Test func aNewGenerationIsOpenedWhileAnswersOfTheOldOneEnd() throws {
        let watch = try StoreWatch(path: path, patience: .max)
        let old = watch.current(now: 0)
        let cursor = try old.observations(ObservationQuery(), view: .everything, format: .csv)
        var bytes: [UInt8] = []
        #expect(try !cursor.fill(&bytes, limit: 1000))

        try database.replace(records: 7)
        // Too early to look again.
        #expect(watch.current(now: 49_999_999) === old)
        let new = watch.current(now: 50_000_000)
        #expect(new !== old)
        #expect(try new.ids(ObservationQuery()).count == 7)
        #expect(watch.lastRefusal == nil)

        while try !cursor.fill(&bytes, limit: bytes.count + 1000) {}
        #expect(cursor.rowCount == 5000)
    }

    @Test func anEditedFileIsReportedOnce() throws {
        let watch = try StoreWatch(path: path, patience: .max)
        #expect(!watch.lastIsEdited)
        for round in 1...2 {
            try database.replace(records: round)
            try Database(path: path, mode: .readWrite).execute("UPDATE observation SET num = 7")
            _ = watch.current(now: UInt64(round) * 1_000_000_000)
            #expect(watch.lastIsEdited)
            #expect(!watch.lastIsEdited)
        }
    }

    @Test func anUnchangedFileIsNotOpenedAgain() throws {
        let watch = try StoreWatch(path: path, patience: .max)
        let store = watch.current(now: 0)
        for second in 1...20 { #expect(watch.current(now: UInt64(second) * 1_000_000_000) === store) }
    }

    @Test func aBadFileIsRefusedOnceAndTheOldOneStays() throws {
        let watch = try StoreWatch(path: path, patience: .max)
        let old = watch.current(now: 0)
        try database.replaceByText()
        #expect(watch.current(now: 100_000_000) === old)
        #expect(watch.lastRefusal != nil)
        #expect(watch.lastRefusal == nil)
        // It is tried again from time to time, but not reported again.
        #expect(watch.current(now: 5_000_000_000) === old)
        #expect(watch.lastRefusal == nil)
        #expect(try old.ids(ObservationQuery()).count == 5000)

        try FileManager.default.removeItem(atPath: path)
        #expect(watch.current(now: 6_000_000_000) === old)
        #expect(watch.lastRefusal == .missing(path: path))

        try database.replace(records: 3)
        #expect(try watch.current(now: 7_000_000_000).ids(ObservationQuery()).count == 3)
    }

    @Test func aPathThatIsNotAFileIsRefusedAtOnce() throws {
        let watch = try StoreWatch(path: path, patience: .max)
        let old = watch.current(now: 0)
        try FileManager.default.removeItem(atPath: path)
        // Opening a named pipe would wait for a writer.
        try #require(mkfifo(path, 0o600) == 0)
        #expect(watch.current(now: 1_000_000_000) === old)
        #expect(watch.lastRefusal != nil)
        #expect(
            throws: StoreError.unusable(
                path: database.folder.path(""), reason: "it is not a file; give the path of a database")
        ) {
            try ObservationStore(path: database.folder.path(""))
        }
    }
}
