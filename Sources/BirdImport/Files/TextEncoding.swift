import Birds

/// The encoding in which a text file is read, and the number of characters that could not be read.
public struct TextEncoding: Sendable, Equatable {
    /// Its raw value is its name in reports.
    public enum Kind: String, Sendable {
        case utf8 = "UTF-8"
        case utf16LittleEndian = "UTF-16LE"
        case utf16BigEndian = "UTF-16BE"
        case windows1252 = "Windows-1252"
    }

    public let kind: Kind
    /// The number of U+FFFD that are read in place of bytes that are wrong in this encoding. In UTF-8, each stands for
    /// one byte.
    public let replaced: Int

    init(_ kind: Kind, replaced: Int = 0) { (self.kind, self.replaced) = (kind, replaced) }

    /// UTF-8 without a wrong byte.
    static let utf8 = TextEncoding(.utf8)
}

/// Turns bytes of one encoding into UTF-8, block by block. A character may continue in the next block.
protocol TextDecoder {
    /// Appends the characters of a block, at most three bytes for each of its bytes.
    mutating func decode(_ block: [UInt8], to text: inout [UInt8])
    /// Appends what is left at the end of the file: the replacement of a character that is not complete.
    mutating func finish(to text: inout [UInt8])
}

/// U+FFFD in UTF-8, which is read in place of what is wrong.
private let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

/// Checks whether bytes are UTF-8 (RFC 3629 §4), block by block. Overlong forms, surrogates and numbers above U+10FFFF
/// are not.
struct UTF8Check {
    /// The number of valid characters of two or more bytes. ASCII tells nothing: it is the same in Windows-1252.
    private(set) var characters = 0
    /// The number of bytes that are no part of a valid character.
    private(set) var badBytes = 0
    /// The number of bytes of the current character so far, and the number that it still needs.
    private(set) var taken = 0
    private var needed = 0
    // The bounds of its next byte.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Checks the next block.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
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
            _ = take(bytes[index])
            index += 1
        }
    }

    /// Call it at the end: a character that is not complete is wrong.
    mutating func finish() {
        badBytes += taken
        (taken, needed) = (0, 0)
    }

    /// Takes the next byte.
    /// - Returns: The number of bytes directly before it that turn out to be wrong, and whether it is wrong itself.
    mutating func take(_ byte: UInt8) -> (before: Int, itself: Bool) {
        var before = 0
        if needed > 0 {
            if byte >= lowest, byte <= highest {
                (needed, taken, lowest, highest) = (needed - 1, taken + 1, 0x80, 0xBF)
                if needed == 0 {
                    characters += 1
                    taken = 0
                }
                return (0, false)
            }
            before = taken
            badBytes += taken
            (taken, needed) = (0, 0)
        }
        (lowest, highest) = (0x80, 0xBF)
        // The first bytes and the bounds of the second, by the grammar in RFC 3629 §4.
        switch byte {
        case 0x00...0x7F: return (before, false)
        case 0xC2...0xDF: needed = 1
        case 0xE0: (needed, lowest) = (2, 0xA0)
        case 0xED: (needed, highest) = (2, 0x9F)
        case 0xE1...0xEF: needed = 2
        case 0xF0: (needed, lowest) = (3, 0x90)
        case 0xF1...0xF3: needed = 3
        case 0xF4: (needed, highest) = (3, 0x8F)
        default:
            badBytes += 1
            return (before, true)
        }
        taken = 1
        return (before, false)
    }
}

/// Reads UTF-8 with wrong bytes: each of them becomes U+FFFD.
struct UTF8Repair: TextDecoder {
    private var check = UTF8Check()
    /// The bytes of a character that is not complete yet.
    private var held: [UInt8] = []

    mutating func decode(_ block: [UInt8], to text: inout [UInt8]) {
        for byte in block {
            let (before, itself) = check.take(byte)
            if before > 0 { replaceHeld(&text) }
            if itself {
                text.append(contentsOf: replacement)
            } else if check.taken > 0 {
                held.append(byte)
            } else {
                text.append(contentsOf: held)
                held.removeAll(keepingCapacity: true)
                text.append(byte)
            }
        }
    }

    mutating func finish(to text: inout [UInt8]) { replaceHeld(&text) }

    private mutating func replaceHeld(_ text: inout [UInt8]) {
        for _ in held { text.append(contentsOf: replacement) }
        held.removeAll(keepingCapacity: true)
    }
}

/// Reads UTF-16 (RFC 2781 §2.2), as spreadsheets write "Unicode text". A surrogate without the other one and an odd
/// byte at the end become U+FFFD.
struct UTF16Decoder: TextDecoder {
    private let isLittleEndian: Bool
    /// The number of U+FFFD so far that the file does not contain itself.
    private(set) var replaced = 0
    /// The first byte of a unit.
    private var first: UInt8?
    /// The first surrogate of a pair.
    private var high: UInt16?

    init(isLittleEndian: Bool) { self.isLittleEndian = isLittleEndian }

    mutating func decode(_ block: [UInt8], to text: inout [UInt8]) {
        for byte in block {
            guard let start = first else {
                first = byte
                continue
            }
            first = nil
            let (upper, lower) = isLittleEndian ? (byte, start) : (start, byte)
            add(UInt16(upper) << 8 | UInt16(lower), to: &text)
        }
    }

    mutating func finish(to text: inout [UInt8]) {
        if high != nil { replace(&text) }
        if first != nil { replace(&text) }
        (high, first) = (nil, nil)
    }

    private mutating func add(_ unit: UInt16, to text: inout [UInt8]) {
        if let upper = high {
            high = nil
            if 0xDC00...0xDFFF ~= unit {
                let number = 0x10000 + (UInt32(upper) - 0xD800) << 10 + (UInt32(unit) - 0xDC00)
                append(number, to: &text)
                return
            }
            replace(&text)
        }
        switch unit {
        case 0xD800...0xDBFF: high = unit
        case 0xDC00...0xDFFF: replace(&text)
        default: append(UInt32(unit), to: &text)
        }
    }

    private mutating func replace(_ text: inout [UInt8]) {
        replaced += 1
        text.append(contentsOf: replacement)
    }

    private func append(_ number: UInt32, to text: inout [UInt8]) {
        // Never nil: surrogates are not appended, and a pair of them is at most U+10FFFF.
        guard let scalar = Unicode.Scalar(number) else { return }
        text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
}

/// Reads Windows-1252. Every byte has a character, so this never fails.
struct Windows1252: TextDecoder {
    /// The characters of the bytes 80 to 9F; all others have the number of their byte. The five bytes without a
    /// character become control characters, as in the index of the WHATWG
    /// (https://encoding.spec.whatwg.org/#windows-1252).
    private static let middle: [UInt16] = [
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D,
        0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x009D, 0x017E, 0x0178,
    ]

    func decode(_ block: [UInt8], to text: inout [UInt8]) {
        for byte in block {
            if byte < 0x80 {
                text.append(byte)
                continue
            }
            let character = byte < 0xA0 ? Self.middle[Int(byte) - 0x80] : UInt16(byte)
            if character < 0x800 {
                text.append(0xC0 | UInt8(character >> 6))
            } else {
                text.append(0xE0 | UInt8(character >> 12))
                text.append(0x80 | UInt8(character >> 6 & 0x3F))
            }
            text.append(0x80 | UInt8(character & 0x3F))
        }
    }

    func finish(to text: inout [UInt8]) {}
}
