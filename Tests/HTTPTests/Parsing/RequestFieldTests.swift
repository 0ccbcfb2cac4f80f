import HTTP
import Testing

@Suite struct RequestFieldTests {
    @Test func keepsFieldsAsTheyCame() throws {
        let text =
            "GET / HTTP/1.1\r\nHOST: h\r\naccept:a\r\nACCEPT: \t b c\t \r\nEmpty:\r\nUser-Agent: \u{E9}\t!\r\n\r\n"
        var parser = RequestParser()
        guard case .head(let head) = parser.next(in: Array(text.utf8).span).event else {
            Issue.record("no head")
            return
        }
        let fields = head.request.fields
        #expect(fields.count == 5)
        #expect(fields[.host] == "h")
        #expect(fields[.accept] == "a")
        #expect(fields.count(of: .accept) == 2)
        #expect(fields[FieldName("empty")] == "")
        #expect(fields[.userAgent] == "\u{E9}\t!")
        #expect(fields.bytes(of: .host).map(Array.init) == [0x68])
        #expect(fields[.authorization] == nil)
        #expect(fields.bytes(of: .authorization) == nil)
        #expect(fields.count(of: .authorization) == 0)
    }

    /// Every byte in the middle of a name, and of a value.
    @Test(arguments: UInt8.min...UInt8.max)
    func allowsOnlyTheBytesOfTheGrammar(_ byte: UInt8) throws {
        let start = Array("GET / HTTP/1.1\r\nHost: h\r\n".utf8)
        let end = Array("\r\n\r\n".utf8)
        let name = start + Array("a".utf8) + [byte] + Array("b: c".utf8) + end
        let value = start + Array("a: b".utf8) + [byte] + Array("c".utf8) + end

        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let isToken =
            letters.contains(byte | 0x20) && byte >= 0x41 || "!#$%&'*+-.^_`|~0123456789".utf8.contains(byte)
        // A colon ends the name early, and the rest is a value.
        #expect(isHead(outcomes(of: name)) == (isToken || byte == UInt8(ascii: ":")))
        #expect(isHead(outcomes(of: value)) == (byte == 0x09 || byte >= 0x20 && byte != 0x7F))
        for bytes in [name, value] { #expect(outcomes(of: bytes) == outcomes(of: bytes, pieces: [1])) }
    }

    /// As many as there are, and wherever they are in the value.
    @Test(arguments: ["a\t\tb", "\t\t\ta", "a\t\t\t\t\t\t\t\t\t\tb", "a\t \tb", "\t\t", "abcdefgh\t\tijklmnop\t"])
    func allowsTabsInARow(value: String) throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: h\r\nX: \(value)\r\n\r\n".utf8)
        #expect(isHead(outcomes(of: bytes)))
        #expect(outcomes(of: bytes) == outcomes(of: bytes, pieces: [1]))
    }

    private func isHead(_ outcomes: [Outcome]) -> Bool {
        if case .head? = outcomes.first { return true }
        return false
    }

    @Test(arguments: [
        "Accept", "Accept : a", "Accept\t: a", ": a", ":", " Accept: a", "\tAccept: a", " ", "Accept a", "Ac(cept: a",
        "Ac\"cept: a", "Acc\u{E9}pt: a", "Accept: a\r\n b", "Accept: a\r\n\tb", "Accept: a\r\n ", "Ac cept: a",
        "Ac/cept: a",
        "Ac@cept: a", "Ac[cept: a", "Ac{cept: a", "A,b: c", "A;b: c", "A=b: c", "A?b: c",
    ])
    func refusesALineThatIsNoField(_ line: String) throws {
        #expect(try refusal("GET / HTTP/1.1\r\nHost: h\r\n\(line)\r\n\r\n") == "400 malformed-field")
        #expect(try refusal("GET / HTTP/1.1\r\n\(line)\r\nHost: h\r\n\r\n") == "400 malformed-field")
    }

