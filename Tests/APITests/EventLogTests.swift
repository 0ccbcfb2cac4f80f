import Birds
import Logging
import Synchronization
import Testing

@testable import API

@Suite struct EventLogTests {
    @Test(arguments: [
        (StoreError.cancelled, 0), (.overBudget, 0), (.busy, 0), (.unknownSpecies("x", nearest: nil), 0),
        (.missing(path: "birds.db"), 1), (.sqlite(code: 11, message: "malformed", sql: "SELECT 1"), 1),
    ])
    func onlyFaultsOfTheServerAreLogged(error: StoreError, lines: Int) {
        let handler = CountingHandler()
        let log = EventLog(logger: Logger(label: "test") { _ in handler })
        _ = log.clientError(error)
        #expect(handler.count.load(ordering: .sequentiallyConsistent) == lines)
    }
}

/// Counts what is logged.
private final class CountingHandler: LogHandler {
    let count = Atomic(0)
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { count.add(1, ordering: .sequentiallyConsistent) }
}
