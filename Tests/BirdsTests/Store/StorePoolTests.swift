import Foundation
import Testing

@testable import Birds

@Suite struct StorePoolTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("birds.db")
        try publish(records: 20)
    }

    private func publish(records count: Int) throws {
        try folder.publish("birds.db", seed: 41, records: count)
    }

    @Test func noMoreThanTheLimitAreOut() throws {
        let pool = StorePool(path: path, limit: 2)
        let one = try pool.withdraw()
        let other = try pool.withdraw()
        #expect(one !== other)
        #expect(throws: StoreError.busy) { try pool.withdraw() }
        pool.deposit(one)
        #expect(try pool.withdraw() === one)
    }

    @Test func aFailureToOpenTakesNoPlace() throws {
        let pool = StorePool(path: folder.path("none.db"), limit: 1)
        for _ in 0..<3 {
            #expect(throws: StoreError.missing(path: folder.path("none.db"))) { try pool.withdraw() }
        }
    }

    @Test func aStoreComesBackAsNew() throws {
        let pool = StorePool(path: path, limit: 1)
        let store = try pool.withdraw()
        store.setBudget(nanoseconds: 0)
        store.canceller.cancel()
        pool.deposit(store)
        #expect(try pool.withdraw().ids(ObservationQuery()).count == 20)
    }

    @Test func storesAreOfTheNewestGeneration() throws {
        let pool = StorePool(path: path, limit: 3)
        let old = try pool.withdraw()
        let other = try pool.withdraw()
        pool.deposit(other)
        try publish(records: 5)
        let new = try pool.withdraw()
        #expect(try new.ids(ObservationQuery()).count == 5)
        // One that comes back late is not handed out again.
        pool.deposit(old)
        #expect(try pool.withdraw() !== old)
    }

    @Test func oldStoresAreClosedWhenAsked() throws {
        let pool = StorePool(path: path, limit: 1)
        weak var resting: ObservationStore?
        do {
            let store = try pool.withdraw()
            resting = store
            pool.deposit(store)
        }
        pool.discardOld()
        #expect(resting != nil)
        try publish(records: 5)
        pool.discardOld()
        #expect(resting == nil)
    }

    @Test func whereTheNewFileIsBadTheOldOneServes() throws {
        let pool = StorePool(path: path, limit: 2)
        let old = try pool.withdraw()
        pool.deposit(old)
        try Data("this is no database".utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        #expect(try pool.withdraw() === old)
        #expect(throws: StoreError.self) { try pool.withdraw() }
        pool.deposit(old)
        #expect(try pool.withdraw() === old)
    }
}
