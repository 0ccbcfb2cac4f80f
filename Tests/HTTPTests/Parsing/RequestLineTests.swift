import HTTP
import Testing

@Suite struct RequestLineTests {
    @Test(arguments: Method.allCases)
    func knowsEachMethod(_ method: Method) throws {
        #expect(try head("\(method.rawValue) / HTTP/1.1\r\nHost: h\r\n\r\n").method == method)
    }

    @Test(arguments: ["CONNECT", "get", "PROPFIND", "GETS", "GE", "G", "!#$%&'*+-.^_`|~09AZaz", "Get"])
    func refusesOtherMethods(_ method: String) throws {
        #expect(try refusal("\(method) / HTTP/1.1\r\nHost: h\r\n\r\n") == "501 unknown-method")
    }

    @Test func refusesTheAuthorityFormByItsMethod() throws {
        #expect(try refusal("CONNECT localhost:80 HTTP/1.1\r\nHost: h\r\n\r\n") == "501 unknown-method")
    }

    @Test(arguments: [
        ("HTTP/1.0", Version.http10), ("HTTP/1.1", .http11), ("HTTP/1.2", .http11), ("HTTP/1.9", .http11),
    ])
    func treatsAHigherMinorVersionAsTheKnownOne(_ text: String, _ version: Version) throws {
        #expect(try head("GET / \(text)\r\nHost: h\r\n\r\n").version == version)
    }

    @Test(arguments: ["HTTP/2.0", "HTTP/3.0", "HTTP/9.9", "HTTP/0.1", "HTTP/2.1"])
    func refusesOtherMajorVersions(_ version: String) throws {
        #expect(try refusal("GET / \(version)\r\nHost: h\r\n\r\n") == "505 unsupported-version")
    }

    @Test func answersThePrefaceOfHTTP2WithTheVersion() throws {
        #expect(try refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == "505 unsupported-version")
    }

    @Test(arguments: [
        "GET /", "GET", "GET ", "GET  HTTP/1.1", " GET / HTTP/1.1", "GET  / HTTP/1.1", "GET /  HTTP/1.1",
        "GET / HTTP/1.1 ", "GET /\tHTTP/1.1", "GET\t/ HTTP/1.1", "GET / HTTP/0.9", "GET / http/1.1", "GET / HTTP/1",
        "GET / HTTP/1.", "GET / HTTP/.1", "GET / HTTP/11.1", "GET / HTTP/1.11", "GET / HTTP 1.1", "GET / HTTP/1,1",
        "GET / HTTP/+1.1", "GET / HTTQ/1.1", "GET / 1.1", "(GET) / HTTP/1.1", "GET: / HTTP/1.1", "/ HTTP/1.1",
        "HTTP/1.1", "GET /a b HTTP/1.1", "G\u{E9}T / HTTP/1.1", "GET / HTTP/1.1 HTTP/1.1", ":", " ",
    ])
    func refusesAnyOtherShape(_ line: String) throws {
        #expect(try refusal("\(line)\r\nHost: h\r\n\r\n").hasPrefix("400 malformed-"), "\(line)")
    }

    @Test(arguments: [0, 1, 2])
    func skipsUpToTwoEmptyLinesBeforeIt(_ count: Int) throws {
        let empty = String(repeating: "\r\n", count: count)
        #expect(try head(empty + "GET / HTTP/1.1\r\nHost: h\r\n\r\n").method == .get)
    }

    @Test func refusesAThirdEmptyLine() throws {
        #expect(try refusal("\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n") == "400 malformed-request-line")
        #expect(try refusal("\r\n\r\n\r\n") == "400 malformed-request-line")
    }

    @Test func skipsEmptyLinesBeforeALaterRequestToo() throws {
        let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
        #expect(try outcomes(request + "\r\n" + request).count == 3)
        #expect(try refusal(request + "\r\n\r\n\r\n" + request) == "400 malformed-request-line")
    }

    @Test func refusesItBeforeTheHeadIsComplete() throws {
        #expect(try refusal("BREW / HTTP/1.1\r\n") == "501 unknown-method")
        #expect(try refusal("GET / HTTP/2.0\r\n") == "505 unsupported-version")
        #expect(try refusal("GET /%zz HTTP/1.1\r\n") == "400 malformed-target")
        #expect(try refusal("\u{16}\u{3}\u{1}") == "400 control-character")
    }

    @Test func isAcceptedAtItsLimitAndRefusedOneByteBeyond() throws {
        let limits = RequestLimits(requestLine: 40)
        let atLimit = "GET /" + String(repeating: "a", count: 40 - 14) + " HTTP/1.1"
        #expect(atLimit.utf8.count == 40)
        #expect(try head(atLimit + "\r\nHost: h\r\n\r\n", limits: limits).target.path.utf8.count == 27)
        #expect(try head("\r\n\r\n" + atLimit + "\r\nHost: h\r\n\r\n", limits: limits).method == .get)

        let beyond = "GET /a" + atLimit.dropFirst(5)
        #expect(try refusal(beyond + "\r\nHost: h\r\n\r\n", limits: limits) == "414 request-line-too-long")
        #expect(try refusal(String(repeating: "a", count: 41), limits: limits) == "414 request-line-too-long")
        #expect(
            try outcomes(String(repeating: "a", count: 40), limits: limits) == [.waiting(left: 40, isIdle: false)])
    }

    @Test func hasALimitOf8KiBUnlessToldOtherwise() throws {
        let target = "/" + String(repeating: "a", count: 8192 - 14)
        #expect(try head("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n").target.path == target)
        #expect(try refusal("GET \(target)a HTTP/1.1\r\nHost: h\r\n\r\n") == "414 request-line-too-long")
    }

    @Test func shortensAMethodInTheMessage() throws {
        var parser = RequestParser()
        let bytes = Array((String(repeating: "X", count: 5_000) + " / HTTP/1.1\r\n").utf8)
        guard case .refused(let error) = parser.next(in: bytes.span).event else {
            Issue.record("not refused")
            return
        }
        #expect(error.message.utf8.count < 200)
        #expect(error.message.contains("GET, HEAD"))
    }
}
