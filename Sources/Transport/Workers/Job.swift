import Glibc

/// Work for a thread of a `WorkerPool`.
///
/// `@unchecked Sendable` is safe because what changes is used only while the pool's mutex is held, but for `turnBegan`,
/// which only the thread of the job uses.
final class Job: @unchecked Sendable {
    /// Whom it is done for; fairness is between clients.
    let client: String
    /// Whether it is a query, of which a bounded number wait and have begun. All other work ends what has begun.
    let isQuery: Bool
    let run: @Sendable (Job) -> Void
    /// Called in place of `run`, if the job is cancelled before it begins.
    let dropped: @Sendable () -> Void
    /// The time that it has used, in nanoseconds.
    var used: UInt64 = 0
    /// A number that grows with each job.
    var order: UInt64 = 0
    /// When it was submitted, in nanoseconds of the monotonic clock.
    var submitted: UInt64 = 0
    /// The thread that it runs on; nil before it begins.
    var worker: Worker?
    /// Whether it may go on.
    var hasTurn = false
    /// When its turn began, in nanoseconds of the monotonic clock.
    var turnBegan: UInt64 = 0

    init(
        for client: String, isQuery: Bool = false, dropped: @escaping @Sendable () -> Void = {},
        run: @escaping @Sendable (Job) -> Void
    ) {
        (self.client, self.isQuery, self.run, self.dropped) = (client, isQuery, run, dropped)
    }
}

/// A thread of a `WorkerPool`. Its members are used only while the pool's mutex is held.
final class Worker: @unchecked Sendable {
    /// What to do next; nil while it is idle.
    var job: Job?
    /// Signalled when there is a job, when the job gets a turn, and when the pool stops.
    let wakeup = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() { pthread_cond_init(wakeup, nil) }

    deinit {
        pthread_cond_destroy(wakeup)
        wakeup.deallocate()
    }
}
