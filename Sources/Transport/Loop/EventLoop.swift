import CLinux
import Glibc
import HTTP

/// One thread's share of the connections: it waits for events and lets the connections proceed.
///
/// Everything here belongs to that thread, except the mailbox. A turn of the loop handles a batch of events, then
/// expired deadlines. Connections that ended in the turn are closed after it: until then no descriptor number of theirs
/// is reused, so every event of the batch finds its own connection. The clocks are read once a turn.
final class EventLoop {
    let application: any Application
    let configuration: ServerConfiguration
    let mailbox: Mailbox
    /// Beats in each turn.
    let pulse = Pulse()
    let workers: WorkerPool
    /// Threads for the work of `Answer.again`, so that it never waits for long answers, nor they for it.
    let checkers: WorkerPool
    /// The monotonic clock, in nanoseconds.
    let clock: @Sendable () -> UInt64

    /// The monotonic time at which this turn began, in nanoseconds.
    private(set) var now: UInt64
    /// The value of `Date` in this turn.
    private(set) var date: [UInt8] = []
    private var dateSecond = Int64.min
    /// Whether the server is stopping. Requests that have arrived are answered, and no others.
    private(set) var isStopping = false

    @exclusivity(unchecked) var deadlines: Deadlines
    @exclusivity(unchecked) var receiveBuffers: ReceiveBufferPool
    @exclusivity(unchecked) private var sendBuffers: [SendBuffer] = []

    private let epoll: Descriptor
    private let limits: ConnectionLimits
    /// Nil once the server is stopping.
    private var listener: Listener?
    /// The time at which connections are accepted again after descriptors ran out, in nanoseconds; nil while they are
    /// accepted.
    private var acceptsAgain: UInt64?
    /// The time at which the remaining connections are reset while the server is stopping, in nanoseconds.
    private var stopDeadline = UInt64.max

    /// The time at which rights to the answers under way are looked at again, in nanoseconds.
    private var nextCheck: UInt64 = 0

    @exclusivity(unchecked) private var connections: [Connection?] = []
    private var generations: [UInt32] = []
    private var freeSlots: [Int] = []
    private var connectionCount = 0
    /// How many of them were over the limit and are only refused.
    private var refusedCount = 0
    /// Connections that ended in this turn.
    private var ended: [Connection] = []
    /// Connections of the current group of events that have answers to send.
    @exclusivity(unchecked) private var answered: [Token] = []
    /// Connections that could proceed without waiting, but have had their share of this turn.
    @exclusivity(unchecked) private var unfinished = Queue<Token>()
    /// When the last answer was made, or the turn began, in nanoseconds.
    private var lastAnswer: UInt64 = 0

    /// How many connections make their answers before any of these is sent. The first answer wakes a sleeping client,
    /// which then takes the others as they arrive; waking it for each one costs more than sending does.
    private static let sendGroup = 32
    /// The longest wait, in nanoseconds: `Application.idle` is called at least this often, and so is `lookAround`.
    private static let longestWait: UInt64 = 1_000_000_000
    /// How long a turn may be, in nanoseconds, before the connections that ask for much wait for the next one. So one
    /// that asks for little waits hardly longer than for one answer, whatever the others ask for.
    private static let turn: UInt64 = 2_000_000
    /// How many events are taken in one turn. More would delay the deadlines.
    private static let batch = 256
    /// How many connections are accepted in one turn, so that a flood of new ones does not starve the others.
    private static let acceptBatch = 256
    /// How many connections over the limit are open at once only to be told so. Further ones are closed without an
    /// answer.
    static let refusalReserve = 16
    /// How long no connections are accepted after descriptors ran out, in nanoseconds. Without the pause the loop would
    /// spin, since the listener stays readable.
    private static let acceptPause: UInt64 = 500_000_000
    /// How many empty send buffers are kept: one for each connection of a group.
    private static let spareSendBuffers = 32

