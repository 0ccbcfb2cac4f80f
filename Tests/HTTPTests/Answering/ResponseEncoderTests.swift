import HTTP
import Testing

@Suite struct ResponseEncoderTests {
    private static let date = Array("Sun, 06 Nov 1994 08:49:37 GMT".utf8)

    /// A producer that nobody asks.
    private final class Rest: BodyProducer {
        func next(into buffer: inout [UInt8], _ turn: Turn) -> Piece { .end(rows: 0) }
        func cancel() {}
        func end() {}
    }

    private func head(
        _ response: Response, for version: Version = .http11, keepAlive: Bool = true, framing: Framing? = nil
    ) -> [String] {
        var output = Array("before".utf8)
        ResponseEncoder.appendHead(
            of: response, framing: framing ?? ResponseEncoder.framing(of: response, for: version), date: Self.date,
            version: version, keepAlive: keepAlive, to: &output)
        let text = String(decoding: output, as: UTF8.self)
        #expect(text.hasPrefix("before") && text.hasSuffix("\r\n\r\n"))
        // A CRLF is one character.
        return text.dropFirst(6).dropLast(2).split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test func writesTheWholeHead() {
        let fields = ResponseFields([(.contentType, "application/json; charset=utf-8"), (.vary, "Authorization")])
        #expect(
            head(Response(.ok, fields: fields, body: .bytes(Array("[]".utf8)))) == [
                "HTTP/1.1 200 OK", "Date: Sun, 06 Nov 1994 08:49:37 GMT",
                "Content-Type: application/json; charset=utf-8",
                "Vary: Authorization", "X-Content-Type-Options: nosniff", "Content-Length: 2",
            ])
    }

    @Test func theNameOfARequestCannotBeginAnotherField() {
        var response = Response(.noContent)
        response.requestID = "a\r\nX: y\u{7F}"
        #expect(
            head(response) == [
                "HTTP/1.1 204 No Content", "Date: Sun, 06 Nov 1994 08:49:37 GMT", "X-Request-Id: a  X: y ",
                "X-Content-Type-Options: nosniff",
            ])
    }

    @Test func framesBytesByTheirLength() {
        for version in [Version.http10, .http11] {
            #expect(ResponseEncoder.framing(of: Response(.notFound), for: version) == .length(0))
            #expect(ResponseEncoder.framing(of: Response(.ok, body: .bytes([1, 2, 3])), for: version) == .length(3))
        }
        for length in [0, 7, 10, 99, 100, 2_300, 1_000_000, Int.max] {
            #expect(head(Response(.ok), framing: .length(length)).last == "Content-Length: \(length)")
        }
    }

    @Test func framesAStreamByChunksOrByTheEndOfTheConnection() {
        let stream = Response(.ok, body: .stream(first: [1], rest: Rest()))
        #expect(ResponseEncoder.framing(of: stream, for: .http11) == .chunked)
        #expect(ResponseEncoder.framing(of: stream, for: .http10) == .untilClose)

        let chunked = head(stream)
        #expect(chunked.contains("Transfer-Encoding: chunked"))
        #expect(!chunked.contains { $0.hasPrefix("Content-Length") || $0.hasPrefix("Connection") })

        let untilClose = head(stream, for: .http10)
        #expect(untilClose.last == "Connection: close")
        #expect(!untilClose.contains { $0.hasPrefix("Content-Length") || $0.hasPrefix("Transfer-Encoding") })
    }

    @Test(arguments: [Status.noContent, .notModified, Status(code: 101, reason: "Switching Protocols")])
    func givesABodilessStatusNoFraming(_ status: Status) {
        let stream = Body.stream(first: [], rest: Rest())
        for body in [Body.bytes([1, 2]), .bytes([]), stream] {
            let response = Response(status, body: body)
            for version in [Version.http10, .http11] {
                #expect(ResponseEncoder.framing(of: response, for: version) == .none)
            }
            for framing in [Framing.none, .length(2), .chunked] {
                let lines = head(response, framing: framing)
                #expect(!lines.contains { $0.hasPrefix("Content-Length") || $0.hasPrefix("Transfer-Encoding") })
            }
        }
    }

    @Test(
        arguments: [
            (Version.http11, true, nil), (.http11, false, "Connection: close"),
            (.http10, true, "Connection: keep-alive"),
            (.http10, false, "Connection: close"),
        ] as [(Version, Bool, String?)])
    func saysWhetherTheConnectionStays(_ version: Version, _ keepAlive: Bool, _ line: String?) {
        let lines = head(Response(.ok), for: version, keepAlive: keepAlive)
        #expect(lines.first == "HTTP/1.1 200 OK")
        #expect(lines.filter { $0.hasPrefix("Connection") } == (line.map { [$0] } ?? []))
    }

    @Test func writesEveryStatusLine() {
        for status in [Status.ok, .badRequest, .uriTooLong, .requestHeaderFieldsTooLarge, .httpVersionNotSupported] {
            #expect(head(Response(status)).first == "HTTP/1.1 \(status.code) \(status.reason)")
        }
    }

    @Test(arguments: [1, 9, 10, 15, 16, 17, 255, 256, 4_095, 4_096, 65_535, 65_536, 1_048_576])
    func writesAChunkWithItsSize(_ size: Int) {
        var output: [UInt8] = [0x21]
        let bytes = [UInt8](repeating: 0x61, count: size)
        ResponseEncoder.appendChunk(bytes, to: &output)
        #expect(output == Array("!\(String(size, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8))
    }

    @Test func writesNoChunkForNoBytes() {
        var output: [UInt8] = []
        ResponseEncoder.appendChunk([], to: &output)
        #expect(output.isEmpty)
    }

    @Test func endsChunksAndAsksForBodies() {
        #expect(ResponseEncoder.lastChunk == Array("0\r\n\r\n".utf8))
        #expect(ResponseEncoder.continue == Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
}
