import Glibc

/// Threads for work that may block: slow password hashes, long queries, the pieces of streamed bodies.
///
/// A connection has at most one job here at a time, and each answer that is given up one more, so the queue is never longer
/// than the server has connections and long answers.
///
/// `@unchecked Sendable` holds because `state` is touched only with `mutex` held, and the mutex and the conditions never
/// move.
final class WorkerPool: @unchecked Sendable {
    typealias Job = @Sendable () -> Void

    private struct State {
        /// Those before `next` have been taken out.
        var jobs: [Job?] = []
        var next = 0
        /// Threads that have not ended.
        var threads = 0
        var isStopping = false
    }

    private var state = State()
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// There is a job, or none will come any more.
    private let work = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// A thread has ended.
    private let end = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    /// - Parameter threads: How many; at least one is started.
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

    /// Has `job` done, after those that were submitted before it.
    func submit(_ job: @escaping Job) {
        locked {
            if state.isStopping { return }
            state.jobs.append(job)
            pthread_cond_signal(work)
        }
    }

    /// Drops the jobs that nobody has begun, and waits, for a while, until the others are done.
    func stop(patience: Duration) {
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        let nanoseconds = patience.nanoseconds + UInt64(until.tv_nsec)
        until.tv_sec += Int(nanoseconds / 1_000_000_000)
        until.tv_nsec = Int(nanoseconds % 1_000_000_000)
        locked {
            state.isStopping = true
            state.jobs = []
            state.next = 0
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
            while state.next == state.jobs.count, !state.isStopping { pthread_cond_wait(work, mutex) }
            guard state.next < state.jobs.count, let job = state.jobs[state.next] else { return nil }
            state.jobs[state.next] = nil
            state.next += 1
            // The room of what was taken out is used again when that costs little.
            if state.next == state.jobs.count || state.next >= 1024 {
                state.jobs.removeFirst(state.next)
                state.next = 0
            }
            return job
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
