import Glibc
import HTTP

/// A small blocking client: one request on one connection. The body is handed on as it arrives, so memory is constant.
///
/// It follows no redirect and speaks no TLS: it is for `rookery get` and `rookery health`, which talk to this server.
public struct HTTPClient: Sendable {
    /// Where a server listens.
    public enum Endpoint: Sendable, Hashable {
        /// A host name or an address, IPv6 with or without brackets.
        case network(host: String, port: UInt16)
        /// A Unix socket.
        case socket(path: String)
    }

    /// The longest time for connecting, for each address of a name.
    public var connectTimeout: Duration = .seconds(10)
    /// The longest time in which the server may neither send nor receive anything. A whole answer may take longer.
    public var timeout: Duration = .seconds(60)

    private let endpoint: Endpoint
    private let authority: String

    /// The size of the receive buffer, in bytes. A head of the longest allowed size must fit, which is 24 KiB.
    private static let capacity = 64 << 10

    /// - Parameter authority: The value of `Host`; by default it is made from the place.
    public init(_ endpoint: Endpoint, authority: String? = nil) {
        self.endpoint = endpoint
        self.authority =
            switch endpoint {
            case _ where authority != nil: authority ?? ""
            case .network(let host, 80): ClientSocket.bracketed(host)
            case .network(let host, let port): "\(ClientSocket.bracketed(host)):\(port)"
            case .socket: "localhost"
            }
    }

    /// Sends a request without a body and reads the response.
    ///
    /// - Parameters:
    ///   - target: Path and query, percent-encoded.
    ///   - fields: Further fields besides `Host` and `Connection`, which are added.
    ///   - head: Called once, before `body`, with the status code and the header fields.
    ///   - body: Called with each piece of the body. Returns false to stop reading.
    /// - Throws: If there is no complete, well-formed answer. An error status is an answer and does not throw.
    public func send(
        _ method: Method = .get, _ target: String, fields: [(name: String, value: String)] = [],
        head: (_ status: Int, _ fields: ReceivedFields) -> Void,
        body: (ArraySlice<UInt8>) -> Bool
    ) throws(ClientError) {
        let request = try encode(method, target, fields)
        let socket = try ClientSocket(endpoint, connectTimeout: connectTimeout, timeout: timeout)
        try socket.send(request)
        var parser = ResponseParser(isHead: method == .head)
        // `buffer[start..<end]` has arrived and is not consumed.
        var buffer = [UInt8](repeating: 0, count: Self.capacity)
        var start = 0
        var end = 0
        while true {
            let (event, consumed) = parser.next(in: buffer.span.extracting(start..<end))
            switch event {
            case .head(let status, let fields):
                head(status, fields)
            case .body(let range):
                guard body(buffer[start + range.lowerBound..<start + range.upperBound]) else { return }
            case .end:
                return
            case .malformed(let sentence):
                throw ClientError("The answer from \(socket.name) can't be read. \(sentence)")
            case .needMore:
                let count = try socket.receive(into: &buffer, keeping: start + consumed..<end)
                (start, end) = (0, end - start - consumed + count)
                if count > 0 { continue }
                guard case .malformed(let sentence) = parser.closed() else { return }
                throw ClientError("The answer from \(socket.name) is incomplete. \(sentence)")
            }
            start += consumed
        }
    }

    /// The bytes of a request. Nothing in the arguments can end a line early, whatever a user typed.
    private func encode(
        _ method: Method, _ target: String, _ fields: [(name: String, value: String)]
    ) throws(ClientError) -> [UInt8] {
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ClientError("The target \"\(target)\" contains characters that must be percent-encoded.")
        }
        var text = "\(method.rawValue) \(target) HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\n"
        for field in fields {
            guard (field.name + field.value).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw ClientError("The field \(field.name) contains a control character.")
            }
            text += "\(field.name): \(field.value)\r\n"
        }
        return Array((text + "\r\n").utf8)
    }
}

/// The reason why a client got no answer, as one sentence for people.
public struct ClientError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ sentence: String) { description = sentence }
}
