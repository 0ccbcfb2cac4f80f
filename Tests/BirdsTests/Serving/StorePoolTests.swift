import CSQLite
import Foundation
import Synchronization
import Testing

@testable import Birds
@testable import Fixtures

@Suite struct StorePoolTests {
    private let database: ReplaceableDatabase
    private var path: String { database.path }

    init() throws { database = try ReplaceableDatabase(seed: 41, records: 20) }

    @Test func eachStoreIsLentOnce() throws {
        let pool = StorePool(path: path)
        let one = try pool.withdraw()
        let other = try pool.withdraw()
        let store = one.store
        #expect(store != other.store && pool.count == 2)
        one.end()
        #expect(pool.count == 1)
        #expect(try pool.withdraw().store == store)
    }

    @Test func aFailureToOpenDoesNotCountAsLent() throws {
        let pool = StorePool(path: database.folder.path("none.db"))
        for _ in 0..<3 {
            #expect(throws: StoreError.missing(path: database.folder.path("none.db"))) { try pool.withdraw().end() }
        }
    }

    @Test func aReturnedStoreIsReset() throws {
        let pool = StorePool(path: path)
        let canceller = Canceller()
        let lease = try pool.withdraw(canceller)
        lease.setBudget(nanoseconds: 0) {}
        canceller.cancel()
        lease.end()
        #expect(try pool.withdraw().recordCount() == 20)
    }

    @Test func storesHaveTheNewestGeneration() throws {
        let pool = StorePool(path: path)
        let old = try pool.withdraw()
        try pool.withdraw().end()
        try database.replace(records: 5)
        #expect(try pool.withdraw().recordCount() == 5)
        // A store that is returned late is not lent again.
        let store = old.store
        old.end()
        #expect(try pool.withdraw().store != store)
    }

    @Test func oldStoresAreClosedWhenAsked() throws {
        let pool = StorePool(path: path)
        try pool.withdraw().end()
        pool.discardOld()
        #expect(openFiles() == 1)
        try database.replace(records: 5)
        pool.discardOld()
        #expect(openFiles() == 0)
    }

    @Test func theOldFileIsServedWhileTheNewOneIsBad() throws {
        let pool = StorePool(path: path)
        let first = try pool.withdraw()
        let store = first.store
        first.end()
        try database.replaceByText()
        let old = try pool.withdraw()
        #expect(old.store == store)
        #expect(throws: StoreError.self) { try pool.withdraw().end() }
        old.end()
        #expect(try pool.withdraw().store == store)
    }

    /// A file may be refused for a reason that passes, and then be served as it is.
    @Test func oldStoresAreClosedOnceTheNewFileCanBeOpened() throws {
        let clock = ManualClock()
        let pool = StorePool(path: path) { clock.nanoseconds() }
        try pool.withdraw().end()
        try database.replace(records: 5)
        try database.breakForNow {
            // The store of the old file.
            let count = try pool.withdraw().recordCount()
            #expect(count == 20)
        }
        // It is tried again once a second.
        let count = try pool.withdraw().recordCount()
        #expect(count == 20)
        clock.advance(milliseconds: 1000)
        let new = try pool.withdraw()
        let other = try pool.withdraw()
        new.end()
        other.end()
        pool.discardOld()
        #expect(openFiles(deleted: true) == 0)
        #expect(try pool.withdraw().recordCount() == 5)
    }

    private typealias Rows = @Sendable (ObservationStore) throws(StoreError) -> RowCursor

    /// All kinds of rows.
    private static let rows: [(name: String, make: Rows)] = [
        (
            "observations",
            { (store) throws(StoreError) in try store.observations(few, view: .everything, format: .json) }
        ),
        (
            "by species",
            { (store) throws(StoreError) in try store.observations(sorted(.speciesID), view: .everything, format: .json)
            }
        ),
        (
            "by loc_id",
            { (store) throws(StoreError) in
                try store.observations(sorted(.locationID), view: .everything, format: .json)
            }
        ),
        (
            "by loc_id and num",
            { (store) throws(StoreError) in
                var query = sorted(.locationID)
                query.sort.append(SortKey(field: .num, isDescending: false))
                return try store.observations(query, view: .everything, format: .json)
            }
        ),
        (
            "pages by loc_id",
            { (store) throws(StoreError) in
                var query = sorted(.locationID)
                query.page.limit = 3
                query.page.after = try store.nextPage(.observations(query), view: .everything)
                query.page.limit = 2000
                return try store.observations(query, view: .everything, format: .json)
            }
        ),
        (
            "sorted",
            { (store) throws(StoreError) in try store.observations(sorted(.num), view: .everything, format: .json) }
        ),
        ("zero-filled", { (store) throws(StoreError) in try store.zeroFilled(few, view: .everything, format: .json) }),
        (
            "checklists",
            { (store) throws(StoreError) in
                try store.checklists(ObservationQuery(), fields: [.year], view: .everything, format: .json)
            }
        ),
        (
            "checklists of a species",
            { (store) throws(StoreError) in try store.checklists(few, fields: [.year], view: .everything, format: .json)
            }
        ),
        (
            "locations",
            { (store) throws(StoreError) in try store.locations(ObservationQuery(), view: .everything, format: .json) }
        ),
        ("regions", { (store) throws(StoreError) in try store.regions(view: .everything, format: .json) }),
        (
            "summary",
            { (store) throws(StoreError) in try store.summary(by: [.location], few, view: .everything, format: .json) }
        ),
        (
            "summary of records",
            { (store) throws(StoreError) in
                try store.summary(by: [.region, .location], counted, view: .everything, format: .json)
            }
        ),
        (
            "species",
            { (store) throws(StoreError) in try store.species(format: .json, view: View(regions: ["CA"])) }
        ),
        ("data sets", { (store) throws(StoreError) in try store.datasets(format: .json, view: .everything) }),
    ]

