import Synchronization

/// How much work waits for the workers of a server, for metrics. Any thread may use it.
public final class Workload: Sendable {
    private let queries = Atomic(0)
    private let count = Atomic<UInt64>(0)
    private let time = Atomic<UInt64>(0)

    public init() {}

    /// The number of queries that wait now.
    public var waiting: Int { queries.load(ordering: .relaxed) }
    /// How many queries have begun, and how long they waited together, in nanoseconds.
    public var begun: UInt64 { count.load(ordering: .relaxed) }
    public var waited: UInt64 { time.load(ordering: .relaxed) }

    // Relaxed: counters order no other memory.
    public func note(waiting: Int) { queries.store(waiting, ordering: .relaxed) }

    public func noteBegin(after nanoseconds: UInt64) {
        count.wrappingAdd(1, ordering: .relaxed)
        time.wrappingAdd(nanoseconds, ordering: .relaxed)
    }
}