    init(
        _ configuration: ServerConfiguration, _ application: any Application, _ listener: Listener?,
        _ workers: WorkerPool, checkers: WorkerPool, _ limits: ConnectionLimits
    ) throws(SystemCallError) {
        self.configuration = configuration
        self.application = application
        self.listener = listener
        self.workers = workers
        self.checkers = checkers
        self.limits = limits
        clock = configuration.clock
        now = clock()
        deadlines = Deadlines { phase in
            switch phase {
            case .head: configuration.headerTimeout.nanoseconds
            case .body: configuration.bodyTimeout.nanoseconds
            case .idle: configuration.idleTimeout.nanoseconds
            case .write: TakingPace.interval(configuration)
            case .drain: Drain.time
            }
        }
        // The 1,024 bytes are for line ends, and for empty lines before the request line.
        receiveBuffers = ReceiveBufferPool(
            needed: configuration.limits.requestLine + configuration.limits.headerSection + 1024)
        mailbox = try Mailbox()
        epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), from: "epoll_create1")
        // Exclusive: a connection on a shared Unix socket wakes one loop and not all.
        if let listener { try watch(listener.descriptor, EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue, .listener) }
        try watch(mailbox.wakeup, EPOLLIN.rawValue | EPOLLET.rawValue, .mailbox)
    }

    /// Serves until the server has been told to stop and every connection has ended.
    /// - Throws: If the system can't wait for events; connections are then lost.
    func run() throws(SystemCallError) {
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.batch)
        defer { events.deallocate() }
        while !isStopping || connectionCount > 0 {
            application.idle()
            let count = epoll_wait(epoll.number, events, Int32(Self.batch), waitingTime())
            guard count >= 0 || errno == EINTR else { throw SystemCallError("epoll_wait") }
            readClocks()
            pulse.beat()
            for index in 0..<max(0, Int(count)) {
                handle(rookery_epoll_events(events + index), of: Token(bits: rookery_epoll_token(events + index)))
                if answered.count == Self.sendGroup { sendAnswers() }
            }
            sendAnswers()
            goOnWithUnfinished()
            while let (slot, phase) = deadlines.takeExpired(now: now) { connections[slot]?.timeIsOver(phase) }
            if let acceptsAgain, now >= acceptsAgain { resumeAccepting() }
            if now >= nextCheck { lookAround() }
            if now >= stopDeadline { resetAll() }
            closeEnded()
        }
        application.idle()
    }

    private func readClocks() {
        now = clock()
        lastAnswer = now
        let second = Clock.wallSeconds()
        if second != dateSecond {
            dateSecond = second
            date = HTTPDate.bytes(secondsSinceEpoch: second)
        }
    }

    /// An answer has been made, or begun.
    /// - Returns: How long it took, in nanoseconds.
    func noteAnswer() -> UInt64 {
        let time = clock()
        defer { lastAnswer = time }
        return time &- lastAnswer
    }

    /// Whether this turn has taken its time.
    var isTurnOver: Bool { lastAnswer &- now >= Self.turn }

    /// How long `epoll_wait` may wait, in milliseconds, rounded up so that a deadline has passed when it returns.
    private func waitingTime() -> Int32 {
        if !unfinished.isEmpty { return 0 }
        let now = clock()
        let next = min(deadlines.next ?? .max, acceptsAgain ?? .max, stopDeadline, nextCheck)
        return next <= now ? 0 : Int32(clamping: (next - now + 999_999) / 1_000_000)
    }

    private func handle(_ events: UInt32, of token: Token) {
        switch token {
        case .listener: accept(atMost: Self.acceptBatch)
        case .mailbox: readMailbox()
        default: connection(token)?.handle(events)
        }
    }

    private func readMailbox() {
        for message in mailbox.take() {
            switch message {
            case .response(let response, let token): connection(token)?.workerReturned(response)
            case .piece(let piece, let bytes, let token): connection(token)?.workerReturned(piece, bytes)
            case .stop(let deadline): stop(deadline)
            }
        }
    }

    /// Lets the connections of a group send their answers.
    private func sendAnswers() {
        for token in answered { connection(token)?.advance() }
        answered.removeAll(keepingCapacity: true)
    }

    private func goOnWithUnfinished() {
        // Those that come in this turn have their share in the next.
        for _ in 0..<unfinished.count {
            guard let token = unfinished.removeFirst() else { return }
            connection(token)?.goOn()
            if isTurnOver { return }
        }
    }

    // MARK: - Connections

    /// The connection of a token; nil if it has ended and its slot is free or in use by another one.
    private func connection(_ token: Token) -> Connection? {
        let slot = token.slot
        guard slot < connections.count, let connection = connections[slot], connection.token == token else {
            return nil
        }
        return connection
    }

    /// Opens a connection for an accepted descriptor. If that fails, the descriptor is closed and nothing is counted.
    private func open(_ descriptor: consuming Descriptor, _ address: SocketAddress) {
        let peer = Peer(address: address.text)
        let isAdmitted = limits.admit(peer.address)
        if !isAdmitted, refusedCount >= Self.refusalReserve { return }

        let slot = freeSlots.popLast() ?? addSlot()
        generations[slot] &+= 1
        let token = Token(slot: slot, generation: generations[slot])
        // Edge-triggered for everything at once: a connection never changes what it waits for, which would be a system
        // call each time.
        let events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        do throws(SystemCallError) {
            try watch(descriptor, events, token)
        } catch {
            freeSlots.append(slot)
            if isAdmitted { limits.release(peer.address) }
            return
        }
        let connection = Connection(descriptor, peer, token, isCounted: isAdmitted, self)
        connections[slot] = connection
        connectionCount += 1
        application.opened()
        if !isAdmitted { refusedCount += 1 }
        connection.open()
    }

    private func addSlot() -> Int {
        connections.append(nil)
        generations.append(0)
        deadlines.addSlot()
        return connections.count - 1
    }

    /// Lets a connection proceed once the others of its group have made their answers.
    func goOnWithGroup(_ connection: Connection) { answered.append(connection.token) }

    /// Notes a connection that has ended. It is closed at the end of the turn.
    func end(_ connection: Connection) { ended.append(connection) }

    /// Lets a connection proceed in the next turn.
    func goOnLater(_ connection: Connection) { unfinished.append(connection.token) }

    private func closeEnded() {
        if ended.isEmpty { return }
        for connection in ended {
            let slot = connection.token.slot
            connection.closeDescriptor()
            deadlines.clear(slot)
            // The slot and the count are kept until the worker returns, which may be in the same turn.
            guard !connection.isWorkerBusy, connections[slot] === connection else { continue }
            connections[slot] = nil
            freeSlots.append(slot)
            connectionCount -= 1
            application.closed()
            if connection.isCounted { limits.release(connection.peer.address) } else { refusedCount -= 1 }
        }
        ended.removeAll(keepingCapacity: true)
    }

    /// Ends the answers whose clients have lost their right to them, and reads the mailbox, should it have failed to
    /// wake the loop.
    private func lookAround() {
        nextCheck = now + Self.longestWait
        readMailbox()
        for connection in connections { connection?.endIfRevoked() }
    }

    func borrowSendBuffer() -> SendBuffer { sendBuffers.popLast() ?? SendBuffer(clock: clock) }

    /// Takes back an empty buffer.
    func giveBack(_ buffer: SendBuffer) {
        if sendBuffers.count < Self.spareSendBuffers { sendBuffers.append(buffer) }
    }

    // MARK: - Accepting

    /// Accepts connections from the listener's queue.
    private func accept(atMost limit: Int) {
        guard let listener, acceptsAgain == nil else { return }
        for _ in 0..<limit {
            let (number, address) = SocketAddress.accept(from: listener.descriptor.number)
            if number >= 0 {
                open(Descriptor(number), address)
                continue
            }
            switch errno {
            case EAGAIN: return
            // The client went away before its connection was accepted.
            case ECONNABORTED, EINTR, EPROTO: continue
            default: return pauseAccepting(listener)
            }
        }
    }

    /// Stops accepting for a while because descriptors or memory ran out. Open connections are served.
    private func pauseAccepting(_ listener: Listener) {
        acceptsAgain = now + Self.acceptPause
        epoll_ctl(epoll.number, EPOLL_CTL_DEL, listener.descriptor.number, nil)
    }

    private func resumeAccepting() {
        acceptsAgain = nil
        guard let listener else { return }
        do throws(SystemCallError) {
            try watch(listener.descriptor, EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue, .listener)
        } catch {
            acceptsAgain = now + Self.acceptPause
        }
    }

    private func watch(
        _ descriptor: borrowing Descriptor, _ events: UInt32, _ token: Token
    ) throws(SystemCallError) {
        let result = rookery_epoll_control(epoll.number, EPOLL_CTL_ADD, descriptor.number, events, token.bits)
        try SystemCallError.check(result, "epoll_ctl")
    }

    // MARK: - Stopping

    /// Accepts the connections that wait in the listener's queue, closes the listener, and lets every connection end
    /// after the requests that have arrived. A client that was connected when the order came gets its answer.
    private func stop(_ deadline: UInt64) {
        if isStopping { return }
        stopDeadline = deadline
        accept(atMost: configuration.maxConnections)
        isStopping = true
        if let listener { epoll_ctl(epoll.number, EPOLL_CTL_DEL, listener.descriptor.number, nil) }
        listener = nil
        for connection in connections { connection?.stop() }
    }

    /// Resets all connections, since the grace is over. Work still running for them on workers is not waited for.
    private func resetAll() {
        for connection in connections { connection?.giveUp() }
        closeEnded()
        connections = []
        connectionCount = 0
    }
}
