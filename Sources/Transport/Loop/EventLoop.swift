import CLinux
import Glibc
import HTTP

/// One thread's share of the connections: waits for what happens to them and lets each go on.
///
/// Everything here belongs to that thread, but for the mailbox. A turn of the loop handles a batch of events, then the
/// deadlines that are over; connections that ended in the turn are closed after it, so that every event of the batch
/// finds the connection that it is of. The clocks are read once a turn.
final class EventLoop {
    let application: any Application
    let configuration: ServerConfiguration
    let mailbox: Mailbox
    let workers: WorkerPool

    /// The monotonic time at which this turn began, in nanoseconds.
    private(set) var now = Clock.nanoseconds()
    /// The value of `Date` in this turn.
    private(set) var date: [UInt8] = []
    private var dateSecond = Int64.min
    /// Whether the server stops: what has arrived is answered, and nothing else.
    private(set) var isStopping = false

    @exclusivity(unchecked) var deadlines: Deadlines
    @exclusivity(unchecked) var receiveBuffers: ReceiveBufferPool
    @exclusivity(unchecked) private var sendBuffers: [SendBuffer] = []

    private let epoll: Descriptor
    private let limits: ConnectionLimits
    /// Nil when the server stops.
    private var listener: Listener?
    /// When connections are accepted again, after descriptors ran out.
    private var acceptsAgain: UInt64?
    /// When what is left is reset, while the server stops.
    private var stopDeadline = UInt64.max

    @exclusivity(unchecked) private var connections: [Connection?] = []
    private var generations: [UInt32] = []
    private var freeSlots: [Int] = []
    private var connectionCount = 0
    /// Those of them that were one too many.
    private var refusedCount = 0
    /// Those that ended in this turn.
    private var ended: [Connection] = []
    /// Those of this group of events, which are yet to send.
    @exclusivity(unchecked) private var answered: [Token] = []
    /// Those that could go on without waiting, but have had their share of this turn.
    private var unfinished: [Token] = []

    /// How many connections answer what has arrived before the answers are sent. A client that sleeps is woken by the first
    /// of them and takes the others as they come; waking it for each would cost more than sending does.
    private static let sendGroup = 32
    /// How long the loop waits at most, in nanoseconds, before it lets the application look after itself.
    private static let longestWait: UInt64 = 1_000_000_000
    /// How many events are taken in a turn.
    private static let batch = 256
    /// How many connections are accepted in a turn.
    private static let acceptBatch = 256
    /// How many connections are open only to be told that there are too many.
    private static let refusalReserve = 64
    /// How long to accept none when descriptors ran out, in nanoseconds.
    private static let acceptPause: UInt64 = 500_000_000
    /// How many empty send buffers are kept.
    private static let spareSendBuffers = 32

