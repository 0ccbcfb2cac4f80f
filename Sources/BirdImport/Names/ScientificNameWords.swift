/// The words of scientific names, and what each of them may be: an epithet, a mark of rank, doubt or likeness, or a
/// part of the name of an author.
extension ScientificName {
    /// White space becomes single spaces, and so do underscores if there are no spaces. Quotes around the whole, signs
    /// of extinct species and invisible characters are removed.
    static func clean(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        let hasSpace = text.unicodeScalars.contains { $0.properties.isWhitespace }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{200B}", "\u{200C}", "\u{200D}", "\u{FEFF}", "\u{AD}", "†": continue
            case _ where scalar.properties.isWhitespace, "_" where !hasSpace:
                if result.last != " ", !result.isEmpty { result.append(" ") }
            default: result.append(scalar)
            }
        }
        if result.last == " " { result.removeLast() }
        if result.count > 2, let first = result.first, let last = result.last, quotes.contains(first),
            quotes.contains(last)
        {
            result = String.UnicodeScalarView(result.dropFirst().dropLast())
        }
        return String(result)
    }

    /// Also marks that people take for them.
    private static let quotes: Set<Unicode.Scalar> = [
        "\"", "'", "“", "”", "„", "‟", "«", "»", "‘", "’", "‚", "‛", "‹", "›", "`", "´", "′", "″", "＂", "＇",
    ]

    private static func isQuote(_ character: Character) -> Bool { character.unicodeScalars.allSatisfy(quotes.contains) }

    /// A text in which the quotes around some of its words are parentheses, or nothing around a word in lower case:
    /// `Motacilla flava 'thunbergi'` is a subspecies, and `Anas platyrhynchos 'Pekin'` a form, but `'t Hart` an author.
    private static func withoutQuotes(_ text: String) -> String {
        guard text.contains(where: isQuote) else { return text }
        var words = text.split(separator: " ").map(String.init)
        var first: Int?
        for index in words.indices {
            if words[index].drop(while: { "([".contains($0) }).first.map(isQuote) ?? false { first = first ?? index }
            guard let start = first, let last = words[index].trimmingSuffix(",;)]").last, isQuote(last) else {
                continue
            }
            first = nil
            words[start] = bare(words[start])
            words[index] = bare(words[index])
            if start == index, words[index].first?.isUppercase == false { continue }
            words[start] = "(" + words[start]
            words[index] += ")"
        }
        return words.filter { $0.contains { $0 != "(" && $0 != ")" } }.joined(separator: " ")
    }

    /// A text with a space before each opening parenthesis and after each closing one and each comma:
    /// `Turdus merula(Linnaeus,1758)`.
    private static func spaced(_ text: String) -> String {
        guard text.contains(where: { "([,;".contains($0) }) else { return text }
        var result = ""
        for character in text {
            let isWord = character.isLetter || character.isNumber
            if let last = result.last, last != " ",
                ",;".contains(last) && (isWord || "([".contains(character)) || ")]".contains(last) && isWord
                    || "([".contains(character) && !"([".contains(last)
            {
                result.append(" ")
            }
            result.append(character)
        }
        return result
    }

    /// The words of a text; a mark that is written together with the next word (`f.domestica`) is a word of its own.
    static func words(_ text: String) -> [String] {
        withoutQuotes(spaced(text)).split(separator: " ").flatMap { word -> [String] in
            guard let dot = word.firstIndex(of: "."), word.index(after: dot) < word.endIndex else {
                return [String(word)]
            }
            let (mark, rest) = (String(word[...dot]), String(word[word.index(after: dot)...]))
            let isMark = ranks.contains(mark) || doubts.contains(mark) || affinities.contains(mark) || mark == "sp."
            return isMark ? [mark, rest] : [String(word)]
        }
    }

    /// Marks of a rank below the species.
    static let ranks: Set<String> = [
        "ssp.", "ssp", "subsp.", "subsp", "subspecies", "f.", "fo.", "forma", "form", "var.", "var", "variety",
        "varietas", "morph", "morpha", "race", "ab.",
    ]
    static let ranksOfSubspecies: Set<String> = ["ssp.", "ssp", "subsp.", "subsp", "subspecies"]
    static let doubts: Set<String> = ["cf.", "cf", "c.f.", "cfr.", "cfr", "conf."]
    private static let affinities: Set<String> = ["aff.", "aff", "nr.", "nr", "near"]
    static let undecided: Set<String> = ["sp.", "sp", "spp.", "spp", "spec.", "spec", "indet.", "indet"]
    /// Words in lower case with which the names of authors begin, or that join them.
    private static let particles: Set<String> = [
        "de", "da", "del", "della", "der", "den", "des", "di", "du", "la", "le", "van", "von", "zu", "ter", "ex", "in",
        "et", "and", "al", "al.", "in:", "e", "y", "und", "do", "dos", "af", "nec", "non",
    ]

    static func isAffinity(_ word: String) -> Bool {
        let word = word.lowercased()
        return affinities.contains(word)
            || word.hasPrefix("(") && word.hasSuffix(")") && affinities.contains(String(word.dropFirst().dropLast()))
    }

    static func isCross(_ word: String) -> Bool { word == "x" || word == "X" || word.contains("×") }

    /// A word that names a species or subspecies: hyphens and letters that are not capitals.
    static func isEpithet(_ word: some StringProtocol) -> Bool {
        word.utf8.count > 1 && !particles.contains(String(word))
            && word.unicodeScalars.allSatisfy { $0 == "-" || $0.properties.isAlphabetic && !$0.properties.isUppercase }
    }

    static func hasLowercase(_ word: String) -> Bool {
        word.unicodeScalars.contains(where: \.properties.isLowercase)
    }

    static func isYear(_ word: String) -> Bool {
        let digits = word.utf8.filter { $0 &- 0x30 < 10 }.count
        return digits == 4 && word.utf8.allSatisfy { $0 &- 0x30 < 10 || "()[],.;:".utf8.contains($0) }
    }

    /// Whether words can only be an author and a year: names with capitals, initials, particles and numbers. A
    /// parenthesis without a year may also name a form, as in `Branta bernicla (Gray-bellied)`.
    static func isAuthor(_ words: ArraySlice<String>) -> Bool {
        guard let first = words.first else { return true }
        if first.hasPrefix("(") || first.hasPrefix("[") {
            let end = words.firstIndex { $0.contains(")") || $0.contains("]") } ?? words.endIndex - 1
            guard words[...end].contains(where: isYear) else { return false }
        }
        return words.allSatisfy { word in
            if word == "&" || isYear(word) || particles.contains(bare(word).lowercased()) { return true }
            let plain = bare(word).lowercased()
            guard let letter = word.unicodeScalars.first(where: \.properties.isAlphabetic), !isDomestic(word),
                !NameWords.isFeral(plain), !NameWords.remarks.contains(plain)
            else { return false }
            return letter.properties.isUppercase || word.contains("'") || word.contains("’")
        }
    }

    /// Whether a word says that a bird is a hybrid. `Chlidonias hybrida` is a species.
    static func isHybrid(_ words: [String]) -> Bool {
        // `Chlidonias Hybrida` has a capital too many.
        let epithet = words.dropFirst().lazy.map { $0.trimmingSuffix(",;").lowercased() }.first { isEpithet($0) }
        return words.contains { word in
            let bare = bare(word).lowercased()
            return NameWords.isHybrid(bare) && !(bare == epithet && NameWords.hybridEpithets.contains(bare))
        }
    }

    static func isSlash(_ character: Character) -> Bool { "/|\\".contains(character) }

    /// Whether a word says that a form is domestic, or that it lives as the feral pigeon does (`f. urbana`).
    static func isDomestic(_ word: String) -> Bool {
        let isLowercase = word.unicodeScalars.allSatisfy { !$0.properties.isUppercase }
        let word = bare(word).lowercased()
        return NameWords.isDomestic(word) || isLowercase && ["urbana", "urbanus"].contains(word)
    }

    /// Whether a word of a name, or beside it, says that the bird is of a domestic form. A feral pigeon is.
    static func isDomestic(_ word: String, in name: [String]) -> Bool {
        isDomestic(word)
            || NameWords.isFeral(bare(word).lowercased())
                && name.prefix(2).map { bare($0).lowercased() } == ["columba", "livia"]
    }

    static let domesticEpithets: Set<String> = ["domesticus", "domestica", "domesticum"]

    /// A word without parentheses, quotes and commas.
    static func bare(_ word: String) -> String {
        String(word.drop { "([".contains($0) || isQuote($0) }).trimmingSuffix { ",;)]".contains($0) || isQuote($0) }
    }

    /// The subgenus in a word such as `(Cyanistes)`; nil if it is none.
    static func inner(_ word: String) -> String? {
        guard word.count > 3, word.first == "(" && word.last == ")" || word.first == "[" && word.last == "]" else {
            return nil
        }
        let name = String(word.dropFirst().dropLast())
        guard name.first?.isUppercase == true, name.dropFirst().allSatisfy({ $0.isLowercase || $0 == "-" }) else {
            return nil
        }
        return name
    }

    /// The words of a text in capitals as they are usually written; nil for any other text. Only their places tell
    /// genera and authors: a genus comes first, also after a cross or slash; an author is in parentheses, or follows a
    /// species and precedes a year or comma.
    static func withoutCapitals(_ words: [String]) -> [String]? {
        guard let genus = words.first, genus.count > 1, !words.prefix(2).contains(where: hasLowercase) else {
            return nil
        }
        var result = words
        // The number of words of the name so far.
        var position = 0
        for (index, word) in words.prefix(while: { !hasLowercase($0) }).enumerated() {
            let joint = isCross(word) || word == "/"
            let next = index + 1 < words.count ? words[index + 1] : ""
            let isNameAgain = index > 0 && isGenus(word, genus) && !isEpithetAfter(words[index - 1])
            let isGenus = index == 0 || position == 0 && !next.isEmpty && next != "/" || isNameAgain
            let isAuthor = position > 1 && (isYear(next) || ",;".contains(word.last ?? " "))
            let isCapital = isGenus || isAuthor || "([".contains(word.first ?? " ")
            result[index] = isCapital && !joint ? capitalized(word) : word.lowercased()
            position = joint ? 0 : "([".contains(word.first ?? " ") ? position : isNameAgain ? 1 : position + 1
        }
        return result
    }

    /// Whether a word is a genus, or its initial.
    static func isGenus(_ word: String, _ genus: String) -> Bool {
        word == genus || (2...3).contains(word.count) && word.last == "." && genus.hasPrefix(word.dropLast())
    }

    /// Whether a word can precede an epithet: nothing ends with it, or joins it to what follows.
    private static func isEpithetAfter(_ word: String) -> Bool {
        !",;".contains(word.last ?? " ") && Alternatives.Joint(bare(word).lowercased()) == nil && !isCross(word)
    }

    /// A word with its first letter as its only capital.
    static func capitalized(_ word: String) -> String {
        let start = word.firstIndex(where: \.isLetter) ?? word.startIndex
        return word[..<start] + word[start...].prefix(1).uppercased() + word[start...].dropFirst().lowercased()
    }
}
