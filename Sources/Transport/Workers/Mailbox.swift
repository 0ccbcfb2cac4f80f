import HTTP
import Synchronization

/// What other threads leave for an event loop to find. It never holds more than one message for each connection, and the
/// order to stop.
final class Mailbox: Sendable {
    enum Message: Sendable {
        /// The answer of `Answer.later`.
        case response(Response, for: Token)
        /// The next piece of a body.
        case piece(Piece, [UInt8], for: Token)
        /// Stop, and reset at `deadline`, in nanoseconds of the monotonic clock, what has not ended by then.
        case stop(deadline: UInt64)
    }

    /// What the loop waits for.
    let wakeup: Descriptor
    private let messages = Mutex<[Message]>([])

    init() throws(SystemCallError) { wakeup = try Descriptor.event() }

    func post(_ message: Message) {
        let isFirst = messages.withLock {
            $0.append(message)
            return $0.count == 1
        }
        // Whoever left the first message has woken the loop for the others as well.
        if isFirst { wakeup.signal() }
    }

    /// Takes all messages out, in the order they came.
    func take() -> [Message] {
        messages.withLock {
            let taken = $0
            $0 = []
            return taken
        }
    }
}

/// Names a connection to the kernel and to the workers: the slot it has in its loop, and which of the slot's connections
/// it is, so that what comes too late never reaches another one.
struct Token: Hashable, Sendable {
    let bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    init(slot: Int, generation: UInt32) {
        bits = UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: slot))
    }

    var slot: Int { Int(UInt32(truncatingIfNeeded: bits)) }

    /// The loop's listener. No connection has these bits: there are fewer slots.
    static let listener = Token(bits: .max)
    /// The loop's mailbox.
    static let mailbox = Token(bits: .max - 1)
}
