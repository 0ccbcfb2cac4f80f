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

/// How long the statements of some connections may run together, and whether anybody still waits for them.
///
/// SQLite calls its progress handler every few thousand steps of its virtual machine, which is some tens of
/// microseconds: too seldom to cost anything, and often enough to end a query close to its deadline. Where rows
/// come fast and the work on them takes the time, the scans ask too.
final class Budget {
    /// On the monotonic clock, in nanoseconds; `max` for no limit.
    private var deadline = UInt64.max
    /// May be replaced between answers, by the thread that uses the connections.
    var canceller = Canceller()

    /// Steps of SQLite's virtual machine between two calls of the progress handler.
    private static let stepsBetweenQuestions: Int32 = 4000
    /// How many rows a loop reads between two looks at the budget. A power of two, so that a mask tells.
    static let rowsBetweenQuestions = 256

    /// Sets the deadline.
    /// - Parameters:
    ///   - nanoseconds: From `now` on; nil for no limit.
    ///   - now: The monotonic clock, in nanoseconds, if the caller has just read it.
    func set(nanoseconds: UInt64?, now: UInt64? = nil) {
        guard let nanoseconds else {
            deadline = .max
            return
        }
        let (sum, overflow) = (now ?? MonotonicClock.nanoseconds()).addingReportingOverflow(nanoseconds)
        deadline = overflow ? .max : sum
    }

    /// The reason to stop: `.cancelled` or `.overBudget`; nil to continue.
    var refusal: StoreError? {
        if canceller.isCancelled { return .cancelled }
        return deadline != .max && MonotonicClock.nanoseconds() > deadline ? .overBudget : nil
    }

    /// Installs the progress handler, which interrupts a statement that must stop. The connection must keep the
    /// budget alive, since SQLite holds only a pointer to it.
    func watch(_ handle: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_progress_handler(
            handle, Budget.stepsBetweenQuestions,
            { context in
                guard let context else { return 0 }
                return Unmanaged<Budget>.fromOpaque(context).takeUnretainedValue().refusal == nil ? 0 : 1
            }, context)
    }

}

/// The monotonic clock (CLOCK_MONOTONIC), which changes of the system time do not affect.
public enum MonotonicClock {
    /// Nanoseconds since an unspecified moment in the past.
    public static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }
}
