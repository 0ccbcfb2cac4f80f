import HTTP
import Testing

@Suite struct RequestTargetTests {
    @Test(arguments: [
        ("/", "/"), ("/species", "/species"), ("/a/b/", "/a/b/"), ("//a", "//a"), ("/a//b", "/a//b"),
        ("/a%20b", "/a b"), ("/a+b", "/a+b"), ("/a%20b+c", "/a b+c"), ("/%C3%A9", "/\u{E9}"), ("/a%2Fb", "/a/b"),
        ("/%41%4a%4A", "/AJJ"),
        ("/%2541", "/%41"), ("/~a-b_c.d!$&'()*,;=:@", "/~a-b_c.d!$&'()*,;=:@"), ("/|\"<>[]{}^`\\", "/|\"<>[]{}^`\\"),
        // Dot segments, resolved after decoding.
        ("/.", "/"), ("/./", "/"), ("/a/.", "/a/"), ("/a/./b", "/a/b"), ("/a/..", "/"), ("/a/../b", "/b"),
        ("/a/b/../c", "/a/c"), ("/a/b/..", "/a/"), ("/a/b/../..", "/"), ("/a/%2e%2E/b", "/b"), ("/a/.%2e/b", "/b"),
        ("/%2e", "/"), ("/...", "/..."), ("/.a", "/.a"), ("/..a", "/..a"), ("/a..", "/a.."), ("/a/.b/..", "/a/"),
        ("/a//..", "/a/"), ("//..", "/"), ("/observations.csv", "/observations.csv"),
    ])
    func decodesAPath(_ raw: String, _ path: String) throws {
        let target = try RequestTarget(parsing: raw)
        #expect(target.path == path)
        #expect(target.raw == raw)
        #expect(target.query.isEmpty)
    }

    /// A path is split at its slashes before it is decoded: `%2F` is a character of its segment.
    @Test(arguments: [
        ("/", [""]), ("/a", ["a"]), ("/a/", ["a", ""]), ("//a", ["", "a"]), ("/a%2Fb", ["a/b"]),
        ("/a/b%2fc%2F", ["a", "b/c/"]), ("/a/%2F", ["a", "/"]), ("/a%2f..%2fb", ["a/../b"]),
        ("/..%2fetc/passwd", ["../etc", "passwd"]), ("/a/b%2F../c", ["a", "b/..", "c"]), ("/a%2Fb/../c", ["c"]),
        ("/a/%252F", ["a", "%2F"]), ("/a/%2E%2E%2E", ["a", "..."]), ("/a/%20%2E", ["a", " ."]), ("/a%3Fb", ["a?b"]),
        ("/a%23b;c&d=e,f+g%2B", ["a#b;c&d=e,f+g+"]), ("/%22%22", ["\"\""]), ("/a/..%2F..", ["a", "../.."]),
        ("http://h", [""]), ("http://h/a%2Fb/c", ["a/b", "c"]), ("*", []),
    ])
    func splitsAPathBeforeItIsDecoded(_ raw: String, _ segments: [String]) throws {
        #expect(try RequestTarget(parsing: raw).segments == segments)
    }

