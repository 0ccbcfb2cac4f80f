/// The genus and the first epithets of a text that looks like a scientific name: the genus with a capital letter, or
/// all in one case, before an author, a digit or other signs. Subgenera, brackets, marks of ranks and doubts are passed
/// over. A slash makes several names: `Larus fuscus/argentatus`.
struct ScientificWords {
    /// In lower case without marks, at least two words each.
    let forms: [[String]]

    /// With that of a subspecies.
    private static let most = 3

    init?(_ text: String) {
        var words: [String] = []
        var others: [[String]] = []
        reading: for written in text.split(whereSeparator: { $0.isWhitespace || $0 == "_" }) {
            let isMark = [ScientificName.doubts, ScientificName.ranks].contains { $0.contains(written.lowercased()) }
            if isMark || written.allSatisfy({ "()[]/".contains($0) }) { continue }
            let token = written.drop { "([".contains($0) }
            if words.count < 2, token.count < written.count {
                // A subgenus, or a remark.
                if words.count == 1, token.first?.isUppercase == true, token.last == ")" { continue }
                break
            }
            let parts = token.split(separator: "/").map(String.init)
            for (index, part) in parts.enumerated() {
                // A comma begins the author, and a genus with a point is shortened.
                let bare = part.trimmingSuffix(")]")
                let word = words.isEmpty ? bare : bare.trimmingSuffix(",;.?")
                guard word.allSatisfy({ $0.isLetter || $0 == "-" }), word.contains(where: \.isLetter) else {
                    break reading
                }
                if let genus = words.first, word != (Self.isUpper(genus) ? word.uppercased() : word.lowercased()) {
                    break reading
                }
                if index > 0 {
                    if words.count > 1 { others.append(words.dropLast() + [word]) }
                    continue
                }
                if words.count == Self.most { break reading }
                words.append(word)
                // A point may shorten the epithet of the species before that of a subspecies.
                if word.count > 1, word.count < bare.count { break reading }
            }
        }
        guard words.count > 1, let genus = words.first, genus.dropFirst() == Self.rest(of: genus) else { return nil }
        forms = ([words] + others).flatMap { FoldedName($0.joined(separator: " ")).forms.map(\.words) }
            .filter { $0.count > 1 }
    }

    private static func isUpper(_ word: String) -> Bool { word.count > 1 && word == word.uppercased() }

    /// All letters but the first, as they must be.
    private static func rest(of genus: String) -> Substring {
        (isUpper(genus) ? genus.uppercased() : genus.lowercased()).dropFirst()
    }
}