    private static var few: ObservationQuery {
        var query = ObservationQuery()
        query.filter.species = (0..<40).map { "sp\(100 + $0)" }
        return query
    }

    private static var counted: ObservationQuery {
        var query = ObservationQuery()
        query.filter.leastNum = 1
        return query
    }

    private static func sorted(_ field: SortKey.Field) -> ObservationQuery {
        var query = ObservationQuery()
        query.sort = [SortKey(field: field, isDescending: false)]
        return query
    }

    @Test(arguments: rows.indices)
    func rowsEndBeforeTheirStoreReturns(_ index: Int) throws {
        var fixture = Fixture.random(seed: 42, records: 3000)
        // Codes of two locations, and a code with more locations than are merged.
        for index in 0..<40 { fixture.locations[index].code = "L100" }
        for index in fixture.records.indices { fixture.records[index].complete = 1 }
        try fixture.write(to: database.folder.path("more.db"))
        let pool = StorePool(path: database.folder.path("more.db"))
        var counts: [Int] = []
        // The first answer prepares statements that the store keeps.
        for _ in 0..<3 {
            let lease = try pool.withdraw()
            try lease.begin(StorePoolTests.rows[index].make)
            var bytes: [UInt8] = []
            #expect(try !lease.fill(&bytes, limit: 1), "\(StorePoolTests.rows[index].name) came at once")
            lease.end()
            // No statement of the rows is running, and none is left that only they had.
            let (all, busy) = try pool.withdraw().statements()
            #expect(busy == 0)
            counts.append(all)
        }
        #expect(counts[2] == counts[1])
    }

    @Test func aLeaseMayEndOnAnyThread() async throws {
        let pool = StorePool(path: path)
        for _ in 0..<20 {
            let lease = try pool.withdraw()
            try lease.begin(StorePoolTests.rows[0].make)
            let body = Held(lease)
            try await Task.detached {
                try body.fill()
            }.value
            await Task.detached { body.end() }.value
            #expect(pool.count == 0)
        }
    }

    /// How many file descriptors of the database, or of a file it replaced, this process has.
    /// - Parameter deleted: Whether only those count that were replaced.
    private func openFiles(deleted: Bool = false) -> Int {
        let links = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return links.count { link in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(link)")
            return target.map { $0.hasPrefix(path) && (!deleted || $0.hasSuffix(" (deleted)")) } ?? false
        }
    }
}

/// A clock that stands still until it is told to go on.
private final class ManualClock: Sendable {
    private let now = Atomic<UInt64>(0)

    func nanoseconds() -> UInt64 { now.load(ordering: .relaxed) }

    func advance(milliseconds: UInt64) { now.add(milliseconds * 1_000_000, ordering: .relaxed) }
}

/// A lease that several threads use one after another.
private final class Held: Sendable {
    private let lease: Mutex<StoreLease?>

    init(_ lease: consuming StoreLease) { self.lease = Mutex(lease) }

    func fill() throws(StoreError) {
        try lease.withLock { (lease) throws(StoreError) in
            var bytes: [UInt8] = []
            switch lease {
            case nil: break
            case .some(let lease): _ = try lease.fill(&bytes, limit: 1)
            }
        }
    }

    func end() { lease.withLock { $0 = nil } }
}

extension StorePool {
    fileprivate func withdraw() throws(StoreError) -> StoreLease { try withdraw(Canceller()) }
}

extension StoreLease {
    /// Identifies its store.
    fileprivate var store: ObjectIdentifier? { try? read { ObjectIdentifier($0) } }

    fileprivate func recordCount() throws(StoreError) -> Int64? {
        try read { (store) throws(StoreError) in
            try store.database.integer("SELECT count(*) FROM observation")
        }
    }

    /// How many statements the connection has, and how many of them are running.
    fileprivate func statements() throws(StoreError) -> (all: Int, busy: Int) {
        try read { store in
            var (all, busy) = (0, 0)
            var statement = sqlite3_next_stmt(store.database.handle, nil)
            while let one = statement {
                all += 1
                if sqlite3_stmt_busy(one) != 0 { busy += 1 }
                statement = sqlite3_next_stmt(store.database.handle, one)
            }
            return (all, busy)
        }
    }
}
