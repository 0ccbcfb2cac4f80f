// Classes of bytes (RFC 9110 §5.6, RFC 3986 §2.3) and the operations on bytes that the parsers and the encoder share.
//
// A class is a set of bits in two words, one for the bytes below 64 and one for those below 128, so that a test needs
// no table in memory. No byte from 0x80 up is in any class. Ranges come from the callers and always lie within the
// span; the span's own bounds check is the second line of defence.

extension UInt8 {
    /// Whether this byte may be in a token, such as a method or the name of a field (RFC 9110 §5.6.2).
    @inline(__always)
    var isToken: Bool { isIn(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

    /// Whether this byte is a letter, a digit, `-`, `.`, `_` or `~` (RFC 3986 §2.3).
    @inline(__always)
    var isUnreserved: Bool { isIn(low: 0x03FF_6000_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }

    /// Whether this byte is printable ASCII other than the space.
    @inline(__always)
    var isVisible: Bool { self &- 0x21 < 0x5E }

    /// Whether this byte is an ASCII control character, which includes the tab.
    @inline(__always)
    var isControl: Bool { self < 0x20 || self == 0x7F }

    @inline(__always)
    var isSpaceOrTab: Bool { self == 0x20 || self == 0x09 }

    /// The value of a hexadecimal digit in either case; nil for any other byte.
    @inline(__always)
    public var hexValue: UInt8? {
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

/// Eight bytes at once. Marks are the high bits of bytes. A borrow can mark the byte after one that is looked for by
/// mistake, so only the first mark counts.
extension UInt64 {
    private static let lowBits: UInt64 = 0x0101_0101_0101_0101
    fileprivate static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Marks bytes below a bound, which is at most 0x80: subtracting it sets their high bit. Bytes whose high bit was
    /// already set are masked out.
    @inline(__always)
    fileprivate func marksBelow(_ bound: UInt8) -> UInt64 {
        (self &- Self.lowBits &* UInt64(bound)) & ~self & Self.highBits
    }

    /// Marks bytes that are this one, which the xor turns into 0.
    @inline(__always)
    fileprivate func marks(of byte: UInt8) -> UInt64 { (self ^ Self.lowBits &* UInt64(byte)).marksBelow(1) }
}

extension StaticString {
    /// The bytes of a literal. They live as long as the program, so the pointer stays valid.
    @inline(__always)
    var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}

extension Span<UInt8> {
    /// Whether the bytes of this range are this ASCII text, ignoring case.
    func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
        let wanted = text.buffer
        guard range.count == wanted.count else { return false }
        for offset in wanted.indices where self[range.lowerBound + offset].lowercased != wanted[offset].lowercased {
            return false
        }
        return true
    }

    /// The position of the first control character in a range, or the end of the range. Most of the time of parsing a
    /// request is spent here.
    @inline(__always)
    func firstControl(in range: Range<Int>) -> Int {
        first(in: range, \.isControl, marks: { $0.marksBelow(0x20) | $0.marks(of: 0x7F) })
    }

    /// The position of the first byte of a range that is this one, which is ASCII; or the end of the range.
    @inline(__always)
    func first(_ byte: UInt8, in range: Range<Int>) -> Int {
        first(in: range, { $0 == byte }, marks: { $0.marks(of: byte) })
    }

    /// The position of the first byte of a range that is this one, or is no visible ASCII; or the end of the range.
    @inline(__always)
    func firstInvisible(or byte: UInt8, in range: Range<Int>) -> Int {
        first(
            in: range, { !$0.isVisible || $0 == byte },
            marks: { $0.marksBelow(0x21) | $0.marks(of: 0x7F) | $0.marks(of: byte) | $0 & UInt64.highBits })
    }

    /// The position of the first byte that is looked for, or the end of the range. It looks at eight bytes at a time.
    /// - Parameter marks: Has the high bit of the first byte that is looked for, and none before it.
    @inline(__always)
    private func first(in range: Range<Int>, _ isWanted: (UInt8) -> Bool, marks: (UInt64) -> UInt64) -> Int {
        var index = range.lowerBound
        while range.upperBound - index >= 8 {
            let word = UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            let found = marks(word)
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < range.upperBound, !isWanted(self[index]) { index += 1 }
        return index
    }

    /// A range without the optional white space at both ends (RFC 9110 §5.6.3).
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
    /// Appends a literal.
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

    /// Appends text as UTF-8, with a space for each control character.
    mutating func append(withoutControls text: String) {
        let start = count
        append(text)
        let end = count
        var index = span.firstControl(in: start..<end)
        while index < end {
            self[index] = 0x20
            index = span.firstControl(in: index + 1..<end)
        }
    }

    @inline(__always)
    mutating func append(_ bytes: borrowing Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(copying: $0) }
    }

    @inline(__always)
    private mutating func append(copying bytes: UnsafeBufferPointer<UInt8>) {
        // Every caller reserves what it appends; a mistake in a reservation must not write past the buffer.
        precondition(bytes.count <= freeCapacity)
        withUnsafeMutableBufferPointer { buffer, count in
            guard let source = bytes.baseAddress, let target = buffer.baseAddress else { return }
            (target + count).initialize(from: source, count: bytes.count)
            count += bytes.count
        }
    }

    /// Appends a number in decimal digits. The sign of a negative number is dropped: no length or status has one.
    mutating func append(decimal number: Int) {
        var rest = number.magnitude
        var digits = 1
        var bound: UInt = 10
        // 19 digits hold every Int; one more would overflow the bound.
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
