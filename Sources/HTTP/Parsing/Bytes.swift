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

extension StaticString {
    /// The bytes of text that is written in the source, which live as long as the program.
    @inline(__always)
    var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}

extension Span<UInt8> {
    /// Whether the bytes of this range are this ASCII text, but for the case of their letters.
    func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
        let wanted = text.buffer
        guard range.count == wanted.count else { return false }
        for offset in wanted.indices where self[range.lowerBound + offset].lowercased != wanted[offset].lowercased {
            return false
        }
        return true
    }

    /// Where the first control character of a range is, or the range's end. It looks at eight bytes at a time.
    @inline(__always)
    func firstControl(in range: Range<Int>) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs = ones &* 0x80
        var index = range.lowerBound
        while range.upperBound - index >= 8 {
            let word = UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            // A subtraction borrows into the high bit of each byte that is below 0x20, or that is 0x7F, unless that bit was
            // set before. Bytes after the first such one may be marked for nothing, so only the first mark counts.
            let deletes = word ^ (ones &* 0x7F)
            let marks = ((word &- ones &* 0x20) & ~word | (deletes &- ones) & ~deletes) & highs
            if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < range.upperBound, !self[index].isControl { index += 1 }
        return index
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

extension OutputSpan<UInt8> {
    /// Appends text that is written in the source.
    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(copying: text.buffer)
    }

    /// Appends text as UTF-8.
    @inline(__always)
    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(copying: $0) }
    }

    @inline(__always)
    mutating func append(_ bytes: borrowing Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(copying: $0) }
    }

    @inline(__always)
    private mutating func append(copying bytes: UnsafeBufferPointer<UInt8>) {
        precondition(bytes.count <= freeCapacity)
        withUnsafeMutableBufferPointer { buffer, count in
            guard let source = bytes.baseAddress, let target = buffer.baseAddress else { return }
            (target + count).initialize(from: source, count: bytes.count)
            count += bytes.count
        }
    }

    /// Appends a number that is not negative in decimal digits.
    mutating func append(decimal number: Int) {
        var rest = number.magnitude
        var digits = 1
        var bound: UInt = 10
        while rest >= bound, digits < 19 {
            digits += 1
            bound *= 10
        }
        append(repeating: 0x30, count: digits)
        var index = count
        while rest > 0 {
            index -= 1
            self[index] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
            rest /= 10
        }
    }
}
