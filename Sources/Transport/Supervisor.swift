import Glibc
import Synchronization

/// What the threads of a server tell the one that waits for them, and the order to stop.
final class Supervisor: Sendable {
    struct State {
        /// The mailboxes of the loops that run.
        var mailboxes: [Mailbox] = []
        var started = 0
        var ended = 0
        /// Why a loop could not start or go on; the first reason.
        var failure: ServerError?
        var stopIsRequested = false
    }

    private let state = Mutex(State())
    private let wakeup: Descriptor

    init() throws(SystemCallError) { wakeup = try Descriptor.event() }

    /// A loop takes connections from now on.
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

    /// Waits until a condition holds. The first signal is a request to stop, the next one ends the process.
    func wait(_ signals: Signals?, until condition: (State) -> Bool) {
        while !read(condition) {
            var descriptors = [pollfd(fd: wakeup.number, events: Int16(POLLIN), revents: 0)]
            if let signals { descriptors.append(pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0)) }
            poll(&descriptors, nfds_t(descriptors.count), -1)
            wakeup.clear()
            while let signal = signals?.next() {
                // What a shell reports for a program that this signal ended.
                if read({ $0.stopIsRequested }) { _exit(128 + signal) }
                requestStop()
            }
        }
    }
}
