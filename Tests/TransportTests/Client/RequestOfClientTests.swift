import Glibc
import HTTP
import Synchronization
import Testing

@testable import Transport

/// What a client sends, and how it reads what servers of other kinds answer.
@Suite struct RequestOfClientTests {
    /// Answers one request as it is told.
    ///
    /// - Returns: The request.
    private func exchange(
        _ answer: String, family: Int32 = AF_INET,
        _ body: (HTTPClient.Endpoint) throws -> Void
    ) throws -> String {
        let listener = try Descriptor.stream(family: family)
        let host = family == AF_INET ? "127.0.0.1" : "::1"
        let any = try #require(try SocketAddress.resolve(host: host, port: 0).first)
        try SystemCallError.check(any.withPointer { bind(listener.number, $0, $1) }, "bind")
        try SystemCallError.check(listen(listener.number, 1), "listen")
        let port = try SocketAddress(of: listener).port
        let (number, request) = (listener.number, Received())
        try Thread.start("server") {
            var events = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            poll(&events, 1, 30_000)
            let server = Descriptor(accept(number, nil, nil))
            while !request.text.hasSuffix("\r\n\r\n") {
                var bytes = [UInt8](repeating: 0, count: 4096)
                let count = recv(server.number, &bytes, bytes.count, 0)
                if count <= 0 { break }
                request.add(bytes.prefix(count))
            }
            // In two parts, of which the second begins within the head.
            let bytes = Array(answer.utf8)
            for part in [bytes.prefix(20), bytes.dropFirst(20)] {
                _ = Array(part).withUnsafeBytes { send(server.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                usleep(20_000)
            }
            request.end()
        }
        defer { try? eventually("the server has ended") { request.hasEnded } }
        try body(.network(host: host, port: port))
        return request.text.replacing(":\(port)\r\n", with: ":PORT\r\n")
    }

    private struct Answer: Equatable {
        var status = 0
        var text = ""
    }

    private func text(_ client: HTTPClient, _ method: Method = .get) throws -> Answer {
        var answer = Answer()
        try client.send(
            method, "/a?b=c", fields: [("X", "y")], head: { status, _ in answer.status = status },
            body: { piece in
                answer.text += String(decoding: piece, as: UTF8.self)
                return true
            })
        return answer
    }

    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

    @Test func aRequestNamesItsServer() throws {
        let request = try exchange(Self.ok) { endpoint in
            let answer = try text(HTTPClient(endpoint))
            #expect(answer == Answer(status: 200, text: "hi"))
        }
        #expect(request == "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: close\r\nX: y\r\n\r\n")
        let named = try exchange(Self.ok) { _ = try text(HTTPClient($0, authority: "birds.example"), .options) }
        #expect(named.hasPrefix("OPTIONS /a?b=c HTTP/1.1\r\nHost: birds.example\r\n"))
    }

    @Test(.enabled(if: ServerTests.hasIPv6)) func anIPv6AddressIsInBrackets() throws {
        let request = try exchange(Self.ok, family: AF_INET6) { _ = try text(HTTPClient($0)) }
        #expect(request.hasPrefix("GET /a?b=c HTTP/1.1\r\nHost: [::1]:PORT\r\n"))
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, "until the end"),
        ("HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, ""),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n",
            200, "abcde"
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", 200, "abc"),
    ])
    func anAnswerMayEndInSeveralWays(sent: String, status: Int, body: String) throws {
        _ = try exchange(sent) { endpoint in
            let answer = try text(HTTPClient(endpoint))
            #expect(answer == Answer(status: status, text: body))
        }
    }

    @Test(arguments: [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            "is incomplete. The connection was closed before the response was complete."
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "is incomplete. The connection was closed before the response was complete."
        ),
        ("HTTP/1.1 200 OK\r\nContent-Le", "is incomplete. The connection was closed before the response was complete."),
        ("", "is incomplete. The connection was closed before the response was complete."),
        ("HTTP/2 200\r\n\r\n0123456789", "can't be read. The response does not begin with an HTTP/1.1 status line."),
        ("HTTP/1.1 700 Odd\r\n\r\n", "can't be read. The status code of the response is not between 100 and 599."),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "can't be read. A chunk does not begin with its size; write it in hexadecimal digits."
        ),
    ])
    func anAnswerThatIsNoneIsAnError(answer: String, reason: String) throws {
        _ = try exchange(answer) { endpoint in
            let error = #expect(throws: ClientError.self) { _ = try text(HTTPClient(endpoint)) }
            #expect(error?.description.hasPrefix("The answer from 127.0.0.1:") == true)
            #expect(error?.description.hasSuffix(" " + reason) == true, "\(error?.description ?? "")")
        }
    }

    /// Where one address of a name refuses, the next one may not.
    @Test(
        .enabled(if: ServerTests.hasIPv6 && ((try? SocketAddress.resolve(host: "localhost", port: 1).count) ?? 0) > 1))
    func allAddressesOfANameAreTried() throws {
        try withServer {
            $0.host = "::1"
        } _: { server in
            let answer = try text(HTTPClient(.network(host: "localhost", port: server.port)))
            #expect(answer.status == 200)
        }
    }

    @Test func aNameThatIsNotKnownIsTold() {
        let error = #expect(throws: ClientError.self) {
            _ = try text(HTTPClient(.network(host: "no such host", port: 1)))
        }
        #expect(error?.description.hasPrefix("Can't connect to no such host:1: ") == true)
    }
}

/// What a server that a test plays has received.
private final class Received: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    private let isOver = Atomic(false)

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    var hasEnded: Bool { isOver.load(ordering: .sequentiallyConsistent) }

    func add(_ more: ArraySlice<UInt8>) { bytes.withLock { $0 += more } }

    func end() { isOver.store(true, ordering: .sequentiallyConsistent) }
}
