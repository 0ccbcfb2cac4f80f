/// A request and the framing of its body, known once its head is complete.
public struct RequestHead: Sendable {
    public let request: Request
    /// Whether the connection stays open after the answer (RFC 9112 §9.3).
    public let keepAlive: Bool
    /// Whether a body follows. Then `next` must be called until it returns `.end`.
    public let hasBody: Bool
    /// The length of the body in bytes; nil if it is chunked or there is none.
    public let contentLength: UInt64?
    /// Whether the client waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1).
    public let expectsContinue: Bool
}

/// The result of `RequestParser.next`.
public enum ParserEvent: Sendable {
    /// The input ends within a request, or before one.
    case needMore
    /// A head is complete.
    case head(RequestHead)
    /// The body has been skipped; another request may follow.
    case end
    /// The request breaks a rule. It is not known where the next one begins, so the connection must be closed after the
    /// answer.
    case refused(RequestError)
}

/// Reads the requests of one connection, one after another, from bytes that arrive in pieces.
///
/// It looks at each byte once and refuses a request at the first line that is wrong. The result depends only on the
/// bytes, never on the pieces they arrive in. Between calls it keeps positions and, while a head is incomplete, the
/// request line and at most `RequestLimits.fieldCount` ranges. The bytes stay with the caller, so memory is bounded by
/// the limits of the request line and the header section. It does no I/O and reads no clock: deadlines are the
/// transport's.
public struct RequestParser: Sendable {
    /// How many empty lines are skipped before a request line. RFC 9112 §2.2 asks for at least one, since old clients
    /// send a CRLF after the body of a POST; without a bound, empty lines would be work without a request.
    static let emptyLineLimit = 2

    private enum Phase: Sendable {
        case head
        case sizedBody(remaining: UInt64)
        case chunkedBody(ChunkedDecoder)
    }

    private let limits: RequestLimits
    private var phase = Phase.head
    private var head = PartialHead()

    public init(limits: RequestLimits = RequestLimits()) {
        self.limits = limits
    }

    /// Whether no byte of the next request has been seen yet.
    public var isIdle: Bool {
        guard case .head = phase else { return false }
        return !head.hasBegun
    }

    /// Reads on in `input`, which holds every byte not yet consumed, in order. A head is consumed when it is complete;
    /// a body is consumed, and dropped, as it arrives. It must not be called again after `.refused`.
    ///
    /// The number of bytes of an incomplete head that the caller has to keep is at most the two limits plus the line
    /// ends.
    public mutating func next(in input: borrowing Span<UInt8>) -> (event: ParserEvent, consumed: Int) {
        do throws(RequestError) {
            switch phase {
            case .head:
                return try readHead(in: input)
            case .sizedBody(let remaining):
                let taken = min(remaining, UInt64(input.count))
                phase = taken == remaining ? .head : .sizedBody(remaining: remaining - taken)
                return (taken == remaining ? .end : .needMore, Int(taken))
            case .chunkedBody(var decoder):
                return try skipChunks(&decoder, in: input)
            }
        } catch {
            return (.refused(error), 0)
        }
    }

    private mutating func readHead(
        in input: borrowing Span<UInt8>
    ) throws(RequestError) -> (event: ParserEvent, consumed: Int) {
        guard try head.read(input, limits) else { return (.needMore, 0) }
        let length = head.lines.start
        let complete = try head.complete(in: input, limits)
        head = PartialHead()
        if complete.hasBody {
            if let length = complete.contentLength {
                phase = .sizedBody(remaining: length)
            } else {
                let limit = complete.request.method.dropsBody ? limits.droppedBody : limits.body
                phase = .chunkedBody(ChunkedDecoder(bodyLimit: UInt64(clamping: limit), limits: limits))
            }
        }
        return (.head(complete), length)
    }

    private mutating func skipChunks(
        _ decoder: inout ChunkedDecoder, in input: borrowing Span<UInt8>
    ) throws(RequestError) -> (event: ParserEvent, consumed: Int) {
        var index = 0
        while true {
            let (step, next) = try decoder.next(in: input, from: index)
            index = next
            switch step {
            case .data:
                continue
            case .needMore:
                phase = .chunkedBody(decoder)
                return (.needMore, index)
            case .end:
                phase = .head
                return (.end, index)
            }
        }
    }
}

/// The part of a head that has been read. All ranges are positions in the input, whose first byte is the first of the
/// head.
private struct PartialHead: Sendable {
    /// Whether a byte of the head has arrived.
    var hasBegun = false
    var lines = LineReader()
    private var emptyLines = 0
    private var requestLine: RequestLine?
    /// Where the header section begins.
    private var sectionStart = 0
    private var fields: [ReceivedFields.Entry] = []
    private var framing = FramingFields()
    /// The index of the Host field in `fields`.
    private var host: Int?
    private var expectsContinue = false

