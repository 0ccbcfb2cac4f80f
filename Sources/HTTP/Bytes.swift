// Classes of bytes (RFC 9110 §5.6, RFC 3986 §2.3), each one bit in two words, and what else the parsers and the encoder
// do with bytes.

extension UInt8 {
    /// Whether this byte may be in a token: a method, or the name of a field.
    @inline(__always)
    var isToken: Bool { isIn(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

    /// Whether this byte is a letter, a digit, `-`, `.`, `_` or `~`.
    @inline(__always)
    var isUnreserved: Bool { isIn(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }

    /// Printable ASCII without the space.
    @inline(__always)
    var isVisible: Bool { self &- 0x21 < 0x5E }

    /// A control character, the tab among them.
    @inline(__always)
    var isControl: Bool { self < 0x20 || self == 0x7F }

    @inline(__always)
    var isSpaceOrTab: Bool { self == 0x20 || self == 0x09 }

    /// The value of a hexadecimal digit.
    @inline(__always)
    var hexValue: UInt8? {
        if isDigit { return self &- 0x30 }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }

    /// An ASCII letter in lower case; any other byte as it is.
    @inline(__always)
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }

    @inline(__always)
    private func isIn(low: UInt64, high: UInt64) -> Bool {
        let word = self < 64 ? low : high
        return self < 128 && word &>> UInt64(self & 63) & 1 == 1
    }
}

extension Span<UInt8> {
    /// Whether the bytes of this range are this text, which is in lower case, but for the case of their letters.
    func matches(_ range: Range<Int>, _ lowercased: StaticString) -> Bool {
        guard range.count == lowercased.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count where self[range.lowerBound + offset].lowercased != lowercased.utf8Start[offset] {
            return false
        }
        return true
    }

    /// A range without the spaces and tabs at both its ends.
    func trimming(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, self[start].isSpaceOrTab { start += 1 }
        while start < end, self[end - 1].isSpaceOrTab { end -= 1 }
        return start..<end
    }

    /// The bytes of a range.
    func copy(_ range: Range<Int>) -> [UInt8] {
        extracting(range).withUnsafeBufferPointer { [UInt8]($0) }
    }
}

extension [UInt8] {
    /// Appends text that is written in the source.
    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a number in decimal digits.
    mutating func append(decimal number: Int) {
        var rest = number.magnitude
        if number < 0 { append(0x2D) }
        let start = count
        repeat {
            append(UInt8(truncatingIfNeeded: 0x30 + rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }
}
