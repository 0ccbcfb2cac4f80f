/// A response as a handler makes it. `ResponseEncoder` adds the framing (`Content-Length`, `Transfer-Encoding`),
/// `Date`, `Connection` and `X-Content-Type-Options`; a handler never sets them.
public struct Response: Sendable {
    public var status: Status
    public var fields: ResponseFields
    public var body: Body
    /// The name of the request in the field `X-Request-Id` and in logs; nil leaves the field out.
    public var requestID: String?
    /// The name of the user, for the access log; nil if nobody was authenticated. It is never sent.
    public var user: String?
    /// The stable code of the error that it tells, for metrics; nil for none. It is never sent from here.
    public var code: String?
    /// How many rows the body has, or the first piece of a stream; for `Report`.
    public var rows = 0
    /// What the application wants to know of this answer in `finished`. It is never sent.
    public var note: (any ResponseNote)?
    /// Whether the client may still have it, which any thread may ask while it is made and sent. If it may not, the
    /// connection is reset. Nil if that can't change.
    public var isStillEntitled: (@Sendable () -> Bool)?

    public init(_ status: Status, fields: ResponseFields = ResponseFields(), body: Body = .bytes([])) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}

/// What an application keeps with a response until it has been sent.
public protocol ResponseNote: AnyObject, Sendable {}

/// The body of a response, whole or in pieces.
public enum Body: Sendable {
    /// The whole body, of known length.
    case bytes([UInt8])
    /// The beginning of a body of unknown length, and the producer of the rest. Whoever takes the response must run
    /// `rest` to its end or call its `cancel` and `end`.
    case stream(first: [UInt8], rest: any BodyProducer)
    /// A body that was not made, because the request is a HEAD. Its length is unknown, so the head has no framing
    /// field, as RFC 9110 §9.3.2 allows. Only for the answer to a HEAD.
    case omitted
}

/// Makes the rest of a body, piece by piece, as the client takes it.
///
/// The transport asks for a piece only when the one before has been sent, so a stream holds one piece in memory however
/// slow the client is.
public protocol BodyProducer: AnyObject, Sendable {
    /// Appends the next piece, about 64 KiB. It is called on a worker thread, where it may block; never concurrently,
    /// and never again after `.end` or `.failed`.
    /// - Parameter turn: That of the worker.
    func next(into buffer: inout [UInt8], _ turn: Turn) -> Piece

    /// The client is gone, or has all that it wanted: a `next` that is running must end soon, and no other will follow.
    /// Called on any thread, also during `next`.
    func cancel()

    /// Releases its resources if `next` has not returned `.end` or `.failed`. Called on a worker thread, since it may
    /// take a while; after `cancel`, and never during `next`.
    func end()
}

/// The result of asking for the next piece of a body. `rows` is how many rows the piece has, for `Report`.
public enum Piece: Sendable {
    /// There may be more.
    case more(rows: Int)
    /// The body is complete.
    case end(rows: Int)
    /// The body can't be completed. The connection is reset, so that the client sees that the body was cut off.
    case failed
}

/// A status code with its reason phrase (RFC 9110 §15; 431 is of RFC 6585).
///
/// Two statuses are equal if both parts are: compare with the constants.
public struct Status: Sendable, Hashable {
    public let code: Int
    public let reason: String

    public init(code: Int, reason: String) {
        self.code = code
        self.reason = reason
    }

    public static let ok = Status(code: 200, reason: "OK")
    public static let noContent = Status(code: 204, reason: "No Content")
    public static let notModified = Status(code: 304, reason: "Not Modified")
    public static let badRequest = Status(code: 400, reason: "Bad Request")
    public static let unauthorized = Status(code: 401, reason: "Unauthorized")
    public static let forbidden = Status(code: 403, reason: "Forbidden")
    public static let notFound = Status(code: 404, reason: "Not Found")
    public static let methodNotAllowed = Status(code: 405, reason: "Method Not Allowed")
    public static let notAcceptable = Status(code: 406, reason: "Not Acceptable")
    public static let requestTimeout = Status(code: 408, reason: "Request Timeout")
    public static let contentTooLarge = Status(code: 413, reason: "Content Too Large")
    public static let uriTooLong = Status(code: 414, reason: "URI Too Long")
    public static let expectationFailed = Status(code: 417, reason: "Expectation Failed")
    public static let tooManyRequests = Status(code: 429, reason: "Too Many Requests")
    public static let requestHeaderFieldsTooLarge = Status(code: 431, reason: "Request Header Fields Too Large")
    public static let notImplemented = Status(code: 501, reason: "Not Implemented")
    public static let serviceUnavailable = Status(code: 503, reason: "Service Unavailable")
    public static let httpVersionNotSupported = Status(code: 505, reason: "HTTP Version Not Supported")

    /// Whether a response with this status never has a body (RFC 9110 §6.4.1).
    public var isBodiless: Bool { code == 204 || code == 304 || code < 200 }
}

/// The header fields of a response, in the order they are sent. They are stored as they are sent, so answering copies
/// bytes and makes no strings.
///
/// No line contains a CR or LF except the CRLF at its end, whatever the values were: a response can't be split
/// (RFC 9112 §11.1).
public struct ResponseFields: Sendable {
    /// Whole field lines, each with its CRLF.
    private(set) var lines: [UInt8] = []

    public init(_ fields: [(name: FieldName, value: String)] = []) {
        for field in fields { append(field.name, field.value) }
    }

    /// Adds a field; one of the same name stays. Control characters in the value become spaces (RFC 9110 §5.5).
    public mutating func append(_ name: FieldName, _ value: String) {
        // Four bytes: colon, space, CR and LF.
        lines.append(addingCapacity: name.literal.utf8CodeUnitCount + value.utf8.count + 4) { span in
            span.append(name.literal)
            span.append(": ")
            span.append(withoutControls: value)
            span.append("\r\n")
        }
    }

    /// Adds all fields of another list after these.
    public mutating func append(_ fields: ResponseFields) {
        lines.append(contentsOf: fields.lines)
    }

    /// The value of the first field of this name. It searches the bytes, so it is for tests and rare cases.
    public subscript(name: FieldName) -> String? {
        for line in lines.split(separator: 0x0A) {
            // A name is followed by a colon and a space, a value by the CR of its line end.
            let found = line.prefix { $0 != 0x3A }
            guard found.elementsEqual(name.literal.buffer, by: { $0.lowercased == $1.lowercased }) else { continue }
            return String(decoding: line.dropFirst(found.count + 2).dropLast(), as: UTF8.self)
        }
        return nil
    }
}