    @Test(arguments: [
        "GET / HTTP/1.1\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\n",
        "GET / HTTP/1.1\rHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\rA: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\rX", "GET /\r HTTP/1.1\r\n", "\n",
        "\rG",
        "GET /\n HTTP/1.1\r\n", "\r\n\nGET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nA: b\nContent-Length: 5\r\n\r\n",
    ])
    func refusesABareCROrLF(_ text: String) throws {
        #expect(try refusal(text) == "400 malformed-line-end")
    }

    @Test(arguments: ["\0", "\u{1}", "\u{8}", "\u{B}", "\u{C}", "\u{1B}", "\u{7F}"])
    func refusesControlCharactersAnywhere(_ character: String) throws {
        #expect(try refusal(character) == "400 control-character")
        #expect(try refusal("G\(character)") == "400 control-character")
        #expect(try refusal("GET /\(character)") == "400 control-character")
        #expect(try refusal("GET / HTTP/1.1\(character)") == "400 control-character")
        #expect(try refusal("GET / HTTP/1.1\r\nHo\(character)") == "400 control-character")
        #expect(try refusal("GET / HTTP/1.1\r\nHost: h\(character)") == "400 control-character")
    }

    @Test(arguments: [
        "h", "localhost", "localhost:8000", "example.org", "EXAMPLE.org:80", "my_server", "my-server.internal:1", "a.",
        "127.0.0.1", "127.0.0.1:8000", "999.1.1.1", "h:", "h:0", "h:65535", "h:00080", "~a", "[::1]", "[::1]:8000",
        "[::]",
        "[1::]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]", "[fe80::ABCD]", "[::ffff:127.0.0.1]",
        "[1:2:3:4:5:6:127.0.0.1]", "[::127.0.0.1]", "[::1]:", "[0000::ffff]",
    ])
    func acceptsAHost(_ host: String) throws {
        #expect(try head("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").fields == ["Host: \(host)", "1 fields"])
    }

    @Test(arguments: [
        "", ":", ":80", "a b", "a,b", "a, b", "a/b", "a?b", "a#b", "u@h", "http://h", "h:80:80", "h:x", "h:-1",
        "h:65536",
        "h:999999999999999999999999", "h: 80", "\u{E9}", "a%20b", "%41", "a;b", "a=b", "a\tb", "(a)", "<a>", "[", "]",
        "[]",
        "[:]", "[:::]", "[1]", "[::1", "::1", "[::1]8000", "[::1]x", "[g::]", "[12345::]", "[1:2:3:4:5:6:7]",
        "[1:2:3:4:5:6:7:8:9]", "[1::2::3]", "[::1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8::]", "[1:]", "[:1]",
        "[1:2:3:4:5:6:7:]",
        "[::256.0.0.1]", "[::1.2.3]", "[::1.2.3.4.5]", "[::01.2.3.4]", "[::1.2.3.4:5]", "[1:2:3:4:5:6:7:1.2.3.4]",
        "[127.0.0.1]", "[::1%25eth0]", "[v1.a]", "[::1]]", "a[::1]", "[::.1.2.3]", "[::1.2.3.]",
    ])
    func refusesAMalformedHost(_ host: String) throws {
        #expect(try refusal("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == "400 malformed-host", "\(host)")
    }

    @Test func needsExactlyOneHost() throws {
        #expect(try refusal("GET / HTTP/1.1\r\n\r\n") == "400 missing-host")
        #expect(try refusal("GET / HTTP/1.1\r\nHostess: h\r\n\r\n") == "400 missing-host")
        #expect(try refusal("GET / HTTP/1.2\r\n\r\n") == "400 missing-host")
        #expect(try refusal("GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n") == "400 malformed-host")
        #expect(try refusal("GET / HTTP/1.0\r\nHost: h\r\nhost: i\r\n\r\n") == "400 malformed-host")
    }

    @Test func mayBeWithoutHostInHTTP10() throws {
        #expect(try head("GET / HTTP/1.0\r\n\r\n").fields == ["0 fields"])
        #expect(try refusal("GET / HTTP/1.0\r\nHost: a b\r\n\r\n") == "400 malformed-host")
    }

