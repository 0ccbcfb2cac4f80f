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
