import Birds

/// Scientific names as collections write them: with who gave them, and when.
enum ScientificName {
    /// More words than a subspecies has are no part of a name.
    private static let mostWords = 3
    /// Words in lower case with which authors' names begin.
    private static let particles: Set<[UInt8]> = Set(
        [
            "de", "da", "del", "della", "der", "den", "des", "di", "du", "la", "le", "van", "von", "zu", "ter", "ex",
            "in", "et",
        ]
        .map { Array($0.utf8) })

    /// The end of the name itself in `Larus argentatus Pontoppidan, 1763`: genus, species and subspecies, without the author.
    /// Names that are of another form, such as those of hybrids, are taken as they are.
    static func end(in text: ArraySlice<UInt8>) -> Int {
        if text.contains(UInt8(ascii: "/")) || hasCross(text) { return text.endIndex }
        var end = text.startIndex
        var words = 0
        for word in text.split(separator: 0x20, omittingEmptySubsequences: true) {
            let isName = words == 0 || words < mostWords && isEpithet(word)
            // `sp.` says that the species is not known.
            guard isName || words == 1 && word.elementsEqual("sp.".utf8) else { break }
            words += 1
            end = word.endIndex
        }
        return end
    }

    private static func isEpithet(_ word: ArraySlice<UInt8>) -> Bool {
        word.allSatisfy { $0 &- 0x61 < 26 || $0 == UInt8(ascii: "-") || $0 >= 0x80 } && !particles.contains(Array(word))
    }

    /// Whether there is an `x` alone, or a `×`.
    private static func hasCross(_ text: ArraySlice<UInt8>) -> Bool {
        text.split(separator: 0x20).contains {
            $0.elementsEqual("x".utf8) || $0.first == 0xC3 && $0.dropFirst().first == 0x97
        }
    }
}
