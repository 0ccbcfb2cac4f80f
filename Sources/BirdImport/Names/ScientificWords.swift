/// The genus and the first epithets of a text that looks like a scientific name: the genus with a capital letter, or
/// all in one case, before any bracket, digit or other sign.
struct ScientificWords {
    /// In lower case without marks, at least two words each.
    let forms: [[String]]

    /// With that of a subspecies.
    private static let most = 3

    init?(_ text: String) {
        var words: [String] = []
        for written in text.split(whereSeparator: { $0.isWhitespace || $0 == "_" }) {
            if ScientificName.doubts.contains(written.lowercased()) { continue }
            // A comma begins the author, and a genus with a point is shortened.
            let word = words.isEmpty ? String(written) : String(written).trimmingSuffix(",;.?")
            guard word.allSatisfy({ $0.isLetter || $0 == "-" }), word.contains(where: \.isLetter) else { break }
            if let genus = words.first, word != (Self.isUpper(genus) ? word.uppercased() : word.lowercased()) { break }
            words.append(word)
            // A point may shorten the epithet of the species before that of a subspecies.
            if words.count == Self.most || word.count > 1 && word.count < written.count { break }
        }
        guard words.count > 1, let genus = words.first, genus.dropFirst() == Self.rest(of: genus) else { return nil }
        forms = FoldedName(words.joined(separator: " ")).forms.map(\.words).filter { $0.count > 1 }
    }

    private static func isUpper(_ word: String) -> Bool { word.count > 1 && word == word.uppercased() }

    /// All letters but the first, as they must be.
    private static func rest(of genus: String) -> Substring {
        (isUpper(genus) ? genus.uppercased() : genus.lowercased()).dropFirst()
    }
}
