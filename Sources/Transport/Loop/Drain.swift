/// Drops what a client still sends after its last answer. Closing with unread bytes would reset the connection, and the
/// client could lose the answer (RFC 9112 §9.6).
struct Drain {
    /// In bytes.
    private var dropped = 0

    /// How long the client has to close after the last answer, in nanoseconds: enough for a round trip on a slow
    /// network.
    static let time: UInt64 = 2_000_000_000
    /// How many bytes the client may send until then. It is the default limit of a body: a client that was refused for
    /// a larger one should have stopped by then.
    private static let limit = 1 << 20

    /// Receives until nothing is left for now.
    /// - Returns: Whether the client may send more: it has neither closed nor sent too much.
    mutating func receive(
        _ input: inout ReceiveBuffer, from descriptor: borrowing Descriptor, _ buffers: inout ReceiveBufferPool
    ) -> Bool {
        while true {
            let (outcome, count) = input.receive(from: descriptor, &buffers)
            input.giveBack(&buffers)
            dropped += count
            switch outcome {
            case .full, .some: if dropped > Self.limit { return false }
            case .nothing: return true
            case .end, .failed: return false
            }
        }
    }
}
