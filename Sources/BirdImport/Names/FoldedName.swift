import Birds

/// A name as people compare it: in lower case, with Latin letters without their marks, and without signs.
///
/// `ö` stands for `o` or for `oe`, as `ä`, `ü`, `å` and `ø` do for one letter or two. So a name may have two forms, and
/// two names are the same if a form of one is a form of the other.
struct FoldedName {
    struct Form {
        /// Letters and digits in UTF-8, with a space for each sign that is no hyphen.
        fileprivate let text: [UInt8]

        /// The letters and digits; empty if there are none.
        var key: String { String(decoding: text.lazy.filter { $0 != 0x20 }, as: UTF8.self) }

        /// The words, of letters alone.
        var words: [String] {
            text.split { $0 == 0x20 || FoldedName.isDigit($0) }.map { String(decoding: $0, as: UTF8.self) }
        }

        var hasDigit: Bool { text.contains(where: FoldedName.isDigit) }
    }

    let forms: [Form]

    init(_ text: String) {
        var one: [UInt8] = []
        one.reserveCapacity(text.utf8.count)
        var isASCII = true
        for byte in text.utf8 {
            guard byte < 0x80 else {
                isASCII = false
                break
            }
            Self.append(byte, to: &one)
        }
        if isASCII {
            forms = [Form(text: one)]
            return
        }
        one.removeAll(keepingCapacity: true)
        let lowercase = Array(NameKey(text).text.utf8)
        let composed = ComposedText.composed(lowercase[...]) ?? lowercase
        // The second form; it differs from the first where a letter may be two.
        var two: [UInt8] = []
        for scalar in String(decoding: composed, as: UTF8.self).unicodeScalars {
            let start = one.count
            Self.append(scalar, to: &one)
            two += Self.twoLetters[scalar] ?? Array(one[start...])
        }
        forms = (one == two ? [one] : [one, two]).map { Form(text: $0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func append(_ byte: UInt8, to text: inout [UInt8]) {
        switch byte {
        case 0x61...0x7A, 0x30...0x39: text.append(byte)
        case 0x41...0x5A: text.append(byte | 0x20)
        case UInt8(ascii: "-"): break
        default: text.append(0x20)
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout [UInt8]) {
        if scalar.isASCII { return append(UInt8(truncatingIfNeeded: scalar.value), to: &text) }
        if let letters = plain[scalar] {
            text += letters
            return
        }
        switch scalar.properties.generalCategory {
        // Marks above and below letters.
        case .nonspacingMark where (0x300...0x36F).contains(scalar.value): break
        case .format: break
        case .dashPunctuation where (0x2010...0x2011).contains(scalar.value): break
        case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber:
            text += UTF8.encode(scalar).map(Array.init) ?? []
        default: text.append(0x20)
        }
    }

    private static let twoLetters: [Unicode.Scalar: [UInt8]] = [
        "ä": Array("ae".utf8), "ö": Array("oe".utf8), "ü": Array("ue".utf8), "å": Array("aa".utf8),
        "ø": Array("oe".utf8),
    ]

    /// What Latin letters are without marks, by their names: `LATIN SMALL LETTER O WITH STROKE` is an `o`, and
    /// `LATIN SMALL LETTER AE` is `ae`.
    private static let plain: [Unicode.Scalar: [UInt8]] = {
        var plain: [Unicode.Scalar: [UInt8]] = [
            "ð": Array("d".utf8), "þ": Array("th".utf8), "ŋ": Array("n".utf8),
        ]
        for value in [0xC0...0x24F, 0x1E00...0x1EFF, 0xFF41...0xFF5A].joined() {
            guard let scalar = Unicode.Scalar(UInt32(value)), let name = scalar.properties.name else { continue }
            let words = name.split(separator: " ")
            guard let start = words.firstIndex(of: "SMALL"), start < 3 else { continue }
            let letter = words.dropFirst(start + 2).prefix { $0 != "WITH" }.last ?? ""
            if (1...2).contains(letter.utf8.count) { plain[scalar] = Array(letter.lowercased().utf8) }
        }
        return plain
    }()
}
