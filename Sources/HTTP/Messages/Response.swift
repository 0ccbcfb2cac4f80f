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

/// A response's status: its code and its reason phrase (RFC 9110 §15).
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
    public static let requestHeaderFieldsTooLarge = Status(code: 431, reason: "Request Header Fields Too Large")
    public static let notImplemented = Status(code: 501, reason: "Not Implemented")
    public static let serviceUnavailable = Status(code: 503, reason: "Service Unavailable")
    public static let httpVersionNotSupported = Status(code: 505, reason: "HTTP Version Not Supported")

    /// Whether a response with this status never has a body (RFC 9110 §6.4.1).
    public var isBodiless: Bool { code == 204 || code == 304 || code < 200 }
}

/// The header fields of a response, in the order they are sent. They are kept as they are sent, so that answering copies bytes
/// and makes no strings.
public struct ResponseFields: Sendable {
    /// Whole field lines, each with its CRLF.
    private(set) var lines: [UInt8] = []

    public init(_ fields: [(name: FieldName, value: String)] = []) {
        for field in fields { append(field.name, field.value) }
    }

    /// Adds a field. Control characters in the value become spaces, so that no value can begin another field.
    public mutating func append(_ name: FieldName, _ value: String) {
        lines.append(addingCapacity: name.literal.utf8CodeUnitCount + value.utf8.count + 4) { span in
            span.append(name.literal)
            span.append(": ")
            for byte in value.utf8 { span.append(byte.isControl ? 0x20 : byte) }
            span.append("\r\n")
        }
    }

    /// Adds all of some fields.
    public mutating func append(_ fields: ResponseFields) {
        lines.append(contentsOf: fields.lines)
    }

    /// The value of the first field of this name.
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
