import Glibc
import Synchronization
import Testing

@testable import Transport

/// A server on a free port of 127.0.0.1, or where `configure` says, with one loop. Its time stands still until
/// `advance` puts it forward.
final class TestServer: Sendable {
    let record = Record()
    let server: Server
    private let clock = StoppedClock()
    private let isReady = Atomic(false)
    private let hasEnded = Atomic(false)
    private let failure = Mutex<ServerError?>(nil)

    /// Listens and serves in another thread.
    init(_ configure: (inout ServerConfiguration) -> Void = { _ in }) throws {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.threads = 1
        configuration.workers = 2
        configuration.clock = { [clock] in clock.nanoseconds() }
        configure(&configuration)
        server = try Server(configuration)
        try Thread.start("server") { [self] in
            do {
                try server.run(
                    makeApplication: { [record] _ in TestApplication(record) },
                    ready: { isReady.store(true, ordering: .sequentiallyConsistent) })
            } catch {
                failure.withLock { $0 = error as? ServerError }
            }
            hasEnded.store(true, ordering: .sequentiallyConsistent)
        }
        try eventually("the server is ready") { isReady.load(ordering: .sequentiallyConsistent) }
    }

    /// Where a client connects to.
    var endpoint: HTTPClient.Endpoint {
        let address = server.address
        if address.hasPrefix("unix:") { return .socket(path: String(address.dropFirst(5))) }
        return .network(host: address.contains("[") ? "::1" : "127.0.0.1", port: port)
    }

    var port: UInt16 { server.address.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

    /// Puts the clock forward, and waits until the loop, which must be the only one, has done what was due.
    func advance(by duration: Duration) throws {
        clock.advance(by: duration)
        try settle()
    }

    /// Waits until the loop has dealt with all that the client has sent.
    func settle(_ client: RawClient) throws {
        try eventually("all has arrived") { client.unreceivedBytes == 0 }
        try settle()
    }

    /// Waits until the loop, which must be the only one, has had a whole turn or has ended.
    func settle() throws {
        // The turn that is under way may have begun too early.
        let turns = record.turns.load(ordering: .sequentiallyConsistent) + 2
        try eventually("a turn of the loop") {
            for mailbox in server.supervisor.read({ $0.mailboxes }) { mailbox.wakeup.signal() }
            return record.turns.load(ordering: .sequentiallyConsistent) >= turns
                || hasEnded.load(ordering: .sequentiallyConsistent)
        }
    }

    /// Opens the gate and waits until the server has ended.
    func stop() throws {
        record.gate.store(true, ordering: .sequentiallyConsistent)
        server.stop()
        try waitForEnd()
    }

    func waitForEnd() throws {
        try eventually("the server has ended") { hasEnded.load(ordering: .sequentiallyConsistent) }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}

/// A monotonic clock that stands still until it is put forward.
final class StoppedClock: Sendable {
    private let time = Atomic<UInt64>(1_000_000_000_000)

    func nanoseconds() -> UInt64 { time.load(ordering: .sequentiallyConsistent) }

    func advance(by duration: Duration) { time.add(duration.nanoseconds, ordering: .sequentiallyConsistent) }
}

/// Runs a test against a server, and stops it.
func withServer(
    _ configure: (inout ServerConfiguration) -> Void = { _ in }, _ body: (TestServer) throws -> Void
) throws {
    let server = try TestServer(configure)
    do {
        try body(server)
    } catch {
        try? server.stop()
        throw error
    }
    try server.stop()
}

/// What a test waited for did not happen.
struct NotYet: Error { let what: String }

/// Waits until a condition holds, far longer than it should take.
func eventually(_ what: String, _ condition: () -> Bool) throws {
    for _ in 0..<30_000 {
        if condition() { return }
        usleep(1_000)
    }
    throw NotYet(what: what)
}
