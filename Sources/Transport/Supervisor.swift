import Glibc
import Synchronization

/// Connects the threads of a server with the thread that waits in `Server.run`: they report their start, their end and
/// their failure, and any thread can request a stop. Only the waiting thread calls `wait`.
final class Supervisor: Sendable {
    struct State {
        /// The mailboxes of the loops that have started, and their pulses in the same order.
        var mailboxes: [Mailbox] = []
        var pulses: [Pulse] = []
        /// Counts of loops. A loop that could not start counts as ended only.
        var started = 0
        var ended = 0
        /// The first failure of a loop. One loop that fails stops the server.
        var failure: ServerError?
        var stopIsRequested = false
        /// When the grace of the stop is over, in nanoseconds, once the loops have been told.
        var deadline: UInt64?
    }

    private let state = Mutex(State())
    private let wakeup: Descriptor

    init() throws(SystemCallError) { wakeup = try Descriptor.event() }

    /// A loop accepts connections from now on, unless the others have been told to stop.
    func started(_ mailbox: Mailbox, _ pulse: Pulse) {
        let deadline = state.withLock { state in
            state.started += 1
            state.mailboxes.append(mailbox)
            state.pulses.append(pulse)
            return state.deadline
        }
        if let deadline { mailbox.post(.stop(deadline: deadline)) }
        wakeup.signal()
    }

    /// Tells all loops to stop, also those that start only now.
    /// - Parameter deadline: When their grace is over, in nanoseconds.
    func stop(deadline: UInt64) {
        let mailboxes = state.withLock { state in
            state.deadline = deadline
            return state.mailboxes
        }
        for mailbox in mailboxes { mailbox.post(.stop(deadline: deadline)) }
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
    /// - Parameter eachSecond: Called about once a second while it waits.
    func wait(_ signals: Signals?, until condition: (State) -> Bool, eachSecond: () -> Void) {
        var next = Clock.nanoseconds() &+ Supervisor.second
        while !read(condition) {
            var descriptors = [pollfd(fd: wakeup.number, events: Int16(POLLIN), revents: 0)]
            if let signals { descriptors.append(pollfd(fd: signals.number, events: Int16(POLLIN), revents: 0)) }
            poll(&descriptors, nfds_t(descriptors.count), 1000)
            wakeup.clear()
            while let signal = signals?.next() {
                // The status that a shell reports for a program ended by this signal.
                if read({ $0.stopIsRequested }) { _exit(128 + signal) }
                requestStop()
            }
            let now = Clock.nanoseconds()
            if now >= next {
                next = now &+ Supervisor.second
                eachSecond()
            }
        }
    }

    /// In nanoseconds.
    private static let second: UInt64 = 1_000_000_000
}
