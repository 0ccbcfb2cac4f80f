import Glibc
import Synchronization

/// Connects the threads of a server with the thread that waits in `Server.run`: they report their start, their end and
/// their failure, and any thread can request a stop. Only the waiting thread calls `wait`.
final class Supervisor: Sendable {
    struct State {
        /// The mailboxes of the loops that have started.
        var mailboxes: [Mailbox] = []
        /// Counts of loops. A loop that could not start counts as ended only.
        var started = 0
        var ended = 0
        /// The first failure of a loop. One loop that fails stops the server.
        var failure: ServerError?
        var stopIsRequested = false
    }

    private let state = Mutex(State())
    private let wakeup: Descriptor

    init() throws(SystemCallError) { wakeup = try Descriptor.event() }

    /// A loop accepts connections from now on.
    func started(_ mailbox: Mailbox) {
        state.withLock {
            $0.started += 1
            $0.mailboxes.append(mailbox)
        }
        wakeup.signal()
    }

    /// A loop's thread has ended, or could not be started.
    func ended(_ failure: ServerError?) {
        state.withLock {
            $0.ended += 1
            $0.failure = $0.failure ?? failure
        }
        wakeup.signal()
    }

    func requestStop() {
        state.withLock { $0.stopIsRequested = true }
        wakeup.signal()
    }

    /// Reads the state.
    func read<Value: Sendable>(_ body: (State) -> Value) -> Value { state.withLock { body($0) } }

    /// Waits until a condition holds. The first signal requests a stop; a second one ends the process at once, so that
    /// an impatient user needs no SIGKILL.
    func wait(_ signals: Signals?, until condition: (State) -> Bool) {
        while !read(condition) {
            var descriptors = [pollfd(fd: wakeup.number, events: Int16(POLLIN), revents: 0)]
            if let signals { descriptors.append(pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0)) }
            poll(&descriptors, nfds_t(descriptors.count), -1)
            wakeup.clear()
            while let signal = signals?.next() {
                // The status that a shell reports for a program ended by this signal.
                if read({ $0.stopIsRequested }) { _exit(128 + signal) }
                requestStop()
            }
        }
    }
}
