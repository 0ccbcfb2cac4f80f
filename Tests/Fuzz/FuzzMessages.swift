@testable import HTTP

// Messages, as the server and the client read them from a connection.
//
// Whatever the pieces in which bytes arrive, the same is made of them, and no more is kept than the limits allow.
// Whatever a parser accepts is written out again in the plainest way, and then means the same. An input begins with a
// byte that chooses the limits, and three that choose the sizes of the pieces.

/// What a parser said, in bytes, so that two accents that look alike differ.
private struct Event: Equatable {
    let kind: String
    var texts: [[UInt8]] = []
    /// How many bytes had been consumed.
    var position = 0
}

private let narrow = RequestLimits(requestLine: 60, headerSection: 120, fieldCount: 4, body: 20, droppedBody: 8)
/// For what is written out again, which may have a field more.
private let wide = RequestLimits(
    requestLine: 1 << 20, headerSection: 1 << 20, fieldCount: 1000, body: .max, droppedBody: .max)

func tryRequest(_ bytes: [UInt8]) {
    var input = Input(bytes)
    let limits = input.takeByte() & 1 == 0 ? RequestLimits() : narrow
    let sizes = input.takeSizes()
    let bytes = Array(input.rest)
    let whole = requestEvents(of: bytes, [.max], limits)
    check(whole == requestEvents(of: bytes, sizes, limits), "requests do not depend on how they are cut")
}

private func requestEvents(of bytes: [UInt8], _ sizes: [Int], _ limits: RequestLimits) -> [Event] {
    var parser = RequestParser(limits: limits)
    var (events, buffer, position): ([Event], [UInt8], Int) = ([], [], 0)
    // The limits are of lines without their ends. Two empty lines may come first.
    let most = limits.requestLine + limits.headerSection + 12
    for piece in bytes.pieces(sizes) {
        buffer += piece
        reading: while true {
            let (event, consumed) = parser.next(in: buffer.span)
            check((0...buffer.count).contains(consumed), "what is consumed was there")
            let taken = Array(buffer[..<consumed])
            buffer.removeFirst(consumed)
            position += consumed
            switch event {
            case .needMore:
                check(buffer.count <= most, "\(buffer.count) bytes are kept")
                break reading
            case .head(let head):
                check(consumed <= most, "a head is within the limits")
                check(head, taken, limits)
                check(head.hasBody || parser.isIdle, "a request without a body ends with its head")
                events.append(Event(kind: "head", texts: texts(of: head), position: position))
            case .end:
                check(parser.isIdle, "a request ends with its body")
                events.append(Event(kind: "end", position: position))
            case .refused(let error):
                check((400...599).contains(error.status.code), "a refusal has a status")
                // Where it is noticed may depend on the pieces before.
                return events + [Event(kind: "refused", texts: [Array("\(error.code) \(error.message)".utf8)])]
            }
        }
    }
    return events + [Event(kind: parser.isIdle ? "idle" : "waiting", position: position)]
}

private func check(_ head: RequestHead, _ bytes: [UInt8], _ limits: RequestLimits) {
    let fields = head.request.fields
    check(bytes.suffix(4).elementsEqual("\r\n\r\n".utf8), "a head ends with an empty line")
    for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x7F {
        let isLineEnd =
            byte == 0x0D ? bytes[(index + 1)...].first == 0x0A : byte == 0x0A && bytes[..<index].last == 0x0D
        check(isLineEnd || byte == 0x09, "a head has no control characters")
    }
    check(fields.entries.count <= limits.fieldCount + 1, "there are not more fields than may be")
    check(fields.count(of: .host) == 1 || head.request.version == .http10, "there is one Host")
    let lengths = fields.all(.contentLength)
    let codings = fields.all(.transferEncoding)
    check(lengths.count + codings.count <= 1, "the framing of a request is not ambiguous")
    if let length = head.contentLength {
        let isSmall = length <= UInt64(max(limits.body, limits.droppedBody))
        check(head.hasBody && length > 0 && isSmall, "a body is within the limits")
        check(lengths.first.flatMap { UInt64(String(decoding: $0, as: UTF8.self)) } == length, "its length was given")
    } else if head.hasBody {
        let isChunked = codings.first.map { String(decoding: $0, as: UTF8.self).lowercased() == "chunked" }
        check(isChunked == true, "a body without a length is chunked")
    }
    check(head.hasBody || !head.expectsContinue, "nobody waits to send nothing")

    // What was understood means the same if it is written out again.
    let version = head.request.version == .http10 ? "HTTP/1.0" : "HTTP/1.1"
    var again = Array("\(head.request.method.rawValue) \(head.request.target.raw) \(version)\r\n".utf8)
    for entry in fields.entries {
        again += fields.bytes[entry.name] + ": ".utf8 + fields.bytes[entry.value] + "\r\n".utf8
    }
    again += "\r\n".utf8
    var parser = RequestParser(limits: wide)
    guard case (.head(let other), again.count) = parser.next(in: again.span) else {
        return check(false, "a request can be written again")
    }
    let isLeftUnread = !head.hasBody && lengths.contains { $0.contains { $0 != UInt8(ascii: "0") } }
    check(isLeftUnread || texts(of: head) == texts(of: other), "a request means the same if it is written again")
}

private func texts(of head: RequestHead) -> [[UInt8]] {
    let (request, target) = (head.request, head.request.target)
    let length = head.contentLength.map(String.init) ?? "-"
    let framing = "\(head.keepAlive) \(head.hasBody) \(length) \(head.expectsContinue)"
    let words = [request.method.rawValue, "\(request.version)", target.raw, framing]
    let parts = target.segments + ["?"] + target.query.flatMap { [$0.name, $0.value] }
    let fields = request.fields.entries.flatMap { [$0.name, $0.value] }
    return (words + parts).map { Array($0.utf8) } + fields.map { Array(request.fields.bytes[$0]) }
}

