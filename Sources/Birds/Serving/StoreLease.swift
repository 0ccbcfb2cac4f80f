import Synchronization

/// A store of a pool, lent for one answer, and the rows that are read from it. It may move from thread to thread.
///
/// Invariants:
/// - However the lease ends, its rows end first, with all their statements, and then the store returns to the pool.
/// - Store and rows can't be kept longer: they are seen only by functions that are `@Sendable` and so capture
///   neither.
public struct StoreLease: ~Copyable, Sendable {
    private let store: PooledStore
    private let pool: StorePool

    init(_ store: PooledStore, _ canceller: Canceller, of pool: StorePool) {
        self.store = store
        self.pool = pool
        store.use { $0.store.canceller = canceller }
    }

    deinit { pool.deposit(store) }

    /// Ends the lease now, and not at the end of its scope.
    public consuming func end() {}

    /// The number of rows on all pages, and the token of the next page, as `RowCursor` has them; nil before
    /// `begin`.
    public var total: Int? { store.use { $0.rows?.total } }
    public var next: String? { store.use { $0.rows?.next } }
    /// How many rows have been written.
    public var rowCount: Int { store.use { $0.rows?.rowCount ?? 0 } }

    /// Limits the time that SQLite may work, in nanoseconds from now.
    /// - Parameter giveWay: Lets the work of others go first, if their time has come. It is called every few
    ///   microseconds, in the thread that reads.
    public func setBudget(nanoseconds: UInt64, giveWay: @escaping @Sendable () -> Void) {
        store.use {
            $0.store.giveWay = giveWay
            $0.store.setBudget(nanoseconds: nanoseconds)
        }
    }

    /// Begins to read rows. Rows that were begun before are dropped.
    public func begin(_ rows: @Sendable (ObservationStore) throws(StoreError) -> RowCursor) throws(StoreError) {
        try store.use { (contents) throws(StoreError) in contents.rows = try rows(contents.store) }
    }

    /// Appends whole rows, as `RowCursor.fill` does; before `begin` there are none.
    /// - Returns: Whether the answer is complete.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    public func fill(_ buffer: inout [UInt8], limit: Int) throws(StoreError) -> Bool {
        try store.use { (contents) throws(StoreError) in try contents.rows?.fill(&buffer, limit: limit) ?? true }
    }

    /// Reads something else from the store, while the rows stay where they are.
    public func read<Value: Sendable>(
        _ body: @Sendable (ObservationStore) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try store.use { (contents) throws(StoreError) in try body(contents.store) }
    }
}

/// A store of the pool, and the rows that are read from it.
///
/// Store and rows are for one thread at a time. A mutex ensures it; nobody ever waits for it in a server, since one
/// answer is worked on by one thread at a time. In debug builds the use also claims the connection for its thread
/// (`Database.claim`).
final class PooledStore: Sendable {
    struct Contents {
        let store: ObservationStore
        /// Nil while the store is in the pool.
        var rows: RowCursor?
    }

    let file: FileIdentity
    private let contents: Mutex<Contents>

    /// Opens the file.
    init(path: String, memory: AnswerMemory) throws(StoreError) {
        let store = try ObservationStore(path: path, memory: memory)
        file = store.file
        store.endClaim()
        contents = Mutex(Contents(store: store, rows: nil))
    }

    // Closing the connection is a use too.
    deinit { contents.withLock { $0.store.claim() } }

    func use<Result, Failure: Error>(
        _ body: (inout sending Contents) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try contents.withLock { (contents) throws(Failure) in
            contents.store.claim()
            defer { contents.store.endClaim() }
            return try body(&contents)
        }
    }

    /// Ends the rows with all their statements, and resets canceller and budget for the next lease.
    func rest() {
        use {
            $0.rows = nil
            $0.store.canceller = Canceller()
            $0.store.giveWay = nil
            $0.store.setBudget(nanoseconds: nil)
        }
    }
}
