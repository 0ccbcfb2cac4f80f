/// Finds out whether a client takes what it is sent too slowly, or not at all.
///
/// Only the time in which the socket is blocked counts, so no client suffers for the time that an answer takes to be
/// made.
struct TakingPace {
    private var rate: ByteRate
    /// The longest time in which nothing may be taken, in nanoseconds.
    private let patience: UInt64
    /// How long the socket has been blocked in all, in nanoseconds: the clock of `rate`.
    private var blocked: UInt64 = 0
    /// The time of the last look, and the bytes that the kernel held then.
    private var looked: UInt64 = 0
    private var untaken = 0
    /// The time of the last look that found some of the bytes taken.
    private var taken: UInt64 = 0

    /// The window of the rate: a client may be slower for a while.
    static let window: Duration = .seconds(60)
    /// How long a block is at least before a look at its end is worth a system call, in nanoseconds. In a shorter one,
    /// the client has taken a third of the socket's buffer, so it is not slow.
    private static let shortest: UInt64 = 1_000_000_000

    init(_ configuration: ServerConfiguration) {
        rate = ByteRate(least: configuration.writeRate, over: Self.window)
        patience = configuration.writeTimeout.nanoseconds
    }

    /// How often to look while the socket stays blocked: the longest time that the patience is a multiple of, and that
    /// leaves two looks to a window.
    static func interval(_ configuration: ServerConfiguration) -> UInt64 {
        let (patience, most) = (configuration.writeTimeout.nanoseconds, window.nanoseconds / 2)
        return patience / max(1, patience / most + (patience % most > 0 ? 1 : 0))
    }

    /// The socket accepts no more, after it has accepted some.
    /// - Parameter untaken: The bytes that the kernel holds.
    mutating func begin(untaken: Int, now: UInt64) {
        (self.untaken, looked, taken) = (untaken, now, now)
    }

    /// Whether to look although the socket has just become free.
    func isWorthALook(now: UInt64) -> Bool { now &- looked >= Self.shortest }

    /// Looks while the socket is blocked, or when it has just become free.
    /// - Parameter untaken: The bytes that the kernel holds; `max` if it can't say.
    mutating func isTooSlow(untaken: Int, now: UInt64) -> Bool {
        let count = self.untaken == .max ? 0 : max(0, self.untaken - untaken)
        blocked += now - looked
        if count > 0 { taken = now }
        (self.untaken, looked) = (untaken, now)
        return now - taken >= patience || rate.isTooSlow(after: count, now: blocked)
    }
}
