// The syntax of a host and port (RFC 9110 §7.2, RFC 3986 §3.2.2). Registered names with percent-encoding or delimiters,
// which RFC 3986 allows, are refused: no server has such a name, and two joined Host fields look like one.
//
// The host is checked, not compared: the server answers under every name.

extension Span<UInt8> {
    /// Whether a range is a host, with or without a port. An empty host is refused, since http URLs have none
    /// (RFC 9110 §4.2.1).
    func isHost(_ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        var end = range.lowerBound
        // `[`: an IPv6 address. The future address formats of RFC 3986 are refused: none exists.
        if self[end] == 0x5B {
            while end < range.upperBound, self[end] != 0x5D { end += 1 }
            guard end < range.upperBound, isIPv6Address(range.lowerBound + 1..<end) else { return false }
            end += 1
        } else {
            while end < range.upperBound, self[end].isUnreserved { end += 1 }
            guard end > range.lowerBound else { return false }
        }
        if end == range.upperBound { return true }
        return self[end] == 0x3A && isPort(end + 1..<range.upperBound)
    }

    /// Whether a range is a port: digits up to 65535. A port may be empty (RFC 3986 §3.2.3).
    private func isPort(_ range: Range<Int>) -> Bool {
        var port = 0
        for index in range {
            guard self[index].isDigit else { return false }
            port = port * 10 + Int(self[index] &- 0x30)
            guard port <= 65_535 else { return false }
        }
        return true
    }

    /// Whether a range is an IPv6 address: eight groups of up to four hexadecimal digits. One `::` stands for one or
    /// more groups of zeros, and the last two groups may be written as an IPv4 address (RFC 3986 §3.2.2).
    private func isIPv6Address(_ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        var groups = 0
        var isShortened = false
        if range.count >= 2, self[index] == 0x3A, self[index + 1] == 0x3A {
            isShortened = true
            index += 2
        }
        while index < range.upperBound {
            let start = index
            while index < range.upperBound, self[index].hexValue != nil { index += 1 }
            if index < range.upperBound, self[index] == 0x2E {
                guard isIPv4Address(start..<range.upperBound) else { return false }
                groups += 2
                break
            }
            guard 1...4 ~= index - start else { return false }
            groups += 1
            if index == range.upperBound { break }
            // A colon, and then another group or a second colon.
            guard self[index] == 0x3A, index + 1 < range.upperBound else { return false }
            index += 1
            if self[index] == 0x3A {
                guard !isShortened else { return false }
                isShortened = true
                index += 1
            }
        }
        return isShortened ? groups < 8 : groups == 8
    }

    /// Whether a range is an IPv4 address: four numbers up to 255 without leading zeros, which some readers take as
    /// octal.
    private func isIPv4Address(_ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        for part in 0..<4 {
            let start = index
            var number = 0
            while index < range.upperBound, self[index].isDigit, index - start < 3 {
                number = number * 10 + Int(self[index] &- 0x30)
                index += 1
            }
            guard index > start, number <= 255, index - start == 1 || self[start] != 0x30 else { return false }
            if part == 3 { return index == range.upperBound }
            guard index < range.upperBound, self[index] == 0x2E else { return false }
            index += 1
        }
        return false
    }
}
