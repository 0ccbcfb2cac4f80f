/// The store of the newest generation of a file, for one event loop and its thread.
///
/// A new file is opened between requests. An answer that still reads the old file keeps the old store until it
/// ends. If the new file can't be served, it is refused, and the old store stays until there is a file that can.
public final class StoreWatch {
    private let path: String
    private let memory: AnswerMemory
    private var store: ObservationStore
    /// When to look at the file next, and when to try a refused one again; on the monotonic clock, in nanoseconds.
    private var nextLook: UInt64 = 0
    private var nextAttempt: UInt64 = 0
    /// The file that was refused. The inner nil says that there was no file at the path.
    private var refusedFile: FileIdentity??
    /// Why, until `lastRefusal` was read.
    private var refusal: StoreError?
    /// Whether `lastIsEdited` was read for this store.
    private var isTold = false

    /// How long to wait between two looks at the file, in nanoseconds. A `stat` at this rate costs nothing
    /// measurable.
    private static let lookInterval: UInt64 = 50_000_000
    /// How long to wait before trying a refused file again, in nanoseconds: the reason may be temporary, such as a
    /// lack of file descriptors.
    private static let attemptInterval: UInt64 = 1_000_000_000

    /// Opens the file.
    /// - Parameter memory: What sorts and summaries may hold.
    /// - Throws: `.missing`, `.unusable` or `.sqlite`.
    public init(path: String, memory: AnswerMemory = .unlimited) throws(StoreError) {
        (self.path, self.memory) = (path, memory)
        store = try ObservationStore(path: path, memory: memory)
    }

    /// The store to use now. It looks for a new file at most every 50 ms, so a request may be answered from a file
    /// that was replaced this long ago.
    /// - Parameter now: The monotonic clock, in nanoseconds.
    public func current(now: UInt64) -> ObservationStore {
        if now >= nextLook { look(now) }
        return store
    }

    /// The reason why a new file was refused, for the log: once for each file, since reading it clears it.
    public var lastRefusal: StoreError? {
        defer { refusal = nil }
        return refusal
    }

    /// Whether the current file was edited by another program, for the log: true once for each file.
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
            store = try ObservationStore(path: path, memory: memory)
            (refusedFile, isTold) = (nil, false)
        } catch {
            nextAttempt = now &+ StoreWatch.attemptInterval
            refusedFile = .some(file)
            if !isKnownRefusal { refusal = error }
        }
    }
}
