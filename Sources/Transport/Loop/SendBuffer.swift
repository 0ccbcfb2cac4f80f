import Glibc
import HTTP

/// The encoded answers of a connection that have not been sent yet, and the report of each.
///
/// Positions are counted from the first byte that was added since the buffer was last empty. A connection borrows a
/// buffer from its loop while it has something to send. At most one large body is in it, and it comes last.
///
/// Memory is bounded by `sizeLimit`, one answer over it, and one body or piece.
final class SendBuffer {
    /// The bytes that are sent first.
    @exclusivity(unchecked) private(set) var bytes: [UInt8] = []
    /// A large body, sent after `bytes` without being copied.
    private var body: [UInt8] = []
    /// All bytes before this position have been handed to the socket.
    private var sent = 0
    /// The answers in order. Only the last one may be open.
    @exclusivity(unchecked) private var answers: [SentAnswer] = []

    /// The monotonic clock, in nanoseconds.
    private let clock: @Sendable () -> UInt64

    /// The longest body that is copied after its head, in bytes. Longer ones are sent from their own array, which costs
    /// a slightly slower system call but no copy.
    private static let copyLimit = 32 << 10
    /// Answers are collected up to this size, in bytes. Sending pipelined answers together saves a system call for
    /// each.
    private static let sizeLimit = 64 << 10
    /// Answers are collected up to this number.
    private static let answerLimit = 64
    /// The largest memory, in bytes, that an empty buffer keeps for its next user.
    private static let keptCapacity = 256 << 10

    init(clock: @escaping @Sendable () -> UInt64) { self.clock = clock }

    /// Whether nothing is left to send.
    var isEmpty: Bool { sent == end }

    /// Whether the collected answers should be sent before more are added.
    var isFull: Bool { !body.isEmpty || bytes.count >= Self.sizeLimit || answers.count >= Self.answerLimit }

    /// Whether a client has lost its right to an answer that is still being sent.
    var isRevoked: Bool { answers.contains { $0.isStillEntitled?() == false } }

    private var end: Int { bytes.count + body.count }

    // MARK: - Adding answers

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

    /// Begins an answer whose body follows in pieces; `close` must follow the last one.
    func open(_ answer: consuming SentAnswer) {
        answer.bodyStart = bytes.count
        answers.append(answer)
    }

    /// Appends a piece of the body of the open answer. All earlier pieces must have been sent.
    func appendPiece(_ piece: [UInt8], rows: Int, isChunked: Bool) {
        guard let last = answers.indices.last else { return }
        if isChunked {
            ResponseEncoder.appendChunk(piece, to: &bytes)
            // A chunk ends with a CRLF of two bytes after its data.
            answers[last].bodyStart = max(0, bytes.count - 2 - piece.count)
        } else {
            answers[last].bodyStart = bytes.count
            body = piece
        }
        answers[last].bodyCount = piece.count
        answers[last].rows = rows
    }

    /// Ends the body of the open answer.
    func close(isChunked: Bool) {
        if isChunked { bytes += ResponseEncoder.lastChunk }
        if let last = answers.indices.last { answers[last].end = end }
    }

    // MARK: - Sending

    /// The result of `send`.
    enum Outcome {
        /// Nothing is left to send.
        case all
        /// The socket accepts no more for now. `progress` tells whether it accepted anything.
        case blocked(progress: Bool)
        /// The connection is broken.
        case failed
    }

    /// Sends as much as the socket accepts without waiting.
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

    /// Sends `bytes` and `body` in one system call, so that a head and its body leave in the same packet.
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

    /// Reports and removes the answers that have been sent completely.
    func reportSent(to application: any Application) {
        let sent = sent
        report(answers.prefix { $0.end <= sent }.count, to: application)
    }

    /// Reports and removes all answers, because the connection has failed.
    func reportLost(to application: any Application) {
        report(answers.count, to: application)
    }

    private func report(_ count: Int, to application: any Application) {
        if count == 0 { return }
        // The application must not see the array while it is in use, and a report is handed on without a copy.
        var answers: [SentAnswer] = []
        swap(&answers, &self.answers)
        let now = clock()
        for index in 0..<count {
            answers[index].finish(sent: sent, now: now)
            application.finished(answers[index].report)
        }
        answers.removeFirst(count)
        swap(&answers, &self.answers)
    }

    /// Empties the buffer once everything has been sent. An open answer stays.
    func reset() {
        if let last = answers.indices.last { answers[last].passPiece() }
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
        body = []
        sent = 0
    }
}

/// An answer that is being sent, with its report.
struct SentAnswer {
    fileprivate var report: Report
    /// The same as `Response.isStillEntitled`.
    fileprivate let isStillEntitled: (@Sendable () -> Bool)?
    /// The time at which the first byte of the request arrived, in nanoseconds of the monotonic clock.
    private let began: UInt64
    /// The position after the answer's last byte.
    fileprivate var end = Int.max
    /// The position and the length of the part of the body that is in the buffer.
    fileprivate var bodyStart = 0
    fileprivate var bodyCount = 0
    /// The number of rows in that part.
    fileprivate var rows: Int
    /// The numbers of bytes and rows of the body that were in the buffer earlier and have been sent.
    private var bodyBefore = 0
    private var rowsBefore = 0

    init(_ response: Response, to request: Request?, from peer: Peer, began: UInt64) {
        report = Report(
            request: request, peer: peer, status: response.status, user: response.user,
            requestID: response.requestID, note: response.note, bodyBytes: 0, nanoseconds: 0, complete: false)
        rows = response.rows
        self.began = began
        isStillEntitled = response.isStillEntitled
    }

    /// Counts the piece in the buffer as sent.
    fileprivate mutating func passPiece() {
        bodyBefore += bodyCount
        rowsBefore += rows
        (bodyCount, rows) = (0, 0)
    }

    /// Completes the report.
    fileprivate mutating func finish(sent: Int, now: UInt64) {
        let bytes = min(max(0, sent - bodyStart), bodyCount)
        report.bodyBytes = bodyBefore + bytes
        report.rows = rowsBefore + (bytes > 0 ? rows : 0)
        report.nanoseconds = now - min(now, began)
        report.complete = end <= sent
    }

    /// The report of a response that was made but not sent at all.
    func lostReport(now: UInt64) -> Report {
        var answer = self
        answer.finish(sent: 0, now: now)
        return answer.report
    }
}
