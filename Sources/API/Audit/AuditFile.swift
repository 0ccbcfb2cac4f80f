import Birds
import FileSystem
import Glibc
import Logging
import Synchronization

/// The audit file, to which all loops append the lines of their answers.
///
/// Invariants:
/// - A line is in the file as a whole, whichever loop it comes from: the lock is held while it is written, and what is
///   left of a line comes before the next one.
/// - `append` hands a line to the system before it returns, so an end of the process loses no line of an answer that
///   has been sent. It waits for no disk, so a loss of power may.
/// - A line that goes to a file which has been removed is written once more, to a new one.
/// - Lines that can't be written are kept, up to `mostKept`, and written first once that is possible. Until then
///   `isWritable` is false, and no more records are given out. How many lines were lost is written too.
public final class AuditFile: Sendable {
    /// The file can't be opened or written, with the reason for the person who runs the server.
    public struct Fault: Error, Sendable {
        public let message: String

        public init(message: String) { self.message = message }
    }

    private struct State {
        var descriptor: Int32
        /// Whether the file must be opened again before anything is written.
        var mustOpen = false
        var isFailing = false
        /// Lines that could not be written, the oldest first. Of the first one, some bytes may be in the file.
        var kept: [[UInt8]] = []
        var keptBytes = 0
        var written = 0
        /// How many lines were dropped, since there was no room to keep them.
        var lost = 0
        /// When to try again, in nanoseconds of the monotonic clock.
        var nextTry: UInt64 = 0
        var lines = AuditLines()
    }

    private let state: Mutex<State>
    /// The same as `State.isFailing`, for a look without the lock.
    private let isFailing = Atomic(false)
    private let open: @Sendable (Int32) throws(Fault) -> Int32
    private let isReplaced: @Sendable (Int32) -> Bool
    private let logger: Logger
    /// The monotonic clock, in nanoseconds.
    private let clock: @Sendable () -> UInt64

    /// The most bytes of lines that are kept: those of some 10,000 answers that were under way when writing failed.
    static let mostKept = 8 << 20
    /// How long to wait after a failure before another attempt, in nanoseconds.
    static let pause: UInt64 = 200_000_000

    /// - Parameters:
    ///   - descriptor: The file, open for appending. It is closed here.
    ///   - isReplaced: Whether its path is that of another file than the one that is open.
    ///   - open: Opens it again. It is given the descriptor so far, and may return that.
    public convenience init(
        descriptor: Int32, logger: Logger, isReplaced: @escaping @Sendable (Int32) -> Bool,
        open: @escaping @Sendable (Int32) throws(Fault) -> Int32
    ) {
        self.init(
            descriptor: descriptor, logger: logger, clock: MonotonicClock.nanoseconds, isReplaced: isReplaced,
            open: open)
    }

    init(
        descriptor: Int32, logger: Logger, clock: @escaping @Sendable () -> UInt64,
        isReplaced: @escaping @Sendable (Int32) -> Bool, open: @escaping @Sendable (Int32) throws(Fault) -> Int32
    ) {
        (self.logger, self.clock, self.isReplaced, self.open) = (logger, clock, isReplaced, open)
        state = Mutex(State(descriptor: descriptor))
    }

    deinit { state.withLock { _ = close($0.descriptor) } }

    /// Writes that the server starts.
    /// - Throws: `Fault` if that is not possible.
    public func start() throws(Fault) {
        let code = state.withLock { state in
            begin(&state, "start")
            return writeKept(&state)
        }
        guard code == 0 else { throw Fault(message: systemMessage(code)) }
    }

    /// Whether a line could be written now, as far as is known. After a failure this tries again now and then.
    var isWritable: Bool {
        guard isFailing.load(ordering: .acquiring) else { return true }
        return state.withLock { state in
            tryAgain(&state)
            return !state.isFailing
        }
    }

    /// Writes a line.
    func append(_ line: [UInt8]) {
        state.withLock { state in
            guard !state.isFailing else { return keep(line, &state) }
            let count = line.withUnsafeBytes { write(state.descriptor, $0.baseAddress, $0.count) }
            if count == line.count {
                guard AuditFile.isRemoved(state.descriptor) else { return }
                keep(line, &state)
                return leave(&state)
            }
            keep(line, &state)
            state.written = max(0, count)
            settle(&state, code: writeKept(&state))
        }
    }

