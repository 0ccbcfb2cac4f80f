import CSQLite
import Glibc
import Synchronization

/// Ends what runs on a store, from any thread. Once cancelled, it stays so.
public final class Canceller: Sendable {
    // Relaxed: the flag orders no other memory, and a query may see it a little later.
    private let flag = Atomic<Bool>(false)

    public init() {}

    public func cancel() { flag.store(true, ordering: .relaxed) }

    var isCancelled: Bool { flag.load(ordering: .relaxed) }
}

/// How long the statements of some connections may run together, whether anybody still waits for them, and whose memory
/// their queries may hold.
///
/// SQLite calls its progress handler every few thousand steps of its virtual machine, which is some tens of
/// microseconds: too seldom to cost anything, and often enough to end a query close to its deadline. Where rows
/// come fast and the work on them takes the time, the scans ask too.
///
/// What counts is the time that the thread has run, since on a busy machine it may wait long for a core, and at its own
/// wish for its turn. That clock is a system call, so the monotonic one is asked first: it is never behind.
final class Budget {
    /// On the monotonic clock, in nanoseconds; `max` for no limit.
    private var deadline = UInt64.max
    /// On the clock of the thread; nil before it was asked.
    private var threadDeadline: UInt64?
    /// How much of the thread's time is left once `deadline` has passed, in nanoseconds.
    private var rest: UInt64 = 0
    /// May be replaced between answers, by the thread that uses the connections.
    var canceller = Canceller()
    /// Lets the work of others go first, if their time has come.
    var giveWay: (() -> Void)?
    /// The memory for sorting and summing.
    var memory = AnswerMemory.unlimited

    /// Steps of SQLite's virtual machine between two calls of the progress handler.
    private static let stepsBetweenQuestions: Int32 = 4000
    /// How many rows a loop reads between two looks at the budget. A power of two, so that a mask tells.
    static let rowsBetweenQuestions = 256

    /// Sets the time that may be used from now on.
    /// - Parameters:
    ///   - nanoseconds: Nil for no limit. Without `giveWay`, it may be half of that more where the thread waits for a
    ///     core.
    ///   - now: The monotonic clock, in nanoseconds, if the caller has just read it.
    func set(nanoseconds: UInt64?, now: UInt64? = nil) {
        threadDeadline = nil
        guard let nanoseconds else {
            deadline = .max
            return
        }
        rest = giveWay == nil ? nanoseconds / 2 : 0
        if giveWay != nil {
            let (sum, overflow) = MonotonicClock.threadNanoseconds().addingReportingOverflow(nanoseconds)
            threadDeadline = overflow ? .max : sum
        }
        let (sum, overflow) = (now ?? MonotonicClock.nanoseconds()).addingReportingOverflow(nanoseconds - rest)
        deadline = overflow ? .max : sum
    }

    /// The reason to stop: `.cancelled` or `.overBudget`; nil to continue. Others may go first before it returns.
    func refusal() -> StoreError? {
        giveWay?()
        if canceller.isCancelled { return .cancelled }
        guard deadline != .max, MonotonicClock.nanoseconds() > deadline else { return nil }
        let time = MonotonicClock.threadNanoseconds()
        guard let threadDeadline else {
            self.threadDeadline = time &+ rest
            return rest == 0 ? .overBudget : nil
        }
        return time > threadDeadline ? .overBudget : nil
    }

    /// Installs the progress handler, which interrupts a statement that must stop. The connection must keep the
    /// budget alive, since SQLite holds only a pointer to it.
    func watch(_ handle: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_progress_handler(
            handle, Budget.stepsBetweenQuestions,
            { context in
                guard let context else { return 0 }
                return Unmanaged<Budget>.fromOpaque(context).takeUnretainedValue().refusal() == nil ? 0 : 1
            }, context)
    }

}

/// The monotonic clock (CLOCK_MONOTONIC), which changes of the system time do not affect.
public enum MonotonicClock {
    /// Nanoseconds since an unspecified moment in the past.
    public static func nanoseconds() -> UInt64 { read(CLOCK_MONOTONIC) }

    /// How long this thread has run, in nanoseconds.
    static func threadNanoseconds() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }
}
