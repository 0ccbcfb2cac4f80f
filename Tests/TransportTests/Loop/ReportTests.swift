import HTTP
import Testing
import Transport

/// What is reported of answers that did not arrive, or have no body.
@Suite struct ReportTests {
    @Test func anAnswerWithoutABodyHasNoBytes() throws {
        try withServer { server in
            let client = try RawClient(server)
            try client.send(
                get("/large/4", method: "HEAD") + get("/stream/2", method: "HEAD") + get("/x\u{7F}"))
            for _ in 0..<2 { #expect(try client.response(isHead: true).status == 200) }
            #expect(try client.response().status == 400)
            try eventually("reports") { server.record.reports.count == 3 }
            let reports = server.record.reports
            #expect(reports.map(\.bodyBytes) == [0, 0, "control-character".utf8.count])
            #expect(reports.map(\.rows) == [0, 0, 0])
            #expect(reports.map(\.status.code) == [200, 200, 400])
            #expect(reports.map { $0.request?.method } == [.head, .head, nil])
            #expect(reports.allSatisfy { $0.complete })
            // The stream was never asked for a piece, and has ended.
            try eventually("an end") { server.record.ends.load(ordering: .sequentiallyConsistent) == 1 }
            #expect(server.record.pieces.load(ordering: .sequentiallyConsistent) == 0)
        }
    }

    @Test(arguments: [true, false]) func whatDidNotArriveIsNotComplete(isStream: Bool) throws {
        let size = 64 << 20
        try withServer { server in
            let client = try RawClient(server, receiveBuffer: 32 << 10)
            try client.send(get("/first") + get(isStream ? "/stream/1024" : "/large/\(size)"))
            #expect(try client.response().body == "/first")
            #expect(try client.skip(1000) > 0)
            try server.settle()
            client.reset()
            try eventually("reports") { server.record.reports.count == 2 }
            let report = try #require(server.record.reports.last)
            #expect(
                report.status == .ok && report.request?.target.path.hasPrefix(isStream ? "/stream" : "/large") == true)
            #expect(!report.complete && report.bodyBytes > 0 && report.bodyBytes < size)
            // The rows of each piece of which something was sent.
            let pieces = (report.bodyBytes - 6 + TestProducer.pieceSize - 1) / TestProducer.pieceSize
            #expect(report.rows == (isStream ? 2 + pieces : 5))
            if isStream {
                try eventually("an end") { server.record.ends.load(ordering: .sequentiallyConsistent) == 1 }
            }
        }
    }

    /// A stream that the client read to its last piece but one is counted to the byte.
    @Test func bytesOfAStreamAreCountedOverItsPieces() throws {
        try withServer { server in
            let client = try RawClient(server)
            for count in [0, 1, 7] {
                try client.send(get("/stream/\(count)"))
                #expect(try client.response().body.utf8.count == 6 + count * TestProducer.pieceSize)
            }
            try client.send(get("/stream/3", "Connection: keep-alive", version: "1.0"))
            #expect(try client.response().body.utf8.count == 6 + 3 * TestProducer.pieceSize)
            #expect(try client.readToEnd() == ("", .closed))
            try eventually("reports") { server.record.reports.count == 4 }
            #expect(server.record.reports.map(\.bodyBytes) == [0, 1, 7, 3].map { 6 + $0 * TestProducer.pieceSize })
            #expect(server.record.reports.map(\.rows) == [2, 3, 9, 5])
        }
    }
}
