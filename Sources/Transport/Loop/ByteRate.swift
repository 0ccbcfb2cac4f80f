/// Finds out whether bytes come too slowly, over windows of time that follow one another. Without it, a byte now and
/// then would keep a connection for ever, since each keeps the deadline from passing.
struct ByteRate {
    /// The slowest rate, in bytes per second.
    private let least: Int
    /// In nanoseconds.
    private let window: UInt64
    private var bytes = 0
    /// The beginning of the window, in nanoseconds of the monotonic clock.
    private var began: UInt64 = 0

    init(least: Int, over window: Duration) { (self.least, self.window) = (least, window.nanoseconds) }

    /// Begins a window.
    mutating func start(now: UInt64) { (bytes, began) = (0, now) }

    /// Counts bytes, and begins the next window at the end of this one.
    /// - Returns: Whether a window has ended that was too slow.
    mutating func isTooSlow(after count: Int, now: UInt64) -> Bool {
        bytes += count
        let time = now - began
        guard time >= window else { return false }
        defer { start(now: now) }
        return Double(bytes) * 1e9 < Double(least) * Double(time)
    }
}
