/// The store of the newest generation of a file, for one event loop and its thread.
///
/// A new file is opened by another thread (`Opening`), and taken between requests. An answer that still reads the old
/// file keeps the old store until it ends. If the new file can't be served, it is refused, and the old store stays
/// until there is a file that can.
public final class StoreWatch {
    private let path: String
    private let memory: AnswerMemory
    private let patience: UInt64
    private var store: ObservationStore
    /// The attempt under way. There is never more than one.
    private var opening: Opening?
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
    /// How long a look waits for a file to be opened, in nanoseconds. A usual file takes a tenth of it, so that the
    /// next request is answered from it. Another one holds up the loop once for each attempt, and no longer than that.
    public static let usualPatience: UInt64 = 50_000_000

    /// Opens the file, and waits until that is done.
    /// - Parameters:
    ///   - memory: What sorts and summaries may hold.
    ///   - patience: How long to wait for a new file at once, in nanoseconds; tests choose more.
    /// - Throws: `.missing`, `.unusable` or `.sqlite`.
    public init(
        path: String, memory: AnswerMemory = .unlimited, patience: UInt64 = StoreWatch.usualPatience
    ) throws(StoreError) {
        (self.path, self.memory, self.patience) = (path, memory, patience)
        store = try ObservationStore(path: path, memory: memory)
    }

    /// The store to use now. It looks for a new file at most every 50 ms, so a request may be answered from a file
    /// that was replaced this long ago, and longer while the new one is being opened.
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
        takeOpened(now)
        if opening != nil { return }
        let file = FileIdentity(path: path)
        if file == store.file {
            refusedFile = nil
            return
        }
        store.check(against: file)
        if refusedFile == .some(file), now < nextAttempt { return }
        opening = Opening(path: path, file: file, memory: memory)
        guard let opening else {
            refuse(file, .unusable(path: path, reason: "there is no thread to open it; it is tried again"), now)
            return
        }
        opening.wait(atMost: patience)
        takeOpened(now)
    }

    /// Takes the new store if the attempt to open it is over.
    private func takeOpened(_ now: UInt64) {
        guard let opening, opening.isOver else { return }
        self.opening = nil
        do throws(StoreError) {
            store = try opening.take()
            (refusedFile, isTold) = (nil, false)
        } catch {
            refuse(opening.file, error, now)
        }
    }

    private func refuse(_ file: FileIdentity?, _ error: StoreError, _ now: UInt64) {
        nextAttempt = now &+ StoreWatch.attemptInterval
        if refusedFile != .some(file) { refusal = error }
        refusedFile = .some(file)
    }
}