    /// Whatever a segment holds but for dots alone, its encoding brings it back.
    @Test func bringsBackEverySegment() throws {
        var generator = ParserFuzzTests.Generator(state: 5)
        let characters: [Character] = [
            "/", "%", ".", "+", " ", "?", "#", "&", ";", ",", "\"", "a", "2", "F", "é", "\u{301}", "\n",
        ]
        for _ in 0..<2_000 {
            let segments = (0...2).map { _ in
                String(
                    (0...Int.random(in: 0...5, using: &generator)).map { _ in
                        characters.randomElement(using: &generator) ?? "a"
                    })
            }
            guard !segments.contains(where: { [".", ".."].contains($0) }) else { continue }
            let raw = segments.map { "/" + $0.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
            let read = try RequestTarget(parsing: raw.joined()).segments
            #expect(read.map { Array($0.utf8) } == segments.map { Array($0.utf8) })
        }
    }

    @Test(
        arguments: [
            ("", [:]), ("a=b", ["a": "b"]), ("a=b&c=d", ["a": "b", "c": "d"]), ("a", ["a": ""]), ("a=", ["a": ""]),
            ("=b", ["": "b"]), ("=", ["": ""]), ("&&a=b&&", ["a": "b"]), ("&", [:]), ("a=b=c", ["a": "b=c"]),
            ("a=b+c", ["a": "b c"]), ("a+b=c", ["a b": "c"]), ("a=%2B", ["a": "+"]), ("a=%26%3D", ["a": "&="]),
            ("a%3Db=c", ["a=b": "c"]), ("a=b?c", ["a": "b?c"]), ("a=/../", ["a": "/../"]), ("a=%2541", ["a": "%41"]),
            ("species=Steller%27s+jay&year=2021", ["species": "Steller's jay", "year": "2021"]),
            ("a=%E2%82%AC", ["a": "\u{20AC}"]), ("a=%0A", ["a": "\n"]), ("a=1&a=2", ["a": "1", "a": "2"]),
            ("a;b=c", ["a;b": "c"]),
        ] as [(String, KeyValuePairs<String, String>)])
    func splitsAndDecodesAQuery(_ raw: String, _ items: KeyValuePairs<String, String>) throws {
        let target = try RequestTarget(parsing: "/x?" + raw)
        #expect(target.path == "/x")
        #expect(target.query == items.map { RequestTarget.QueryItem(name: $0.key, value: $0.value) })
    }

    @Test(arguments: [
        // Percent-encoding that is none, or not allowed.
        "/%", "/%4", "/%zz", "/%4z", "/%z4", "/a%", "/%00", "/%%41", "/% 41", "/?a=%", "/?a=%4", "/?a=%zz", "/?%00",
        "/?a=%4&b", "/%+1", "/%-1", "/%0x", "/?a=%4%31",
        // Not UTF-8 when decoded.
        "/%FF", "/%C3", "/%C0%AF", "/%ED%A0%80", "/%F5%80%80%80", "/?a=%E9", "/?%80=a", "/%E2%82/a", "/?a=%C3&%A9=b",
        // Above the root.
        "/..", "/../", "/a/../..", "/%2e%2e/", "/%2E.", "/./..", "/a/../../b",
        // Characters that no target has.
        "/#", "/a#b", "/?a#b", "/a b", "/\u{E9}", "/?a=\u{20AC}", "/\u{7F}", "/\t", "/?a=b c",
        // Other forms.
        "", "a", "species", "*/", "**", "?a=b", "localhost", "localhost:8000", "ftp://h/", "file:///etc/passwd",
        "http:/h/", "http:h", "http://", "http:///", "https://", "http://?a", "http://a b/", "http://u@h/",
        "http://u:p@h/", "http://h:x/", "http://h:99999/", "http://[::1/", "http://h#a", "http://h%20/",
    ])
    func refusesWhatIsMalformed(_ raw: String) {
        let error = #expect(throws: RequestError.self) { try RequestTarget(parsing: raw) }
        #expect(error?.status == .badRequest)
        #expect(error?.code == "malformed-target")
    }

    @Test(arguments: [
        ("http://h", "h", "/"), ("http://h/", "h", "/"), ("http://h/a?b=c", "h", "/a"), ("HTTP://h:80/a", "h:80", "/a"),
        ("https://example.org:8443/a/../b", "example.org:8443", "/b"), ("http://[::1]:8000/", "[::1]:8000", "/"),
        ("http://h?b=c", "h", "/"), ("hTTpS://h", "h", "/"),
    ])
    func takesTheAuthorityOfAnAbsoluteFormForHost(_ raw: String, _ host: String, _ path: String) throws {
        let one = try head("GET \(raw) HTTP/1.1\r\nAccept: */*\r\nHost: other\r\nUser-Agent: u\r\n\r\n")
        #expect(one.fields == ["Host: \(host)", "Accept: */*", "User-Agent: u", "3 fields"])
        #expect(one.target.path == path)
        #expect(one.target.raw == raw)

        let old = try head("GET \(raw) HTTP/1.0\r\nAccept: */*\r\n\r\n")
        #expect(old.fields == ["Host: \(host)", "Accept: */*", "2 fields"])
    }

    @Test func needsAHostFieldBesideAnAbsoluteForm() throws {
        #expect(try refusal("GET http://h/ HTTP/1.1\r\n\r\n") == "400 missing-host")
        #expect(try refusal("GET http://h/ HTTP/1.1\r\nHost: a b\r\n\r\n") == "400 malformed-host")
    }

    @Test func allowsTheAsteriskForOptionsAlone() throws {
        #expect(try head("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").target.path == "*")
        for method in Method.allCases where method != .options {
            #expect(try refusal("\(method.rawValue) * HTTP/1.1\r\nHost: h\r\n\r\n") == "400 malformed-target")
        }
    }

    @Test func tellsHowToSendCharactersOutsideOfASCII() {
        let error = #expect(throws: RequestError.self) { try RequestTarget(parsing: "/?species=G\u{E9}linotte") }
        #expect(error?.message.contains("curl -G --data-urlencode") == true)
    }

    @Test func holdsAsManyItemsAsARequestLineHas() throws {
        let query = Array(repeating: "a", count: 4_000).joined(separator: "&")
        #expect(try RequestTarget(parsing: "/?" + query).query.count == 4_000)
    }

    /// A long target is read like a short one: with a query that only makes it longer, and with a path that does.
    @Test func readsALongTargetLikeAShortOne() {
        var generator = ParserFuzzTests.Generator(state: 11)
        let pieces = [
            "/", "/", ".", "..", "%2e", "%2E", "a", "bc", "+", "&", "=", "?", "%", "%4", "%41", "%00", "%2F", "%C3",
            "%A9",
            "%C3%A9", "%E2%82%AC", "%E2", "%82", "%F0%9F%90%A6", "%ED%A0%80", "%ED%9F%BF", "%E0%9F%BF", "%E0%A0%80",
            "%F0%8F%BF%BF", "%F0%90%80%80", "%F4%8F%BF%BF", "%F4%90%80%80", "%C0%80", "%C1%BF", "%F5%80%80%80", "%zz",
            "http://h",
        ]
        let padding = String(repeating: "p", count: 300)
        var (good, bad) = (0, 0)
        for _ in 0..<20_000 {
            let raw =
                (Int.random(in: 0...9, using: &generator) == 0 ? "http://h" : "/")
                + (0...Int.random(in: 0...7, using: &generator)).map { _ in
                    pieces.randomElement(using: &generator) ?? "a"
                }.joined()
            let hasQuery = raw.contains("?")
            let short = try? RequestTarget(parsing: raw)
            let longQuery = try? RequestTarget(parsing: raw + (hasQuery ? "&" : "?") + padding)
            #expect(short?.isLong != true && longQuery?.isLong != false)
            #expect(short?.segments == longQuery?.segments && short?.path == longQuery?.path, "\(raw)")
            #expect(short?.query == longQuery.map { Array($0.query.dropLast()) }, "\(raw)")
            if raw.hasPrefix("/") {
                let longPath = try? RequestTarget(parsing: "/\(padding)/..\(raw)")
                #expect(short?.segments == longPath?.segments && short?.query == longPath?.query, "\(raw)")
            }
            if short == nil { bad += 1 } else { good += 1 }
        }
        #expect(good > 2_000 && bad > 2_000)
    }
}
