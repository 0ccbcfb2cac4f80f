/// A response as a handler makes it. Framing (`Content-Length`, `Transfer-Encoding`), `Date`, `Connection` and
/// `X-Content-Type-Options` are added when it is encoded; a handler never sets them.
public struct Response: Sendable {
    public var status: Status
    public var fields: ResponseFields
    public var body: Body
    /// Names the request, in the field `X-Request-Id` and in logs; nil leaves the field out.
    public var requestID: String?
    /// Who was answered, for the access log; nil where nobody was authenticated. Never sent.
    public var user: String?

    public init(_ status: Status, fields: ResponseFields = ResponseFields(), body: Body = .bytes([])) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}

/// What follows the head of a response.
public enum Body: Sendable {
    /// The whole body, of known length.
    case bytes([UInt8])
    /// The beginning of a body of unknown length, and what makes the rest of it.
    case stream(first: [UInt8], rest: any BodyProducer)
    /// Nobody made it, since a HEAD was asked, and so its length is unknown. For the answer to a HEAD alone.
    case omitted
}

/// Makes the rest of a body, piece by piece, as the client takes it.
public protocol BodyProducer: AnyObject, Sendable {
    /// Appends the next piece, about 64 KiB. It is called on a worker thread, where it may block; never twice at once, and
    /// never again after `.end` or `.failed`.
    func next(into buffer: inout [UInt8]) -> Piece

    /// The client is gone, or took all it wanted: a `next` that is under way ends soon, and no other will come.
    /// Any thread may call it.
    func cancel()

    /// Lets go of what it holds, where `next` has not said that the body is complete or failed: it is called on a worker thread,
    /// since that may take a while, after `cancel` and never beside a `next`.
    func end()
}

/// What came of asking for the next piece of a body.
public enum Piece: Sendable {
    /// There may be more.
    case more
    /// The body is complete.
    case end
    /// The body can't be completed: the client must see that it was cut off.
    case failed
}
