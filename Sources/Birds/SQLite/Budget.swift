import CSQLite
import Glibc
import Synchronization

/// Ends what runs on a store, from any thread. It stays cancelled.
public final class Canceller: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    public func cancel() { flag.store(true, ordering: .relaxed) }

    var isCancelled: Bool { flag.load(ordering: .relaxed) }
}

/// How long statements of a connection may run, and whether anybody waits for them.
///
/// SQLite asks every few thousand of its steps, some tens of microseconds: too seldom to be felt, and often enough to end a
/// query about when it should.
final class Budget {
    /// On the monotonic clock, in nanoseconds.
    private var deadline = UInt64.max
    var canceller = Canceller()

    private static let stepsBetweenQuestions: Int32 = 4000
    /// A power of two. SQLite does not ask where rows come fast, and work on them takes the time.
    static let rowsBetweenQuestions = 256

    /// Begins to count; nil for no limit.
    /// - Parameter now: on the monotonic clock, where the caller has just read it.
    func set(nanoseconds: UInt64?, now: UInt64? = nil) {
        guard let nanoseconds else {
            deadline = .max
            return
        }
        let (sum, overflow) = (now ?? MonotonicClock.nanoseconds()).addingReportingOverflow(nanoseconds)
        deadline = overflow ? .max : sum
    }

    /// Why nothing more may be done; nil if it may.
    var refusal: StoreError? {
        if canceller.isCancelled { return .cancelled }
        return deadline != .max && MonotonicClock.nanoseconds() > deadline ? .overBudget : nil
    }

    /// Lets SQLite ask. The connection must keep the budget alive.
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

/// The monotonic clock, which no change of the time of day moves.
public enum MonotonicClock {
    /// Nanoseconds since some moment in the past.
    public static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }
}
