import FoundationEssentials

/// The time of a log line as text, in UTC. Formatting a date for each line would cost more than the rest of the line,
/// so the text of the last second is kept.
struct TimeText {
    private var second: Int = .min
    private var text: [UInt8] = []

    /// Such as `2021-02-03T04:05:06Z`.
    /// - Parameter now: The wall clock, in seconds since 1970.
    mutating func bytes(_ now: Int) -> [UInt8] {
        if now != second {
            second = now
            text = Array(Date(timeIntervalSince1970: Double(now)).formatted(.iso8601).utf8)
        }
        return text
    }

    /// Such as `2021-02-03T04:05:06.789Z`.
    /// - Parameter milliseconds: From 0 to 999.
    mutating func bytes(_ now: Int, milliseconds: Int) -> [UInt8] {
        var text = bytes(now)
        text.removeLast()
        text.append(UInt8(ascii: "."))
        for divisor in [100, 10, 1] { text.append(UInt8(ascii: "0") + UInt8(milliseconds / divisor % 10)) }
        text.append(UInt8(ascii: "Z"))
        return text
    }
}