    /// Opens the file again, since the old one has been renamed. Lines from now on are in the new one.
    public func reopen() {
        state.withLock { state in
            if !state.mustOpen { _ = writeKept(&state) }
            state.mustOpen = true
            state.nextTry = 0
            tryAgain(&state)
        }
    }

    /// Tries again after a failure, and opens the path again if the file was removed or replaced. For once a second.
    func upkeep() {
        state.withLock { state in
            if !state.mustOpen, AuditFile.isRemoved(state.descriptor) || isReplaced(state.descriptor) {
                leave(&state)
            } else if state.mustOpen || state.isFailing {
                tryAgain(&state)
            }
        }
    }

    /// Leaves a file that is not the one at the path any more, without having been told to.
    private func leave(_ state: inout State) {
        logger.warning("the audit file was removed or replaced; the one at its path is opened, or made")
        state.mustOpen = true
        state.nextTry = 0
        tryAgain(&state)
    }

    /// Opens the file if it must be opened, and writes what is kept.
    private func tryAgain(_ state: inout State) {
        guard clock() >= state.nextTry else { return }
        if state.mustOpen {
            do throws(Fault) {
                let new = try open(state.descriptor)
                if new != state.descriptor { close(state.descriptor) }
                (state.descriptor, state.mustOpen, state.written) = (new, false, 0)
            } catch {
                return fail(&state, error.message)
            }
            begin(&state, "reopen")
        }
        settle(&state, code: writeKept(&state))
    }

    /// Takes note of how writing ended.
    /// - Parameter code: 0, or the error number.
    private func settle(_ state: inout State, code: Int32) {
        if code != 0 { return fail(&state, systemMessage(code)) }
        guard state.isFailing else { return }
        if state.lost > 0 {
            keep(state.lines.event("lost", lines: state.lost), &state)
            state.lost = 0
            return settle(&state, code: writeKept(&state))
        }
        state.isFailing = false
        isFailing.store(false, ordering: .releasing)
        logger.notice("the audit file can be written again")
    }

    private func fail(_ state: inout State, _ reason: String) {
        state.nextTry = clock() &+ AuditFile.pause
        if state.isFailing { return }
        state.isFailing = true
        isFailing.store(true, ordering: .releasing)
        logger.error(
            "the audit file can't be written, and requests for records get 503 until it can",
            metadata: ["error": "\(reason)"])
    }

    private func keep(_ line: [UInt8], _ state: inout State) {
        guard state.keptBytes + line.count <= AuditFile.mostKept else {
            state.lost += 1
            return
        }
        state.kept.append(line)
        state.keptBytes += line.count
    }

    /// Puts an event before the lines that are kept, since it is the first thing in the file that was opened.
    private func begin(_ state: inout State, _ event: StaticString) {
        var line = state.lines.event(event)
        // A line that was cut off, as by a full disk before a restart, must not swallow this one.
        if AuditFile.isCutOff(state.descriptor) { line.insert(UInt8(ascii: "\n"), at: 0) }
        state.kept.insert(line, at: 0)
        state.keptBytes += line.count
    }

    /// Writes the lines that are kept, as far as possible.
    /// - Returns: 0, or the error number.
    private func writeKept(_ state: inout State) -> Int32 {
        var done = 0
        defer {
            for line in state.kept.prefix(done) { state.keptBytes -= line.count }
            state.kept.removeFirst(done)
        }
        while done < state.kept.count {
            let line = state.kept[done]
            let count = line.withUnsafeBytes {
                write(state.descriptor, $0.baseAddress.map { $0 + state.written }, $0.count - state.written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            state.written += count
            if state.written == line.count { (done, state.written) = (done + 1, 0) }
        }
        return 0
    }

    /// Whether the file has lost its name. What is written to it then is gone.
    private static func isRemoved(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 0
    }

    /// Whether a file ends within a line.
    private static func isCutOff(_ descriptor: Int32) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            return false
        }
        var last: UInt8 = 0
        return pread(descriptor, &last, 1, status.st_size - 1) == 1 && last != UInt8(ascii: "\n")
    }
}
