import HTTP
import Testing
import Transport

@Suite struct HTTPClientTests {
    private struct Answer: Equatable {
        var status = 0
        var length: String?
        var bytes = 0
        var pieces = 0
        var text = ""
    }

    private func ask(
        _ endpoint: HTTPClient.Endpoint, _ target: String, method: Method = .get, stopAfter: Int = .max
    ) throws -> Answer {
        var answer = Answer()
        try HTTPClient(endpoint).send(
            method, target, fields: [("Accept", "*/*")],
            head: { status, fields in
                answer.status = status
                answer.length = fields[.contentLength]
            },
            body: { piece in
                answer.bytes += piece.count
                answer.pieces += 1
                if piece.count < 100 { answer.text += String(decoding: piece, as: UTF8.self) }
                return answer.pieces < stopAfter
            })
        return answer
    }

    @Test func itReadsAResponse() throws {
        try withServer { server in
            let answer = try ask(server.endpoint, "/path")
            #expect(answer == Answer(status: 200, length: "5", bytes: 5, pieces: 1, text: "/path"))
            let head = try ask(server.endpoint, "/path", method: .head)
            #expect(head == Answer(status: 200, length: "5"))
        }
    }

    @Test func itHandsOnALongBodyInPieces() throws {
        try withServer { server in
            let answer = try ask(server.endpoint, "/stream/50")
            #expect(answer.bytes == 6 + 50 * TestProducer.pieceSize)
            #expect(answer.pieces >= 50)
            #expect(try ask(server.endpoint, "/stream/100000", stopAfter: 3).pieces == 3)
        }
    }

    /// A server refuses a `Host` whose colons it can't tell from that before the port.
    @Test(.enabled(if: ServerTests.hasIPv6))
    func itNamesAnIPv6AddressInBrackets() throws {
        try withServer {
            $0.host = "::1"
        } _: { server in
            let answer = try ask(.network(host: "::1", port: server.port), "/path")
            #expect(answer.status == 200)
        }
    }

    @Test func itConnectsToAUnixSocket() throws {
        let path = "/tmp/rookery-client-\(UInt64.random(in: 0...UInt64.max))"
        try withServer {
            $0.socketPath = path
        } _: { server in
            let answer = try ask(server.endpoint, "/path")
            #expect(answer.text == "/path")
        }
        let error = #expect(throws: ClientError.self) { try ask(.socket(path: path), "/") }
        #expect(error?.description == "Nothing listens on the socket \(path). Is the server running?")
    }

    @Test func aServerThatIsNotThereIsNamed() throws {
        var port: UInt16 = 0
        try withServer { port = $0.port }
        let error = #expect(throws: ClientError.self) { try ask(.network(host: "127.0.0.1", port: port), "/") }
        #expect(error?.description == "Nothing listens on 127.0.0.1:\(port). Is the server running?")
    }

    @Test func aBodyThatIsCutOffIsAnError() throws {
        try withServer { server in
            let error = #expect(throws: ClientError.self) { try ask(server.endpoint, "/fail") }
            #expect(error?.description.hasPrefix("The connection to 127.0.0.1:\(server.port) broke") == true)
        }
    }

    @Test func aServerThatIsSilentIsNotWaitedForForever() throws {
        try withServer { server in
            var client = HTTPClient(server.endpoint)
            client.timeout = .milliseconds(50)
            let error = #expect(throws: ClientError.self) {
                try client.send(.get, "/gate/1", head: { _, _ in }, body: { _ in true })
            }
            #expect(error?.description == "The server at 127.0.0.1:\(server.port) did not answer for 0.05 seconds.")
        }
    }

    @Test(arguments: [("/a b", [("Accept", "*/*")]), ("/a\r\nX: y", []), ("/a", [("X", "y\r\nZ: z")])])
    func nothingCanBeginAnotherField(target: String, fields: [(String, String)]) throws {
        let client = HTTPClient(.network(host: "127.0.0.1", port: 1))
        let error = #expect(throws: ClientError.self) {
            try client.send(.get, target, fields: fields.map { ($0.0, $0.1) }, head: { _, _ in }, body: { _ in true })
        }
        #expect(error?.description.hasPrefix("Nothing listens") == false)
    }
}
