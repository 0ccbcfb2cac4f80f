import Glibc

/// The two clocks. Deadlines use the monotonic one, so a wall clock that jumps changes only the dates that are written.
enum Clock {
    /// Nanoseconds since some moment in the past. It never goes back.
    static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000 &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }

    /// Seconds since the epoch.
    static func wallSeconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        return Int64(time.tv_sec)
    }
}

extension Duration {
    /// In nanoseconds, at least one and at most about 290 years.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 1 }
        guard seconds < 9_000_000_000 else { return 9_000_000_000_000_000_000 }
        return max(1, UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000))
    }

    /// In whole milliseconds, for `poll`; at least one.
    var milliseconds: Int32 { Int32(clamping: max(1, nanoseconds / 1_000_000)) }
}
