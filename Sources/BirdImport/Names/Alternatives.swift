/// Where a text names more than one species: `Larus canus or fuscus`.
///
/// After the sign or word between two names, there may also be a remark, an author or a vernacular name: `Turdus
/// merula, juvenilis`, `Anser anser & goslings`, `Motacilla alba - Lavandera blanca`. Their forms do not tell them from
/// names.
/// So what follows names another species only
/// - in the genus of the first: `merula/philomelos`, `or T. philomelos`, `, Turdus philomelos`
/// - with a genus of its own after a slash or a word for `or`: `or Chroicocephalus ridibundus`
/// - where a taxonomy knows the species: `or fuscus`, `- Chroicocephalus ridibundus`
struct Alternatives {
    /// The words with a slash in place of each sign or word between names.
    private(set) var words: [String] = []
    /// The position of the first of those that could be taken for an epithet, or of a slash; the number of words if
    /// there is none.
    private(set) var start: Int
    /// Whether there is certainly more than one species.
    private(set) var isCertain = false
    /// If a taxonomy knows one of these, there is more than one species.
    private(set) var candidates: [String] = []

    /// - Parameter words: With the slashes as words of their own (`separated`).
    init(_ words: [String]) {
        start = words.count
        var depth = 0
        for (index, word) in words.enumerated() {
            let bare = ScientificName.bare(word).lowercased()
            let opens = word.first.map { "([".contains($0) } ?? false
            // `(adult or juvenile)` is a remark, but `(or fuscus)` and `(canus/fuscus)` none.
            let isOutside = depth == 0 && (!opens || Self.choices.contains(bare)) || bare == "/" && index <= 2
            let joint = index > 0 && isOutside ? Joint(bare) : nil
            if let joint, index > 1 || joint == .slash || joint == .choice {
                if index > 1, joint == .slash || ScientificName.isEpithet(bare) { start = min(start, index) }
                if names(words, index + 1, after: joint, at: index) {
                    self.words.append("/")
                    continue
                }
            }
            depth = max(0, depth + word.count { "([".contains($0) } - word.count { ")]".contains($0) })
            let hasSlash = self.words.contains("/")
            self.words.append(hasSlash ? word.trimmingSuffix(")]") : word)
            if index > 0, depth == 0, joint == nil, ",;".contains(word.last ?? " "),
                names(words, index + 1, after: .pause, at: index + 1)
            {
                self.words[self.words.count - 1] = word.trimmingSuffix(",;")
                self.words.append("/")
            }
        }
    }

    /// Whether a qualifier begins with a word or sign that joins another species to the one that is named.
    static func begin(_ qualifiers: [String]) -> Bool {
        let first = qualifiers.first.flatMap { separated([$0]).first }
        return first.flatMap { Joint(ScientificName.bare($0).lowercased()) }.map { $0 == .slash || $0 == .choice }
            ?? false
    }

    /// The words with slashes, and signs that people take for them, as words of their own.
    static func separated(_ words: [String]) -> [String] {
        words.flatMap { word -> [String] in
            guard word.contains(where: ScientificName.isSlash) else { return [word] }
            let parts = word.split(omittingEmptySubsequences: false, whereSeparator: ScientificName.isSlash)
            return Array(parts.map { $0.isEmpty ? [] : [String($0)] }.joined(separator: ["/"]))
        }
    }

    /// What may be between two names.
    enum Joint {
        case slash
        /// A word for `or`, which joins no authors.
        case choice
        /// A word or sign for `and`, which joins authors too, or a dash.
        case conjunction
        /// A comma or semicolon at the end of a word.
        case pause

        init?(_ word: String) {
            switch word {
            case "/": self = .slash
            case _ where choices.contains(word): self = .choice
            case _ where conjunctions.contains(word): self = .conjunction
            default: return nil
            }
        }
    }

    /// Whether a word in lower case, or a sign, joins two birds.
    static func joins(_ word: String) -> Bool { choices.contains(word) || conjunctions.contains(word) }

    private static let choices: Set<String> = [
        "or", "vel", "oder", "ou", "o", "of", "eller", "vs", "vs.", "versus", "resp.", "bzw.",
    ]
    private static let conjunctions: Set<String> = [
        "&", "+", "and", "und", "et", "y", "e", "en", "och", "og", "-", "–", "—", "=",
    ]

    /// Whether what is at `next` may be another name; notes whether it certainly is one.
    /// - Parameter joint: The position of the sign or word before it.
    private mutating func names(_ words: [String], _ next: Int, after kind: Joint, at joint: Int) -> Bool {
        let isStrong = kind == .slash || kind == .choice
        guard next < words.count else {
            if isStrong, joint > 1 { isCertain = true }
            return isStrong && joint > 1
        }
        let (genus, word) = (words[0], ScientificName.bare(words[next]))
        let epithet = next + 1 < words.count ? Self.epithet(words[next + 1]) : nil
        let isOfGenus = ScientificName.isGenus(word, genus)
        let isUndecided = next + 1 < words.count && ScientificName.undecided.contains(words[next + 1].lowercased())
        if isOfGenus || Self.isGenus(word) {
            // `Larus or Sterna`
            if isStrong, joint == 1 || isUndecided || isOfGenus && epithet == nil {
                isCertain = true
                return true
            }
            guard let epithet else { return false }
            // `Larus fuscus graellsii or Larus fuscus intermedius`
            let isSubspecies = next + 2 < words.count && joint > 2 && Self.epithet(words[next + 2]) != nil
            if isOfGenus, epithet == Self.epithet(words[1]), !isSubspecies, !isStrong { return false }
            if isOfGenus || isStrong { isCertain = true } else { candidates.append("\(word) \(epithet)") }
            return true
        }
        guard let first = Self.epithet(words[next]), joint > 1 || kind == .slash else { return false }
        if kind == .slash, joint <= 2, !NameWords.remarks.contains(first) {
            isCertain = true
            return true
        }
        // In a text without capitals, the genus looks like an epithet.
        if let epithet { candidates.append("\(first) \(epithet)") }
        if first != Self.epithet(words[1]) { candidates.append("\(genus) \(first)") }
        if joint > 2, let species = Self.epithet(words[1]) { candidates.append("\(genus) \(species) \(first)") }
        return true
    }

    private static func epithet(_ word: String) -> String? {
        let bare = ScientificName.bare(word)
        // `Passer domesticus` and `Chlidonias hybrida` are species.
        guard ScientificName.isEpithet(bare), !NameWords.isFeral(bare),
            !NameWords.isDomestic(bare) || ScientificName.domesticEpithets.contains(bare),
            !NameWords.isHybrid(bare) || NameWords.hybridEpithets.contains(bare)
        else { return nil }
        return bare
    }

    private static func isGenus(_ word: String) -> Bool {
        word.count > 2 && word.first?.isUppercase == true && word.dropFirst().allSatisfy(\.isLowercase)
    }
}
