import Synchronization

/// Stores for long answers on worker threads, of the newest generation of a file. All functions may be called from
/// any thread.
///
/// Invariants:
/// - At most `idleLimit` are idle. Those of a file that was replaced by one that can be served are closed by the
///   next `withdraw` or `discardOld`, since an open file keeps its space on the disk.
/// - While the new file can't be served, idle stores of the old one are lent as long as there are any, and one caller a
///   second tries to open the new one. All others get an old store or the error at once: to open a file that is made
///   for it takes long (`ObservationStore.openingLimit`).
/// - Files are opened and closed outside of the lock.
public final class StorePool: Sendable {
    private let path: String
    private let memory: AnswerMemory
    private let state = Mutex(State())
    /// When the newest file was published, in seconds since 1970, if it has a general edition; 0 if it has none.
    private let protectedSince = Atomic<Int64>(0)

    /// The greatest number of idle stores.
    private static let idleLimit = 4
    /// How long to wait before trying a refused file again, in nanoseconds.
    private static let attemptInterval: UInt64 = 1_000_000_000

    private struct State {
        var out = 0
        var idle: [PooledStore] = []
        /// The last file that could not be served. The inner nil says that there was no file at the path.
        var refused: FileIdentity??
        /// Why, and when to try again, on the monotonic clock in nanoseconds.
        var refusal = StoreError.cancelled
        var nextAttempt: UInt64 = 0

        /// Whether stores of older files are still useful, because this file was refused.
        func keepsOlder(than file: FileIdentity?) -> Bool { refused == .some(file) }
    }

    private let clock: @Sendable () -> UInt64

    /// - Parameters:
    ///   - path: The path of the database. The file may be replaced at any time.
    ///   - memory: What sorts and summaries may hold.
    ///   - clock: The monotonic clock, in nanoseconds. Tests set it.
    public init(
        path: String, memory: AnswerMemory = .unlimited,
        clock: @escaping @Sendable () -> UInt64 = MonotonicClock.nanoseconds
    ) {
        (self.path, self.memory, self.clock) = (path, memory, clock)
    }

    /// Takes a store for the newest one. Call it from time to time.
    public func note(newest store: ObservationStore) {
        protectedSince.store(store.general == nil ? 0 : store.generation.publishedAt, ordering: .relaxed)
    }

    /// Whether somebody may still be shown what a generation has. If a newer one has a general edition, what was shown
    /// exactly until then may be protected now.
    public func mayShow(_ generation: PublishedGeneration, to view: View) -> Bool {
        if case .everywhere = view.precision { return true }
        return generation.publishedAt >= protectedSince.load(ordering: .relaxed)
    }

    /// The number of stores that are lent.
    public var count: Int { state.withLock { $0.out } }

    /// Lends a store for one answer. It returns when the lease ends.
    /// - Parameter canceller: Ends what runs on the store.
    /// - Throws: `.missing`, `.unusable` or `.sqlite` if the file can't be opened and no older store is idle.
    public func withdraw(_ canceller: Canceller) throws(StoreError) -> StoreLease {
        let file = FileIdentity(path: path)
        let now = clock()
        let (idle, refusal) = state.withLock { state -> (PooledStore?, StoreError?) in
            state.out += 1
            if let last = state.idle.last, last.file == file { return (state.idle.popLast(), nil) }
            guard state.refused == .some(file) else { return (nil, nil) }
            if now < state.nextAttempt { return (nil, state.refusal) }
            state.nextAttempt = .max
            return (nil, nil)
        }
        if let idle { return StoreLease(idle, canceller, of: self) }
        if let refusal { return try lendOld(canceller, instead: file, refusal) }
        do throws(StoreError) {
            let store = try PooledStore(path: path, memory: memory)
            state.withLock { $0.refused = nil }
            discardOld()
            return StoreLease(store, canceller, of: self)
        } catch {
            // If it was replaced meanwhile, the failure may be that of either file.
            let isSame = FileIdentity(path: path) == file
            let next = clock() &+ StorePool.attemptInterval
            state.withLock { state in
                if isSame { (state.refused, state.refusal) = (.some(file), error) }
                if state.refused == .some(file) { state.nextAttempt = next }
            }
            return try lendOld(canceller, instead: file, error)
        }
    }

    /// Lends an idle store of an older file in place of one that was refused.
    /// - Throws: Why it was refused, if no store is idle.
    private func lendOld(
        _ canceller: Canceller, instead file: FileIdentity?, _ refusal: StoreError
    ) throws(StoreError) -> StoreLease {
        // Closed outside of the lock.
        var cutOff: [PooledStore] = []
        let idle = state.withLock { state in
            if let file {
                cutOff = state.idle.filter { file.isTruncation(of: $0.file) }
                state.idle.removeAll { file.isTruncation(of: $0.file) }
            }
            let idle = state.idle.popLast()
            if idle == nil { state.out -= 1 }
            return idle
        }
        withExtendedLifetime(cutOff) {}
        guard let idle else { throw refusal }
        return StoreLease(idle, canceller, of: self)
    }

    /// Takes a store back when its lease has ended. It closes here unless it is worth keeping.
    func deposit(_ store: PooledStore) {
        store.rest()
        let file = FileIdentity(path: path)
        state.withLock { state in
            state.out -= 1
            guard state.idle.count < StorePool.idleLimit else { return }
            if store.file == file || state.keepsOlder(than: file) { state.idle.append(store) }
        }
    }

    /// Closes idle stores whose file has been replaced. `withdraw` does so too. Call it from time to time, in case
    /// no long answer is asked for, so that the space of the old file is released.
    public func discardOld() {
        let file = FileIdentity(path: path)
        // They close when this array is released, outside of the lock.
        let old = state.withLock { state in
            if state.keepsOlder(than: file) { return [PooledStore]() }
            let old = state.idle.filter { $0.file != file }
            state.idle.removeAll { $0.file != file }
            return old
        }
        withExtendedLifetime(old) {}
    }
}
