/// The result of `ResponseParser.next`.
public enum ResponseEvent: Sendable {
    /// The input ends within the response.
    case needMore
    /// The head of the final response is complete. Interim responses are skipped.
    case head(status: Int, fields: ReceivedFields)
    /// Part of the body, as a range of the input. It counts as consumed.
    case body(Range<Int>)
    /// The response is complete.
    case end
    /// The response breaks the rule that the sentence names. The connection must be closed.
    case malformed(String)
}

/// Reads one response, for a client, from bytes that arrive in pieces.
///
/// It is as strict as `RequestParser` and keeps as little. The limits of a head are the defaults of `RequestLimits`; a
/// body has no limit, since it is handed on and not kept.
public struct ResponseParser: Sendable {
    /// How many interim responses may precede the final one. Without a bound a server could keep a client for ever.
    static let interimLimit = 10

    private enum Phase: Sendable {
        case head
        case sizedBody(remaining: UInt64)
        case chunkedBody(ChunkedDecoder)
        case bodyUntilClose
        case complete
    }

    private let isHead: Bool
    private let limits = RequestLimits()
    private var phase = Phase.head
    private var interimCount = 0
    private var lines = LineReader()
    private var statusLine: (version: Version, status: Int)?
    private var sectionStart = 0
    private var fields: [ReceivedFields.Entry] = []
    private var framing = FramingFields()

    /// - Parameter isHead: Whether the request was a HEAD, so that no body follows.
    public init(isHead: Bool) {
        self.isHead = isHead
    }

    /// Reads on in `input`, which holds every byte not yet consumed, in order. A head is consumed when it is complete,
    /// a body as it arrives. It must not be called again after `.malformed`.
    public mutating func next(in input: borrowing Span<UInt8>) -> (event: ResponseEvent, consumed: Int) {
        do throws(RequestError) {
            switch phase {
            case .head:
                return try readHead(in: input)
            case .sizedBody(let remaining):
                if remaining == 0 { break }
                let taken = Int(min(remaining, UInt64(input.count)))
                phase = .sizedBody(remaining: remaining - UInt64(taken))
                return (taken > 0 ? .body(0..<taken) : .needMore, taken)
            case .chunkedBody(var decoder):
                let (step, next) = try decoder.next(in: input, from: 0)
                phase = .chunkedBody(decoder)
                switch step {
                case .needMore: return (.needMore, next)
                case .data(let range): return (.body(range), next)
                case .end:
                    phase = .complete
                    return (.end, next)
                }
            case .bodyUntilClose:
                return (input.isEmpty ? .needMore : .body(0..<input.count), input.count)
            case .complete:
                break
            }
            phase = .complete
            return (.end, 0)
        } catch {
            return (.malformed(error.message), 0)
        }
    }

    /// Tells the parser that the connection has ended and that `next` has seen all of its bytes. A response cut short
    /// must be taken as incomplete, not as short (RFC 9112 §8).
    public mutating func closed() -> ResponseEvent {
        switch phase {
        case .complete, .bodyUntilClose, .sizedBody(remaining: 0):
            phase = .complete
            return .end
        case .head, .sizedBody, .chunkedBody:
            return .malformed("The connection was closed before the response was complete.")
        }
    }

    private mutating func readHead(
        in input: borrowing Span<UInt8>
    ) throws(RequestError) -> (event: ResponseEvent, consumed: Int) {
        while true {
            let bound = statusLine == nil ? lines.start + limits.requestLine : sectionStart + limits.headerSection
            switch try lines.next(in: input, bound: bound) {
            case .needMore:
                return (.needMore, 0)
            case .tooLong:
                throw .headerTooLarge(limit: statusLine == nil ? limits.requestLine : limits.headerSection)
            case .line(let line):
                guard let statusLine else {
                    statusLine = try Self.statusLine(line, in: input)
                    sectionStart = lines.start
                    continue
                }
                guard line.isEmpty else {
                    guard fields.count < limits.fieldCount else { throw .tooManyFields(limit: limits.fieldCount) }
                    let field = try input.field(in: line)
                    try framing.note(field, in: input)
                    fields.append(field)
                    continue
                }
                if 100...199 ~= statusLine.status {
                    try skipInterim(statusLine.status)
                    continue
                }
                try framing.check(for: statusLine.version)
                phase = bodyPhase(status: statusLine.status)
                let bytes = input.copy(0..<lines.start)
                return (
                    .head(status: statusLine.status, fields: ReceivedFields(bytes: bytes, entries: fields)),
                    lines.start
                )
            }
        }
    }

    /// Skips an interim response: it has no body, and another head follows (RFC 9110 §15.2). A 101 is refused, since
    /// the client never asks for another protocol.
    private mutating func skipInterim(_ status: Int) throws(RequestError) {
        interimCount += 1
        guard status != 101, interimCount <= Self.interimLimit else {
            throw .malformedStatusLine(
                "The response has an interim status that was not asked for, or too many of them.")
        }
        statusLine = nil
        fields = []
        framing = FramingFields()
    }

    /// How the end of the body is found, by the rules of RFC 9112 §6.3 in their order.
    private func bodyPhase(status: Int) -> Phase {
        if isHead || status == 204 || status == 304 { return .complete }
        if framing.isChunked { return .chunkedBody(ChunkedDecoder(bodyLimit: .max, limits: limits)) }
        if let length = framing.contentLength { return .sizedBody(remaining: length) }
        return .bodyUntilClose
    }

    /// Reads a status line: a version, a space, three digits, a space, and a phrase that is ignored (RFC 9112 §4). The
    /// space is required even if there is no phrase.
    private static func statusLine(
        _ line: Range<Int>, in input: borrowing Span<UInt8>
    ) throws(RequestError) -> (version: Version, status: Int) {
        let start = line.lowerBound
        guard line.count >= 13, let version = input.version(start..<start + 8), version.major == 1,
            input[start + 8] == 0x20, input[start + 12] == 0x20
        else { throw .malformedStatusLine("The response does not begin with an HTTP/1.1 status line.") }
        var status = 0
        for index in start + 9..<start + 12 {
            guard input[index].isDigit else {
                throw .malformedStatusLine("The status code of the response is not a number.")
            }
            status = status * 10 + Int(input[index] &- 0x30)
        }
        guard 100...599 ~= status else {
            throw .malformedStatusLine("The status code of the response is not between 100 and 599.")
        }
        return (version.minor == 0 ? .http10 : .http11, status)
    }
}
