import Glibc
import Synchronization

/// Ends what runs on a store, from any thread. It stays cancelled.
public final class Canceller: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    public func cancel() { flag.store(true, ordering: .relaxed) }

    public var isCancelled: Bool { flag.load(ordering: .relaxed) }
}
