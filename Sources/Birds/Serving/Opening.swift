import Glibc
import Synchronization

/// An attempt to open a file and to check it, in a thread of its own: the file may be slow, or made to be.
///
/// Invariant: the thread ends soon after the attempt is released, or after `ObservationStore.openingLimit`. Nobody ever
/// waits for it longer than `wait(atMost:)` says.
final class Opening {
    /// The file that was at the path when the attempt began; nil if there was none.
    let file: FileIdentity?
    private let attempt: Attempt

    /// What the thread shares with the one that wants the store.
    private final class Attempt: Sendable {
        let path: String
        let memory: AnswerMemory
        let canceller = Canceller()
        private let hasEnded = Atomic<Bool>(false)
        private let outcome = Mutex<Outcome>(.none)

        private enum Outcome {
            case none
            case opened(ObservationStore)
            case failed(StoreError)
        }

        init(path: String, memory: AnswerMemory) { (self.path, self.memory) = (path, memory) }

        func run() {
            outcome.withLock { outcome in
                do throws(StoreError) {
                    outcome = .opened(try ObservationStore(path: path, memory: memory, canceller: canceller))
                } catch {
                    outcome = .failed(error)
                }
            }
            // Releasing: whoever sees it sees the outcome too.
            hasEnded.store(true, ordering: .releasing)
        }

        var isOver: Bool { hasEnded.load(ordering: .acquiring) }

        /// The store, once the attempt is over. It is given away once.
        func take() throws(StoreError) -> sending ObservationStore {
            try outcome.withLock { (outcome) throws(StoreError) in
                switch consume outcome {
                case .opened(let store):
                    outcome = .none
                    // That of the attempt ends with it.
                    store.canceller = Canceller()
                    return store
                case .failed(let error):
                    outcome = .failed(error)
                    throw error
                case .none:
                    outcome = .none
                    throw .cancelled
                }
            }
        }
    }

    /// Begins. Nil if no thread can be started.
    /// - Parameter memory: What sorts and summaries of the store may hold.
    init?(path: String, file: FileIdentity?, memory: AnswerMemory) {
        self.file = file
        attempt = Attempt(path: path, memory: memory)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(attempt)
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Attempt>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            return nil
        }
        pthread_detach(thread)
    }

    deinit { attempt.canceller.cancel() }

    var isOver: Bool { attempt.isOver }

    /// Waits for the end, but not longer than this, in nanoseconds.
    func wait(atMost nanoseconds: UInt64) {
        let start = MonotonicClock.nanoseconds()
        while !isOver, MonotonicClock.nanoseconds() &- start < nanoseconds { usleep(100) }
    }

    /// The store, once the attempt is over. It is given away once.
    /// - Throws: The errors of `ObservationStore.init`.
    func take() throws(StoreError) -> ObservationStore { try attempt.take() }
}
