/// Puts together letters and the marks above and below them, which macOS writes apart in names of files: `ö` as `o` and
/// U+0308. Texts that look alike are then the same (Unicode's normalization form C, for the letters of these blocks).
enum ComposedText {
    /// The composed letters of Latin, Greek, Cyrillic and kana. Canonically equivalent characters are equal.
    private static let letters: [Character: Unicode.Scalar] = {
        var letters: [Character: Unicode.Scalar] = [:]
        for value in [0xC0...0x24F, 0x370...0x4FF, 0x1E00...0x1FFF, 0x3040...0x30FF].joined() {
            guard let scalar = Unicode.Scalar(UInt32(value)), scalar.properties.isAlphabetic else { continue }
            let letter = Character(scalar)
            // Of two letters that are equivalent, the first one is the usual one.
            if letters[letter] == nil { letters[letter] = scalar }
        }
        return letters
    }()

    /// The text with composed letters; nil if it has no marks of its own.
    @inline(__always)
    static func composed(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        // U+0300 to U+036F, and the marks of kana, U+3099 and U+309A.
        var last: UInt8 = 0
        for byte in text {
            if byte == 0xCC || byte == 0xCD || last == 0x82 && (byte == 0x99 || byte == 0x9A) { return compose(text) }
            last = byte
        }
        return nil
    }

    @inline(never)
    private static func compose(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var composed = String.UnicodeScalarView()
        for character in String(decoding: text, as: UTF8.self) {
            if let letter = letters[character] {
                composed.append(letter)
            } else {
                composed.append(contentsOf: character.unicodeScalars)
            }
        }
        return Array(String(composed).utf8)
    }
}

extension Row {
    /// A cell with composed letters.
    @inline(__always)
    mutating func composed(_ cell: Cell) -> Cell {
        ComposedText.composed(bytes[cell.range]).map { compose($0) } ?? cell
    }
}
