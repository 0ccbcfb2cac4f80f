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

    /// A store that nobody uses. Unchecked, since a store is bound to no thread, only to one at a time: it comes here when
    /// one has done with it, and leaves for one.
    private struct Idle: @unchecked Sendable {
        let store: ObservationStore
    }

    private struct State {
        var out = 0
        var idle: [Idle] = []
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

    /// A store, for one thread at a time, until it is deposited.
    /// - Throws: `.busy` over the limit, or what opening throws.
    public func withdraw() throws(StoreError) -> ObservationStore {
        let file = FileIdentity(path: path)
        let idle = try state.withLock { (state) throws(StoreError) -> Idle? in
            guard state.out < limit else { throw .busy }
            state.out += 1
            guard let last = state.idle.last, last.store.file == file else { return nil }
            return state.idle.popLast()
        }
        if let idle { return idle.store }
        do throws(StoreError) {
            let store = try ObservationStore(path: path)
            discardOld()
            return store
        } catch {
            let idle = state.withLock { state in
                state.refused = .some(file)
                let idle = state.idle.popLast()
                if idle == nil { state.out -= 1 }
                return idle
            }
            guard let idle else { throw error }
            return idle.store
        }
    }

    /// Takes a store back. No cursor of it may be used any more.
    public func deposit(_ store: ObservationStore) {
        store.canceller = Canceller()
        store.setBudget(nanoseconds: nil)
        let file = FileIdentity(path: path)
        let returned = Idle(store: store)
        state.withLock { state in
            state.out -= 1
            guard state.idle.count < StorePool.idleLimit else { return }
            if returned.store.file == file || state.keepsOlder(than: file) { state.idle.append(returned) }
        }
    }

    /// Closes stores at rest whose file has been replaced. Withdrawing does it too; call it now and then where that may
    /// be long in coming, so that the space of the old file is given back.
    public func discardOld() {
        let file = FileIdentity(path: path)
        // They close when this array goes, outside of the lock.
        let old = state.withLock { state in
            if state.keepsOlder(than: file) { return [Idle]() }
            let old = state.idle.filter { $0.store.file != file }
            state.idle.removeAll { $0.store.file != file }
            return old
        }
        withExtendedLifetime(old) {}
    }
}
