/// What the parser knows when the head of a request is complete.
public struct RequestHead: Sendable {
    public let request: Request
    /// Whether the connection stays open after the answer (RFC 9112 §9.3).
    public let keepAlive: Bool
    /// Whether a body follows, so that `next` is to be called until `.end`.
    public let hasBody: Bool
    /// The length of that body in bytes; nil when it is chunked, and when there is none.
    public let contentLength: UInt64?
    /// Whether the client waits for `100 Continue` before it sends the body.
    public let expectsContinue: Bool
}

/// What `RequestParser.next` found.
public enum ParserEvent: Sendable {
    /// The input ends within a request, or before one.
    case needMore
    /// A head is complete.
    case head(RequestHead)
    /// The body has been skipped; another request may follow.
    case end
    /// The request breaks a rule. Where the next one begins is unknown, so the connection is to be closed after the answer.
    case refused(RequestError)
}

/// Reads the requests of one connection, one after another, from bytes that come bit by bit.
///
/// It looks at each byte once and refuses a request at the first line that is wrong. What it decides depends on the bytes
/// alone and not on the pieces that they come in. Between calls it keeps positions and, while a head is incomplete, its
/// request line and at most `RequestLimits.fieldCount` ranges; the bytes stay with the caller.
public struct RequestParser: Sendable {
    /// How many empty lines may stand before a request line (RFC 9112 §2.2).
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

    /// Whether no byte of a request has been seen since the last one ended.
    public var isIdle: Bool {
        guard case .head = phase else { return false }
        return !head.hasBegun
    }

    /// Reads on in `input`, which holds every byte not yet consumed, in order. A head is consumed when it is complete; a
    /// body is consumed, and dropped, as it comes. After `.refused` it is not to be called again.
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

/// A head as far as it has been read. All ranges are of the input, whose first byte is the first of the head.
private struct PartialHead: Sendable {
    /// Whether there was a byte.
    var hasBegun = false
    var lines = LineReader()
    private var emptyLines = 0
    private var requestLine: RequestLine?
    /// Where the header section begins.
    private var sectionStart = 0
    private var fields: [ReceivedFields.Entry] = []
    private var framing = FramingFields()
    /// Which of the fields is Host.
    private var host: Int?
    private var expectsContinue = false

    /// Reads lines until the empty one that ends the header section, and says whether it was there.
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
                // As many as usual requests have.
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
        case 4 where input.matches(field.name, "host"):
            guard host == nil else { throw .malformedHost("There are several Host fields; send one.") }
            guard input.isHost(field.value) else {
                throw .malformedHost("The Host field has no valid host; write a name or an address, and a port.")
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

    /// Checks what can be known only at the end of the head, and makes the request.
    mutating func complete(
        in input: borrowing Span<UInt8>, _ limits: RequestLimits
    ) throws(RequestError) -> RequestHead {
        // `read` has returned true, so there is a request line.
        guard let line = requestLine.take() else { throw .malformedRequestLine("There is no request line.") }
        guard host != nil || line.version == .http10 else { throw .missingHost }
        try framing.check(for: line.version)

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
            // HTTP/1.0 has no interim responses (RFC 9110 §10.1.1).
            expectsContinue: expectsContinue && hasBody && line.version == .http11)
    }

    /// The fields, with the authority of an absolute-form in the place of Host.
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
    /// Whether a body of this method means nothing (RFC 9110 §9.3.1), so that a large one is not worth reading.
    fileprivate var dropsBody: Bool { self == .get || self == .head }
}

/// How much of a request is read before it is refused. All are counts of bytes, unless they say otherwise.
public struct RequestLimits: Sendable, Hashable {
    /// The longest request line, without its line end. A longer one is a 414.
    public var requestLine: Int
    /// The longest header section: all field lines with their line ends. A longer one is a 431. The trailer section of a
    /// chunked body has the same limit.
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
