import CLinux
import Glibc
import HTTP

/// One connection, from accept to close. Read it from the top: what happens, then what follows.
///
/// Requests are answered in order and one at a time; answers that are ready at once are collected and sent together.
/// Nothing is received while an answer waits for a worker or for the socket, so a client that does not read stops being
/// read. Since the kernel tells of a change only once (edge-triggered), `mayReceive` and `maySend` remember what it
/// told.
///
/// `@exclusivity(unchecked)` stands, here and in the loop, where a check at run time would cost several percent of a
/// request and could find nothing: one thread uses these properties, and what is called while one is changed never comes
/// back to it.
final class Connection {
    private enum State {
        /// Between two requests, or in the head of one.
        case head
        /// In the body of `current`, which is dropped.
        case body
        /// A worker makes the response to `current`.
        case response
        /// `producer` makes the rest of a body; a worker asks it for a piece whenever all has been sent.
        case stream
        /// No request will be read any more; what is to be sent is sent, and the connection closed.
        case last
        /// All is sent. What still arrives is dropped until the client closes, since closing with bytes unread would
        /// reset the connection and could cost the client the answer (RFC 9112 §9.6).
        case drain
        /// Closed, or about to be.
        case ended
    }

    let token: Token
    let peer: Peer
    /// Whether the connection limits count this one. One too many is not counted, and refused.
    let isCounted: Bool
    /// Whether a worker does something for this connection; then it keeps its slot, even if it has ended.
    private(set) var isWorkerBusy = false

    /// The loop holds its connections too, and lets go of all of them before it ends.
    private let loop: EventLoop
    @exclusivity(unchecked) private var descriptor: Descriptor
    private var state = State.head
    private var mayReceive = true
    private var maySend = true
    /// Whether the loop has been asked to let this connection go on in its next turn.
    private var waitsForNextTurn = false
    /// Whether the client has said that it sends no more.
    private var peerHasEnded = false

    @exclusivity(unchecked) private var parser: RequestParser
    @exclusivity(unchecked) private var input = ReceiveBuffer()
    private var output: SendBuffer?
    /// What the kernel held of it when the deadline of `.write` was set, in bytes.
    private var untakenBytes = 0

    /// The request whose body is read, or whose response a worker makes.
    private var current: RequestHead?
    /// When the first byte of the request came, in nanoseconds.
    private var began: UInt64
    /// How many bytes of the body came since `windowStart`.
    private var windowBytes = 0
    private var windowStart: UInt64 = 0
    /// Tells the worker that nobody waits for the response any more.
    private var cancelWork: (@Sendable () -> Void)?
    private var producer: (any BodyProducer)?
    private var isChunked = false
    /// Whether the answer that is streamed is the last one.
    private var closesAfterStream = false
    /// Whether the client may still be sending what nobody will read.
    private var drains = false
    private var drained = 0

    /// How long the client has to close after the last answer, in nanoseconds.
    static let drainTime: UInt64 = 2_000_000_000
    /// How much it may send until then, in bytes.
    private static let drainLimit = 1 << 20
    /// How often a connection receives in one turn of the loop, before the others have theirs.
    private static let roundsPerTurn = 4
    /// How large a piece of a streamed body usually is, in bytes.
    private static let pieceCapacity = 80 << 10

    init(_ descriptor: consuming Descriptor, _ peer: Peer, _ token: Token, isCounted: Bool, _ loop: EventLoop) {
        self.descriptor = descriptor
        self.peer = peer
        self.token = token
        self.isCounted = isCounted
        self.loop = loop
        began = loop.now
        parser = RequestParser(limits: loop.configuration.limits)
    }

    // MARK: - What happens

    /// The connection has been accepted.
    func open() {
        if !isCounted { refuse(.tooManyConnections) }
        advance()
    }

