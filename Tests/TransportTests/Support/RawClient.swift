import Glibc
import HTTP
import Testing

@testable import Transport

/// A client that sends just the bytes it is told to, and keeps what it reads beyond a response.
final class RawClient {
    struct Answer: Equatable {
        var status = 0
        var isClosing = false
        var isChunked = false
        var length: String?
        var body = ""
    }

    enum End { case closed, reset }

    private var descriptor: Descriptor
    private var rest: [UInt8] = []

    convenience init(_ server: TestServer, receiveBuffer: Int32? = nil) throws {
        try self.init(server.endpoint, receiveBuffer: receiveBuffer)
    }

    init(_ endpoint: HTTPClient.Endpoint, receiveBuffer: Int32? = nil) throws {
        let address: SocketAddress =
            switch endpoint {
            case .network(let host, let port): try #require(try SocketAddress.resolve(host: host, port: port).first)
            case .socket(let path): try SocketAddress(path: path)
            }
        descriptor = try Descriptor(socket(address.family, Int32(SOCK_STREAM.rawValue), 0), from: "socket")
        if let receiveBuffer { try descriptor.set(SO_RCVBUF, level: SOL_SOCKET, to: receiveBuffer) }
        // A test that waits for what never comes fails, instead of hanging.
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor.number, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        if address.family != AF_UNIX { try descriptor.set(TCP_NODELAY, level: Int32(IPPROTO_TCP), to: 1) }
        try SystemCallError.check(address.withPointer { connect(descriptor.number, $0, $1) }, "connect")
    }

    func send(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw SystemCallError("send") }
            bytes = bytes.dropFirst(count)
        }
    }

    /// How many of the bytes that it sent have not reached the server's end of the connection.
    var unreceivedBytes: Int { descriptor.untakenBytes }

    /// Whether there is something to read, or the connection has ended.
    var hasInput: Bool {
        if !rest.isEmpty { return true }
        var events = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        return poll(&events, 1, 0) > 0
    }

    /// Says that nothing more will be sent.
    func endSending() { shutdown(descriptor.number, Int32(SHUT_WR)) }

    func reset() {
        descriptor.resetOnClose()
        descriptor = .closed
    }

    func close() { descriptor = .closed }

    /// Reads one response, with its body.
    func response(isHead: Bool = false) throws -> Answer {
        var answer = Answer()
        var parser = ResponseParser(isHead: isHead)
        var body: [UInt8] = []
        while true {
            let (event, consumed) = parser.next(in: rest.span)
            switch event {
            case .head(let status, let fields):
                answer.status = status
                answer.isClosing = fields[.connection] == "close"
                answer.isChunked = fields[.transferEncoding] == "chunked"
                answer.length = fields[.contentLength]
            case .body(let range): body += rest[range]
            case .end:
                rest.removeFirst(consumed)
                answer.body = String(decoding: body, as: UTF8.self)
                return answer
            case .malformed(let sentence): throw NotYet(what: sentence)
            case .needMore:
                rest.removeFirst(consumed)
                if try receive() > 0 { continue }
                if case .malformed(let sentence) = parser.closed() { throw NotYet(what: sentence) }
                continue
            }
            rest.removeFirst(consumed)
        }
    }

    /// Reads all that comes until the connection ends.
    func readToEnd() throws -> (text: String, end: End) {
        var end = End.closed
        do {
            while try receive() > 0 {}
        } catch let error as SystemCallError where error.errno == ECONNRESET {
            end = .reset
        }
        defer { rest = [] }
        return (String(decoding: rest, as: UTF8.self), end)
    }

    /// Reads and forgets up to `count` bytes.
    ///
    /// - Returns: How many there were; 0 at the end.
    func skip(_ count: Int) throws -> Int {
        if rest.isEmpty { _ = try receive(atMost: count) }
        let skipped = min(count, rest.count)
        rest.removeFirst(skipped)
        return skipped
    }

    /// Reads and forgets what has come, and waits for nothing.
    func skipWhatCame() throws {
        while try receive(flags: Int32(MSG_DONTWAIT)) > 0 { rest = [] }
    }

    private func receive(atMost count: Int = 64 << 10, flags: Int32 = 0) throws -> Int {
        var buffer = [UInt8](repeating: 0, count: count)
        let received = recv(descriptor.number, &buffer, count, flags)
        guard received >= 0 else { throw SystemCallError("recv") }
        rest += buffer[..<received]
        return received
    }
}

/// A GET with the fields of a usual client.
func get(_ path: String, _ fields: String..., version: String = "1.1", method: String = "GET") -> String {
    "\(method) \(path) HTTP/\(version)\r\nHost: localhost\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}
