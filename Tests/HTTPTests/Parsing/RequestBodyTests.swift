import HTTP
import Testing

@Suite struct RequestBodyTests {
    /// The outcomes of a request with a body, which another follows.
    private func followed(
        _ method: String, _ fields: String, _ body: String, limits: RequestLimits = RequestLimits()
    ) throws -> [Outcome] {
        try outcomes(
            "\(method) / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\(body)GET /next HTTP/1.1\r\nHost: h\r\n\r\n",
            limits: limits)
    }

    private func isSkipped(_ outcomes: [Outcome]) -> Bool {
        guard outcomes.count == 4, case .head(let first) = outcomes[0], first.hasBody, outcomes[1] == .end,
            case .head(let next) = outcomes[2]
        else { return false }
        return next.target.path == "/next" && outcomes[3] == .waiting(left: 0, isIdle: true)
    }

    private func chunked(_ body: String, limits: RequestLimits = RequestLimits()) throws -> [Outcome] {
        try followed("POST", "Transfer-Encoding: chunked\r\n", body, limits: limits)
    }

    // MARK: Content-Length

    @Test(arguments: Method.allCases)
    func isSkippedByItsLength(_ method: Method) throws {
        #expect(isSkipped(try followed(method.rawValue, "Content-Length: 5\r\n", "GET /")))
        #expect(isSkipped(try followed(method.rawValue, "content-length:  05 \r\n", "\r\n\r\n\0")))
    }

    @Test func tellsItsLengthAndItsEnd() throws {
        let all = try outcomes("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc")
        guard case .head(let head)? = all.first else { throw Unexpected(outcomes: all) }
        #expect(head.contentLength == 5)
        #expect(all.dropFirst() == [.waiting(left: 0, isIdle: false)])
    }

