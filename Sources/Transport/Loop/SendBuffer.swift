import Glibc
import HTTP

/// The encoded answers of a connection that have not been sent, and what is to be reported of each when it has been.
///
/// Positions count from the first byte that was put in since the buffer was last empty. A connection borrows a buffer
/// from its loop while it has something to send.
final class SendBuffer {
    /// What is sent first.
    @exclusivity(unchecked) private(set) var bytes: [UInt8] = []
    /// A large body, which is sent after `bytes` from where it is.
    private var body: [UInt8] = []
    /// The position up to which all has been handed to the socket.
    private var sent = 0
    /// In order; only the last one may be open.
    @exclusivity(unchecked) private var answers: [SentAnswer] = []

    /// A body that is longer than this, in bytes, is not copied.
    private static let copyLimit = 32 << 10
    /// Up to this, in bytes, answers are collected before they are sent.
    private static let sizeLimit = 64 << 10
    /// So many answers are collected before they are sent.
    private static let answerLimit = 64
    /// A buffer that grew larger than this, in bytes, gives its memory back.
    private static let keptCapacity = 256 << 10

    /// Whether nothing is left to send.
    var isEmpty: Bool { sent == end }

    /// Whether the answers that are here should be sent before there are more.
    var isFull: Bool { !body.isEmpty || bytes.count >= Self.sizeLimit || answers.count >= Self.answerLimit }

    private var end: Int { bytes.count + body.count }

    // MARK: - Putting in

    /// Appends the head of a response. `append` or `open` follows.
    func appendHead(of response: Response, framing: Framing, date: [UInt8], version: Version, keepAlive: Bool) {
        ResponseEncoder.appendHead(
            of: response, framing: framing, date: date, version: version, keepAlive: keepAlive, to: &bytes)
    }

    /// Appends the body that completes an answer.
    func append(_ answer: consuming SentAnswer, body: [UInt8]) {
        answer.bodyStart = bytes.count
        answer.bodyCount = body.count
        if body.count > Self.copyLimit { self.body = body } else { bytes += body }
        answer.end = end
        answers.append(answer)
    }

    /// Pieces of the body of this answer follow, and `close` at their end.
    func open(_ answer: consuming SentAnswer) {
        answer.bodyStart = bytes.count
        answers.append(answer)
    }

    /// Appends a piece of the body of the open answer. The pieces before it have been sent.
    func appendPiece(_ piece: [UInt8], isChunked: Bool) {
        guard let last = answers.indices.last else { return }
        if isChunked {
            ResponseEncoder.appendChunk(piece, to: &bytes)
            // The line end of a chunk stands after its bytes.
            answers[last].bodyStart = max(0, bytes.count - 2 - piece.count)
        } else {
            answers[last].bodyStart = bytes.count
            body = piece
        }
        answers[last].bodyCount = piece.count
    }

    /// Nothing follows in the body of the open answer.
    func close(isChunked: Bool) {
        if isChunked { bytes += ResponseEncoder.lastChunk }
        if let last = answers.indices.last { answers[last].end = end }
    }

    // MARK: - Sending

    enum Outcome {
        case all
        /// The socket takes no more for now.
        case blocked(progress: Bool)
        case failed
    }

    func send(to descriptor: borrowing Descriptor) -> Outcome {
        let before = sent
        while sent < end {
            let count = body.isEmpty ? sendBytes(descriptor.number) : sendBoth(descriptor.number)
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                return .blocked(progress: sent > before)
            } else if errno != EINTR {
                return .failed
            }
        }
        return .all
    }

    private func sendBytes(_ descriptor: Int32) -> Int {
        bytes.withUnsafeBytes {
            let rest = UnsafeRawBufferPointer(rebasing: $0[sent...])
            return Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        }
    }

    private func sendBoth(_ descriptor: Int32) -> Int {
        bytes.withUnsafeBytes { bytes in
            body.withUnsafeBytes { body in
                let first = UnsafeMutableRawBufferPointer(mutating: .init(rebasing: bytes[min(sent, bytes.count)...]))
                let second = UnsafeMutableRawBufferPointer(
                    mutating: .init(rebasing: body[max(0, sent - bytes.count)...]))
                var parts = (
                    iovec(iov_base: first.baseAddress, iov_len: first.count),
                    iovec(iov_base: second.baseAddress, iov_len: second.count)
                )
                return withUnsafeMutablePointer(to: &parts) { parts in
                    parts.withMemoryRebound(to: iovec.self, capacity: 2) {
                        var message = msghdr()
                        message.msg_iov = $0
                        message.msg_iovlen = 2
                        return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
                    }
                }
            }
        }
    }

    // MARK: - Reporting

    /// Takes out the answers that have been sent whole.
    func reportSent(to application: any Application) {
        let sent = sent
        report(answers.prefix { $0.end <= sent }.count, to: application)
    }

    /// Takes out all answers: they will not be sent.
    func reportLost(to application: any Application) {
        report(answers.count, to: application)
    }

    private func report(_ count: Int, to application: any Application) {
        if count == 0 { return }
        // Taken out meanwhile, so that they can be handed on without being copied.
        var answers: [SentAnswer] = []
        swap(&answers, &self.answers)
        let now = Clock.nanoseconds()
        for index in 0..<count {
            answers[index].finish(sent: sent, now: now)
            application.finished(answers[index].report)
        }
        answers.removeFirst(count)
        swap(&answers, &self.answers)
    }

    /// Forgets the bytes that were sent, which must be all; an open answer stays.
    func reset() {
        if let last = answers.indices.last { answers[last].passPiece() }
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
        body = []
        sent = 0
    }
}

/// An answer on its way, with the report of it.
struct SentAnswer {
    fileprivate var report: Report
    /// When the first byte of the request came, in nanoseconds.
    private let began: UInt64
    /// The position after the answer's last byte.
    fileprivate var end = Int.max
    /// Where the part of the body begins that is in the buffer, and how long it is.
    fileprivate var bodyStart = 0
    fileprivate var bodyCount = 0
    /// Bytes of the body that were in the buffer before, and have been sent.
    private var bodyBefore = 0

    init(_ response: Response, to request: Request?, from peer: Peer, began: UInt64) {
        report = Report(
            request: request, peer: peer, status: response.status, user: response.user,
            requestID: response.requestID, bodyBytes: 0, nanoseconds: 0, complete: false)
        self.began = began
    }

    fileprivate mutating func passPiece() {
        bodyBefore += bodyCount
        bodyCount = 0
    }

    /// Completes the report.
    fileprivate mutating func finish(sent: Int, now: UInt64) {
        report.bodyBytes = bodyBefore + min(max(0, sent - bodyStart), bodyCount)
        report.nanoseconds = now - min(now, began)
        report.complete = end <= sent
    }

    /// The report of a response that was made, and not sent at all.
    func lostReport() -> Report {
        var answer = self
        answer.finish(sent: 0, now: Clock.nanoseconds())
        return answer.report
    }
}
