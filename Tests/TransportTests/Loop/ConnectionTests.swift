import Glibc
import HTTP
import Testing

@testable import Transport

@Suite struct ConnectionTests {
    @Test func severalRequestsShareAConnection() throws {
        try withServer { server in
            let client = try RawClient(server)
            for path in ["/a", "/b", "/c"] {
                try client.send(get(path))
                let answer = try client.response()
                #expect(answer == .init(status: 200, length: "2", body: path))
            }
        }
    }

    @Test func aThousandRequestsInOneWriteAreAnsweredInOrder() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send((0..<1_000).map { get("/\($0)") }.joined())
            for index in 0..<1_000 { #expect(try client.response().body == "/\(index)") }
        }
    }

    @Test func moreRequestsThanATurnTakesMayBeOnTheirWay() throws {
        try withServer { server in
            let client = try RawClient(server)
            // Each of them takes more than half of a receive buffer.
            let padding = "X-Padding: " + String(repeating: "x", count: 15_000)
            try client.send((0..<300).map { get("/\($0)", padding) }.joined())
            for index in 0..<300 { #expect(try client.response().body == "/\(index)") }
        }
    }

    @Test func answersOfWorkersKeepTheOrder() throws {
        try withServer { server in
            let client = try RawClient(server)
            let paths = (0..<100).map { $0 % 3 == 1 ? "/later/\($0)" : "/now/\($0)" }
            try client.send(paths.map { get($0) }.joined())
            for path in paths { #expect(try client.response().body == path) }
        }
    }

    /// Work that comes first, and then is asked for again, leaves the order of requests as it is.
    @Test func whatMustBeFoundOutFirstKeepsTheOrder() throws {
        try withServer { server in
            let client = try RawClient(server)
            let paths = (0..<60).map { $0 % 3 == 1 ? "/again/2/\($0)" : "/now/\($0)" }
            try client.send(paths.map { get($0) }.joined() + get("/again/1", "Connection: close"))
            for path in paths { #expect(try client.response().body == path) }
            #expect(try client.response() == .init(status: 200, isClosing: true, length: "8", body: "/again/1"))
            #expect(try client.readToEnd() == ("", .closed))
            #expect(server.record.checks.load(ordering: .sequentiallyConsistent) == 41)
        }
    }

    /// Work that comes first has threads of its own: it waits for no long answer.
    @Test func whatMustBeFoundOutFirstWaitsForNoLongAnswer() throws {
        try withServer { server in
            let busy = try (0..<8).map { _ in try RawClient(server) }
            for client in busy { try client.send(get("/gate/1")) }
            let client = try RawClient(server)
            try client.send(get("/again/1"))
            #expect(try client.response().body == "/again/1")
            server.record.gate.store(true, ordering: .sequentiallyConsistent)
            for client in busy { #expect(try client.response().body == "/gate/1") }
        }
    }

    @Test func whatTakesTooLongToFindOutIsAnsweredWithoutIt() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/again/9/late") + get("/a"))
            #expect(try client.response().body == "late")
            #expect(try client.response().body == "/a")
            #expect(server.record.cancels.load(ordering: .sequentiallyConsistent) == 0)
        }
    }

    @Test func aClientThatLeavesBeforeItsAnswerIsReported() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/again/1/gated"))
            try eventually("work waits") { server.record.waiting.load(ordering: .sequentiallyConsistent) == 1 }
            client.reset()
            try server.settle()
            #expect(server.record.cancels.load(ordering: .sequentiallyConsistent) == 1)
            server.record.gate.store(true, ordering: .sequentiallyConsistent)
            try eventually("it is reported") { server.record.reports.count == 1 }
            #expect(server.record.reports.map(\.complete) == [false])
            try eventually("it is closed") { server.record.closes.load(ordering: .sequentiallyConsistent) == 1 }
        }
    }

    @Test func streamsAndPlainAnswersKeepTheOrder() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/stream/3") + get("/a") + get("/stream/0") + get("/b"))
            let long = try client.response()
            #expect(long.isChunked)
            #expect(long.body.utf8.count == 6 + 3 * TestProducer.pieceSize)
            #expect(try client.response().body == "/a")
            #expect(try client.response().body == "first ")
            #expect(try client.response().body == "/b")
        }
    }

    @Test func aRequestMayComeByteByByte() throws {
        try withServer { server in
            let client = try RawClient(server)
            for character in get("/slow", "X-Field: value") { try client.send(String(character)) }
            #expect(try client.response().body == "/slow")
        }
    }

    @Test(arguments: ["/now", "/again/1", "/stream/2"])
    func aClientThatOnlySendsNoMoreIsStillAnswered(path: String) throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get(path) + get("/second"))
            client.endSending()
            #expect(try client.response().status == 200)
            #expect(try client.response().body == "/second")
            #expect(try client.readToEnd().end == .closed)
        }
    }

    /// Whoever closes while a worker is busy wants nothing more. What was answered before is still sent.
    @Test(arguments: [false, true]) func aClientThatClosesEndsTheWork(isAtOnce: Bool) throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/first") + get("/gate/1") + get("/second"))
            if isAtOnce {
                client.endSending()
            } else {
                try eventually("a request waits") { server.record.waiting.load(ordering: .sequentiallyConsistent) == 1 }
                client.endSending()
            }
            try eventually("the work is cancelled") {
                server.record.cancels.load(ordering: .sequentiallyConsistent) == 1
            }
            #expect(try client.response().body == "/first")
            #expect(try client.readToEnd() == ("", .closed))
            server.record.gate.store(true, ordering: .sequentiallyConsistent)
            try eventually("the connection is closed") {
                server.record.closes.load(ordering: .sequentiallyConsistent) == 1
            }
        }
    }

    /// The kernel reports the end once, together with the last request.
    @Test func aClientThatSendsNoMoreWhileACheckIsMadeIsAnswered() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/again/1/gated"))
            try eventually("a request waits") { server.record.waiting.load(ordering: .sequentiallyConsistent) == 1 }
            try client.send(get("/second"))
            client.endSending()
            try server.settle(client)
            server.record.gate.store(true, ordering: .sequentiallyConsistent)
            #expect(try client.response().body == "/again/1/gated")
            #expect(try client.response().body == "/second")
            try server.settle()
            try #require(client.hasInput)
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    @Test(arguments: ["/path", "/stream/2", "/later/path"])
    func aHeadIsAnsweredWithoutABody(path: String) throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get(path, method: "HEAD") + get("/next"))
            let answer = try client.response(isHead: true)
            #expect(answer.status == 200)
            #expect(answer.isChunked == path.hasPrefix("/stream"))
            #expect(answer.length == (answer.isChunked ? nil : "\(path.utf8.count)"))
            #expect(try client.response().body == "/next")
            let cancels = server.record.cancels.load(ordering: .sequentiallyConsistent)
            #expect(cancels == (answer.isChunked ? 1 : 0))
        }
    }

    @Test func anOldClientGetsABodyThatTheEndOfTheConnectionEnds() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/stream/2", version: "1.0"))
            let answer = try client.response()
            #expect(answer.isClosing && !answer.isChunked && answer.length == nil)
            #expect(answer.body.utf8.count == 6 + 2 * TestProducer.pieceSize)
        }
    }

    @Test func anOldClientMayKeepTheConnection() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/a", "Connection: keep-alive", version: "1.0") + get("/b", version: "1.0"))
            #expect(try client.response().body == "/a")
            #expect(try client.response() == .init(status: 200, isClosing: true, length: "2", body: "/b"))
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    @Test func aClientMayAskToClose() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/a", "Connection: close") + get("/never"))
            #expect(try client.response() == .init(status: 200, isClosing: true, length: "2", body: "/a"))
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    @Test(arguments: [100, 200_000, 5_000_000])
    func aBodyOfKnownLengthMayBeLarge(size: Int) throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/large/\(size)") + get("/large/\(size)") + get("/end"))
            #expect(try client.response().body.utf8.count == size)
            #expect(try client.response().body.utf8.count == size)
            #expect(try client.response().body == "/end")
        }
    }

    // MARK: - Requests with a body

    @Test(arguments: [
        "Content-Length: 5\r\n\r\nhello", "Content-Length: 0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ])
    func aBodyIsDropped(rest: String) throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send("POST /a HTTP/1.1\r\nHost: x\r\n" + rest + get("/b"))
            #expect(try client.response().body == "/a")
            #expect(try client.response().body == "/b")
        }
    }

    @Test(arguments: ["/a", "/later/a"])
    func aBodyThatIsAnnouncedIsNotAskedFor(path: String) throws {
        try withServer { server in
            let client = try RawClient(server)
            let body = get("/hidden")
            try client.send(
                "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\nExpect: 100-continue\r\n\r\n"
            )
            let answer = try client.response()
            #expect(answer == .init(status: 200, isClosing: true, length: "\(path.utf8.count)", body: path))
            // What a client sends in spite of it is never taken for a request.
            try client.send(body)
            client.endSending()
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    @Test func theLargeBodyOfAGetIsLeftUnread() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
            #expect(try client.response() == .init(status: 200, isClosing: true, length: "2", body: "/a"))
            try client.send(String(repeating: "x", count: 100_000))
            client.endSending()
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    // MARK: - Refusals

    @Test(arguments: [
        ("GET / HTTP/1.1\nHost: x\r\n\r\n", 400), ("BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
        ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505), ("GET / HTTP/1.1\r\n\r\n", 400),
    ])
    func aMalformedRequestIsRefusedAfterTheAnswersBeforeIt(request: String, status: Int) throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/a") + request + get("/never"))
            #expect(try client.response().body == "/a")
            let refusal = try client.response()
            #expect(refusal.status == status && refusal.isClosing)
            client.endSending()
            #expect(try client.readToEnd() == ("", .closed))
            let reports = server.record.reports
            #expect(reports.map(\.status.code) == [200, status])
            #expect(reports.last?.request == nil)
        }
    }

    @Test func aRefusalIsReadByAClientThatGoesOnSending() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send("GET /" + String(repeating: "x", count: 20_000))
            try client.send(String(repeating: "x", count: 200_000))
            client.endSending()
            #expect(try client.response().status == 414)
            #expect(try client.readToEnd() == ("", .closed))
        }
    }

    /// A client may not keep the connection by sending without end.
    @Test func aClientThatSendsTooMuchAfterTheLastAnswerIsCutOff() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send("no request\r\n\r\n")
            #expect(try client.response().status == 400)
            let piece = String(repeating: "x", count: 64 << 10)
            // Far more than a MiB and what the kernel holds.
            let failure = #expect(throws: SystemCallError.self) { for _ in 0..<512 { try client.send(piece) } }
            #expect(failure?.errno == EPIPE || failure?.errno == ECONNRESET)
        }
    }

    // MARK: - Reports

    /// A connection that waits for its next request is not a slow one.
    @Test func theTimeOfARequestBeginsWithItsFirstByte() throws {
        try withServer { server in
            let client = try RawClient(server)
            for round in 0..<2 {
                // An answer can be read before it is reported.
                try eventually("a report") { server.record.reports.count == round }
                try server.advance(by: .seconds(5))
                try client.send("GET /a HTTP/1.1\r\n")
                try server.settle(client)
                try server.advance(by: .seconds(3))
                try client.send("Host: x\r\n\r\n")
                #expect(try client.response().body == "/a")
            }
            try eventually("two reports") { server.record.reports.count == 2 }
            #expect(server.record.reports.map(\.nanoseconds) == [3_000_000_000, 3_000_000_000])
        }
    }

    @Test func everyAnswerIsReported() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(get("/four") + get("/gate/4") + get("/stream/2"))
            try eventually("a worker waits") { server.record.waiting.load(ordering: .sequentiallyConsistent) == 1 }
            try eventually("a report") { server.record.reports.count == 1 }
            try server.advance(by: .milliseconds(7))
            server.record.gate.store(true, ordering: .sequentiallyConsistent)
            for _ in 0..<3 { _ = try client.response() }
            try eventually("three reports") { server.record.reports.count == 3 }
            let reports = server.record.reports
            #expect(reports.map { $0.request?.target.path } == ["/four", "/gate/4", "/stream/2"])
            #expect(reports.map(\.bodyBytes) == [5, 7, 6 + 2 * TestProducer.pieceSize])
            #expect(reports.map(\.nanoseconds) == [0, 7_000_000, 0])
            #expect(reports.allSatisfy { $0.complete && $0.peer.address == "127.0.0.1" })
        }
    }
}
