import Synchronization

/// How many event loops hang, for the answer of `/health`. Any thread may use it.
public final class Hanging: Sendable {
    private let number = Atomic(0)

    public var count: Int {
        get { number.load(ordering: .relaxed) }
        set { number.store(newValue, ordering: .relaxed) }
    }
}