    @Test func isNoneWithALengthOfZero() throws {
        let head = try head("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
        #expect(!head.hasBody)
        #expect(head.contentLength == nil)
    }

    @Test(arguments: [
        "", "+5", "-5", "5.0", "0x5", "5 5", "5,5", "5, 5", "5;", "five", "\u{665}", "1e3", "5\t5",
        "18446744073709551616",
        "99999999999999999999999999999999999999", "5, ", ",5",
    ])
    func isRefusedWithALengthThatIsNoNumber(_ length: String) throws {
        for method in ["GET", "POST"] {
            let text = "\(method) / HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\n"
            #expect(try refusal(text) == "400 bad-content-length")
        }
    }

    @Test func isRefusedWithSeveralLengths() throws {
        for lengths in [("5", "5"), ("5", "6"), ("0", "0")] {
            let text =
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(lengths.0)\r\nContent-Length: \(lengths.1)\r\n\r\nabcde"
            #expect(try refusal(text) == "400 bad-content-length")
        }
    }

    @Test(arguments: [Method.post, .put, .patch, .delete, .options])
    func isRefusedBeyondTheLimit(_ method: Method) throws {
        let limits = RequestLimits(body: 10)
        #expect(isSkipped(try followed(method.rawValue, "Content-Length: 10\r\n", "0123456789", limits: limits)))
        for length in ["11", "18446744073709551615"] {
            let text = "\(method.rawValue) / HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\n"
            #expect(try refusal(text, limits: limits) == "413 body-too-large")
        }
    }

    @Test(arguments: [Method.get, .head])
    func isLeftUnreadBeyondTheLimitOfMethodsThatDropIt(_ method: Method) throws {
        let limits = RequestLimits(droppedBody: 10)
        #expect(isSkipped(try followed(method.rawValue, "Content-Length: 10\r\n", "0123456789", limits: limits)))
        for length in ["11", "18446744073709551615"] {
            let all = try outcomes(
                "\(method.rawValue) / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: \(length)\r\n\r\n",
                limits: limits)
            guard case .head(let head)? = all.first else { throw Unexpected(outcomes: all) }
            #expect(!head.hasBody && !head.keepAlive && !head.expectsContinue && head.contentLength == nil)
        }
    }

    @Test func hasTheLimitsOfTheDesignUnlessToldOtherwise() throws {
        let most = try outcomes("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n")
        #expect(most.last == .waiting(left: 0, isIdle: false))
        #expect(try refusal("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n") == "413 body-too-large")
        for (length, hasBody) in [(65_536, true), (65_537, false)] {
            let all = try outcomes("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: \(length)\r\n\r\n")
            guard case .head(let head)? = all.first else { throw Unexpected(outcomes: all) }
            #expect(head.hasBody == hasBody && head.keepAlive == hasBody)
        }
    }

    // MARK: Transfer-Encoding

    @Test(arguments: [
        "0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
        "a\r\n0123456789\r\n0\r\n\r\n",
        "A\r\n0123456789\r\n00000\r\n\r\n", "0000000000000005\r\nhello\r\n0\r\n\r\n", "2\r\n\r\n\r\n0\r\n\r\n",
        // Extensions.
        "5;a\r\nhello\r\n0\r\n\r\n", "5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n", "5 ;a\r\nhello\r\n0\r\n\r\n",
        "5 \t ; a = b \r\nhello\r\n0\t;\r\n\r\n", "5;\u{E9}\r\nhello\r\n0\r\n\r\n", "5;\r\nhello\r\n0\r\n\r\n",
        // Trailers.
        "0\r\nA: b\r\n\r\n", "0\r\nA:\r\nB: c\td \u{E9}\r\n\r\n",
        "5\r\nhello\r\n0\r\nContent-Length: 9\r\nHost: x\r\n\r\n",
    ])
    func isSkippedByItsChunks(_ body: String) throws {
        #expect(isSkipped(try chunked(body)))
        #expect(isSkipped(try followed("GET", "transfer-encoding: \t Chunked \r\n", body)))
        #expect(isSkipped(try followed("DELETE", "Transfer-Encoding: CHUNKED\r\n", body)))
    }

    /// Each would be a whole body if its flaw were overlooked.
    @Test(arguments: [
        // Sizes that are none, or too long.
        "", " 5", "5 ", "5\t", "+5", "-5", "0x5", "5h", "h5", "g", ";a", "5_", "5.0", "5,5", "\u{665}",
        "00000000000000005",
        "10000000000000005", "5 5", "5  a", "5;\0", "5;\u{7F}", "5;\u{1B}", "5 \0;", "5\n", "5\r", "5;a\r", "5 \r",
    ])
    func isRefusedWithAMalformedSize(_ size: String) throws {
        let all = try chunked("\(size)\r\nhello\r\n0\r\n\r\n")
        #expect(all.dropFirst() == [.refused(status: 400, code: "malformed-chunk")])
    }

    @Test(arguments: [
        // Lines that end with something else.
        "5\nhello\r\n0\r\n\r\n", "5\rhello\r\n0\r\n\r\n", "5;a\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n", "5\r\nhelloX\n0\r\n\r\n", "5\r\nhello\r0\r\n\r\n", "5\r\nhello\r\n0\n\r\n",
        "5\r\nhello\r\n0\r\n\n",
        "5\r\nhello\r\n0\r\n\rX", "0\r\nA: b\n\r\n", "0\r\nA: b\r\r\n\r\n",
        // Data of another length than the size says.
        "5\r\nhell\r\n0\r\n\r\n", "5\r\nhello!\r\n0\r\n\r\n",
        // Trailers that are no fields.
        "0\r\nA\r\n\r\n", "0\r\n A: b\r\n\r\n", "0\r\nA : b\r\n\r\n", "0\r\n: b\r\n\r\n", "0\r\nA: b\r\n c\r\n\r\n",
        "0\r\nA: \0\r\n\r\n", "0\r\nA: \u{7F}\r\n\r\n", "0\r\nA\r\n: b\r\n\r\n", "0\r\n\u{E9}: b\r\n\r\n",
        "0\r\nA\u{E9}: b\r\n\r\n",
    ])
    func isRefusedWithMalformedChunks(_ body: String) throws {
        let all = try chunked(body)
        #expect(all.dropFirst() == [.refused(status: 400, code: "malformed-chunk")])
    }

    @Test func mayHaveExtensionsUpTo256Bytes() throws {
        let most = String(repeating: "x", count: 255)
        #expect(isSkipped(try chunked("5;\(most)\r\nhello\r\n0;\(most)\r\n\r\n")))
        #expect(isSkipped(try chunked("5\(most.dropFirst().map { _ in " " }.joined()) ;\r\nhello\r\n0\r\n\r\n")))
        for body in ["5;\(most)x\r\nhello\r\n0\r\n\r\n", "0\(most.map { _ in " " }.joined()) ;\r\n\r\n"] {
            #expect(try chunked(body).last == .refused(status: 400, code: "malformed-chunk"))
        }
    }

    @Test func mayHaveATrailerSectionUpToTheLimitsOfAHeaderSection() throws {
        // As large as the header section of these requests.
        let limit = "Host: h\r\nTransfer-Encoding: chunked\r\n".utf8.count
        let line = "A:" + String(repeating: "b", count: limit - 4)
        let limits = RequestLimits(headerSection: limit)
        #expect(isSkipped(try chunked("0\r\n\(line)\r\n\r\n", limits: limits)))
        #expect(
            try chunked("0\r\n\(line)b\r\n\r\n", limits: limits).last == .refused(status: 400, code: "malformed-chunk"))

        let few = RequestLimits(fieldCount: 3)
        #expect(isSkipped(try chunked("0\r\n" + String(repeating: "A: b\r\n", count: 3) + "\r\n", limits: few)))
        #expect(
            try chunked("0\r\n" + String(repeating: "A: b\r\n", count: 4) + "\r\n", limits: few).last
                == .refused(status: 400, code: "malformed-chunk"))
    }

    @Test func isRefusedWhereItsChunksOutgrowTheLimit() throws {
        let limits = RequestLimits(body: 10, droppedBody: 8)
        let fields = "Transfer-Encoding: chunked\r\n"
        #expect(isSkipped(try followed("POST", fields, "5\r\n01234\r\n5\r\n01234\r\n0\r\n\r\n", limits: limits)))
        #expect(isSkipped(try followed("GET", fields, "4\r\n0123\r\n4\r\n0123\r\n0\r\n\r\n", limits: limits)))
        let tooLarge: [(String, String)] = [
            ("POST", "5\r\n01234\r\n6\r\n"), ("POST", "b\r\n"), ("POST", "ffffffffffffffff\r\n"),
            ("GET", "4\r\n0123\r\n5\r\n"),
            ("HEAD", "9\r\n"), ("POST", "a\r\n0123456789\r\nFFFFFFFFFFFFFFFF\r\n"),
        ]
        for (method, body) in tooLarge {
            let all = try followed(method, fields, body, limits: limits)
            #expect(all.dropFirst() == [.refused(status: 413, code: "body-too-large")])
        }
    }

    @Test(arguments: [
        ("Transfer-Encoding: gzip", "501 unknown-transfer-coding"),
        ("Transfer-Encoding: gzip, chunked", "501 unknown-transfer-coding"),
        ("Transfer-Encoding: identity", "501 unknown-transfer-coding"),
        ("Transfer-Encoding: xchunked", "501 unknown-transfer-coding"),
        ("Transfer-Encoding: chunked;a=b", "501 unknown-transfer-coding"),
        ("Transfer-Encoding: \"chunked\"", "501 unknown-transfer-coding"),
        ("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", "501 unknown-transfer-coding"),
        ("Transfer-Encoding: chunked, gzip", "400 bad-transfer-encoding"),
        ("Transfer-Encoding: chunked, chunked", "400 bad-transfer-encoding"),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "400 bad-transfer-encoding"),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", "400 bad-transfer-encoding"),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding:", "400 bad-transfer-encoding"),
        ("Transfer-Encoding:", "400 bad-transfer-encoding"), ("Transfer-Encoding: ,", "400 bad-transfer-encoding"),
        ("Transfer-Encoding: chunked,", "400 bad-transfer-encoding"),
        ("Transfer-Encoding: ,chunked", "400 bad-transfer-encoding"),
        ("Transfer-Encoding: gzip,", "400 bad-transfer-encoding"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5", "400 bad-transfer-encoding"),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", "400 bad-transfer-encoding"),
        ("Content-Length: 0\r\nTransfer-Encoding: chunked", "400 bad-transfer-encoding"),
        ("Transfer-Encoding : chunked", "400 malformed-field"),
        ("Transfer-Encoding: \u{B}chunked", "400 control-character"),
    ])
    func isRefusedWithAnyOtherCoding(_ fields: String, _ refused: String) throws {
        for method in ["GET", "POST"] {
            #expect(try refusal("\(method) / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\r\n") == refused)
        }
    }

    @Test func isRefusedWithACodingInHTTP10() throws {
        let text = "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        #expect(try refusal(text) == "400 bad-transfer-encoding")
    }

    // MARK: Expect

    @Test(arguments: [
        ("POST", "HTTP/1.1", "Content-Length: 5", true), ("POST", "HTTP/1.1", "Transfer-Encoding: chunked", true),
        ("GET", "HTTP/1.1", "Content-Length: 5", true), ("POST", "HTTP/1.1", "Content-Length: 0", false),
        ("GET", "HTTP/1.1", "Accept: */*", false), ("POST", "HTTP/1.0", "Content-Length: 5", false),
    ])
    func isAskedForWhereTheClientWaits(_ method: String, _ version: String, _ field: String, _ waits: Bool) throws {
        for expectation in ["100-continue", "100-CONTINUE"] {
            let all = try outcomes("\(method) / \(version)\r\nHost: h\r\nExpect: \(expectation)\r\n\(field)\r\n\r\n")
            guard case .head(let head)? = all.first else { throw Unexpected(outcomes: all) }
            #expect(head.expectsContinue == waits)
        }
    }

    @Test(arguments: ["", "200-ok", "100-continue, 200-ok", "100-continue;a", "continue", "100-continue\r\nExpect: a"])
    func isRefusedWithAnotherExpectation(_ expectation: String) throws {
        let text = "POST / HTTP/1.1\r\nHost: h\r\nExpect: \(expectation)\r\nContent-Length: 5\r\n\r\n"
        #expect(try refusal(text) == "417 unknown-expectation")
    }
}
