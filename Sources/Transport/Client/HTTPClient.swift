import Glibc
import HTTP

/// A small blocking client: one request on one connection, its body handed on as it comes, in constant memory.
public struct HTTPClient: Sendable {
    /// Where a server listens.
    public enum Place: Sendable, Hashable {
        /// A name or an address, IPv6 with or without brackets.
        case network(host: String, port: UInt16)
        /// A Unix socket.
        case socket(path: String)
    }

    /// How long connecting may take, for each address that a name has.
    public var connectTimeout: Duration = .seconds(10)
    /// How long the server may send nothing, or take nothing.
    public var timeout: Duration = .seconds(60)

    private let place: Place
    private let authority: String

    /// How much is received at once, in bytes. The head of a response must fit.
    private static let capacity = 64 << 10

    /// - Parameter authority: The value of `Host`; made from the place where it is not given.
    public init(_ place: Place, authority: String? = nil) {
        self.place = place
        self.authority =
            switch place {
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
    ///   - fields: Beside `Host` and `Connection`, which are added.
    ///   - head: Called once, with the status code and the header fields.
    ///   - body: Called with each piece of the body; `false` ends the reading.
    public func send(
        _ method: Method = .get, _ target: String, fields: [(name: String, value: String)] = [],
        head: (_ status: Int, _ fields: ReceivedFields) -> Void,
        body: (ArraySlice<UInt8>) -> Bool
    ) throws(ClientError) {
        let request = try encode(method, target, fields)
        let socket = try ClientSocket(place, connectTimeout: connectTimeout, timeout: timeout)
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
                throw ClientError("The answer of \(socket.name) can't be read. \(sentence)")
            case .needMore:
                let count = try socket.receive(into: &buffer, keeping: start + consumed..<end)
                (start, end) = (0, end - start - consumed + count)
                if count > 0 { continue }
                guard case .malformed(let sentence) = parser.closed() else { return }
                throw ClientError("The answer of \(socket.name) is incomplete. \(sentence)")
            }
            start += consumed
        }
    }

    private func encode(
        _ method: Method, _ target: String, _ fields: [(name: String, value: String)]
    ) throws(ClientError) -> [UInt8] {
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ClientError("The target \"\(target)\" has characters that must be percent-encoded.")
        }
        var text = "\(method.rawValue) \(target) HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\n"
        for field in fields {
            guard (field.name + field.value).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw ClientError("The field \(field.name) has a control character in it.")
            }
            text += "\(field.name): \(field.value)\r\n"
        }
        return Array((text + "\r\n").utf8)
    }
}

/// Why a client got no answer, as one sentence.
public struct ClientError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ sentence: String) { description = sentence }
}
