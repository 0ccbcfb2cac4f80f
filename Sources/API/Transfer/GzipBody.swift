import HTTP
import Synchronization

/// The rest of a streamed body, compressed. Each piece is flushed, so that rows arrive as they are made; a body that fails
/// never gets the end of its gzip member.
final class GzipBody: BodyProducer {
    private let rest: any BodyProducer
    private let stream: Mutex<GzipStream>

    /// - Parameter stream: That of the beginning of the body.
    init(_ rest: any BodyProducer, _ stream: consuming sending GzipStream) {
        self.rest = rest
        self.stream = Mutex(stream)
    }

    func next(into buffer: inout [UInt8]) -> Piece {
        var plain: [UInt8] = []
        let piece = rest.next(into: &plain)
        let isLast: Bool
        switch piece {
        case .more: isLast = false
        case .end: isLast = true
        case .failed: return .failed
        }
        guard stream.withLock({ $0.append(plain, isLast: isLast, to: &buffer) }) else {
            rest.end()
            return .failed
        }
        return piece
    }

    func cancel() { rest.cancel() }

    func end() { rest.end() }
}

extension Body {
    /// A smaller body, in bytes, is not worth the work.
    static let leastToCompress = 1024
    /// A larger body, in bytes, is not compressed on a loop.
    static let mostToCompressAtOnce = 16 << 10

    var isWorthCompressing: Bool {
        switch self {
        case .bytes(let bytes): bytes.count >= Body.leastToCompress
        case .stream: true
        case .omitted: false
        }
    }

    var isLongToCompress: Bool {
        if case .bytes(let bytes) = self { bytes.count > Body.mostToCompressAtOnce } else { false }
    }

    /// The body as gzip; nil for want of memory.
    var compressed: Body? {
        guard var stream = GzipStream() else { return nil }
        var output: [UInt8] = []
        switch self {
        case .bytes(let bytes):
            return stream.append(bytes, isLast: true, to: &output) ? .bytes(output) : nil
        case .stream(let first, let rest):
            guard stream.append(first, isLast: false, to: &output) else { return nil }
            return .stream(first: output, rest: GzipBody(rest, stream))
        case .omitted:
            return .omitted
        }
    }
}
