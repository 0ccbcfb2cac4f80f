import Glibc
import HTTP
import Testing
import Transport

/// Answers under way to which the client loses its right.
@Suite struct RevokedAnswerTests {
    private func revoke(_ server: TestServer) throws {
        server.record.isRevoked.store(true, ordering: .sequentiallyConsistent)
        try server.advance(by: .seconds(1))
    }

    /// Whether the client reads, and whatever the server is doing at that moment.
    @Test(arguments: ["/stream/1000000", "/large/100000000", "/block"]) func endInAReset(path: String) throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get(path))
            #expect(try client.skip(1) == 1)
            if path == "/block" {
                try eventually("the producer blocks") {
                    server.record.waiting.load(ordering: .sequentiallyConsistent) == 1
                }
            }
            try server.advance(by: .seconds(1))
            #expect(server.record.reports.isEmpty)
            try revoke(server)
            #expect(try client.readToEnd().end == .reset)
            try eventually("the request is reported") { server.record.reports.count == 1 }
            #expect(server.record.reports.first?.complete == false)
            guard path != "/large/100000000" else { return }
            try eventually("the stream is cancelled and ended") {
                server.record.cancels.load(ordering: .sequentiallyConsistent) == 1
                    && server.record.ends.load(ordering: .sequentiallyConsistent) == 1
            }
        }
    }

    /// What a worker has made for somebody who has lost their right is not sent at all.
    @Test(arguments: ["/gate/1", "/gate/stream"]) func areNotSent(path: String) throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get(path))
            try eventually("the worker works") { server.record.waiting.load(ordering: .sequentiallyConsistent) == 1 }
            try revoke(server)
            server.record.gate.store(true, ordering: .sequentiallyConsistent)
            let (text, end) = try client.readToEnd()
            #expect(text.isEmpty && end == .reset)
            try eventually("the request is reported, and the connection closed") {
                server.record.reports.count == 1 && server.record.closes.load(ordering: .sequentiallyConsistent) == 1
            }
            #expect(server.record.reports.first?.complete == false)
            guard path == "/gate/stream" else { return }
            try eventually("the stream is ended") { server.record.ends.load(ordering: .sequentiallyConsistent) == 1 }
        }
    }

    /// A connection whose answers have been sent goes on: who asks next may be somebody else.
    @Test func leaveOtherConnectionsOpen() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/1"))
            #expect(try client.response().body == "/1")
            try revoke(server)
            try client.send(get("/2"))
            #expect(try client.response().body == "/2")
        }
    }
}
