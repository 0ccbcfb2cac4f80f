import HTTP

/// Decides whose turn it is: the rules by which clients share the workers, without threads and clocks.
///
/// Rules:
/// - The client that has used least time goes next. One that comes, or comes again, begins like the one that has used
///   least: it gains nothing from the time when it wanted nothing, and what it has used beyond that stays.
/// - Of the jobs of one client, the one that has used least time goes next, so that short ones do not wait for long
///   ones. Of several, the one that waits longest.
/// - A job that gives way is paused. One client has a bounded number of queries that have begun, and so have all.
/// - A bounded number of queries wait. Other work always may, since it ends a query that has begun.
struct Turns {
    /// How much may wait, or have begun, at once.
    struct Limits: Sendable {
        /// Queries that have begun and not ended, of one client and of all.
        var begunOfOne = 8
        var begun = 64
        /// Queries that have not begun, of one client and of all.
        var waitingOfOne = 32
        var waiting = 256
    }

    /// The next step.
    enum Step {
        case begin(Job)
        case resume(Job)
    }

    private struct Client {
        /// The time that it has used, in nanoseconds.
        var used: UInt64
        /// Queries, and other work, in the order in which they came.
        var queries = Queue<Job>()
        var others = Queue<Job>()
        /// Jobs that have begun and given way, in the order in which they did.
        var paused: [Job] = []
        /// Queries that have begun and not ended.
        var begun = 0
        /// Jobs that have a turn.
        var running = 0

        var isIdle: Bool { queries.isEmpty && others.isEmpty && paused.isEmpty && running == 0 }
    }

    let limits: Limits
    private var clients: [String: Client] = [:]
    /// What clients that want nothing now have used, if that is more than `present`.
    private var debts: [String: UInt64] = [:]
    /// The least that a client that wants something has used, in nanoseconds.
    private var present: UInt64 = 0
    private var begun = 0
    /// The number of queries that wait.
    private(set) var waiting = 0

    /// The most clients whose debts are remembered.
    private static let mostDebts = 1024

    init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Adds a job.
    /// - Returns: Why it is refused; nil if it was added.
    mutating func add(_ job: Job) -> Overload? {
        if job.isQuery {
            if clients[job.client].map({ $0.queries.count >= limits.waitingOfOne }) ?? false { return .ofClient }
            if waiting >= limits.waiting { return .ofServer }
        }
        if clients[job.client] == nil {
            if let least = clients.values.map(\.used).min() { present = max(present, least) }
            let used = max(present, debts.removeValue(forKey: job.client) ?? 0)
            clients[job.client] = Client(used: used)
        }
        if job.isQuery {
            clients[job.client]?.queries.append(job)
            waiting += 1
        } else {
            clients[job.client]?.others.append(job)
        }
        return nil
    }

    /// Takes the next step, if there is one.
    /// - Parameter mayBegin: Whether a thread is free for a job that has not begun.
    mutating func next(mayBegin: Bool) -> Step? {
        guard let (name, place) = best(mayBegin: mayBegin), var client = clients[name] else { return nil }
        // Taken out while it is changed, so that its queues are not copied.
        clients[name] = nil
        defer { clients[name] = client }
        present = max(present, client.used)
        switch place {
        case .paused(let index):
            client.running += 1
            return .resume(client.paused.remove(at: index))
        case .query:
            guard let job = client.queries.removeFirst() else { return nil }
            client.running += 1
            client.begun += 1
            begun += 1
            waiting -= 1
            return .begin(job)
        case .other:
            guard let job = client.others.removeFirst() else { return nil }
            client.running += 1
            return .begin(job)
        }
    }

    /// Whether a job that has a turn should give way now.
    /// - Parameter used: The time of this turn, in nanoseconds.
    func shouldPause(_ job: Job, used: UInt64, mayBegin: Bool) -> Bool {
        guard let (name, place) = best(mayBegin: mayBegin), let client = clients[name] else { return false }
        guard name == job.client else { return client.used < (clients[job.client]?.used ?? 0) &+ used }
        guard case .paused(let index) = place else { return true }
        return client.paused[index].used < job.used &+ used
    }

    /// A job gives way.
    mutating func pause(_ job: Job, used: UInt64) {
        charge(job, used)
        clients[job.client]?.running -= 1
        clients[job.client]?.paused.append(job)
    }

    /// A job that goes on has used some of its time.
    mutating func charge(_ job: Job, _ used: UInt64) {
        job.used &+= used
        clients[job.client]?.used &+= used
    }

    /// A job has ended.
    mutating func end(_ job: Job, used: UInt64) {
        charge(job, used)
        clients[job.client]?.running -= 1
        if job.isQuery {
            clients[job.client]?.begun -= 1
            begun -= 1
        }
        dropIfIdle(job.client)
    }

    /// Nobody wants a job any more. One that waits is taken out; one that is paused gets a turn, to end.
    mutating func cancel(_ job: Job) -> Cancelled {
        guard var client = clients[job.client] else { return .other }
        clients[job.client] = nil
        defer {
            clients[job.client] = client
            dropIfIdle(job.client)
        }
        if client.queries.remove(where: { $0 === job }) {
            waiting -= 1
            return .waited
        }
        if client.others.remove(where: { $0 === job }) { return .waited }
        if let index = client.paused.firstIndex(where: { $0 === job }) {
            client.running += 1
            client.paused.remove(at: index)
            return .paused
        }
        return .other
    }

    enum Cancelled { case waited, paused, other }

    /// Takes out all jobs that have not begun.
    mutating func removeWaiting() {
        waiting = 0
        for name in clients.keys {
            clients[name]?.queries = Queue()
            clients[name]?.others = Queue()
            dropIfIdle(name)
        }
    }

    /// Gives all paused jobs a turn.
    mutating func resumeAll() -> [Job] {
        var jobs: [Job] = []
        for name in clients.keys {
            let paused = clients[name]?.paused ?? []
            jobs += paused
            clients[name]?.running += paused.count
            clients[name]?.paused = []
        }
        return jobs
    }

    private enum Place {
        case paused(Int)
        case query, other
    }

    /// The client whose turn is next, and which of its jobs it is.
    private func best(mayBegin: Bool) -> (String, Place)? {
        var best: (name: String, place: Place, used: UInt64, order: UInt64)?
        for (name, client) in clients {
            if let best, client.used > best.used { continue }
            guard let (place, order) = place(in: client, mayBegin: mayBegin) else { continue }
            if let best, client.used == best.used, order > best.order { continue }
            best = (name, place, client.used, order)
        }
        return best.map { ($0.name, $0.place) }
    }

    /// Which job of a client is next, and when it came, as a number that grows.
    private func place(in client: Client, mayBegin: Bool) -> (Place, UInt64)? {
        if mayBegin {
            // What ends a query goes before new ones.
            if let first = client.others.first { return (.other, first.order) }
            if let first = client.queries.first, client.begun < limits.begunOfOne, begun < limits.begun {
                return (.query, first.order)
            }
        }
        var least: (index: Int, used: UInt64)?
        for (index, job) in client.paused.enumerated() where job.used < (least?.used ?? .max) {
            least = (index, job.used)
        }
        return least.map { (.paused($0.index), client.paused[$0.index].order) }
    }

    private mutating func dropIfIdle(_ name: String) {
        guard let client = clients[name], client.isIdle else { return }
        clients[name] = nil
        if clients.isEmpty {
            debts = [:]
        } else if client.used > present {
            if debts.count == Self.mostDebts { debts = debts.filter { $0.value > present } }
            if debts.count < Self.mostDebts { debts[name] = client.used }
        }
    }
}
