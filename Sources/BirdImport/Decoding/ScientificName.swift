import Birds

/// Removes the author and the year from scientific names, which collections add to them.
enum ScientificName {
    /// The words of a subspecies: genus, species and subspecies.
    private static let mostWords = 3
    /// Words in lower case with which the names of authors begin.
    private static let particles: Set<[UInt8]> = Set(
        [
            "de", "da", "del", "della", "der", "den", "des", "di", "du", "la", "le", "van", "von", "zu", "ter", "ex",
            "in", "et",
        ]
        .map { Array($0.utf8) })

    /// The end of the name in a text such as `Larus argentatus Pontoppidan, 1763`. The name is the first word and up to
    /// two following words in lower case. Names of hybrids and of undecided species (`/`) have another form and are
    /// kept.
    /// - Returns: A position in `text`.
    static func end(in text: ArraySlice<UInt8>) -> Int {
        if text.contains(UInt8(ascii: "/")) || hasCross(text) { return text.endIndex }
        var end = text.startIndex
        var words = 0
        for word in text.split(separator: 0x20, omittingEmptySubsequences: true) {
            let isName = words == 0 || words < mostWords && isEpithet(word)
            // `Larus sp.` is a bird of the genus whose species is not known.
            guard isName || words == 1 && word.elementsEqual("sp.".utf8) else { break }
            words += 1
            end = word.endIndex
        }
        return end
    }

    /// Whether a word can name a species or subspecies: lower case, hyphens and letters outside ASCII.
    private static func isEpithet(_ word: ArraySlice<UInt8>) -> Bool {
        word.allSatisfy { $0 &- 0x61 < 26 || $0 == UInt8(ascii: "-") || $0 >= 0x80 } && !particles.contains(Array(word))
    }

    /// Whether there is a sign of a hybrid: a word `x`, or one that begins with `×` (C3 97 in UTF-8).
    private static func hasCross(_ text: ArraySlice<UInt8>) -> Bool {
        text.split(separator: 0x20).contains {
            $0.elementsEqual("x".utf8) || $0.first == 0xC3 && $0.dropFirst().first == 0x97
        }
    }
}
