/// Strict base64: the standard alphabet (RFC 4648 §4), padding required (§3.2), no other characters such as white space
/// (§3.3), and zeros in the unused bits (§3.5). So each value has exactly one spelling.
enum Base64 {
    /// The decoded bytes; nil if the text is not strict base64.
    static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        let equals = UInt8(ascii: "=")
        guard text.count % 4 == 0 else { return nil }
        guard text.count > 0 else { return [] }
        let padding = text[text.count - 1] != equals ? 0 : text[text.count - 2] != equals ? 1 : 2
        let digits = text.count - padding

        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3)
        var invalid: UInt8 = 0
        // All groups of four digits but for the last one, which may be padded.
        for start in stride(from: 0, to: digits - digits % 4, by: 4) {
            let (a, b) = (sextet(text[start]), sextet(text[start + 1]))
            let (c, d) = (sextet(text[start + 2]), sextet(text[start + 3]))
            invalid |= a | b | c | d
            output.append(a << 2 | b >> 4)
            output.append(b << 4 | c >> 2)
            output.append(c << 6 | d)
        }
        var bits: UInt32 = 0
        for index in digits - digits % 4..<digits {
            let value = sextet(text[index])
            invalid |= value
            bits = bits << 6 | UInt32(value)
        }
        // Values of digits are below 64, so a byte that is not a digit shows in the upper bits.
        guard invalid < 64 else { return nil }
        switch padding {
        // Three digits hold two bytes and two bits more, two digits one byte and four bits more.
        case 1:
            guard bits & 0x3 == 0 else { return nil }
            output.append(UInt8(truncatingIfNeeded: bits >> 10))
            output.append(UInt8(truncatingIfNeeded: bits >> 2))
        case 2:
            guard bits & 0xF == 0 else { return nil }
            output.append(UInt8(truncatingIfNeeded: bits >> 4))
        default:
            break
        }
        return output
    }

    /// The value of a digit; 255 for any other byte.
    @inline(__always)
    private static func sextet(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: 255
        }
    }
}
