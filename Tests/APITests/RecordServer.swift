import Foundation
import HTTP
import Synchronization
import Testing

@testable import API
@testable import Transport

/// The records of a fixture behind sockets of 127.0.0.1, with two loops and three workers.
final class RecordServer: Sendable {
    let stores: SharedStores
    private let server: Server
    private let isReady = Atomic(false)
    private let hasEnded = Atomic(false)

    init(_ fixture: ServiceFixture) throws {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.threads = 2
        configuration.workers = 3
        server = try Server(configuration)
        var service = fixture.configuration
        // All clients are one.
        service.longAnswersPerClient = service.longAnswers
        stores = SharedStores(service)
        try Transport.Thread.start("server") { [self, service] in
            _ = try? server.run(
                makeApplication: { [stores] loop in try Service(service, stores: stores, loop: loop) },
                ready: { isReady.store(true, ordering: .sequentiallyConsistent) })
            hasEnded.store(true, ordering: .sequentiallyConsistent)
        }
        try wait { isReady.load(ordering: .sequentiallyConsistent) }
    }

    func stop() throws {
        server.stop()
        try wait { hasEnded.load(ordering: .sequentiallyConsistent) }
    }

    /// The whole body of an answer 200.
    func get(_ target: String, method: HTTP.Method = .get, coding: String = "identity") throws -> String {
        try read(target, method, coding, atMost: .max)
    }

    /// Reads the beginning of an answer, and goes away.
    func abandon(_ target: String, coding: String = "identity") throws {
        _ = try read(target, .get, coding, atMost: 1)
    }

    private func read(
        _ target: String, _ method: HTTP.Method, _ coding: String, atMost limit: Int
    ) throws -> String {
        let port = try #require(server.address.split(separator: ":").last.flatMap { UInt16($0) })
        var (status, text) = (0, [UInt8]())
        try HTTPClient(.network(host: "127.0.0.1", port: port)).send(
            method, target, fields: [("Password", "mumble"), ("Accept-Encoding", coding)],
            head: { code, _ in status = code },
            body: { piece in
                text += piece
                return text.count < limit
            })
        guard status == 200 else {
            throw Unexpected(what: "\(status) for \(target): \(String(decoding: text, as: UTF8.self))")
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Waits until a condition holds, far longer than it should take.
    func wait(until condition: () -> Bool) throws {
        for _ in 0..<60_000 {
            if condition() { return }
            usleep(1_000)
        }
        throw Unexpected(what: "nothing, for a minute")
    }
}

struct Unexpected: Error { let what: String }

/// Runs something on several threads at once, and waits for all of them.
func inThreads(_ count: Int, _ body: @escaping @Sendable (_ thread: Int) throws -> Void) throws {
    let failures = Mutex<[String]>([])
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        try Transport.Thread.start("client \(index)") {
            do { try body(index) } catch { failures.withLock { $0.append("\(error)") } }
            group.leave()
        }
    }
    group.wait()
    #expect(failures.withLock { $0 } == [])
}