    /// The kernel says that something has changed.
    func handle(_ events: UInt32) {
        // In `drain` both sides having ended is what was waited for; what the client sent before is read all the same.
        let isGone = EPOLLERR.rawValue | (state == .drain ? 0 : EPOLLHUP.rawValue)
        if events & isGone != 0 { return giveUp() }
        if events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue) != 0 { peerHasEnded = true }
        if events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLHUP.rawValue) != 0 { mayReceive = true }
        if events & EPOLLOUT.rawValue != 0 { maySend = true }
        // What a connection that had its share of a turn has received may still fill its buffer.
        if state == .head, output == nil, !waitsForNextTurn, receive() { _ = answer() }
        if state != .ended { loop.goOnWithGroup(self) }
    }

    /// The next turn has come.
    func goOn() {
        waitsForNextTurn = false
        advance()
    }

    /// A worker has made the response to `current`.
    func workerReturned(_ response: Response) {
        isWorkerBusy = false
        cancelWork = nil
        guard let head = current else { return }
        current = nil
        guard state == .response else { return reportLost(response, to: head) }
        state = .head
        append(response, to: head)
        advance()
    }

    /// A worker has the next piece of the body.
    func workerReturned(_ piece: Piece, _ bytes: [UInt8]) {
        isWorkerBusy = false
        guard state == .stream, let output else {
            endProducer()
            return loop.end(self)
        }
        if case .failed = piece {
            producer = nil
            return giveUp()
        }
        output.appendPiece(bytes, isChunked: isChunked)
        if case .end = piece {
            output.close(isChunked: isChunked)
            producer = nil
            state = closesAfterStream ? .last : .head
        }
        advance()
    }

    /// A deadline is over.
    func timeIsOver(_ phase: Phase) {
        // It may have ended in the same turn.
        if state == .ended { return }
        switch phase {
        case .head: refuse(.timeout)
        case .body: refuse(.bodyTooSlow)
        case .idle, .drain: return end()
        case .write:
            // The socket says that it has room again when a third of it is, which may be megabytes and minutes of a slow
            // client. So one that took anything of what the kernel holds goes on.
            let untaken = descriptor.untakenBytes
            guard untaken < untakenBytes else { return giveUp() }
            untakenBytes = untaken
            loop.deadlines.set(.write, for: token.slot, now: loop.now)
        }
        advance()
    }

    /// The server stops. What has arrived is still answered.
    func stop() {
        // There may be a request that the kernel has, and has not told of yet.
        if state == .head { mayReceive = true }
        advance()
    }

    /// The client is gone or takes nothing, the body can't be completed, or the server has no more time: the connection is
    /// reset.
    func giveUp() {
        if state == .ended { return }
        cancelWork?()
        producer?.cancel()
        if !isWorkerBusy { endProducer() }
        output?.reportLost(to: loop.application)
        descriptor.resetOnClose()
        end()
    }

    // MARK: - What follows

    /// Does all that can be done without waiting: answers what has arrived, sends, receives.
    func advance() {
        var rounds = 0
        while true {
            let isFull = answer()
            guard send(), isFull || receive() else { break }
            rounds += 1
            if rounds == Self.roundsPerTurn {
                waitForNextTurn()
                break
            }
        }
        if state == .drain { drain() }
        if state != .ended { rest() }
    }

    private func waitForNextTurn() {
        if waitsForNextTurn { return }
        waitsForNextTurn = true
        loop.goOnLater(self)
    }

    /// Answers the requests that have arrived.
    ///
    /// - Returns: Whether there may be more of them, and what is to be sent must be sent first.
    private func answer() -> Bool {
        while state == .head || state == .body {
            if let output, output.isFull { return true }
            if input.isEmpty, state == .head { return false }
            let bytes = input.unused
            let (event, used) = parser.next(in: bytes.span)
            input.use(used)
            switch event {
            case .needMore: return false
            case .head(let head): begin(head)
            case .end: endBody()
            case .refused(let error): refuse(error)
            }
        }
        return false
    }

    private func begin(_ head: RequestHead) {
        // The client still has to take the answers before this one.
        if maySend { loop.deadlines.clear(token.slot) }
        // No resource takes a body, so a client that waits to be asked for it gets the final answer (RFC 9110 §10.1.1).
        if head.hasBody, !head.expectsContinue {
            current = head
            windowStart = loop.now
            windowBytes = 0
            state = .body
            return
        }
        // A body that is not read, or is too large to be dropped, may still be on its way.
        drains = head.expectsContinue || !head.keepAlive && head.request.fields.count(of: .contentLength) > 0
        respond(to: head)
    }

    private func endBody() {
        guard let head = current else { return }
        current = nil
        state = .head
        respond(to: head)
    }

    private func respond(to head: RequestHead) {
        switch loop.application.respond(to: head.request, from: peer) {
        case .now(let response):
            append(response, to: head)
        case .later(let work, let cancel):
            current = head
            cancelWork = cancel
            state = .response
            isWorkerBusy = true
            loop.workers.submit { [mailbox = loop.mailbox, token] in mailbox.post(.response(work(), for: token)) }
        }
    }

    /// Answers a request. One whose body was not read is the last: where the next one begins is unknown.
    private func append(_ response: Response, to head: RequestHead) {
        append(response, to: head.request, keepAlive: head.keepAlive && !head.expectsContinue)
    }

    /// Answers what is no proper request, and reads no other.
    private func refuse(_ error: RequestError) {
        let head = current
        current = nil
        drains = true
        append(loop.application.refuse(error, from: peer), to: head?.request, keepAlive: false)
    }

    /// Puts a response into the output. The request is nil where it could not be read.
    private func append(_ response: Response, to request: Request?, keepAlive: Bool) {
        let version = request?.version ?? .http11
        let framing = ResponseEncoder.framing(of: response, for: version)
        // While the server stops, a request that has already arrived is still answered on this connection.
        let isLast = !keepAlive || framing == .untilClose || loop.isStopping && input.isEmpty && !mayReceive
        let hasBody = framing != .none && request?.method != .head

        let output = self.output ?? loop.borrowSendBuffer()
        self.output = output
        output.appendHead(
            of: response, framing: framing, date: loop.date, version: version, keepAlive: !isLast)
        let answer = SentAnswer(response, to: request, from: peer, began: began)
        began = loop.now
        if isLast { state = .last }
        switch response.body {
        case .bytes(let bytes):
            output.append(answer, body: hasBody ? bytes : [])
        case .stream(let first, let rest) where hasBody:
            isChunked = framing == .chunked
            output.open(answer)
            output.appendPiece(first, isChunked: isChunked)
            producer = rest
            closesAfterStream = isLast
            state = .stream
        case .stream(_, let rest):
            abandon(rest)
            output.append(answer, body: [])
        case .omitted:
            output.append(answer, body: [])
        }
    }

    // MARK: - Sending

    /// Sends what there is, and does what was to be done afterwards.
    ///
    /// - Returns: Whether all was sent and the next request is to be read.
    private func send() -> Bool {
        if let output, state != .ended {
            guard maySend else { return false }
            let outcome = output.send(to: descriptor)
            switch outcome {
            case .all:
                output.reportSent(to: loop.application)
                output.reset()
            case .blocked(let progress):
                maySend = false
                output.reportSent(to: loop.application)
                if progress || loop.deadlines.phase(of: token.slot) != .write {
                    untakenBytes = descriptor.untakenBytes
                    loop.deadlines.set(.write, for: token.slot, now: loop.now)
                }
                return false
            case .failed:
                giveUp()
                return false
            }
        }
        switch state {
        case .head, .body: return true
        case .stream: askForPiece()
        case .last: endSending()
        case .response, .drain, .ended: break
        }
        return false
    }

    private func askForPiece() {
        guard let producer, !isWorkerBusy else { return }
        isWorkerBusy = true
        loop.workers.submit { [mailbox = loop.mailbox, token] in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(Self.pieceCapacity)
            let piece = producer.next(into: &bytes)
            mailbox.post(.piece(piece, bytes, for: token))
        }
    }

    /// Nobody takes the rest of the body, and no worker makes a piece of it any more.
    private func endProducer() {
        if let producer { loop.workers.submit { producer.end() } }
        producer = nil
    }

    /// Nobody takes the rest of a body that was not begun.
    private func abandon(_ rest: any BodyProducer) {
        rest.cancel()
        loop.workers.submit { rest.end() }
    }

    private func endSending() {
        guard drains || mayReceive || !input.isEmpty else { return end() }
        shutdown(descriptor.number, Int32(SHUT_WR))
        input.giveBack(&loop.receiveBuffers)
        loop.deadlines.set(.drain, for: token.slot, now: loop.now)
        state = .drain
    }

    // MARK: - Receiving

    /// Receives once.
    ///
    /// - Returns: Whether something came.
    private func receive() -> Bool {
        guard mayReceive else { return false }
        let isFirst = input.isEmpty && parser.isIdle
        let (outcome, count) = input.receive(from: descriptor, &loop.receiveBuffers)
        // An end that the kernel told of together with the last bytes is not told of again.
        mayReceive = outcome == .full || outcome == .some && peerHasEnded
        switch outcome {
        case .full, .some:
            if isFirst { began = loop.now }
            if state == .body { return countBody(count) }
            return true
        case .nothing:
            return false
        case .end:
            // What arrived has been answered; a request that was begun can't be completed any more.
            end()
            return false
        case .failed:
            giveUp()
            return false
        }
    }

    /// A body that comes too slowly is refused: after a pause, or when too little came in a window of time.
    private func countBody(_ count: Int) -> Bool {
        let configuration = loop.configuration
        loop.deadlines.set(.body, for: token.slot, now: loop.now)
        windowBytes += count
        let time = loop.now - windowStart
        guard time >= configuration.bodyRateWindow.nanoseconds else { return true }
        if Double(windowBytes) * 1e9 < Double(configuration.bodyRate) * Double(time) {
            refuse(.bodyTooSlow)
        }
        windowStart = loop.now
        windowBytes = 0
        return true
    }

    private func drain() {
        while mayReceive {
            let (outcome, count) = input.receive(from: descriptor, &loop.receiveBuffers)
            input.giveBack(&loop.receiveBuffers)
            drained += count
            switch outcome {
            case .full, .some: if drained > Self.drainLimit { return end() }
            case .nothing: mayReceive = false
            case .end, .failed: return end()
            }
        }
    }

    // MARK: - Waiting

    /// Nothing can be done for now: gives back what is not needed, and sets the deadline for what is waited for.
    private func rest() {
        input.giveBackIfEmpty(&loop.receiveBuffers)
        let slot = token.slot
        if let output {
            // The deadline of a blocked output has been set where it was blocked.
            if !output.isEmpty { return }
            if state != .stream {
                loop.giveBack(output)
                self.output = nil
            }
        }
        switch state {
        case .head where parser.isIdle && input.isEmpty:
            if loop.isStopping, !mayReceive { return end() }
            loop.deadlines.set(.idle, for: slot, now: loop.now)
        case .head:
            if loop.deadlines.phase(of: slot) != .head { loop.deadlines.set(.head, for: slot, now: loop.now) }
        case .body:
            if loop.deadlines.phase(of: slot) != .body { loop.deadlines.set(.body, for: slot, now: loop.now) }
        case .response, .stream:
            loop.deadlines.clear(slot)
        case .last, .drain, .ended:
            break
        }
    }

    /// The request has no answer that could be sent: the client went while a worker made one.
    private func reportLost(_ response: Response, to head: RequestHead) {
        if case .stream(_, let rest) = response.body { abandon(rest) }
        let answer = SentAnswer(response, to: head.request, from: peer, began: began)
        loop.application.finished(answer.lostReport())
        loop.end(self)
    }

    // MARK: - Ending

    private func end() {
        if state == .ended { return }
        state = .ended
        loop.end(self)
    }

    /// Called by the loop, when the turn in which the connection ended is over.
    func closeDescriptor() {
        input.giveBack(&loop.receiveBuffers)
        output = nil
        descriptor = .closed
    }
}