    @Test(
        arguments: [
            ("HTTP/1.1", [], true), ("HTTP/1.1", ["close"], false), ("HTTP/1.1", ["Close"], false),
            ("HTTP/1.1", ["keep-alive"], true), ("HTTP/1.1", ["keep-alive, close"], false),
            ("HTTP/1.1", ["upgrade ,\tCLOSE"], false), ("HTTP/1.1", ["TE", "close"], false),
            ("HTTP/1.1", ["close", "close"], false), ("HTTP/1.0", ["keep-alive", "keep-alive"], true),
            ("HTTP/1.1", ["closed"], true),
            ("HTTP/1.1", ["not-close"], true), ("HTTP/1.1", ["close;q=1"], true), ("HTTP/1.1", [""], true),
            ("HTTP/1.1", [",,close,,"], false), ("HTTP/1.2", [], true), ("HTTP/1.0", [], false),
            ("HTTP/1.0", ["keep-alive"], true), ("HTTP/1.0", ["Keep-Alive"], true), ("HTTP/1.0", ["close"], false),
            ("HTTP/1.0", ["keep-alive", "close"], false), ("HTTP/1.0", ["close, keep-alive"], false),
            ("HTTP/1.0", ["te, KEEP-ALIVE"], true), ("HTTP/1.0", ["keep"], false),
        ] as [(String, [String], Bool)])
    func readsConnectionAsAList(_ version: String, _ values: [String], _ stays: Bool) throws {
        let fields = values.map { "Connection: \($0)\r\n" }.joined()
        #expect(try head("GET / \(version)\r\nHost: h\r\n\(fields)\r\n").keepAlive == stays)
    }

    @Test func ignoresAnUpgrade() throws {
        let head = try head("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c, websocket\r\n\r\n")
        #expect(head.keepAlive)
        #expect(!head.hasBody)
    }

    @Test func mayBeAsManyAsTheLimit() throws {
        let limits = RequestLimits(fieldCount: 5)
        let fields = String(repeating: "A: b\r\n", count: 4)
        #expect(try head("GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n", limits: limits).fields.last == "5 fields")
        let refused = try refusal("GET / HTTP/1.1\r\nHost: h\r\n\(fields)A: b\r\n\r\n", limits: limits)
        #expect(refused == "431 too-many-fields")
    }

    @Test func areAHundredUnlessToldOtherwise() throws {
        let fields = String(repeating: "A: b\r\n", count: 99)
        #expect(try head("GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n").fields.last == "100 fields")
        #expect(try refusal("GET / HTTP/1.1\r\nHost: h\r\n\(fields)A: b\r\n\r\n") == "431 too-many-fields")
    }

    @Test(arguments: [[0], [20, 30], [50]] as [[Int]])
    func maySumUpToTheLimit(_ lengths: [Int]) throws {
        let lines = ["Host: h"] + lengths.map { "A: " + String(repeating: "b", count: $0) }
        let section = lines.map { $0 + "\r\n" }.joined()
        let request = "GET / HTTP/1.1\r\n\(section)\r\n"
        let size = section.utf8.count
        #expect(try head(request, limits: RequestLimits(headerSection: size)).method == .get)
        for limit in [size - 1, size - 2, size - 3, size / 2] {
            #expect(try refusal(request, limits: RequestLimits(headerSection: limit)) == "431 header-too-large")
        }
    }

    @Test func areRefusedBeforeAnEndlessLineEnds() throws {
        let start = "GET / HTTP/1.1\r\nHost: h\r\nA: "
        let atLimit = start + String(repeating: "b", count: 16_384 - 12)
        #expect(try outcomes(atLimit) == [.waiting(left: atLimit.utf8.count, isIdle: false)])
        #expect(try refusal(atLimit + "b") == "431 header-too-large")
    }

    @Test func areReplacedInAMessageWhenTheyAreNotUTF8() {
        let bytes = Array("GET / HTTP/1.1\r\nHost: h\r\nAccept: ".utf8) + [0xFF] + Array("\r\n\r\n".utf8)
        var parser = RequestParser()
        guard case .head(let head) = parser.next(in: bytes.span).event else {
            Issue.record("no head")
            return
        }
        #expect(head.request.fields[.accept] == "\u{FFFD}")
        #expect(head.request.fields.bytes(of: .accept).map(Array.init) == [0xFF])
    }
}
