import Glibc
import HTTP
import Synchronization
import Testing

@testable import Transport

@Suite struct WatchdogTests {
    private struct Dog {
        var watchdog = Watchdog()

        /// Looks several times, and returns what the looks said.
        mutating func look(_ times: Int = 1, at turns: [UInt64]) -> [Bool] {
            (0..<times).map { _ in watchdog.look(at: turns) }
        }
    }

    private static let patience = Watchdog.patience

    @Test func aLoopThatDoesNotTurnForTenLooksHangs() {
        var dog = Dog()
        let first = dog.look(at: [1, 7])
        for turn in 2...UInt64(Self.patience) {
            let changes = dog.look(at: [turn, 7])
            #expect(changes == [false], "look \(turn)")
        }
        #expect(first == [false] && dog.watchdog.stalled.isEmpty)
        let (last, next) = (dog.look(at: [50, 7]), dog.look(at: [51, 7]))
        #expect(last == [true] && next == [false], "it is told once")
        #expect(dog.watchdog.stalled == [1])
    }

    @Test func aLoopThatTurnsAgainHangsNoMore() {
        var dog = Dog()
        let hangs = dog.look(Self.patience + 1, at: [3])
        #expect(hangs.last == true && dog.watchdog.stalled == [0])
        let goesOn = dog.look(at: [4])
        #expect(goesOn == [true] && dog.watchdog.stalled.isEmpty)
        let again = dog.look(Self.patience, at: [4])
        #expect(again == [Bool](repeating: false, count: Self.patience - 1) + [true])
    }

    @Test func aLoopMayStartLater() {
        var dog = Dog()
        for turn in 0..<20 as Range<UInt64> { _ = dog.look(at: [turn]) }
        let changes = dog.look(Self.patience, at: [21, 0])
        #expect(!changes.contains(true))
        let last = dog.look(at: [22, 0])
        #expect(last == [true] && dog.watchdog.stalled == [1])
    }

    /// Answers nothing until the gate opens.
    private final class HangingApplication: Application {
        private let gate: Gate

        init(_ gate: Gate) { self.gate = gate }

        func respond(to request: Request, from peer: Peer) -> Answer {
            gate.pass()
            return .now(Response(.ok))
        }
        func refuse(_ error: RequestError, from peer: Peer) -> Response { Response(error.status) }
        func finished(_ report: Report) {}
        func opened() {}
        func closed() {}
        func idle() {}
    }

    private final class Gate: Sendable {
        let isOpen = Atomic(false)
        let waiting = Atomic(0)

        func open() { isOpen.store(true, ordering: .sequentiallyConsistent) }

        func pass() {
            waiting.add(1, ordering: .sequentiallyConsistent)
            while !isOpen.load(ordering: .sequentiallyConsistent) { usleep(500) }
            waiting.subtract(1, ordering: .sequentiallyConsistent)
        }
    }

    /// A second before the end of the grace it is still waited for, and a second after it no more.
    @Test func theServerEndsAlthoughALoopHangs() throws {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.threads = 1
        configuration.grace = .zero
        let server = try Server(configuration)
        let gate = Gate()
        let (isReady, hasEnded) = (Gate(), Gate())
        let failure = Mutex<ServerError?>(nil)
        try Thread.start("server") {
            do {
                try server.run(makeApplication: { _ in HangingApplication(gate) }, ready: { isReady.open() })
            } catch {
                failure.withLock { $0 = error as? ServerError }
            }
            hasEnded.open()
        }
        isReady.pass()
        let port = try #require(server.address.split(separator: ":").last.flatMap { UInt16($0) })
        let client = try RawClient(.network(host: "127.0.0.1", port: port))
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        try eventually("the loop hangs") { gate.waiting.load(ordering: .sequentiallyConsistent) == 1 }
        server.stop()
        try eventually("the server has ended") { hasEnded.isOpen.load(ordering: .sequentiallyConsistent) }
        guard case .hanging = failure.withLock({ $0 }) else { throw NotYet(what: "that the loop hangs is said") }
        gate.open()
        try eventually("the loop has ended") { server.supervisor.read { $0.ended == 1 } }
    }
}
