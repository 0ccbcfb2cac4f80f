import Glibc

/// Threads for work that may block: long queries, compression, and the pieces of streamed bodies.
///
/// A connection has at most one job here at a time, and each answer that was given up at most one more, so the queue is
/// never longer than the number of connections and long answers. Jobs of one line are started in the order they were
/// submitted, and lines take turns.
///
/// `@unchecked Sendable` is safe because `state` is used only while `mutex` is held, and because the mutex and the
/// conditions have addresses of their own and never move. (A `Mutex` of the standard library has no conditions to wait
/// for.)
final class WorkerPool: @unchecked Sendable {
    typealias Job = @Sendable () -> Void

    private struct State {
        /// The jobs that wait, by line. No line is empty.
        var lines: [String: Queue<Job>] = [:]
        /// The names of the lines, in the order of their turns.
        var turns = Queue<String>()
        /// Threads that have not ended.
        var threads = 0
        var isStopping = false
    }

    private var state = State()
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// Signalled when there is a job, or when the pool stops.
    private let work = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// Signalled when a thread has ended.
    private let end = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// - Parameter threads: The number of threads; at least one is started.
    /// - Throws: If a thread can't be started. Then those that were started end.
    init(threads: Int) throws(SystemCallError) {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(work, nil)
        pthread_cond_init(end, nil)
        for index in 0..<max(1, threads) {
            do throws(SystemCallError) {
                locked { state.threads += 1 }
                try Thread.start("worker \(index)") { [self] in runJobs() }
            } catch {
                locked { state.threads -= 1 }
                stop(patience: .zero)
                throw error
            }
        }
    }

    deinit {
        pthread_cond_destroy(end)
        pthread_cond_destroy(work)
        pthread_mutex_destroy(mutex)
        end.deallocate()
        work.deallocate()
        mutex.deallocate()
    }

    /// Runs `job` on one of the threads. Any thread may call it. Once the pool stops, the job is dropped.
    func submit(_ job: @escaping Job, line: String = "") {
        locked {
            if state.isStopping { return }
            if state.lines[line] == nil { state.turns.append(line) }
            state.lines[line, default: Queue()].append(job)
            pthread_cond_signal(work)
        }
    }

    /// Drops the jobs that have not begun, and waits for the others, but not longer than `patience`.
    func stop(patience: Duration) {
        // `pthread_cond_timedwait` takes a time of the wall clock. If that jumps, only this wait is longer or shorter.
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        let nanoseconds = patience.nanoseconds + UInt64(until.tv_nsec)
        until.tv_sec += Int(nanoseconds / 1_000_000_000)
        until.tv_nsec = Int(nanoseconds % 1_000_000_000)
        locked {
            state.isStopping = true
            state.lines = [:]
            state.turns = Queue()
            pthread_cond_broadcast(work)
            while state.threads > 0, pthread_cond_timedwait(end, mutex, &until) == 0 {}
        }
    }

    private func runJobs() {
        while let job = nextJob() { job() }
        locked {
            state.threads -= 1
            pthread_cond_broadcast(end)
        }
    }

    /// Waits for a job; nil when the pool stops.
    private func nextJob() -> Job? {
        locked {
            while state.turns.isEmpty, !state.isStopping { pthread_cond_wait(work, mutex) }
            guard let line = state.turns.removeFirst(), let job = state.lines[line]?.removeFirst() else { return nil }
            if state.lines[line]?.isEmpty == true { state.lines[line] = nil } else { state.turns.append(line) }
            return job
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}

/// The first element in is the first one out.
private struct Queue<Element> {
    /// Elements before `next` have been taken out.
    private var elements: [Element?] = []
    private var next = 0

    var isEmpty: Bool { next == elements.count }

    mutating func append(_ element: Element) { elements.append(element) }

    /// Takes an element out; nil if there is none.
    mutating func removeFirst() -> Element? {
        guard next < elements.count else { return nil }
        let first = elements[next]
        elements[next] = nil
        next += 1
        // Moving the rest to the front is worth it only now and then.
        if next == elements.count || next >= 1024 {
            elements.removeFirst(next)
            next = 0
        }
        return first
    }
}
