import Glibc
import HTTP
import Testing

@testable import Transport

@Suite struct TimeoutTests {
    @Test(arguments: ["G", "GET / HTTP/1.1\r\nHost:"])
    func aHeadThatDoesNotEndIsRefused(beginning: String) throws {
        try withServer {
            $0.headerTimeout = .milliseconds(50)
        } _: { server in
            let client = try RawClient(server)
            try client.send(get("/a") + beginning)
            #expect(try client.response().body == "/a")
            #expect(try client.response().status == 408)
            client.endSending()
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    /// However many bytes come, and whenever: the head has its time from the first of them.
    @Test func aHeadThatDripsIsRefused() throws {
        try withServer {
            $0.headerTimeout = .milliseconds(100)
        } _: { server in
            let client = try RawClient(server)
            try client.send(get("/a") + "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            #expect(try client.response().body == "/a")
            try #require(try client.drip("x", most: 1_000))
            #expect(try client.response().status == 408)
        }
    }

    @Test func anIdleConnectionIsClosed() throws {
        try withServer {
            $0.idleTimeout = .milliseconds(50)
        } _: { server in
            let silent = try RawClient(server)
            let client = try RawClient(server)
            try client.send(get("/a"))
            #expect(try client.response().body == "/a")
            #expect(try client.readToEnd() == ("", .closed))
            #expect(try silent.readToEnd() == ("", .closed))
        }
    }

    @Test func aBodyThatPausesIsRefused() throws {
        try withServer {
            $0.bodyTimeout = .milliseconds(50)
        } _: { server in
            let client = try RawClient(server)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel")
            #expect(try client.response().status == 408)
            client.endSending()
            #expect(try client.readToEnd() == ("", .closed))
            #expect(server.record.reports.first?.request?.method == .post)
        }
    }

    @Test func aBodyThatTricklesIsRefused() throws {
        try withServer {
            $0.bodyRateWindow = .milliseconds(20)
        } _: { server in
            let client = try RawClient(server)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
            for byte in ["a", "b"] {
                usleep(40_000)
                try client.send(byte)
            }
            #expect(try client.response().status == 408)
            client.endSending()
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    /// What came in one window of time counts in no other.
    @Test func aBodyThatTricklesAfterABurstIsRefused() throws {
        try withServer {
            $0.bodyRateWindow = .milliseconds(20)
            // The burst would be enough for nine seconds.
            $0.bodyRate = 100_000
        } _: { server in
            let client = try RawClient(server)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
            try client.send(String(repeating: "x", count: 900_000))
            try #require(try client.drip("x", most: 1_000))
            #expect(try client.response().status == 408)
        }
    }

    @Test func aClientThatTakesNothingIsReset() throws {
        try withServer {
            $0.writeTimeout = .milliseconds(50)
        } _: { server in
            let client = try RawClient(server)
            try client.send(get("/stream/1000000"))
            try eventually("the stream is cancelled") {
                server.record.cancels.load(ordering: .sequentiallyConsistent) == 1
            }
            #expect(try client.readToEnd().end == .reset)
            #expect(server.record.reports.map(\.complete) == [false])
        }
    }

    @Test func aClientThatTakesNothingIsResetAlsoIfItGoesOnAsking() throws {
        try withServer {
            $0.writeTimeout = .milliseconds(500)
        } _: { server in
            let client = try RawClient(server, receiveBuffer: 4_096)
            // Small answers, until the socket takes no more of them.
            var sent = 0
            var reported = -1
            while server.record.reports.count > reported {
                reported = server.record.reports.count
                try client.send(String(repeating: get("/large/700"), count: 200))
                sent += 200
                for _ in 0..<100 where server.record.reports.count < sent { usleep(1_000) }
            }
            // It has room for more answers than it has now.
            for _ in 0..<20 {
                try? client.send(get("/large/700"))
                usleep(5_000)
            }
            try eventually("the connection is given up") { server.record.reports.contains { !$0.complete } }
        }
    }

    @Test(arguments: [false, true])
    func aClientThatReadsSlowlyAndSteadilyIsServed(onUnixSocket: Bool) throws {
        try withServer {
            $0.writeTimeout = .milliseconds(800)
            if onUnixSocket { $0.socketPath = "/tmp/rookery-slow-\(getpid()).sock" }
        } _: { server in
            let client = try RawClient(server)
            try client.send(get("/stream/1000000"))
            // Far less than the room in the socket's buffer that lets the kernel ask for more.
            for _ in 0..<60 {
                #expect(try client.skip(8 << 10) > 0)
                usleep(50_000)
            }
            #expect(server.record.cancels.load(ordering: .sequentiallyConsistent) == 0)
            client.reset()
        }
    }
}
