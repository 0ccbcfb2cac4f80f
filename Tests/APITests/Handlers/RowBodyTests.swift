import Birds
import HTTP
import Logging
import Testing

@testable import API

@Suite struct RowBodyTests {
    private let fixture: ServiceFixture
    private let pool: StorePool
    private let canceller = Canceller()

    init() throws {
        let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
        let rows = (1...5000).map { "L\($0),60.5,-135.25,CA-YT,2021,2,1,stejay,\($0)\n" }
        fixture = try ServiceFixture(plain: header + rows.joined())
        pool = StorePool(path: fixture.configuration.database)
    }

    /// The rest of an answer of all records, whose time for its first piece is over.
    private func body(timeout: UInt64, logger: Logger? = nil) throws -> RowBody {
        let lease = try pool.withdraw(canceller)
        try lease.begin { (store) throws(StoreError) in
            try store.rows(.observations(ObservationQuery()), view: .everything, format: .json)
        }
        lease.setBudget(nanoseconds: 0) {}
        let places = AnswerPlaces(limit: 1, limitOfOne: 1)
        return RowBody(
            lease, try places.take(for: ""), canceller, timeout: timeout,
            log: EventLog(logger: logger ?? fixture.configuration.logger),
            metrics: LoopMetrics())
    }

    @Test func eachPieceHasItsOwnTime() throws {
        let body = try body(timeout: ServiceFixture.patience)
        var (pieces, rows) = (0, 0)
        var bytes: [UInt8] = []
        reading: while true {
            pieces += 1
            switch body.next(into: &bytes, .alone) {
            case .more(let more): rows += more
            case .end(let more):
                rows += more
                break reading
            case .failed: throw Unexpected(what: "a failure")
            }
        }
        #expect(pieces > 5 && rows == 5000)
        #expect(bytes.suffix(3) == Array("}]\n".utf8))
        #expect(pool.count == 0)
    }

    /// Nobody asks for more of what failed, and its connection to the database is free at once.
    @Test(arguments: [false, true])
    func aFailureGivesTheStoreBack(isCancelled: Bool) throws {
        let body = try body(timeout: isCancelled ? ServiceFixture.patience : 0)
        if isCancelled { body.cancel() }
        var bytes: [UInt8] = []
        while case .more = body.next(into: &bytes, .alone) {}
        #expect(pool.count == 0)
        guard case .failed = body.next(into: &bytes, .alone) else {
            throw Unexpected(what: "more of a body that failed")
        }
    }

    /// A client that goes away is no fault of the server's.
    @Test(arguments: [false, true])
    func anAnswerThatIsCutOffIsLogged(isCancelled: Bool) throws {
        let handler = MessageHandler()
        let body = try body(
            timeout: isCancelled ? ServiceFixture.patience : 0, logger: Logger(label: "test") { _ in handler })
        if isCancelled { body.cancel() }
        var bytes: [UInt8] = []
        while case .more = body.next(into: &bytes, .alone) {}
        let messages = handler.messages.withLock { $0 }
        #expect(messages == (isCancelled ? [] : ["error: an answer was cut off: error=the query took too long"]))
    }
}
