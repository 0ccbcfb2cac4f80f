import Glibc
import HTTP
import Testing
import Transport

/// The limits of time, by a clock that the tests put forward: each is kept to the nanosecond.
@Suite struct TimeoutTests {
    private let almost = Duration.nanoseconds(-1)
    private let moment = Duration.nanoseconds(1)

    @Test(arguments: ["G", "GET / HTTP/1.1\r\nHost:"])
    func aHeadThatDoesNotEndIsRefused(beginning: String) throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/a") + beginning)
            #expect(try client.response().body == "/a")
            try server.settle(client)
            try server.advance(by: .seconds(10) + almost)
            #expect(!client.hasInput)
            try server.advance(by: moment)
            let refusal = try client.response()
            #expect(refusal.status == 408 && refusal.body == "request-timeout")
            client.endSending()
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    /// However many bytes come, and whenever: the head has its time from the first of them.
    @Test func aHeadThatDripsIsRefused() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/a") + "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            #expect(try client.response().body == "/a")
            try server.settle(client)
            for _ in 1..<10 {
                try server.advance(by: .seconds(1))
                try client.send("x")
                try server.settle(client)
                #expect(!client.hasInput)
            }
            try server.advance(by: .seconds(1))
            try #require(client.hasInput)
            #expect(try client.response().status == 408)
        }
    }

    /// The time of a head is over with its end, and the next one has its own.
    @Test func eachHeadHasItsOwnTime() throws {
        try withServer { server in
            let client = try RawClient(server)
            let (beginning, end) = ("GET /a HTTP/1.1\r\nHost:", " x\r\n\r\n")
            for _ in 0..<3 {
                try client.send(beginning)
                try server.settle(client)
                try server.advance(by: .seconds(10) + almost)
                try client.send(end)
                #expect(try client.response().body == "/a")
                try server.settle(client)
            }
        }
    }

    @Test func anIdleConnectionIsClosed() throws {
        try withServer { server in
            let silent = try RawClient(server)
            let client = try RawClient(server)
            try client.send(get("/a"))
            #expect(try client.response().body == "/a")
            try eventually("both are open") { server.record.opens.load(ordering: .sequentiallyConsistent) == 2 }
            try server.settle()
            try server.advance(by: .seconds(60) + almost)
            #expect(!client.hasInput && !silent.hasInput)
            try server.advance(by: moment)
            #expect(try client.readToEnd() == ("", .closed))
            #expect(try silent.readToEnd() == ("", .closed))
        }
    }

    /// The time without a request begins with the end of the last one.
    @Test func aConnectionThatIsUsedStaysOpen() throws {
        try withServer { server in
            let client = try RawClient(server)
            for _ in 0..<3 {
                try client.send(get("/a"))
                #expect(try client.response().body == "/a")
                try server.settle(client)
                try server.advance(by: .seconds(60) + almost)
            }
            try server.advance(by: moment)
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    @Test func aBodyThatPausesIsRefused() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel")
            try server.settle(client)
            try server.advance(by: .seconds(15) + almost)
            #expect(!client.hasInput)
            try server.advance(by: moment)
            let refusal = try client.response()
            #expect(refusal.status == 408 && refusal.body == "body-too-slow")
            client.endSending()
            #expect(try client.readToEnd() == ("", .closed))
            #expect(server.record.reports.first?.request?.method == .post)
        }
    }

    /// Sends the head of a request, and pieces of its body ten seconds apart; one byte is left. Windows of time are of
    /// thirty seconds.
    ///
    /// - Returns: After how many pieces the body was refused; nil where it was not.
    private func piecesUntilRefusal(_ client: RawClient, _ server: TestServer, pieces: [Int]) throws -> Int? {
        let length = pieces.reduce(1, +)
        try client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n")
        try server.settle(client)
        for (index, size) in pieces.enumerated() {
            try server.advance(by: .seconds(10))
            try client.send(String(repeating: "x", count: size))
            try server.settle(client)
            guard client.hasInput else { continue }
            #expect(try client.response().status == 408)
            return index + 1
        }
        return nil
    }

    @Test func aBodyThatTricklesIsRefused() throws {
        try withServer { server in
            let client = try RawClient(server)
            #expect(try piecesUntilRefusal(client, server, pieces: Array(repeating: 1, count: 9)) == 3)
            client.endSending()
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    /// What came in one window of time counts in no other.
    @Test func aBodyThatTricklesAfterABurstIsRefused() throws {
        try withServer { server in
            let client = try RawClient(server)
            // Enough for half an hour.
            #expect(try piecesUntilRefusal(client, server, pieces: [900_000, 1, 1, 1, 1, 1, 1, 1, 1]) == 6)
        }
    }

    @Test(arguments: [(5_000, nil), (4_999, 3)])
    func aBodyMayComeAtTheLeastRate(size: Int, refusal: Int?) throws {
        try withServer { server in
            let client = try RawClient(server)
            #expect(
                try piecesUntilRefusal(client, server, pieces: Array(repeating: size, count: 9)) == refusal)
            if refusal != nil { return }
            try client.send("x")
            #expect(try client.response().body == "/a")
        }
    }

    /// Puts the clock forward by half a minute at a time, the time that a client has to take something, until a
    /// condition holds. What the kernel still moves between its buffers may set the deadline again.
    private func advance(_ server: TestServer, until condition: () -> Bool) throws {
        for _ in 0..<200 where !condition() { try server.advance(by: .seconds(30)) }
        try #require(condition())
    }

    @Test func aClientThatTakesNothingIsReset() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/large/64000000") + get("/stream/1"))
            try server.settle(client)
            try server.advance(by: .seconds(30) + almost)
            #expect(server.record.reports.isEmpty)
            try advance(server) { !server.record.reports.isEmpty }
            #expect(try client.readToEnd().end == .reset)
            #expect(server.record.reports.map(\.complete) == [false])
        }
    }

    @Test func aStreamThatNobodyTakesIsCancelled() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/stream/1000000"))
            try advance(server) { server.record.cancels.load(ordering: .sequentiallyConsistent) == 1 }
            #expect(try client.readToEnd().end == .reset)
            #expect(server.record.reports.map(\.complete) == [false])
        }
    }

    @Test func aClientThatTakesNothingIsResetAlsoIfItGoesOnAsking() throws {
        try withServer { server in
            let client = try RawClient(server, receiveBuffer: 4_096)
            // Small answers, until the socket takes no more of them.
            var reported = -1
            while server.record.reports.count > reported {
                reported = server.record.reports.count
                try client.send(String(repeating: get("/large/700"), count: 200))
                for _ in 0..<10 { try server.settle(client) }
            }
            // It has room for more answers than it has now.
            var seconds = 0
            while seconds < 300, !server.record.reports.contains(where: { !$0.complete }) {
                try? client.send(get("/large/700"))
                try server.advance(by: .seconds(1))
                seconds += 1
            }
            #expect((30..<300).contains(seconds))
        }
    }

    /// What was taken in one half minute counts in no other.
    @Test func aClientThatStopsTakingIsReset() throws {
        try withServer { server in
            let client = try RawClient(server, receiveBuffer: 16 << 10)
            try client.send(get("/stream/1000000"))
            for _ in 0..<40 {
                for _ in 0..<8 { #expect(try client.skip(1 << 10) > 0) }
                try server.advance(by: .seconds(2))
            }
            #expect(server.record.cancels.load(ordering: .sequentiallyConsistent) == 0)
            try advance(server) { server.record.cancels.load(ordering: .sequentiallyConsistent) == 1 }
        }
    }

    /// Whatever the socket took of an answer, the client has half a minute from then on.
    @Test func aClientThatReadsMuchNowAndThenIsServed() throws {
        try withServer { server in
            let client = try RawClient(server, receiveBuffer: 64 << 10)
            try client.send(get("/large/64000000"))
            try server.settle(client)
            // More than the kernel holds, so that the socket takes some more each time; and far more is left at the
            // end.
            for _ in 0..<8 {
                var left = 6_000_000
                while left > 0 {
                    let count = try client.skip(min(left, 64 << 10))
                    try #require(count > 0)
                    left -= count
                }
                try server.settle()
                try server.advance(by: .seconds(10))
            }
            #expect(server.record.reports.isEmpty)
            client.reset()
        }
    }

    /// After the last answer a client has two seconds to close.
    @Test func aClientThatDoesNotCloseIsClosed() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send("no request\r\n\r\n")
            #expect(try client.response().status == 400)
            try server.settle(client)
            try server.advance(by: .seconds(2) + almost)
            #expect(server.record.closes.load(ordering: .sequentiallyConsistent) == 0)
            try server.advance(by: moment)
            #expect(server.record.closes.load(ordering: .sequentiallyConsistent) == 1)
        }
    }

    @Test(arguments: [false, true])
    func aClientThatReadsSlowlyAndSteadilyIsServed(onUnixSocket: Bool) throws {
        try withServer {
            if onUnixSocket { $0.socketPath = "/tmp/rookery-slow-\(getpid()).sock" }
        } _: { server in
            // So small that the kernel learns soon of what was taken.
            let client = try RawClient(server, receiveBuffer: 16 << 10)
            try client.send(get("/stream/1000000"))
            // Far less in half a minute than the room in the socket's buffer that lets the kernel ask for more.
            for _ in 0..<120 {
                for _ in 0..<8 { #expect(try client.skip(1 << 10) > 0) }
                try server.advance(by: .seconds(2))
            }
            #expect(server.record.cancels.load(ordering: .sequentiallyConsistent) == 0)
            client.reset()
        }
    }

    /// It takes something every two seconds, so it is never silent, but its answer would take hours.
    @Test func aClientThatReadsFarTooSlowlyIsReset() throws {
        try withServer { server in
            let client = try RawClient(server, receiveBuffer: 2 << 10)
            try client.send(get("/stream/1000000"))
            var seconds = 0
            while seconds < 300, server.record.cancels.load(ordering: .sequentiallyConsistent) == 0 {
                // The end of the connection may come in the midst of it.
                _ = try? client.skip(200)
                try server.advance(by: .seconds(1))
                seconds += 1
            }
            #expect((60..<200).contains(seconds))
        }
    }
}
