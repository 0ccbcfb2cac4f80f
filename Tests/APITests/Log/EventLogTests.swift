import Birds
import Logging
import Synchronization
import Testing

@testable import API

@Suite struct EventLogTests {
    @Test(arguments: [
        (StoreError.cancelled, 0), (.overBudget, 0), (.unknownSpecies("x", nearest: nil), 0),
        (.malformedList(.region, value: "x", expected: "y"), 0),
        (.missing(path: "birds.db"), 1), (.sqlite(code: 11, message: "malformed", sql: "SELECT 1"), 1),
    ])
    func onlyFaultsOfTheServerAreLogged(error: StoreError, lines: Int) {
        let handler = MessageHandler()
        let log = EventLog(logger: Logger(label: "test") { _ in handler })
        _ = log.clientError(error)
        #expect(handler.lines.withLock { $0.count } == lines)
    }

    @Test func saysACauseInASentence() {
        let handler = MessageHandler()
        let log = EventLog(logger: Logger(label: "test") { _ in handler })
        log.refusedGeneration(.unusable(path: "birds.db", reason: "it can't be read"))
        log.brokenAnswer(.sqlite(code: 11, message: "malformed", sql: "SELECT 1"))
        let lines = handler.lines.withLock { $0 }
        #expect(
            lines == [
                ["error": "birds.db can't be used: it can't be read"],
                ["error": "the database could not be read: malformed (SQLite code 11)", "sql": "SELECT 1"],
            ])
    }
}