func tryResponse(_ bytes: [UInt8]) {
    var input = Input(bytes)
    let isHead = input.takeByte() & 1 == 1
    let sizes = input.takeSizes()
    let bytes = Array(input.rest)
    let whole = responseEvents(of: bytes, [.max], isHead: isHead)
    check(whole == responseEvents(of: bytes, sizes, isHead: isHead), "a response does not depend on how it is cut")
}

/// The head, the body, and how it ended.
private func responseEvents(of bytes: [UInt8], _ sizes: [Int], isHead: Bool) -> [Event] {
    let limits = RequestLimits()
    var parser = ResponseParser(isHead: isHead)
    var (events, body, buffer, position): ([Event], [UInt8], [UInt8], Int) = ([], [], [], 0)
    func ended(_ kind: String, _ message: String = "") -> [Event] {
        check(!isHead || body.isEmpty, "an answer to a HEAD has no body")
        return events + [Event(kind: kind, texts: [body, Array(message.utf8)])]
    }
    for piece in bytes.pieces(sizes) {
        buffer += piece
        reading: while true {
            let (event, consumed) = parser.next(in: buffer.span)
            check((0...buffer.count).contains(consumed), "what is consumed was there")
            position += consumed
            if case .body(let range) = event {
                check(!range.isEmpty && range.upperBound <= consumed, "a part of the body is consumed")
                body += buffer[range]
            }
            buffer.removeFirst(consumed)
            switch event {
            case .needMore:
                // Interim responses stay until the head is complete.
                let most = (ResponseParser.interimLimit + 1) * (limits.requestLine + limits.headerSection + 8)
                check(buffer.count <= most, "\(buffer.count) bytes are kept")
                break reading
            case .head(let status, let fields):
                check((200...599).contains(status), "an answer is final")
                check(fields.count <= limits.fieldCount, "there are not more fields than may be")
                let texts = fields.entries.flatMap { [Array(fields.bytes[$0.name]), Array(fields.bytes[$0.value])] }
                events.append(Event(kind: "head \(status)", texts: texts, position: position))
            case .body: break
            case .end: return ended("end")
            case .malformed(let message): return ended("malformed", message)
            }
        }
    }
    switch parser.closed() {
    case .end: return ended("closed")
    case .malformed(let message): return ended("cut", message)
    case .needMore, .head, .body: return ended("not closed")
    }
}

func tryChunked(_ bytes: [UInt8]) {
    var input = Input(bytes)
    let limits = input.takeByte() & 1 == 0 ? RequestLimits() : narrow
    let sizes = input.takeSizes()
    let bytes = Array(input.rest)
    let whole = Decoded(bytes, [.max], limits)
    check(whole == Decoded(bytes, sizes, limits), "a body does not depend on how it is cut")
    check(whole.body.count <= limits.body, "a body is within its limit")
    guard let end = whole.end else { return }
    check(plainReading(of: bytes) == (whole.body, end), "a body is what any reader takes it for")
    var again: [UInt8] = []
    for piece in whole.body.pieces(sizes) { ResponseEncoder.appendChunk(Array(piece), to: &again) }
    again += ResponseEncoder.lastChunk
    let other = Decoded(again, [.max], limits)
    check(other.body == whole.body && other.end == again.count, "a body can be written again")
}

/// A body without its coding.
private struct Decoded: Equatable {
    var body: [UInt8] = []
    /// The position after the body, if it is complete.
    var end: Int?
    var error: RequestError?

    init(_ bytes: [UInt8], _ sizes: [Int], _ limits: RequestLimits) {
        var decoder = ChunkedDecoder(bodyLimit: UInt64(limits.body), limits: limits)
        var position = 0
        do throws(RequestError) {
            for piece in bytes.pieces(sizes) {
                let piece = Array(piece)
                var index = 0
                reading: while true {
                    let (step, next) = try decoder.next(in: piece.span, from: index)
                    check(next >= index && next <= piece.count, "positions ascend")
                    switch step {
                    case .needMore:
                        check(next == piece.count, "all is consumed before more is asked for")
                        break reading
                    case .data(let range):
                        check(range.lowerBound >= index && range.upperBound == next, "data are what is consumed last")
                        body += piece[range]
                    case .end:
                        end = position + next
                        return
                    }
                    index = next
                }
                position += piece.count
            }
        } catch {
            self.error = error
        }
    }
}

/// A body and its end as a careless reader takes them; nil if it is cut.
private func plainReading(of bytes: [UInt8]) -> (body: [UInt8], end: Int)? {
    var (body, rest): ([UInt8], ArraySlice<UInt8>) = ([], bytes[...])
    func takeLine() -> ArraySlice<UInt8>? {
        guard let lineFeed = rest.firstIndex(of: 0x0A), rest[..<lineFeed].last == 0x0D else { return nil }
        defer { rest = rest[(lineFeed + 1)...] }
        return rest[..<(lineFeed - 1)]
    }
    while let line = takeLine() {
        let digits = line.prefix { $0.hexValue != nil }
        guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size <= rest.count else { return nil }
        if size == 0 {
            while let field = takeLine() { if field.isEmpty { return (body, rest.startIndex) } }
            return nil
        }
        body += rest.prefix(size)
        rest = rest.dropFirst(size)
        guard takeLine()?.isEmpty == true else { return nil }
    }
    return nil
}

private func == (a: (body: [UInt8], end: Int)?, b: (body: [UInt8], end: Int)) -> Bool {
    a.map { $0.body == b.body && $0.end == b.end } ?? false
}
