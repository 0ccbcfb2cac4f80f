import HTTP
import Testing

@Suite struct ResponseParserTests {
    /// What became of a response, with its body put together.
    private struct Result: Equatable {
        var status: Int?
        var fields: [String] = []
        var body = ""
        /// `end`, `malformed`, or `needMore`.
        var end = "needMore"
        /// What was left of the bytes.
        var left = 0
    }

    private func read(_ bytes: [UInt8], isHead: Bool, piece: Int, closes: Bool) -> Result {
        var parser = ResponseParser(isHead: isHead)
        var result = Result()
        var body: [UInt8] = []
        var buffer: [UInt8] = []
        var fed = 0
        func finish(_ end: String) -> Result {
            result.end = end
            result.left = buffer.count + bytes.count - fed
            result.body = String(decoding: body, as: UTF8.self)
            return result
        }
        while true {
            let (event, consumed) = parser.next(in: buffer.span)
            if case .body(let range) = event { body += buffer[range] }
            buffer.removeFirst(consumed)
            switch event {
            case .needMore:
                if fed == bytes.count {
                    guard closes else { return finish("needMore") }
                    if case .end = parser.closed() { return finish("end") }
                    return finish("malformed")
                }
                let count = min(piece, bytes.count - fed)
                buffer += bytes[fed..<fed + count]
                fed += count
            case .head(let status, let fields):
                result.status = status
                result.fields = [.contentType, .contentLength, .retryAfter].compactMap { fields[$0] }
            case .body:
                break
            case .end:
                return finish("end")
            case .malformed(let message):
                #expect(message.hasSuffix("."))
                return finish("malformed")
            }
        }
    }

    /// Reads a response whole and byte by byte; both give the same.
    private func read(_ text: String, isHead: Bool = false, closes: Bool = false) -> Result {
        let bytes = Array(text.utf8)
        let whole = read(bytes, isHead: isHead, piece: .max, closes: closes)
        let single = read(bytes, isHead: isHead, piece: 1, closes: closes)
        var same = whole
        same.left = single.left
        #expect(single == same)
        return whole
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        ("HTTP/1.0 200 \r\nContent-Length: 5\r\n\r\nhello", "hello"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x\r\n world\r\n0\r\nA: b\r\n\r\n",
            "hello world"
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""),
        ("HTTP/1.1 204 No Content\r\n\r\n", ""), ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", ""),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "a"),
        ("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", ""),
    ])
    func readsAResponseToItsEnd(_ text: String, _ body: String) {
        let result = read(text)
        #expect(result.end == "end" && result.left == 0)
        #expect(result.body == body)
    }

    @Test func givesStatusAndFields() {
        let result = read(
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n"
                + "Retry-After: 5\r\n\r\n{}")
        #expect(result.status == 503)
        #expect(result.fields == ["application/problem+json", "2", "5"])
    }

    @Test func readsNoBodyAfterAHead() {
        for fields in ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", ""] {
            #expect(read("HTTP/1.1 200 OK\r\n\(fields)\r\n", isHead: true).end == "end")
        }
    }

    @Test func readsABodyUntilTheConnectionEnds() {
        let text = "HTTP/1.1 200 OK\r\n\r\nhello"
        #expect(read(text).end == "needMore")
        let result = read(text, closes: true)
        #expect(result.end == "end" && result.body == "hello")
    }

    @Test(arguments: [
        "", "H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
    ])
    func noticesThatAResponseWasCutOff(_ text: String) {
        #expect(read(text).end == "needMore")
        #expect(read(text, closes: true).end == "malformed")
    }

    @Test(arguments: [
        "HTTP/1.1 200\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "http/1.1 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 600 OK\r\n\r\n", "\r\nHTTP/1.1 200 OK\r\n\r\n", "ICY 200 OK\r\n\r\n", "HTTP/1.1 200 OK\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 200 OK\r\nA\r\n\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        String(repeating: "HTTP/1.1 100 Go on\r\n\r\n", count: 11),
    ])
    func refusesAMalformedResponse(_ text: String) {
        #expect(read(text).end == "malformed")
    }

    @Test func refusesAHeadBeyondTheLimits() {
        #expect(read(String(repeating: "a", count: 8_193)).end == "malformed")
        #expect(read("HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 16_384)).end == "malformed")
        // Within and around the line end.
        for length in 16_377...16_384 {
            let text = "HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: length - 3) + "\r\n\r\n"
            #expect(read(text, isHead: true).end == (length + 2 <= 16_384 ? "end" : "malformed"))
        }
        let fields = String(repeating: "A: b\r\n", count: 101)
        #expect(read("HTTP/1.1 200 OK\r\n\(fields)\r\n").end == "malformed")
    }

    @Test func staysAtItsEnd() {
        var parser = ResponseParser(isHead: false)
        let bytes = Array("HTTP/1.1 204 No Content\r\n\r\n".utf8)
        _ = parser.next(in: bytes.span)
        for _ in 0..<2 {
            let (event, consumed) = parser.next(in: bytes.span)
            guard case .end = event, consumed == 0 else {
                Issue.record("\(event)")
                return
            }
        }
        guard case .end = parser.closed() else {
            Issue.record("not at its end")
            return
        }
    }

    /// What an interim response says is no part of the final one.
    @Test(arguments: [(0, "end"), (10, "end"), (11, "malformed")])
    func skipsUpToTenInterimResponses(count: Int, end: String) {
        let interim = "HTTP/1.1 103 Early Hints\r\nRetry-After: 7\r\nContent-Length: 3\r\n\r\n"
        let final = "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 1\r\n\r\na"
        let result = read(String(repeating: interim, count: count) + final)
        #expect(result.end == end)
        if end == "end" { #expect(result.fields == ["text/csv", "1"] && result.body == "a") }
    }
}
