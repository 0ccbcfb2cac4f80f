/// The store of the newest generation of a file, for one event loop.
///
/// A new file is taken up between requests; what still reads the old one keeps its store, and ends on it. A new file that
/// can't be served is refused: the old one stays until there is a better.
public final class StoreWatch {
    private let path: String
    private var store: ObservationStore
    /// When the file is looked at next, and when a refused one is tried again, on the monotonic clock in nanoseconds.
    private var nextLook: UInt64 = 0
    private var nextAttempt: UInt64 = 0
    /// The file that was refused; nil within an optional where there was none.
    private var refusedFile: FileIdentity??
    private var refusal: StoreError?
    private var isTold = false

    private static let lookInterval: UInt64 = 50_000_000
    /// A refusal may have passing reasons, such as a want of descriptors.
    private static let attemptInterval: UInt64 = 1_000_000_000

    public init(path: String) throws(StoreError) {
        self.path = path
        store = try ObservationStore(path: path)
    }

    /// The store to ask now. The file is looked at at most every 50 ms.
    /// - Parameter now: The monotonic clock, in nanoseconds.
    public func current(now: UInt64) -> ObservationStore {
        if now >= nextLook { look(now) }
        return store
    }

    /// Why a new file was refused, once for each, for the log: reading it forgets it.
    public var lastRefusal: StoreError? {
        defer { refusal = nil }
        return refusal
    }

    /// Whether a file was taken up that another program has edited, once for each, for the log: reading it forgets it.
    public var lastIsEdited: Bool {
        defer { isTold = true }
        return store.isEdited && !isTold
    }

    private func look(_ now: UInt64) {
        nextLook = now &+ StoreWatch.lookInterval
        let file = FileIdentity(path: path)
        if file == store.file {
            refusedFile = nil
            return
        }
        let isKnownRefusal = refusedFile == .some(file)
        if isKnownRefusal && now < nextAttempt { return }
        do throws(StoreError) {
            store = try ObservationStore(path: path)
            (refusedFile, isTold) = (nil, false)
        } catch {
            nextAttempt = now &+ StoreWatch.attemptInterval
            refusedFile = .some(file)
            if !isKnownRefusal { refusal = error }
        }
    }
}