    init(
        _ configuration: ServerConfiguration, _ application: any Application, _ listener: Listener?,
        _ workers: WorkerPool, _ limits: ConnectionLimits
    ) throws(SystemCallError) {
        self.configuration = configuration
        self.application = application
        self.listener = listener
        self.workers = workers
        self.limits = limits
        deadlines = Deadlines { phase in
            switch phase {
            case .head: configuration.headerTimeout.nanoseconds
            case .body: configuration.bodyTimeout.nanoseconds
            case .idle: configuration.idleTimeout.nanoseconds
            case .write: configuration.writeTimeout.nanoseconds
            case .drain: Connection.drainTime
            }
        }
        // Beside the parts that have limits: line ends, and empty lines before the request line.
        receiveBuffers = ReceiveBufferPool(
            needed: configuration.limits.requestLine + configuration.limits.headerSection + 1024)
        mailbox = try Mailbox()
        epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), from: "epoll_create1")
        if let listener { try watch(listener.descriptor, EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue, .listener) }
        try watch(mailbox.wakeup, EPOLLIN.rawValue | EPOLLET.rawValue, .mailbox)
    }

    /// Serves until the order to stop has been carried out.
    func run() throws(SystemCallError) {
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.batch)
        defer { events.deallocate() }
        while !isStopping || connectionCount > 0 {
            application.idle()
            let count = epoll_wait(epoll.number, events, Int32(Self.batch), waitingTime())
            guard count >= 0 || errno == EINTR else { throw SystemCallError("epoll_wait") }
            readClocks()
            for index in 0..<max(0, Int(count)) {
                handle(rookery_epoll_events(events + index), of: Token(bits: rookery_epoll_token(events + index)))
                if answered.count == Self.sendGroup { sendAnswers() }
            }
            sendAnswers()
            goOnWithUnfinished()
            while let (slot, phase) = deadlines.takeExpired(now: now) { connections[slot]?.timeIsOver(phase) }
            if let acceptsAgain, now >= acceptsAgain { resumeAccepting() }
            if now >= stopDeadline { resetAll() }
            closeEnded()
        }
        application.idle()
    }

    private func readClocks() {
        now = Clock.nanoseconds()
        let second = Clock.wallSeconds()
        if second != dateSecond {
            dateSecond = second
            date = HTTPDate.bytes(secondsSinceEpoch: second)
        }
    }

    /// How long `epoll_wait` may wait, in milliseconds, rounded up so that the deadline is over when it returns.
    private func waitingTime() -> Int32 {
        if !unfinished.isEmpty { return 0 }
        let now = Clock.nanoseconds()
        let next = min(deadlines.next ?? .max, acceptsAgain ?? .max, stopDeadline, now + Self.longestWait)
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

    /// Lets the connections of a group send what they have.
    private func sendAnswers() {
        for token in answered { connection(token)?.advance() }
        answered.removeAll(keepingCapacity: true)
    }

    private func goOnWithUnfinished() {
        let tokens = unfinished
        unfinished.removeAll(keepingCapacity: true)
        for token in tokens { connection(token)?.goOn() }
    }

    // MARK: - Connections

    private func connection(_ token: Token) -> Connection? {
        let slot = token.slot
        guard slot < connections.count, let connection = connections[slot], connection.token == token else {
            return nil
        }
        return connection
    }

    /// Opens a connection for a descriptor that was accepted.
    private func open(_ descriptor: consuming Descriptor, _ address: SocketAddress) {
        let peer = Peer(address: address.text)
        let isAdmitted = limits.admit(peer.address)
        if !isAdmitted, refusedCount >= Self.refusalReserve { return }

        let slot = freeSlots.popLast() ?? addSlot()
        generations[slot] &+= 1
        let token = Token(slot: slot, generation: generations[slot])
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

    /// Lets a connection go on when the others of its group have answered.
    func goOnWithGroup(_ connection: Connection) { answered.append(connection.token) }

    /// Takes a connection that has ended, to be closed when the turn is over.
    func end(_ connection: Connection) { ended.append(connection) }

    /// Lets a connection go on in the next turn.
    func goOnLater(_ connection: Connection) { unfinished.append(connection.token) }

    private func closeEnded() {
        if ended.isEmpty { return }
        for connection in ended {
            let slot = connection.token.slot
            connection.closeDescriptor()
            deadlines.clear(slot)
            // The slot, and the place in the count, are kept until the worker returns. That may be in the same turn.
            guard !connection.isWorkerBusy, connections[slot] === connection else { continue }
            connections[slot] = nil
            freeSlots.append(slot)
            connectionCount -= 1
            application.closed()
            if connection.isCounted { limits.release(connection.peer.address) } else { refusedCount -= 1 }
        }
        ended.removeAll(keepingCapacity: true)
    }

    func borrowSendBuffer() -> SendBuffer { sendBuffers.popLast() ?? SendBuffer() }

    /// Takes back an empty buffer.
    func giveBack(_ buffer: SendBuffer) {
        if sendBuffers.count < Self.spareSendBuffers { sendBuffers.append(buffer) }
    }

    // MARK: - Accepting

    /// Takes connections from the listener's queue.
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
            // The client went away before it was accepted.
            case ECONNABORTED, EINTR, EPROTO: continue
            default: return pauseAccepting(listener)
            }
        }
    }

    /// Descriptors or memory ran out: serves what is open, and looks again later.
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

    /// Accepts what waits in the listener's queue, closes it, and lets every connection end after what has arrived.
    private func stop(_ deadline: UInt64) {
        if isStopping { return }
        stopDeadline = deadline
        accept(atMost: configuration.maxConnections)
        isStopping = true
        if let listener { epoll_ctl(epoll.number, EPOLL_CTL_DEL, listener.descriptor.number, nil) }
        listener = nil
        for connection in connections { connection?.stop() }
    }

    /// The grace is over. What a worker still does for a connection is not waited for.
    private func resetAll() {
        for connection in connections { connection?.giveUp() }
        closeEnded()
        connections = []
        connectionCount = 0
    }
}
