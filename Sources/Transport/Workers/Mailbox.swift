import HTTP
import Synchronization

/// Messages from other threads to an event loop. It never holds more than one message for each connection and the order
/// to stop. Any thread may post; only the loop takes.
final class Mailbox: Sendable {
    enum Message: Sendable {
        /// The response to an `Answer.later`, or in place of that of an `Inquiry`; nil once that has its answer.
        case response(Response?, for: Token)
        /// The next piece of a body.
        case piece(Piece, [UInt8], for: Token)
        /// Stop; reset the connections that have not ended by `deadline`, in nanoseconds of the monotonic clock.
        case stop(deadline: UInt64)
    }

    /// An event that the loop waits for with `epoll`.
    let wakeup: Descriptor
    private let messages = Mutex<[Message]>([])

    init() throws(SystemCallError) { wakeup = try Descriptor.event() }

    func post(_ message: Message) {
        let isFirst = messages.withLock {
            $0.append(message)
            return $0.count == 1
        }
        // The loop takes all messages at once, so the first one wakes it for those that follow.
        if isFirst { wakeup.signal() }
    }

    /// Removes and returns all messages, in the order they were posted.
    func take() -> [Message] {
        messages.withLock {
            let taken = $0
            $0 = []
            return taken
        }
    }
}

/// Identifies a connection to the kernel and to the workers: its slot in the loop, and the generation of the slot.
/// Slots are reused, and the generation keeps an event or a message for a closed connection from reaching its
/// successor.
struct Token: Hashable, Sendable {
    let bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    init(slot: Int, generation: UInt32) {
        bits = UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: slot))
    }

    var slot: Int { Int(UInt32(truncatingIfNeeded: bits)) }

    /// The loop's listener. No connection has these bits, since no loop has so many slots.
    static let listener = Token(bits: .max)
    /// The loop's mailbox.
    static let mailbox = Token(bits: .max - 1)
}
