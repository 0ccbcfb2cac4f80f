import HTTP

/// What a parser made of some bytes, so that it can be compared.
enum Outcome: Equatable, CustomStringConvertible {
    case head(Head)
    case end
    case refused(status: Int, code: String)
    /// The bytes ended here, so many of them unconsumed.
    case waiting(left: Int, isIdle: Bool)

    struct Head: Equatable {
        var method: Method
        var target: RequestTarget
        var version: Version
        var fields: [String]
        var keepAlive: Bool
        var hasBody: Bool
        var contentLength: UInt64?
        var expectsContinue: Bool
    }

    var description: String {
        switch self {
        case .head(let head): "head(\(head.method) \(head.target.raw), body \(head.hasBody), stays \(head.keepAlive))"
        case .end: "end"
        case .refused(let status, let code): "refused(\(status) \(code))"
        case .waiting(let left, let isIdle): "waiting(\(left) left\(isIdle ? ", idle" : ""))"
        }
    }
}

/// The names of fields that the outcomes of these tests look at.
private let watchedNames: [FieldName] = [.host, .authorization, .accept, .userAgent, .connection]

/// Feeds bytes to a new parser in pieces of these sizes (the last of which repeats), as a connection would, and gives
/// everything that came of it.
func outcomes(of bytes: [UInt8], pieces: [Int] = [.max], limits: RequestLimits = RequestLimits()) -> [Outcome] {
    var parser = RequestParser(limits: limits)
    var outcomes: [Outcome] = []
    var buffer: [UInt8] = []
    var fed = 0
    var pieceIndex = 0
    while true {
        let (event, consumed) = parser.next(in: buffer.span)
        buffer.removeFirst(consumed)
        switch event {
        case .needMore:
            if fed == bytes.count {
                outcomes.append(.waiting(left: buffer.count, isIdle: parser.isIdle))
                return outcomes
            }
            let piece = min(pieces[min(pieceIndex, pieces.count - 1)], bytes.count - fed)
            buffer += bytes[fed..<fed + piece]
            fed += piece
            pieceIndex += 1
        case .head(let head):
            outcomes.append(
                .head(
                    Outcome.Head(
                        method: head.request.method, target: head.request.target, version: head.request.version,
                        fields: watchedNames.compactMap { name in
                            head.request.fields[name].map { "\(name.text): \($0)" }
                        } + ["\(head.request.fields.count) fields"],
                        keepAlive: head.keepAlive, hasBody: head.hasBody, contentLength: head.contentLength,
                        expectsContinue: head.expectsContinue)))
        case .end:
            outcomes.append(.end)
        case .refused(let error):
            outcomes.append(.refused(status: error.status.code, code: error.code))
            return outcomes
        }
    }
}

/// The outcomes for text that is fed whole, byte by byte, and in uneven pieces; they are the same.
func outcomes(_ text: String, limits: RequestLimits = RequestLimits()) throws -> [Outcome] {
    let bytes = Array(text.utf8)
    let whole = outcomes(of: bytes, limits: limits)
    for pieces in [[1], [7, 1, 2, 5]] {
        let cut = outcomes(of: bytes, pieces: pieces, limits: limits)
        guard cut == whole else { throw Difference(whole: whole, cut: cut) }
    }
    return whole
}

/// What a parser decides depends on how the bytes were cut.
struct Difference: Error {
    let whole: [Outcome]
    let cut: [Outcome]
}

/// The head that text is, whole, byte by byte, and with another request after it.
func head(_ text: String, limits: RequestLimits = RequestLimits()) throws -> Outcome.Head {
    let alone = try outcomes(text, limits: limits)
    let followed = try outcomes(text + "GET /next HTTP/1.1\r\nHost: h\r\n\r\n", limits: limits)
    guard alone.count == 2, case .head(let head) = alone[0], alone[1] == .waiting(left: 0, isIdle: true) else {
        throw Unexpected(outcomes: alone)
    }
    guard followed.count == 3, followed[0] == alone[0], case .head(let next) = followed[1], next.target.raw == "/next"
    else { throw Unexpected(outcomes: followed) }
    return head
}

/// The status and code that text is refused with, whole, byte by byte, and with other bytes after it.
func refusal(_ text: String, limits: RequestLimits = RequestLimits()) throws -> String {
    let alone = try outcomes(text, limits: limits)
    let followed = try outcomes(text + "GET /next HTTP/1.1\r\nHost: h\r\n\r\n", limits: limits)
    guard case .refused(let status, let code)? = alone.last, followed == alone else {
        throw Unexpected(outcomes: alone + followed)
    }
    return "\(status) \(code)"
}

struct Unexpected: Error {
    let outcomes: [Outcome]
}
