import Synchronization

/// Counts the turns of a loop, for other threads.
final class Pulse: Sendable {
    private let count = Atomic<UInt64>(0)

    // Relaxed: the count orders no other memory.
    var turns: UInt64 { count.load(ordering: .relaxed) }

    /// Only the loop calls it.
    func beat() { count.store(turns &+ 1, ordering: .relaxed) }
}
