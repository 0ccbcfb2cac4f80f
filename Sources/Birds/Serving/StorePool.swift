import Synchronization

/// Stores for long answers on worker threads, of the newest generation of a file.
///
/// Invariants: at most `limit` stores are out. At most `idleLimit` are at rest, and none whose file has been replaced by one
/// that can be served: it would keep the space of the old file. Where the new file can't be served, those at rest are handed
/// out as long as there are any.
public final class StorePool: Sendable {
    private let path: String
    private let limit: Int
    private let state = Mutex(State())

    private static let idleLimit = 4

    private struct State {
        var out = 0
        var idle: [PooledStore] = []
        /// The last file that could not be served; nil within an optional where there was none.
        var refused: FileIdentity??

        /// Whether a store of an older file than this one is still of use.
        func keepsOlder(than file: FileIdentity?) -> Bool { refused == .some(file) }
    }

    /// - Parameter limit: How many stores may be out at once.
    public init(path: String, limit: Int) {
        self.path = path
        self.limit = limit
    }

    /// How many stores are out.
    public var count: Int { state.withLock { $0.out } }

    /// A store for one answer. It comes back when the lease ends.
    /// - Parameter canceller: Ends whatever runs on it.
    /// - Throws: `.busy` over the limit, or what opening throws.
    public func withdraw(_ canceller: Canceller) throws(StoreError) -> StoreLease {
        let file = FileIdentity(path: path)
        let idle = try state.withLock { (state) throws(StoreError) -> PooledStore? in
            guard state.out < limit else { throw .busy }
            state.out += 1
            guard let last = state.idle.last, last.file == file else { return nil }
            return state.idle.popLast()
        }
        if let idle { return StoreLease(idle, canceller, of: self) }
        do throws(StoreError) {
            let store = try PooledStore(path: path)
            discardOld()
            return StoreLease(store, canceller, of: self)
        } catch {
            let idle = state.withLock { state in
                state.refused = .some(file)
                let idle = state.idle.popLast()
                if idle == nil { state.out -= 1 }
                return idle
            }
            guard let idle else { throw error }
            return StoreLease(idle, canceller, of: self)
        }
    }

    /// Takes a store back whose lease has ended.
    func deposit(_ store: PooledStore) {
        store.rest()
        let file = FileIdentity(path: path)
        state.withLock { state in
            state.out -= 1
            guard state.idle.count < StorePool.idleLimit else { return }
            if store.file == file || state.keepsOlder(than: file) { state.idle.append(store) }
        }
    }

    /// Closes stores at rest whose file has been replaced. Withdrawing does it too; call it now and then where that may
    /// be long in coming, so that the space of the old file is given back.
    public func discardOld() {
        let file = FileIdentity(path: path)
        // They close when this array goes, outside of the lock.
        let old = state.withLock { state in
            if state.keepsOlder(than: file) { return [PooledStore]() }
            let old = state.idle.filter { $0.file != file }
            state.idle.removeAll { $0.file != file }
            return old
        }
        withExtendedLifetime(old) {}
    }
}
