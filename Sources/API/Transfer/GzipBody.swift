import HTTP
import Synchronization

/// The rest of a streamed body, compressed. Each piece is flushed, so that rows arrive as they are made. A body that
/// fails never gets the trailer of its gzip member (RFC 1952 §2.3.1), so even a saved file shows that it was cut off.
final class GzipBody: BodyProducer {
    private let rest: any BodyProducer
    private let stream: Mutex<GzipStream>

    /// - Parameter stream: The stream that compressed the beginning of the body.
    init(_ rest: any BodyProducer, _ stream: consuming sending GzipStream) {
        self.rest = rest
        self.stream = Mutex(stream)
    }

    func next(into buffer: inout [UInt8], _ turn: Turn) -> Piece {
        var plain: [UInt8] = []
        let piece = rest.next(into: &plain, turn)
        let isLast: Bool
        switch piece {
        case .more: isLast = false
        case .end: isLast = true
        case .failed: return .failed
        }
        guard stream.withLock({ $0.append(plain, isLast: isLast, to: &buffer) }) else {
            // The transport does not call `end` after `.failed`.
            rest.end()
            return .failed
        }
        return piece
    }

    func cancel() { rest.cancel() }

    func end() { rest.end() }
}

extension Body {
    /// The smallest body that is compressed, in bytes. A smaller one fits into one packet in any case.
    static let leastToCompress = 1024
    /// The largest body that is compressed on a loop, in bytes. It takes a fraction of a millisecond.
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

    /// The body in gzip; nil if there is not enough memory.
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
