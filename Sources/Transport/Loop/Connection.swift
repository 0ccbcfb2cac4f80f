import CLinux
import Glibc
import HTTP

/// One connection, from accept to close. Read it from the top: first the events, then what follows from them.
///
/// Requests are answered in order and one at a time (RFC 9112 §9.3.2); answers that are ready at once are collected and
/// sent together. Nothing is received while an answer waits for a worker or for the socket, so a client that does not
/// read its answers can't make the server hold more of them. The kernel reports each change only once (edge-triggered),
/// so `mayReceive` and `maySend` remember it.
///
/// Between two turns of the loop, the connection has a deadline, a worker is busy for it, it waits for its next
/// turn, or it has ended: nothing waits for ever.
///
/// `@exclusivity(unchecked)` is used, here and in the loop, where a check at run time would cost several percent of a
/// request and could find nothing: one thread uses these properties, and code that is called while one is being changed
/// never accesses it again.
final class Connection {
    private enum State {
        /// Between two requests, or in the head of one.
        case head
        /// In the body of `current`, which is dropped.
        case body
        /// A worker is making the response to `current`, or finds out what must be known before.
        case response
        /// `producer` makes the rest of a body: a worker asks it for a piece whenever everything has been sent.
        case stream
        /// No more requests are read. The connection closes once everything has been sent.
        case last
        /// Everything has been sent. Bytes that still arrive are dropped until the client closes (`Drain`).
        case drain
        /// Closed, or about to be.
        case ended
    }

    let token: Token
    let peer: Peer
    /// Whether `ConnectionLimits` counts this connection. One over the limit is not counted, and is refused.
    let isCounted: Bool
    /// Whether a worker is busy for this connection, or will be. Then it keeps its slot even after it has ended.
    private(set) var isWorkerBusy = false

    /// A reference cycle: the loop breaks it by releasing each connection that ends.
    private let loop: EventLoop
    @exclusivity(unchecked) private var descriptor: Descriptor
    private var state = State.head
    private var mayReceive = true
    private var maySend = true
    /// Whether the loop will let this connection proceed in its next turn.
    private var waitsForNextTurn = false
    /// Whether its last answer took the loop long.
    private var isHeavy = false
    /// Whether the client has closed its sending side.
    private var peerHasEnded = false

    @exclusivity(unchecked) private var parser: RequestParser
    @exclusivity(unchecked) private var input = ReceiveBuffer()
    private var output: SendBuffer?
    @exclusivity(unchecked) private var taking: TakingPace

    /// The request whose body is being read, or whose response a worker is making.
    private var current: RequestHead?
    /// The time at which the first byte of the request arrived, in nanoseconds.
    private var began: UInt64
    /// How fast the body of `current` arrives.
    private var bodyRate: ByteRate
    /// Tells the worker that its response, or the answer of an `Inquiry`, is no longer needed.
    private var cancelWork: (@Sendable () -> Void)?
    /// Whether a worker makes the response to `current`, and not only finds out what comes before.
    private var isMakingResponse = false
    /// Whom a worker works for (`LongWork.client`).
    private var client = ""
    private var producer: (any BodyProducer)?
    private var isChunked = false
    /// Whether the answer that is being streamed is the last one.
    private var closesAfterStream = false
    /// Whether the client may still be sending bytes that will not be read.
    private var drains = false
    @exclusivity(unchecked) private var remains = Drain()

    /// From when on an answer has taken the loop long, in nanoseconds.
    private static let heavy: UInt64 = 500_000
    /// How often a connection receives in one turn of the loop, so that a busy client does not delay the others.
    private static let roundsPerTurn = 4
    /// The memory reserved for a piece of a streamed body, in bytes: 64 KiB and room for the last row or for gzip.
    private static let pieceCapacity = 80 << 10

