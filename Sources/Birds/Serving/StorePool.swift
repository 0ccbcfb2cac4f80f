import Synchronization

/// Stores for long answers on worker threads, of the newest generation of a file. All functions may be called from
/// any thread.
///
/// Invariants:
/// - At most `idleLimit` are idle. Those of a file that was replaced by one that can be served are closed by the
///   next `withdraw` or `discardOld`, since an open file keeps its space on the disk.
/// - While the new file can't be served, idle stores of the old one are lent as long as there are any.
/// - Files are opened and closed outside of the lock.
public final class StorePool: Sendable {
    private let path: String
    private let memory: AnswerMemory
    private let state = Mutex(State())
    /// When the newest file was published, in seconds since 1970, if it has a general edition; 0 if it has none.
    private let protectedSince = Atomic<Int64>(0)

    /// The greatest number of idle stores.
    private static let idleLimit = 4

    private struct State {
        var out = 0
        var idle: [PooledStore] = []
        /// The last file that could not be served. The inner nil says that there was no file at the path.
        var refused: FileIdentity??

        /// Whether stores of older files are still useful, because this file was refused.
        func keepsOlder(than file: FileIdentity?) -> Bool { refused == .some(file) }
    }

    /// - Parameters:
    ///   - path: The path of the database. The file may be replaced at any time.
    ///   - memory: What sorts and summaries may hold.
    public init(path: String, memory: AnswerMemory = .unlimited) { (self.path, self.memory) = (path, memory) }

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
        let idle = state.withLock { state -> PooledStore? in
            state.out += 1
            guard let last = state.idle.last, last.file == file else { return nil }
            return state.idle.popLast()
        }
        if let idle { return StoreLease(idle, canceller, of: self) }
        do throws(StoreError) {
            let store = try PooledStore(path: path, memory: memory)
            state.withLock { $0.refused = nil }
            discardOld()
            return StoreLease(store, canceller, of: self)
        } catch {
            // If it was replaced meanwhile, the failure may be that of either file.
            let isSame = FileIdentity(path: path) == file
            let idle = state.withLock { state in
                if isSame { state.refused = .some(file) }
                let idle = state.idle.popLast()
                if idle == nil { state.out -= 1 }
                return idle
            }
            guard let idle else { throw error }
            return StoreLease(idle, canceller, of: self)
        }
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