    /// Reads lines up to the empty one that ends the header section.
    /// - Returns: Whether the head is complete.
    /// - Throws: 400, 414, 417, 431, 501 or 505, at the first line that is wrong.
    mutating func read(_ input: borrowing Span<UInt8>, _ limits: RequestLimits) throws(RequestError) -> Bool {
        if input.isEmpty { return false }
        hasBegun = true
        while requestLine == nil {
            switch try lines.next(in: input, bound: lines.start + limits.requestLine) {
            case .needMore: return false
            case .tooLong: throw .requestLineTooLong(limit: limits.requestLine)
            case .line(let line) where line.isEmpty:
                emptyLines += 1
                guard emptyLines <= RequestParser.emptyLineLimit else { throw .tooManyEmptyLines }
            case .line(let line):
                requestLine = try RequestLine(line, of: input)
                sectionStart = lines.start
                // Usual requests have about this many fields.
                fields.reserveCapacity(8)
            }
        }
        while true {
            switch try lines.next(in: input, bound: sectionStart + limits.headerSection) {
            case .needMore: return false
            case .tooLong: throw .headerTooLarge(limit: limits.headerSection)
            case .line(let line) where line.isEmpty: return true
            case .line(let line):
                guard fields.count < limits.fieldCount else { throw .tooManyFields(limit: limits.fieldCount) }
                try note(try input.field(in: line), in: input)
            }
        }
    }

    private mutating func note(_ field: ReceivedFields.Entry, in input: borrowing Span<UInt8>) throws(RequestError) {
        switch field.name.count {
        // A missing, repeated or malformed Host is a 400 (RFC 9112 §3.2).
        case 4 where input.matches(field.name, "host"):
            guard host == nil else { throw .malformedHost("There is more than one Host field; send one.") }
            guard input.isHost(field.value) else {
                throw .malformedHost("The Host field is not valid; send a name or an address, with or without a port.")
            }
            host = fields.count
        case 6 where input.matches(field.name, "expect"):
            guard input.matches(field.value, "100-continue") else { throw .unknownExpectation }
            expectsContinue = true
        default:
            try framing.note(field, in: input)
        }
        fields.append(field)
    }

    /// Checks the rules that need the whole head, and makes the request.
    /// - Throws: 400, or 413 for a body that its Content-Length says is too large.
    mutating func complete(
        in input: borrowing Span<UInt8>, _ limits: RequestLimits
    ) throws(RequestError) -> RequestHead {
        // `read` has returned true, so there is a request line.
        guard let line = requestLine.take() else { throw .malformedRequestLine("There is no request line.") }
        guard host != nil || line.version == .http10 else { throw .missingHost }
        try framing.check(for: line.version)

        // A large body of a GET or HEAD is not read at all: the answer does not depend on it, and the connection
        // closes.
        var hasBody = framing.isChunked
        var isLeftUnread = false
        if let length = framing.contentLength, length > 0 {
            if line.method.dropsBody {
                isLeftUnread = length > UInt64(clamping: limits.droppedBody)
            } else if length > UInt64(clamping: limits.body) {
                throw .bodyTooLarge(limit: UInt64(clamping: limits.body))
            }
            hasBody = !isLeftUnread
        }
        let request = Request(
            method: line.method, target: line.target, version: line.version,
            fields: receivedFields(authority: line.authority, of: input))
        return RequestHead(
            request: request,
            keepAlive: framing.keepsAlive(in: line.version) && !isLeftUnread,
            hasBody: hasBody,
            contentLength: hasBody ? framing.contentLength : nil,
            // An expectation in HTTP/1.0, which has no interim responses, is ignored (RFC 9110 §10.1.1).
            expectsContinue: expectsContinue && hasBody && line.version == .http11)
    }

    /// The fields, in which the authority of an absolute-form replaces Host (RFC 9112 §3.2.2). They own a copy of the
    /// head, so they outlive the caller's buffer.
    private mutating func receivedFields(authority: Range<Int>?, of input: borrowing Span<UInt8>) -> ReceivedFields {
        var bytes = input.copy(0..<lines.start)
        if let authority {
            if let host {
                fields[host].value = authority
            } else {
                fields.append(ReceivedFields.Entry(name: bytes.count..<bytes.count + 4, value: authority))
                bytes += "Host".utf8
            }
        }
        return ReceivedFields(bytes: bytes, entries: fields)
    }
}

extension Method {
    /// Whether a body of this method has no meaning (RFC 9110 §9.3.1, §9.3.2), so that a large one is not worth
    /// reading.
    fileprivate var dropsBody: Bool { self == .get || self == .head }
}

/// How much of a request is read before it is refused. All are counts of bytes unless they say otherwise.
///
/// The defaults leave room for the longest lists of filters and for large cookies of other services on the same host,
/// and bound the memory of a connection to about 25 KiB.
public struct RequestLimits: Sendable, Hashable {
    /// The longest request line, without its line end. A longer one is a 414. (RFC 9112 §3 recommends at least 8,000.)
    public var requestLine: Int
    /// The longest header section: all field lines with their line ends. A longer one is a 431. The trailer section of
    /// a chunked body has the same limit.
    public var headerSection: Int
    /// How many fields a header or a trailer section may have. One more is a 431.
    public var fieldCount: Int
    /// The longest body. A longer one is a 413.
    public var body: Int
    /// The longest body of a GET or HEAD that is read and dropped. A longer one is left unread, and the connection is
    /// closed after the answer.
    public var droppedBody: Int

    public init(
        requestLine: Int = 8 << 10, headerSection: Int = 16 << 10, fieldCount: Int = 100, body: Int = 1 << 20,
        droppedBody: Int = 64 << 10
    ) {
        self.requestLine = requestLine
        self.headerSection = headerSection
        self.fieldCount = fieldCount
        self.body = body
        self.droppedBody = droppedBody
    }
}
