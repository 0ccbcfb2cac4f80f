import Glibc
import HTTP

/// Threads for work that may block: long queries, compression, and the pieces of streamed bodies.
///
/// A few jobs have a turn at once. A long one gives way now and then (`Turn`): its thread waits while another job has
/// the turn. So a query that takes a minute does not hold up one that takes a millisecond, whoever came first. `Turns`
/// decides whose turn it is.
///
/// `@unchecked Sendable` is safe because `state` is used only while `mutex` is held, and because the mutex and the
/// conditions have addresses of their own and never move. (A `Mutex` of the standard library has no conditions to wait
/// for.)
final class WorkerPool: @unchecked Sendable {
    private struct State {
        var turns: Turns
        /// Threads that have nothing to do.
        var idle: [Worker] = []
        /// Threads that have not ended, and how many were ever started.
        var threads = 0
        var started = 0
        /// Jobs that have a turn.
        var running = 0
        /// How many jobs were ever submitted.
        var submitted: UInt64 = 0
        var isStopping = false
    }

    private var state: State
    /// How many jobs have a turn at once.
    private let most: Int
    /// The most threads: those of jobs that have a turn, and of those that are paused.
    private let mostThreads: Int
    private let name: String
    private let workload: Workload
    private let clock: @Sendable () -> UInt64
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// Signalled when a thread has ended.
    private let end = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// How long a turn is before it is asked whether another job should have one, in nanoseconds.
    static let turn: UInt64 = 5_000_000

    /// - Parameters:
    ///   - threads: How many jobs have a turn at once; at least one.
    ///   - name: Of the threads, for `top`.
    ///   - workload: Where to note how many queries wait, and how long they have waited.
    /// - Throws: If a thread can't be started. Then those that were started end.
    init(
        threads: Int, _ name: String = "worker", limits: Turns.Limits = Turns.Limits(), workload: Workload = Workload(),
        clock: @escaping @Sendable () -> UInt64 = Clock.nanoseconds
    ) throws(SystemCallError) {
        most = max(1, threads)
        mostThreads = most + limits.begun
        state = State(turns: Turns(limits))
        (self.name, self.workload, self.clock) = (name, workload, clock)
        pthread_mutex_init(mutex, nil)
        // So that a step of the wall clock neither ends a wait nor makes it longer.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(end, &attributes)
        pthread_condattr_destroy(&attributes)
        for _ in 0..<most {
            let failure = locked { startThread() }
            guard let failure else { continue }
            stop(patience: .zero)
            throw failure
        }
    }

    deinit {
        pthread_cond_destroy(end)
        pthread_mutex_destroy(mutex)
        end.deallocate()
        mutex.deallocate()
    }

    /// Runs a job on one of the threads. Any thread may call it. Once the pool stops, the job is dropped.
    /// - Returns: Why it is refused; nil if it is not.
    @discardableResult
    func submit(_ job: Job) -> Overload? {
        locked {
            if state.isStopping { return nil }
            state.submitted += 1
            job.order = state.submitted
            if job.isQuery { job.submitted = clock() }
            if let refusal = state.turns.add(job) { return refusal }
            giveTurns()
            workload.note(waiting: state.turns.waiting)
            return nil
        }
    }

    /// Nobody wants a job any more. One that has not begun never will; one that is paused goes on, so that it can end.
    func cancel(_ job: Job) {
        let cancelled = locked {
            let cancelled = state.turns.cancel(job)
            if case .paused = cancelled { giveTurn(to: job) }
            workload.note(waiting: state.turns.waiting)
            return cancelled
        }
        if case .waited = cancelled { job.dropped() }
    }

    /// Drops the jobs that have not begun, and waits for the others, but not longer than `patience`.
    func stop(patience: Duration) {
        let until = clock() &+ patience.nanoseconds
        locked {
            state.isStopping = true
            state.turns.removeWaiting()
            for job in state.turns.resumeAll() { giveTurn(to: job) }
            for worker in state.idle { pthread_cond_signal(worker.wakeup) }
            while state.threads > 0, wait(until: until) {}
        }
    }

    /// Waits for the end of a thread.
    /// - Returns: Whether there is still time.
    private func wait(until: UInt64) -> Bool {
        let now = clock()
        guard now < until else { return false }
        var next = timespec()
        clock_gettime(CLOCK_MONOTONIC, &next)
        // Short, whatever `clock` is.
        let nanoseconds = UInt64(next.tv_nsec) + min(until - now, 50_000_000)
        next.tv_sec += Int(nanoseconds / 1_000_000_000)
        next.tv_nsec = Int(nanoseconds % 1_000_000_000)
        pthread_cond_timedwait(end, mutex, &next)
        return true
    }

    // MARK: - With the mutex held

    /// Gives turns to the jobs that are next.
    private func giveTurns() {
        while state.running < most, !state.isStopping {
            guard let step = state.turns.next(mayBegin: !state.idle.isEmpty) else { return }
            switch step {
            case .resume(let job): giveTurn(to: job)
            case .begin(let job):
                guard let worker = state.idle.popLast() else { return }
                worker.job = job
                job.worker = worker
                if job.isQuery {
                    workload.noteBegin(after: clock() &- job.submitted)
                    workload.note(waiting: state.turns.waiting)
                }
                giveTurn(to: job)
                // A thread stays free for a job that comes while all others are paused.
                if state.idle.isEmpty, state.threads < mostThreads { _ = startThread() }
            }
        }
    }

    private func giveTurn(to job: Job) {
        job.hasTurn = true
        state.running += 1
        if let worker = job.worker { pthread_cond_signal(worker.wakeup) }
    }

    /// - Returns: Why it can't be started; nil if it was.
    private func startThread() -> SystemCallError? {
        let worker = Worker()
        do throws(SystemCallError) {
            try Thread.start("\(name) \(state.started)", stack: Self.stack) { [self] in runJobs(of: worker) }
        } catch {
            return error
        }
        state.started += 1
        state.threads += 1
        state.idle.append(worker)
        return nil
    }

    /// The size of the stack of a thread, in bytes: there may be many threads.
    private static let stack = 1 << 20

    // MARK: - In the threads

    private func runJobs(of worker: Worker) {
        while let job = nextJob(of: worker) {
            job.turnBegan = clock()
            job.run(job)
            let used = clock() &- job.turnBegan
            locked {
                worker.job = nil
                job.worker = nil
                state.running -= 1
                state.turns.end(job, used: used)
                state.idle.append(worker)
                giveTurns()
            }
        }
        locked {
            state.threads -= 1
            pthread_cond_broadcast(end)
        }
    }

    /// Waits for a job; nil when the pool stops.
    private func nextJob(of worker: Worker) -> Job? {
        locked {
            while worker.job == nil, !state.isStopping { pthread_cond_wait(worker.wakeup, mutex) }
            return worker.job
        }
    }

    /// Lets other jobs have a turn, if that of this one is over and it is theirs. Returns when this one has a turn
    /// again.
    func giveWay(_ job: Job) {
        let used = clock() &- job.turnBegan
        guard used >= Self.turn else { return }
        locked {
            defer { job.turnBegan = clock() }
            guard !state.isStopping, state.turns.shouldPause(job, used: used, mayBegin: !state.idle.isEmpty),
                let worker = job.worker
            else { return state.turns.charge(job, used) }
            state.turns.pause(job, used: used)
            job.hasTurn = false
            state.running -= 1
            giveTurns()
            while !job.hasTurn { pthread_cond_wait(worker.wakeup, mutex) }
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
