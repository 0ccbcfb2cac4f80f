import Glibc
import HTTP
import Testing

@testable import Transport

@Suite struct ServerTests {
    // MARK: - Listening

    @Test func severalLoopsShareAPort() throws {
        try withServer {
            $0.threads = 4
        } _: { server in
            #expect(server.server.address == "http://127.0.0.1:\(server.port)")
            let clients = try (0..<40).map { _ in try RawClient(server) }
            for (index, client) in clients.enumerated() { try client.send(get("/\(index)")) }
            for (index, client) in clients.enumerated() { #expect(try client.response().body == "/\(index)") }
        }
    }

    @Test(arguments: [1, 3])
    func aTakenPortIsAnError(threads: Int) throws {
        try withServer {
            $0.threads = threads
        } _: { server in
            var configuration = ServerConfiguration()
            configuration.port = server.port
            configuration.threads = threads
            let sentence = "Port \(server.port) on 127.0.0.1 is in use by another program. Choose another with --port."
            #expect(Self.message(configuration) == sentence)
        }
    }

    @Test(arguments: [
        ("not a host", "Can't listen on \"not a host\""), ("", "Can't listen on \"\""),
        ("192.0.2.1", "No network interface of this machine has the address 192.0.2.1"),
    ])
    func aHostThatIsNotOursIsAnError(host: String, sentence: String) throws {
        var configuration = ServerConfiguration()
        configuration.host = host
        configuration.port = 0
        #expect(Self.message(configuration)?.hasPrefix(sentence) == true)
    }

    @Test func acceptedConnectionsSendAtOnce() throws {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.threads = 1
        let (listeners, url) = try Listener.open(configuration)
        let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
        let endpoint = HTTPClient.Endpoint.network(host: "127.0.0.1", port: port)
        let client = try ClientSocket(endpoint, connectTimeout: .seconds(10), timeout: .seconds(10))
        let accepted = Descriptor(
            SocketAddress.accept(from: try #require(listeners.first).descriptor.number).descriptor)
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        #expect(getsockopt(accepted.number, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &size) == 0)
        #expect(value == 1)
        _ = client.name
    }

    @Test func aPortIsFreeAfterTheServer() throws {
        var port: UInt16 = 0
        try withServer { server in
            port = server.port
            let client = try RawClient(server)
            try client.send(get("/a", "Connection: close"))
            #expect(try client.response().status == 200)
        }
        try withServer {
            $0.port = port
        } _: { server in
            #expect(server.port == port)
        }
    }

    @Test(.enabled(if: Self.hasIPv6), arguments: ["::1", "[::1]", "::"])
    func itListensOnIPv6(host: String) throws {
        try withServer {
            $0.host = host
        } _: { server in
            #expect(server.server.address == "http://[\(host == "::" ? "::" : "::1")]:\(server.port)")
            let client = try RawClient(server)
            try client.send(get("/a"))
            #expect(try client.response().body == "/a")
            try eventually("a report") { server.record.reports.count == 1 }
            #expect(server.record.reports.first?.peer.address == "::1")
        }
    }

    /// All addresses are those of IPv4 too, whatever the system's default; one address is that one alone.
    @Test(.enabled(if: Self.hasIPv6), arguments: [("::", true), ("::1", false)])
    func allAddressesAreThoseOfIPv4Too(host: String, takes: Bool) throws {
        try withServer {
            $0.host = host
        } _: { server in
            let client = try? RawClient(.network(host: "127.0.0.1", port: server.port))
            #expect((client != nil) == takes)
            guard let client else { return }
            try client.send(get("/a"))
            #expect(try client.response().body == "/a")
            try eventually("a report") { server.record.reports.count == 1 }
            #expect(server.record.reports.first?.peer.address == "127.0.0.1")
        }
    }

    // MARK: - Unix socket

    @Test func itListensOnAUnixSocket() throws {
        let path = Self.temporaryPath()
        try withServer {
            $0.socketPath = path
            $0.threads = 2
        } _: { server in
            #expect(server.server.address == "unix:" + path)
            let client = try RawClient(server)
            try client.send(get("/a") + get("/stream/20"))
            #expect(try client.response().body == "/a")
            #expect(try client.response().body.utf8.count == 6 + 20 * TestProducer.pieceSize)
            #expect(server.record.reports.first?.peer.address == "unix")

            var configuration = ServerConfiguration()
            configuration.socketPath = path
            #expect(Self.message(configuration)?.contains("another server listens there") == true)
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test func theSocketOfADeadServerIsReplaced() throws {
        let path = Self.temporaryPath()
        do {
            let dead = try Descriptor.stream(family: AF_UNIX)
            let address = try SocketAddress(path: path)
            try SystemCallError.check(address.withPointer { bind(dead.number, $0, $1) }, "bind")
        }
        try withServer {
            $0.socketPath = path
        } _: { server in
            let client = try RawClient(server)
            try client.send(get("/a"))
            #expect(try client.response().body == "/a")
        }
    }

    @Test func aFileIsNotReplacedByASocket() throws {
        let path = Self.temporaryPath()
        let file = try Descriptor(open(path, O_CREAT | O_WRONLY, 0o600), from: "open")
        defer { unlink(path) }
        var configuration = ServerConfiguration()
        configuration.socketPath = path
        #expect(Self.message(configuration)?.contains("a file is there that is not a socket") == true)
        #expect(access(path, F_OK) == 0)
        _ = file.number
    }

    /// Nor is a link, wherever it leads: the socket may be someone else's.
    @Test func aLinkIsNotReplacedByASocket() throws {
        let (path, target) = (Self.temporaryPath(), Self.temporaryPath())
        do {
            let dead = try Descriptor.stream(family: AF_UNIX)
            let address = try SocketAddress(path: target)
            try SystemCallError.check(address.withPointer { bind(dead.number, $0, $1) }, "bind")
        }
        try SystemCallError.check(symlink(target, path), "symlink")
        defer { for file in [path, target] { unlink(file) } }
        var configuration = ServerConfiguration()
        configuration.socketPath = path
        #expect(Self.message(configuration)?.contains("a file is there that is not a socket") == true)
        #expect(access(path, F_OK) == 0)
    }

    @Test func aPathThatIsTooLongIsAnError() throws {
        var configuration = ServerConfiguration()
        configuration.socketPath = "/tmp/" + String(repeating: "x", count: 200)
        #expect(Self.message(configuration)?.contains("longer than the 107 bytes") == true)
    }

    // MARK: - Connections

    @Test func oneConnectionTooManyIsRefused() throws {
        try withServer {
            $0.maxConnections = 2
        } _: { server in
            let first = try RawClient(server)
            let second = try RawClient(server)
            for client in [first, second] {
                try client.send(get("/a"))
                #expect(try client.response().status == 200)
            }
            let third = try RawClient(server)
            let refusal = try third.response()
            #expect(refusal.status == 503 && refusal.isClosing && refusal.body == "too-many-connections")
            third.endSending()
            #expect(try third.readToEnd() == ("", .closed))

            first.close()
            try eventually("room for a connection") {
                let client = try? RawClient(server)
                try? client?.send(get("/b"))
                return (try? client?.response().status) == 200
            }
        }
    }

    /// A few are told that there are too many; more than that are closed at once, and get no room.
    @Test func onlySoManyAreRefusedWithAnAnswer() throws {
        try withServer {
            $0.maxConnections = 1
        } _: { server in
            let first = try RawClient(server)
            try first.send(get("/a"))
            #expect(try first.response().status == 200)
            for round in 1...2 {
                let refused = try (0..<EventLoop.refusalReserve).map { _ in try RawClient(server) }
                for client in refused { #expect(try client.response().status == 503) }
                #expect(try RawClient(server).readToEnd().text == "")
                for client in refused { client.close() }
                try eventually("those that were refused are closed") {
                    server.record.closes.load(ordering: .sequentiallyConsistent) == EventLoop.refusalReserve * round
                }
            }
            try first.send(get("/b"))
            #expect(try first.response().body == "/b")
        }
    }

    // MARK: - Stopping

    @Test func aStopAnswersWhatHasArrived() throws {
        try withServer { server in
            let idle = try RawClient(server)
            let busy = try RawClient(server)
            let streaming = try RawClient(server)
            try busy.send(get("/gate/1") + get("/second"))
            try streaming.send(get("/stream/1000"))
            try eventually("a request waits") { server.record.waiting.load(ordering: .sequentiallyConsistent) == 1 }
            try eventually("a stream begins") { server.record.pieces.load(ordering: .sequentiallyConsistent) > 0 }

            server.server.stop()
            #expect(try idle.readToEnd() == ("", .closed))
            try eventually("nothing listens") { (try? RawClient(server)) == nil }
            server.record.gate.store(true, ordering: .sequentiallyConsistent)
            #expect(try busy.response().body == "/gate/1")
            #expect(try busy.response() == .init(status: 200, isClosing: true, length: "7", body: "/second"))
            #expect(try busy.readToEnd() == ("", .closed))
            #expect(try streaming.response().body.utf8.count == 6 + 1000 * TestProducer.pieceSize)
            #expect(try streaming.readToEnd() == ("", .closed))
            try server.waitForEnd()
        }
    }

    /// It came while the answer before it was made, so the client can't know that the server stops.
    @Test func aStopAnswersARequestThatCameDuringAnother() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/gate/1"))
            try eventually("a request waits") { server.record.waiting.load(ordering: .sequentiallyConsistent) == 1 }
            server.server.stop()
            try eventually("nothing listens") { (try? RawClient(server)) == nil }
            try client.send(get("/second"))
            try server.settle(client)
            server.record.gate.store(true, ordering: .sequentiallyConsistent)
            #expect(try client.response() == .init(status: 200, isClosing: false, length: "7", body: "/gate/1"))
            #expect(try client.response() == .init(status: 200, isClosing: true, length: "7", body: "/second"))
            #expect(try client.readToEnd() == ("", .closed))
            try server.waitForEnd()
        }
    }

    /// A loop that has a listener and does not run yet, and the port.
    private func loop(_ application: any Application, _ workers: WorkerPool) throws -> (EventLoop, port: UInt16) {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.threads = 1
        var (listeners, url) = try Listener.open(configuration)
        let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
        let loop = try EventLoop(
            configuration, application, listeners.popLast(), workers, checkers: workers,
            ConnectionLimits(configuration))
        return (loop, port)
    }

    /// The loop learns of the stop before it learns of the connections that the kernel has taken for it.
    @Test func aStopAnswersConnectionsThatWaitInTheQueue() throws {
        let workers = try WorkerPool(threads: 1)
        defer { workers.stop(patience: .seconds(1)) }
        let (loop, port) = try loop(TestApplication(Record()), workers)
        loop.mailbox.post(.stop(deadline: .max))
        let clients = try (0..<3).map { _ in try RawClient(.network(host: "127.0.0.1", port: port)) }
        for (index, client) in clients.enumerated() { try client.send(get("/\(index)")) }
        try loop.run()
        for (index, client) in clients.enumerated() {
            #expect(try client.response().body == "/\(index)")
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    /// The loop learns of the stop before it learns of a request that the kernel has taken already.
    @Test func aStopAnswersARequestThatTheLoopHasNotSeen() throws {
        let workers = try WorkerPool(threads: 1)
        defer { workers.stop(patience: .seconds(1)) }
        let application = WaitingApplication()
        let (loop, port) = try loop(application, workers)
        let client = try RawClient(.network(host: "127.0.0.1", port: port))
        application.whenOpened = {
            loop.mailbox.post(.stop(deadline: .max))
            try? client.send(get("/a"))
        }
        try loop.run()
        #expect(try client.response().body == "/a")
        #expect(try client.readToEnd() == ("", .closed))
    }

    /// Does something between two turns of the loop, once there is a connection.
    private final class WaitingApplication: Application {
        private let record = Record()
        private lazy var application = TestApplication(record)
        var whenOpened: (() -> Void)?
        /// Those that began with a connection. One of them deals with its being writable, which the kernel reports at
        /// once.
        private var turns = 0

        func idle() {
            if record.opens.load(ordering: .sequentiallyConsistent) > 0 { turns += 1 }
            guard turns == 2, let act = whenOpened else { return }
            whenOpened = nil
            act()
        }

        func opened() { application.opened() }
        func closed() { application.closed() }
        func finished(_ report: Report) { application.finished(report) }

        func respond(to request: Request, from peer: Peer) -> Answer { application.respond(to: request, from: peer) }

        func refuse(_ error: RequestError, from peer: Peer) -> Response { application.refuse(error, from: peer) }
    }

    @Test func aStopResetsWhatHasNotEndedInTime() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/block"))
            try eventually("the producer blocks") { server.record.waiting.load(ordering: .sequentiallyConsistent) == 1 }
            server.server.stop()
            try eventually("nothing listens") { (try? RawClient(server)) == nil }
            try server.advance(by: .seconds(20) - .nanoseconds(1))
            #expect(server.record.cancels.load(ordering: .sequentiallyConsistent) == 0)
            try server.advance(by: .nanoseconds(1))
            try server.waitForEnd()
            #expect(try client.readToEnd().end == .reset)
            #expect(server.record.cancels.load(ordering: .sequentiallyConsistent) == 1)
        }
    }

    /// Runs a server that should end by itself. One that does not is stopped after half a minute, and the test fails.
    private func runToEnd(
        _ server: Server, makeApplication: @escaping @Sendable (Int) throws -> any Application, ready: () -> Void = {}
    ) throws {
        let record = Record()
        try Thread.start("watch") {
            do {
                try eventually("the server has ended") { record.gate.load(ordering: .sequentiallyConsistent) }
            } catch {
                record.cancels.add(1, ordering: .sequentiallyConsistent)
                server.stop()
            }
        }
        defer {
            record.gate.store(true, ordering: .sequentiallyConsistent)
            #expect(record.cancels.load(ordering: .sequentiallyConsistent) == 0, "the server had to be stopped")
        }
        try server.run(makeApplication: makeApplication, ready: ready)
    }

    @Test func anApplicationThatCanNotBeMadeEndsTheServer() throws {
        struct Broken: Error {}
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.threads = 3
        let server = try Server(configuration)
        let record = Record()
        var isReady = false
        let error = #expect(throws: ServerError.self) {
            try runToEnd(
                server,
                makeApplication: { index in
                    if index == 1 { throw Broken() }
                    return TestApplication(record)
                }, ready: { isReady = true })
        }
        guard case .application(let cause) = error else { throw NotYet(what: "the application's error") }
        #expect(cause is Broken)
        #expect(!isReady)
    }

    /// What failed first is the reason, and what failed after it may only follow from it.
    @Test func theFirstFailureOfSeveralIsReported() throws {
        struct Broken: Error { let loop: Int }
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.threads = 2
        let server = try Server(configuration)
        let error = #expect(throws: ServerError.self) {
            try runToEnd(
                server,
                makeApplication: { loop in
                    if loop == 1 {
                        try eventually("the other loop has failed") { server.supervisor.read { $0.ended == 1 } }
                    }
                    throw Broken(loop: loop)
                })
        }
        guard case .application(let cause) = error else { throw NotYet(what: "the application's error") }
        #expect((cause as? Broken)?.loop == 0)
    }

    // MARK: -

    /// Why a server can't listen like this; nil if it can.
    private static func message(_ configuration: ServerConfiguration) -> String? {
        do throws(ServerError) {
            _ = try Server(configuration)
            return nil
        } catch {
            return error.description
        }
    }

    private static func temporaryPath() -> String {
        "/tmp/rookery-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    }

    static var hasIPv6: Bool {
        guard let descriptor = try? Descriptor.stream(family: AF_INET6),
            let address = try? SocketAddress.resolve(host: "::1", port: 0).first
        else { return false }
        return address.withPointer { bind(descriptor.number, $0, $1) } == 0
    }
}
