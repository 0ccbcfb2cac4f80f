/// What answers the requests of one event loop. It is made in that loop's thread and used there alone, so it needs no lock.
public protocol Application: AnyObject {
    /// Answers a request, at once, or later on a worker thread.
    func respond(to request: Request, from peer: Peer) -> Answer

    /// The response to a request that was refused before it reached `respond`: malformed, too large, too slow, or one
    /// too many.
    func refuse(_ error: RequestError, from peer: Peer) -> Response

    /// A response has been sent, or given up.
    func finished(_ report: Report)

    /// A connection was accepted, and another has been closed.
    func opened()
    func closed()

    /// The loop is about to wait: what was kept back, such as lines of a log, can be written. Called once a second at least.
    func idle()
}

/// How a request is answered.
public enum Answer: Sendable {
    case now(Response)
    /// The work may block and is done on a worker thread; the loop sends what it returns. `cancel` is called when the client
    /// is gone before: then nobody waits for it. Any thread may call it.
    case later(work: @Sendable () -> Response, cancel: @Sendable () -> Void)
}

/// The other end of a connection.
public struct Peer: Sendable, Hashable {
    /// An IPv4 or IPv6 address as text, or `unix` on a Unix socket.
    public let address: String

    public init(address: String) { self.address = address }
}

/// What became of one request.
public struct Report: Sendable {
    /// Nil where the request could not be read.
    public let request: Request?
    public let peer: Peer
    /// The status that was sent.
    public let status: Status
    /// As in `Response.user`.
    public let user: String?
    /// The value of `X-Request-Id` in the response, if it had one.
    public let requestID: String?
    /// How many bytes of body were handed to the socket, without the chunked coding.
    public var bodyBytes: Int
    /// From the first byte of the request until the last byte of the response was handed to the socket, in nanoseconds.
    public var nanoseconds: UInt64
    /// Whether the whole response was handed to the socket.
    public var complete: Bool

    public init(
        request: Request?, peer: Peer, status: Status, user: String?, requestID: String?, bodyBytes: Int,
        nanoseconds: UInt64, complete: Bool
    ) {
        self.request = request
        self.peer = peer
        self.status = status
        self.user = user
        self.requestID = requestID
        self.bodyBytes = bodyBytes
        self.nanoseconds = nanoseconds
        self.complete = complete
    }
}

/// Why a request was refused before any handler saw it.
public struct RequestError: Error, Sendable, Hashable {
    public let status: Status
    /// A stable word for programs, such as `malformed-request-line`.
    public let code: String
    /// What is wrong, and how to mend it, for a person.
    public let message: String

    public init(_ status: Status, code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }
}
