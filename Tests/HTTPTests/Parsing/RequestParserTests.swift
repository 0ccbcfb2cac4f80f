import HTTP
import Testing

@Suite struct RequestParserTests {
    private static let request = "GET /?species=stejay HTTP/1.1\r\nHost: localhost:8000\r\n\r\n"

    @Test func consumesAHeadAtOnceAndOnlyWhenItIsComplete() {
        let bytes = Array((Self.request + "GET").utf8)
        let length = Self.request.utf8.count
        var parser = RequestParser()
        for end in 0..<length {
            let (event, consumed) = parser.next(in: bytes.span.extracting(0..<end))
            #expect(consumed == 0)
            guard case .needMore = event else {
                Issue.record("\(event) after \(end) bytes")
                return
            }
        }
        let (event, consumed) = parser.next(in: bytes.span)
        #expect(consumed == length)
        guard case .head(let head) = event else {
            Issue.record("\(event)")
            return
        }
        #expect(head.request.target.query == [.init(name: "species", value: "stejay")])
    }

    @Test func isIdleBetweenRequestsAlone() {
        var parser = RequestParser()
        #expect(parser.isIdle)
        _ = parser.next(in: [UInt8]().span)
        #expect(parser.isIdle)
        _ = parser.next(in: Array("\r".utf8).span)
        #expect(!parser.isIdle)
        _ = parser.next(in: Array("\r\nGET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n".utf8).span)
        #expect(!parser.isIdle)
        _ = parser.next(in: [UInt8]().span)
        #expect(!parser.isIdle)
        _ = parser.next(in: Array("a".utf8).span)
        #expect(parser.isIdle)
    }

    @Test func readsPipelinedRequestsInOrder() throws {
        let count = 1_000
        let text = (0..<count).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined()
        let all = try outcomes(text)
        #expect(all.count == count + 1)
        for (number, outcome) in all.dropLast().enumerated() {
            guard case .head(let head) = outcome, head.target.path == "/\(number)" else {
                throw Unexpected(outcomes: [outcome])
            }
        }
    }

    @Test func keepsNothingOfOneRequestForTheNext() throws {
        let all = try outcomes(
            "POST http://a/ HTTP/1.0\r\nConnection: close, keep-alive\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab"
                + "POST / HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\na\r\n0\r\nA: b\r\n\r\n"
                + "POST / HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + "GET / HTTP/1.1\r\nHost: d\r\n\r\n")
        #expect(all.count == 8)
        guard case .head(let last)? = all.dropLast().last else { throw Unexpected(outcomes: all) }
        #expect(last.keepAlive && !last.hasBody && !last.expectsContinue)
        #expect(last.fields == ["Host: d", "1 fields"])
    }

    @Test func saysWithWhichBytesARequestIsRefused() throws {
        // The first flaw decides, in the order of the bytes.
        #expect(try refusal("GET / HTTP/1.1\r\nbad line\r\nHost: a b\r\n\r\n") == "400 malformed-field")
        #expect(try refusal("GET / HTTP/1.1\r\nHost: a b\r\nbad line\r\n\r\n") == "400 malformed-host")
        #expect(try refusal("BREW /%zz HTTP/3.0\r\n") == "505 unsupported-version")
        #expect(try refusal("BREW /%zz HTTP/1.1\r\n") == "501 unknown-method")
    }

    @Test(arguments: [
        RequestError.timeout, .bodyTooSlow, .tooManyConnections,
    ])
    func hasTheErrorsOfTheTransport(_ error: RequestError) {
        #expect(error.status == (error == .tooManyConnections ? .serviceUnavailable : .requestTimeout))
        #expect(error.message.hasSuffix("."))
    }
}
