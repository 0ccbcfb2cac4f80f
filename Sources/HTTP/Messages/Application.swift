/// The application of one event loop: it answers the requests of that loop. It is created in the loop's thread and used
/// only there, so it needs no lock. None of its methods may wait for anything slow, since all connections of the loop
/// would wait too.
///
/// Each request gets one call of `refuse`, or one of `respond` and another one for each `Answer.again`. Later it gets
/// one of `finished`, unless the server is told to stop and its grace ends first.
public protocol Application: AnyObject {
    /// Answers a request, at once, or later on a worker thread.
    func respond(to request: Request, from peer: Peer) -> Answer

    /// The response to a request that was refused before it reached `respond`: it was malformed, too large or too slow,
    /// or there were too many connections.
    func refuse(_ error: RequestError, from peer: Peer) -> Response

    /// A response has been sent, or has been given up.
    func finished(_ report: Report)

    /// A connection has been accepted, one that is only refused included.
    func opened()
    /// A connection has been closed.
    func closed()

    /// The loop is about to wait for events, so deferred work such as writing log lines can be done. Called at least
    /// once a second.
    func idle()
}

/// How a request is answered.
public enum Answer: Sendable {
    /// The response is ready.
    case now(Response)
    /// The response takes a while, and is made on a worker thread; then the loop sends it.
    case later(LongWork)
    /// Something must be found out first; then `respond` is asked again.
    case again(after: Inquiry)
}

/// The making of a response that may take a while.
public struct LongWork: Sendable {
    /// Whom it is done for. Clients share the workers, whatever each of them asks for.
    public let client: String
    /// Makes the response. It may block, and runs on a worker thread.
    public let run: @Sendable (Turn) -> Response
    /// The response in its place if too much waits already.
    public let refused: @Sendable (Overload) -> Response
    /// Called, on any thread, if the client goes away first: then the response is no longer needed.
    public let cancel: @Sendable () -> Void

    public init(
        client: String, run: @escaping @Sendable (Turn) -> Response,
        refused: @escaping @Sendable (Overload) -> Response, cancel: @escaping @Sendable () -> Void = {}
    ) {
        (self.client, self.run, self.refused, self.cancel) = (client, run, refused, cancel)
    }
}

/// The turn of work on a worker thread, among that of other clients.
public struct Turn: Sendable {
    /// Whom the work is done for (`LongWork.client`).
    public let client: String
    private let giving: @Sendable () -> Void

    public init(of client: String, giving: @escaping @Sendable () -> Void) {
        (self.client, self.giving) = (client, giving)
    }

    /// Lets others go first if their time has come, and returns when it is this work's turn again. Long work calls it
    /// every few milliseconds or more often; mostly it only reads a clock.
    public func giveWay() { giving() }
}

/// Why work is refused.
public enum Overload: Sendable {
    /// This client has too much work that waits.
    case ofClient
    /// There is too much in all.
    case ofServer
}

/// What must be found out before a request can be answered, such as whether a password is right.
public struct Inquiry: Sendable {
    public typealias Work = @Sendable () -> Void

    /// Work of one line is done in its order, and lines take turns, so that a long one does not hold up the others.
    public let line: String
    /// Notes that `known` is to be called, once and on any thread, as soon as it is found out; or, with a response that
    /// answers the request, if that takes too long. It returns the work for that, which may block and runs on a thread
    /// for such work; nil if it has been ordered already.
    public let start: @Sendable (_ known: @escaping @Sendable (Response?) -> Void) -> Work?
    /// Called, on any thread, if the client goes away first. `known` is still called.
    public let cancel: @Sendable () -> Void

    public init(
        line: String, start: @escaping @Sendable (_ known: @escaping @Sendable (Response?) -> Void) -> Work?,
        cancel: @escaping @Sendable () -> Void = {}
    ) {
        (self.line, self.start, self.cancel) = (line, start, cancel)
    }
}

/// The other end of a connection.
public struct Peer: Sendable, Hashable {
    /// An IPv4 or IPv6 address as text, or `unix` on a Unix socket.
    public let address: String

    public init(address: String) { self.address = address }

    /// Whether it is on this machine: a loopback address, or a Unix socket.
    public var isLocal: Bool { address == "unix" || address == "::1" || address.hasPrefix("127.") }
}

/// The outcome of one request, for logs and metrics.
public struct Report: Sendable {
    /// Nil if the request could not be read.
    public let request: Request?
    public let peer: Peer
    /// The status of the response.
    public let status: Status
    /// The same as `Response.user`.
    public let user: String?
    /// The value of `X-Request-Id` in the response, if it had one.
    public let requestID: String?
    /// The same as `Response.note`.
    public let note: (any ResponseNote)?
    /// How many bytes of the body were handed to the socket, without the chunked coding.
    public var bodyBytes: Int
    /// How many rows were handed to the socket. If a piece was cut off, all rows of that piece count.
    public var rows: Int
    /// The time from the first byte of the request until the last byte of the response was handed to the socket, in
    /// nanoseconds.
    public var nanoseconds: UInt64
    /// Whether the whole response was handed to the socket.
    public var complete: Bool

    public init(
        request: Request?, peer: Peer, status: Status, user: String?, requestID: String?,
        note: (any ResponseNote)? = nil, bodyBytes: Int, rows: Int = 0, nanoseconds: UInt64, complete: Bool
    ) {
        self.request = request
        self.peer = peer
        self.status = status
        self.user = user
        self.requestID = requestID
        self.note = note
        self.bodyBytes = bodyBytes
        self.rows = rows
        self.nanoseconds = nanoseconds
        self.complete = complete
    }
}

/// Why a request was refused before any handler saw it.
public struct RequestError: Error, Sendable, Hashable {
    public let status: Status
    /// A stable code for programs, such as `malformed-request-line`.
    public let code: String
    /// A sentence for people: what is wrong and how to fix it.
    public let message: String

    public init(_ status: Status, code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }
}