    init(_ descriptor: consuming Descriptor, _ peer: Peer, _ token: Token, isCounted: Bool, _ loop: EventLoop) {
        self.descriptor = descriptor
        self.peer = peer
        self.token = token
        self.isCounted = isCounted
        self.loop = loop
        began = loop.now
        parser = RequestParser(limits: loop.configuration.limits)
        bodyRate = ByteRate(least: loop.configuration.bodyRate, over: loop.configuration.bodyRateWindow)
        taking = TakingPace(loop.configuration)
    }

    // MARK: - Events

    /// The connection has been accepted.
    func open() {
        if !isCounted { refuse(.tooManyConnections) }
        advance()
    }

    /// The kernel reports a change.
    func handle(_ events: UInt32) {
        // In `drain` a hang-up is the expected end, and the bytes that the client sent earlier are still read.
        let isGone = EPOLLERR.rawValue | (state == .drain ? 0 : EPOLLHUP.rawValue)
        if events & isGone != 0 { return giveUp() }
        if events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue) != 0 {
            peerHasEnded = true
            if isMakingResponse { endUnwanted() }
        }
        if events & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLHUP.rawValue) != 0 { mayReceive = true }
        if events & EPOLLOUT.rawValue != 0 {
            if !maySend, taking.isWorthALook(now: loop.now), isTooSlow() { return giveUp() }
            maySend = true
        }
        if waitsForNextTurn { return }
        if isHeavy, loop.isTurnOver { return waitForNextTurn() }
        if state == .head, output == nil, receive() { _ = answer() }
        if state != .ended { loop.goOnWithGroup(self) }
    }

    /// The next turn of the loop has begun.
    func goOn() {
        waitsForNextTurn = false
        advance()
    }

    /// A worker has made the response to `current`, or, with nil, done what comes before it.
    func workerReturned(_ response: Response?) {
        isWorkerBusy = false
        isMakingResponse = false
        cancelWork = nil
        guard let head = current else { return }
        current = nil
        if response?.isStillEntitled?() == false { giveUp() }
        guard state == .response else { return reportLost(response ?? Response(.requestTimeout), to: head) }
        state = .head
        if let response { append(response, to: head) } else { respond(to: head) }
        advance()
    }

    /// A worker has the next piece of the body.
    func workerReturned(_ piece: Piece, _ bytes: [UInt8]) {
        isWorkerBusy = false
        guard state == .stream, let output else {
            endProducer()
            return loop.end(self)
        }
        switch piece {
        case .more(let rows):
            output.appendPiece(bytes, rows: rows, isChunked: isChunked)
        case .end(let rows):
            output.appendPiece(bytes, rows: rows, isChunked: isChunked)
            output.close(isChunked: isChunked)
            producer = nil
            state = closesAfterStream ? .last : .head
        case .failed:
            producer = nil
            return giveUp()
        }
        advance()
    }

    /// A deadline has passed.
    func timeIsOver(_ phase: Phase) {
        // The connection may have ended in the same turn.
        if state == .ended { return }
        switch phase {
        case .head: refuse(.timeout)
        case .body: refuse(.bodyTooSlow)
        // A request has come that waits for its turn.
        case .idle where waitsForNextTurn: return
        case .idle, .drain: return end()
        case .write:
            // The kernel reports a socket as writable only when a third of its buffer is free, which for a slow client
            // may take megabytes and minutes.
            if isTooSlow() { return giveUp() }
            loop.deadlines.set(.write, for: token.slot, now: loop.now)
        }
        advance()
    }

    /// Whether the client takes what it is sent too slowly, or none of it. The socket must be blocked.
    private func isTooSlow() -> Bool { taking.isTooSlow(untaken: descriptor.untakenBytes, now: loop.now) }

    /// The server is stopping. Requests that have arrived are still answered.
    func stop() {
        // The kernel may hold a request that it has not reported yet.
        if state == .head { mayReceive = true }
        advance()
    }

    /// Resets the connection if the client has lost its right to an answer that is being sent, even if it does not
    /// read.
    func endIfRevoked() {
        if output?.isRevoked == true { giveUp() }
    }

    /// Resets the connection: the client is gone, does not read or has lost its right, the body can't be completed, or
    /// the grace of a stopping server is over. The reset shows the client that its answer was cut off, also in
    /// HTTP/1.0, where a plain close would look like the end of the body.
    func giveUp() {
        if state == .ended { return }
        cancelWork?()
        producer?.cancel()
        if !isWorkerBusy { endProducer() }
        output?.reportLost(to: loop.application)
        descriptor.resetOnClose()
        end()
    }

    // MARK: - Proceeding

    /// Does everything that can be done without waiting: answers the requests that have arrived, sends, receives.
    func advance() {
        var rounds = 0
        while true {
            let isFull = answer()
            guard send(), !waitsForNextTurn, isFull || receive() else { break }
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
    /// - Returns: Whether there may be more of them, but the output is full and must be sent first.
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
            if loop.isTurnOver, state == .head, !input.isEmpty {
                waitForNextTurn()
                return false
            }
        }
        return false
    }

    private func begin(_ head: RequestHead) {
        // If the socket is blocked, the deadline is that of the earlier answers and stays.
        if maySend { loop.deadlines.clear(token.slot) }
        // No resource takes a body, so a client that waits for `100 Continue` gets the final answer at once
        // (RFC 9110 §10.1.1).
        if head.hasBody, !head.expectsContinue {
            current = head
            bodyRate.start(now: loop.now)
            state = .body
            return
        }
        // A body that is not read, because the client was not asked for it or it is too large, may still be on its way.
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
        let answer = loop.application.respond(to: head.request, from: peer)
        isHeavy = loop.noteAnswer() >= Self.heavy
        switch answer {
        case .now(let response):
            append(response, to: head)
        case .later(let work):
            begin(work, for: head)
        case .again(let inquiry):
            cancelWork = inquiry.cancel
            wait(with: head)
            let work = inquiry.start { [mailbox = loop.mailbox, token] in mailbox.post(.response($0, for: token)) }
            if let work { loop.checkers.submit(Job(for: inquiry.line) { (_) in work() }) }
        }
    }

    /// Lets a worker make a response.
    private func begin(_ work: LongWork, for head: RequestHead) {
        let (workers, mailbox, token) = (loop.workers, loop.mailbox, token)
        let job = Job(
            for: work.client, isQuery: true,
            dropped: { mailbox.post(.response(nil, for: token)) },
            run: { job in
                mailbox.post(.response(work.run(Turn(of: job.client) { workers.giveWay(job) }), for: token))
            })
        cancelWork = {
            work.cancel()
            workers.cancel(job)
        }
        client = work.client
        wait(with: head)
        isMakingResponse = true
        if let refusal = workers.submit(job) {
            (isWorkerBusy, isMakingResponse, cancelWork, current) = (false, false, nil, nil)
            state = .head
            append(work.refused(refusal), to: head)
        } else if peerHasEnded {
            endUnwanted()
        }
    }

    /// Ends the work for a client that has closed its side while a worker makes its response: whoever closes wants
    /// nothing more. What was answered before is still sent.
    private func endUnwanted() {
        isMakingResponse = false
        cancelWork?()
        cancelWork = nil
        if state == .response { state = .last }
    }

    private func wait(with head: RequestHead) {
        current = head
        state = .response
        isWorkerBusy = true
    }

    /// Answers a request. One whose body was not read is the last: it is not known where the next one begins.
    private func append(_ response: Response, to head: RequestHead) {
        append(response, to: head.request, keepAlive: head.keepAlive && !head.expectsContinue)
    }

    /// Answers a request that breaks a rule, and reads no more requests.
    private func refuse(_ error: RequestError) {
        let head = current
        current = nil
        drains = true
        append(loop.application.refuse(error, from: peer), to: head?.request, keepAlive: false)
    }

    /// Adds a response to the output. The request is nil if it could not be read.
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
            output.appendPiece(first, rows: response.rows, isChunked: isChunked)
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

    /// Sends the output, and then takes the next step of the current state.
    /// - Returns: Whether everything was sent and the next request may be read.
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
                    taking.begin(untaken: descriptor.untakenBytes, now: loop.now)
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
        let (workers, mailbox, token) = (loop.workers, loop.mailbox, token)
        let job = Job(for: client) { job in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(Self.pieceCapacity)
            let piece = producer.next(into: &bytes, Turn(of: job.client) { workers.giveWay(job) })
            mailbox.post(.piece(piece, bytes, for: token))
        }
        workers.submit(job)
    }

    /// Releases the producer, whose body is not needed any more. No worker may be in it.
    private func endProducer() {
        if let producer { loop.workers.submit(Job(for: client) { (_) in producer.end() }) }
        producer = nil
    }

    /// Releases a producer that was never asked for a piece.
    private func abandon(_ rest: any BodyProducer) {
        rest.cancel()
        loop.workers.submit(Job(for: client) { (_) in rest.end() })
    }

    /// Ends the connection after the last answer; at once if the client has nothing more to send.
    private func endSending() {
        guard drains || mayReceive || !input.isEmpty else { return end() }
        shutdown(descriptor.number, Int32(SHUT_WR))
        input.giveBack(&loop.receiveBuffers)
        loop.deadlines.set(.drain, for: token.slot, now: loop.now)
        state = .drain
    }

    // MARK: - Receiving

    /// Receives once.
    /// - Returns: Whether anything arrived.
    private func receive() -> Bool {
        guard mayReceive else { return false }
        let isFirst = input.isEmpty && parser.isIdle
        let (outcome, count) = input.receive(from: descriptor, &loop.receiveBuffers)
        // The kernel reports an end together with the last bytes, and does not report it again.
        mayReceive = outcome == .full || outcome == .some && peerHasEnded
        switch outcome {
        case .full, .some:
            if isFirst { began = loop.now }
            if state == .body { return countBody(count) }
            return true
        case .nothing:
            return false
        case .end:
            // All complete requests have been answered, and an incomplete one can't be completed any more.
            end()
            return false
        case .failed:
            giveUp()
            return false
        }
    }

    /// Counts bytes of a body, and refuses a body that is too slow. (A pause is the deadline's concern.)
    /// - Returns: True, since something arrived.
    private func countBody(_ count: Int) -> Bool {
        loop.deadlines.set(.body, for: token.slot, now: loop.now)
        if bodyRate.isTooSlow(after: count, now: loop.now) { refuse(.bodyTooSlow) }
        return true
    }

    private func drain() {
        guard mayReceive else { return }
        guard remains.receive(&input, from: descriptor, &loop.receiveBuffers) else { return end() }
        mayReceive = false
    }

    // MARK: - Waiting

    /// Gives back memory that is not needed while the connection waits, and sets the deadline for what it waits for.
    private func rest() {
        if waitsForNextTurn { return }
        input.giveBackIfEmpty(&loop.receiveBuffers)
        let slot = token.slot
        if let output {
            // The deadline of a blocked output was set in `send`.
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
            // Set once for each head: more bytes must not extend it.
            if loop.deadlines.phase(of: slot) != .head { loop.deadlines.set(.head, for: slot, now: loop.now) }
        case .body:
            if loop.deadlines.phase(of: slot) != .body { loop.deadlines.set(.body, for: slot, now: loop.now) }
        // The application bounds the time of its own work.
        case .response, .stream:
            loop.deadlines.clear(slot)
        case .last, .drain, .ended:
            break
        }
    }

    /// Reports a response that can't be sent: the client went away while a worker was making it.
    private func reportLost(_ response: Response, to head: RequestHead) {
        if case .stream(_, let rest) = response.body { abandon(rest) }
        let answer = SentAnswer(response, to: head.request, from: peer, began: began)
        loop.application.finished(answer.lostReport(now: loop.clock()))
        loop.end(self)
    }

    // MARK: - Ending

    private func end() {
        if state == .ended { return }
        state = .ended
        loop.end(self)
    }

    /// Called by the loop at the end of the turn in which the connection ended.
    func closeDescriptor() {
        input.giveBack(&loop.receiveBuffers)
        output = nil
        descriptor = .closed
    }
}
