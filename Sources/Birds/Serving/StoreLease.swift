import Synchronization

/// A store of a pool and the rows that are read from it, for one answer, on whichever thread works on it.
///
/// When it ends, wherever and however that is, its rows end first, with all their statements, and then the store goes back.
/// Store and rows can't be kept beyond it: only functions that capture nothing of that kind see them.
public struct StoreLease: ~Copyable, Sendable {
    private let store: PooledStore
    private let pool: StorePool

    init(_ store: PooledStore, _ canceller: Canceller, of pool: StorePool) {
        self.store = store
        self.pool = pool
        store.use { $0.store.canceller = canceller }
    }

    deinit { pool.deposit(store) }

    /// Ends it now.
    public consuming func end() {}

    /// What is read from it.
    public var generation: PublishedGeneration { store.generation }

    /// How many rows match on all pages, and the name of the next page, as `RowCursor` has them; nil where nothing was begun.
    public var total: Int? { store.use { $0.rows?.total } }
    public var next: String? { store.use { $0.rows?.next } }

    /// How long the engine may work from now on, in nanoseconds.
    public func setBudget(nanoseconds: UInt64) { store.use { $0.store.setBudget(nanoseconds: nanoseconds) } }

    /// Begins to read rows, in place of those that were read before.
    public func begin(_ rows: @Sendable (ObservationStore) throws(StoreError) -> RowCursor) throws(StoreError) {
        try store.use { (contents) throws(StoreError) in contents.rows = try rows(contents.store) }
    }

    /// Appends whole rows, as `RowCursor.fill` does; where nothing was begun there are none.
    /// - Returns: Whether the answer is complete.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    public func fill(_ buffer: inout [UInt8], limit: Int) throws(StoreError) -> Bool {
        try store.use { (contents) throws(StoreError) in try contents.rows?.fill(&buffer, limit: limit) ?? true }
    }

    /// Reads something else, beside the rows.
    public func read<Value: Sendable>(
        _ body: @Sendable (ObservationStore) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try store.use { (contents) throws(StoreError) in try body(contents.store) }
    }
}

/// A store of the pool, and the rows that are read from it.
///
/// Stores and rows are for one thread at a time. The lock, which nobody ever waits for in a server, sees to it.
final class PooledStore: Sendable {
    struct Contents {
        let store: ObservationStore
        /// Nil at rest.
        var rows: RowCursor?
    }

    let file: FileIdentity
    let generation: PublishedGeneration
    private let contents: Mutex<Contents>

    /// Opens the file.
    init(path: String) throws(StoreError) {
        let store = try ObservationStore(path: path)
        file = store.file
        generation = store.generation
        store.database.endClaim()
        contents = Mutex(Contents(store: store, rows: nil))
    }

    deinit { contents.withLock { $0.store.database.claim() } }

    func use<Result, Failure: Error>(
        _ body: (inout sending Contents) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try contents.withLock { (contents) throws(Failure) in
            contents.store.database.claim()
            defer { contents.store.database.endClaim() }
            return try body(&contents)
        }
    }

    /// Ends the rows, with all their statements, and whatever was asked of the store.
    func rest() {
        use {
            $0.rows = nil
            $0.store.canceller = Canceller()
            $0.store.setBudget(nanoseconds: nil)
        }
    }
}
