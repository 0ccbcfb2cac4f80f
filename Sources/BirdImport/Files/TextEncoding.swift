import Birds

/// The encoding of a text file. Its raw value is its name in reports.
public enum TextEncoding: String, Sendable {
    case utf8 = "UTF-8"
    case windows1252 = "Windows-1252"
}

/// Checks whether bytes are UTF-8 (RFC 3629 §4), block by block. Overlong forms, surrogates and numbers above U+10FFFF
/// are not.
struct UTF8Check {
    /// Becomes false at the first byte that can't be UTF-8.
    private(set) var isValid = true
    /// The number of bytes that the current character still needs.
    private var needed = 0
    // The bounds of its next byte.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Whether all bytes were UTF-8 and the last character is complete.
    var isComplete: Bool { isValid && needed == 0 }

    /// Checks the next block. A character may continue in the block after it.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard isValid else { return }
        var index = 0
        let count = bytes.count
        while index < count {
            // Eight ASCII bytes at a time: `index + 8` is within `count`.
            while needed == 0, index + 8 <= count,
                bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                index += 8
            }
            guard index < count else { return }
            let byte = bytes[index]
            index += 1
            if needed > 0 {
                guard byte >= lowest, byte <= highest else {
                    isValid = false
                    return
                }
                (needed, lowest, highest) = (needed - 1, 0x80, 0xBF)
                continue
            }
            (lowest, highest) = (0x80, 0xBF)
            // The first bytes and the bounds of the second, by the grammar in RFC 3629 §4.
            switch byte {
            case 0x00...0x7F: break
            case 0xC2...0xDF: needed = 1
            case 0xE0: (needed, lowest) = (2, 0xA0)
            case 0xED: (needed, highest) = (2, 0x9F)
            case 0xE1...0xEF: needed = 2
            case 0xF0: (needed, lowest) = (3, 0x90)
            case 0xF1...0xF3: needed = 3
            case 0xF4: (needed, highest) = (3, 0x8F)
            default:
                isValid = false
                return
            }
        }
    }
}

/// Converts Windows-1252 to UTF-8. Every byte has a character, so this never fails.
enum Windows1252 {
    /// The characters of the bytes 80 to 9F; all others have the number of their byte. The five bytes without a
    /// character become control characters, as in the index of the WHATWG
    /// (https://encoding.spec.whatwg.org/#windows-1252).
    private static let middle: [UInt16] = [
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D,
        0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x009D, 0x017E, 0x0178,
    ]

    /// Appends the characters of these bytes to `text`, each with at most three bytes.
    static func decode(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
        for byte in bytes {
            if byte < 0x80 {
                text.append(byte)
                continue
            }
            let character = byte < 0xA0 ? middle[Int(byte) - 0x80] : UInt16(byte)
            if character < 0x800 {
                text.append(0xC0 | UInt8(character >> 6))
            } else {
                text.append(0xE0 | UInt8(character >> 12))
                text.append(0x80 | UInt8(character >> 6 & 0x3F))
            }
            text.append(0x80 | UInt8(character & 0x3F))
        }
    }
}
