import Glibc
import HTTP
import Testing
import Transport

@Suite struct StreamTests {
    @Test func aSlowReaderHoldsBackTheProducer() throws {
        try withServer { server in
            let client = try RawClient(server, receiveBuffer: 64 << 10)
            let pieces = 640
            try client.send(get("/stream/\(pieces)", "Connection: close"))
            var received = 0
            var ahead = 0
            while true {
                let count = try client.skip(256 << 10)
                if count == 0 { break }
                received += count
                let made = server.record.pieces.load(ordering: .sequentiallyConsistent) * TestProducer.pieceSize
                ahead = max(ahead, made - received)
            }
            #expect(received > pieces * TestProducer.pieceSize)
            // What the kernel buffers for a socket, and a piece that is under way.
            #expect(ahead < 16 << 20)
        }
    }

    @Test func aClientThatDoesNotReadHoldsUpNobody() throws {
        try withServer { server in
            let slow = try (0..<10).map { _ in try RawClient(server) }
            for client in slow { try client.send(get("/stream/1000000")) }
            let client = try RawClient(server)
            for index in 0..<100 {
                try client.send(get("/\(index)"))
                #expect(try client.response().body == "/\(index)")
            }
            for client in slow { client.reset() }
            try eventually("every stream is cancelled") {
                server.record.cancels.load(ordering: .sequentiallyConsistent) == 10
            }
            try eventually("a worker ends every stream") {
                server.record.ends.load(ordering: .sequentiallyConsistent) == 10
            }
            try eventually("every request is reported") { server.record.reports.count == 110 }
            #expect(server.record.reports.filter { !$0.complete }.count == 10)
        }
    }

    @Test func aPieceThatIsUnderWayIsCancelledWhenTheClientGoes() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/block"))
            try eventually("the producer blocks") { server.record.waiting.load(ordering: .sequentiallyConsistent) == 1 }
            client.reset()
            try eventually("the producer is cancelled") {
                server.record.cancels.load(ordering: .sequentiallyConsistent) == 1
            }
            try eventually("the request is reported") { server.record.reports.count == 1 }
            #expect(server.record.reports.first?.complete == false)
            try eventually("the producer is ended, once it has returned") {
                server.record.ends.load(ordering: .sequentiallyConsistent) == 1
            }
        }
    }

    @Test(arguments: ["/gate/1", "/gate/stream"]) func workIsCancelledWhenTheClientGoes(path: String) throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get(path))
            try eventually("the worker works") { server.record.waiting.load(ordering: .sequentiallyConsistent) == 1 }
            client.reset()
            try eventually("the work is cancelled") {
                server.record.cancels.load(ordering: .sequentiallyConsistent) == 1
            }
            server.record.gate.store(true, ordering: .sequentiallyConsistent)
            try eventually("the request is reported") { server.record.reports.count == 1 }
            #expect(server.record.reports.first?.complete == false)
            guard path == "/gate/stream" else { return }
            try eventually("a stream that nobody waits for is ended") {
                server.record.ends.load(ordering: .sequentiallyConsistent) == 1
            }
            #expect(server.record.pieces.load(ordering: .sequentiallyConsistent) == 0)
        }
    }

    @Test(arguments: ["1.0", "1.1"])
    func aStreamThatFailsEndsInAReset(version: String) throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/fail", version: version))
            let (text, end) = try client.readToEnd()
            #expect(end == .reset)
            #expect(!text.hasSuffix("0\r\n\r\n"))
            try eventually("the request is reported") { server.record.reports.count == 1 }
            #expect(server.record.reports.first?.complete == false)
        }
    }
}
