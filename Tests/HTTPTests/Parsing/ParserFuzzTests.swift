import Foundation
import HTTP
import Testing

/// Requests and responses with random changes. Nothing may crash or hang, and what is made of the bytes may not depend
/// on how they were cut. `ROOKERY_FUZZ_ROUNDS` says how many to try; the seed is fixed, so a failure can be seen again.
@Suite struct ParserFuzzTests {
    private static let rounds = ProcessInfo.processInfo.environment["ROOKERY_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 2_000

    /// SplitMix64.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    private static let requests = [
        "GET /?species=stejay&year=2021 HTTP/1.1\r\nHost: localhost:8000\r\nAuthorization: Basic bWFybHluOm11bWJsZQ==\r\n\r\n",
        "\r\nGET http://[::1]:8000/a/%2e%2e/b?c=%C3%A9+d HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nA: b\r\n\r\n",
        "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\nhello, world",
        "OPTIONS * HTTP/1.0\r\nConnection: keep-alive, te\r\n\r\nHEAD /species HTTP/1.1\r\nHost: a_b.c\r\nConnection: close\r\n\r\n",
    ]
    private static let responses = [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
        "HTTP/1.0 403 Forbidden\r\nContent-Type: application/problem+json\r\nContent-Length: 12\r\n\r\nhello, world",
        "HTTP/1.1 200 OK\r\nA: b\r\n\r\nhello",
    ]
    /// Pieces that mean something to a parser.
    private static let pieces = [
        "\r\n", "\r", "\n", "\r\n\r\n", " ", "\t", ":", "%", "%2f", "..", "/", "?", "#", "0", "f", "ffffffffffffffff",
        ",", ";",
        "\0", "\u{7F}", "\u{E9}", "Host: h\r\n", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "HTTP/1.1",
        "chunked", "close", "[", "]", "*", "+", "&", "=",
    ].map { Array($0.utf8) }

    private static func mutate(_ bytes: inout [UInt8], _ generator: inout Generator) {
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let index = Int.random(in: 0...bytes.count, using: &generator)
            let end = min(bytes.count, index + Int.random(in: 0...8, using: &generator))
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes.removeSubrange(index..<end)
            case 1: bytes.insert(.random(in: 0...255, using: &generator), at: index)
            case 2 where index < bytes.count: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 3: bytes.insert(contentsOf: Array(bytes[index..<end]), at: index)
            case 4: bytes.removeSubrange(end...)
            default: bytes.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &generator)], at: index)
            }
        }
    }

    @Test func readsRequestsAlikeHoweverTheyAreCut() {
        var generator = Generator(state: 1)
        let limits = [
            RequestLimits(), RequestLimits(requestLine: 60, headerSection: 70, fieldCount: 3, body: 20, droppedBody: 8),
        ]
        for round in 0..<Self.rounds {
            var bytes = Array(Self.requests[round % Self.requests.count].utf8)
            Self.mutate(&bytes, &generator)
            let limits = limits[Int.random(in: 0...1, using: &generator)]
            let whole = outcomes(of: bytes, limits: limits)
            let pieces = (0..<8).map { _ in Int.random(in: 1...40, using: &generator) }
            guard whole == outcomes(of: bytes, pieces: [1], limits: limits),
                whole == outcomes(of: bytes, pieces: pieces, limits: limits)
            else {
                Issue.record("round \(round): \(bytes)")
                return
            }
        }
    }

    @Test func readsResponsesAlikeHoweverTheyAreCut() {
        var generator = Generator(state: 2)
        for round in 0..<Self.rounds {
            var bytes = Array(Self.responses[round % Self.responses.count].utf8)
            Self.mutate(&bytes, &generator)
            let isHead = Bool.random(using: &generator)
            guard
                Self.events(of: bytes, isHead: isHead, piece: bytes.count)
                    == Self.events(of: bytes, isHead: isHead, piece: 1)
            else {
                Issue.record("round \(round): \(bytes)")
                return
            }
        }
    }

    /// The status, the body, and how it ended.
    private static func events(of bytes: [UInt8], isHead: Bool, piece: Int) -> [String] {
        var parser = ResponseParser(isHead: isHead)
        var events: [String] = []
        var body: [UInt8] = []
        var buffer: [UInt8] = []
        var fed = 0
        while true {
            let (event, consumed) = parser.next(in: buffer.span)
            if case .body(let range) = event { body += buffer[range] }
            buffer.removeFirst(consumed)
            switch event {
            case .needMore where fed < bytes.count:
                let end = min(fed + piece, bytes.count)
                buffer += bytes[fed..<end]
                fed = end
            case .head(let status, let fields): events.append("\(status), \(fields.count) fields")
            case .body: break
            case .needMore: return events + ["\(body)", "\(parser.closed())"]
            case .end: return events + ["\(body)", "end"]
            case .malformed(let message): return events + ["\(body)", message]
            }
        }
    }

    /// Any text is a target, or is refused; what is made of a target can be made again.
    @Test func readsTargetsWithoutFail() {
        var generator = Generator(state: 3)
        for _ in 0..<Self.rounds {
            var bytes = Array("/a/./b/%2e%2e/%C3%A9?a=b+c&d=%26&e".utf8)
            Self.mutate(&bytes, &generator)
            guard let target = try? RequestTarget(parsing: String(decoding: bytes, as: UTF8.self)) else { continue }
            #expect(target.raw.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
            #expect(target.path.hasPrefix("/") || target.path == "*")
            #expect(!target.path.utf8.contains(0))
            #expect(!target.segments.contains("..") && !target.segments.contains("."))
        }
    }
}
