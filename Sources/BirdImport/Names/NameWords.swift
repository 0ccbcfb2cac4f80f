/// Words in a scientific name after which it does not mean the species that it begins with: of domestic forms, hybrids
/// and alternatives, in the languages of the files that people have.
///
/// Each could be the name of an author by its form: `Anser anser Hausgans`.
enum NameWords {
    /// Whether a word without parentheses and quotes, in lower case, says that a form is domestic or feral.
    static func isDomestic(_ word: String) -> Bool {
        if domesticBeginnings.contains(where: word.hasPrefix) { return true }
        let word = word.trimmingSuffix(".!?")
        return domestic.contains(word)
            || domesticStems.contains { word.hasPrefix($0) && birds.contains(String(word.dropFirst($0.count))) }
    }

    private static let domesticBeginnings = [
        "domest", "doméstic", "gedomest", "feral", "féral", "verwilder", "asilvestrad", "cimarr", "förvildad",
    ]
    private static let domestic: Set<String> = [
        "dom", "tame", "tam", "tamme", "tamt", "zahm", "zahme", "racing", "homing", "farmyard", "barnyard",
    ]
    /// `Hausgans`, `Zuchtform`, `Straßentaube`, `stadsduif`, `tamanka`, `brevdue`.
    private static let domesticStems = [
        "haus", "zucht", "stadt", "straßen", "strassen", "brief", "reise", "stads", "post", "tam", "tamme", "soep",
        "boeren", "huis", "park", "by", "brev", "hus",
    ]
    private static let birds: Set<String> = [
        "gans", "gänse", "ente", "enten", "taube", "tauben", "huhn", "hühner", "form", "gås", "and", "anka", "duva",
        "due", "høns", "höns", "eend", "duif", "hoen", "vorm",
    ]

    /// Whether a word without parentheses and quotes, in lower case, says that a bird is a hybrid.
    static func isHybrid(_ word: String) -> Bool {
        hybridBeginnings.contains(where: word.hasPrefix)
    }

    private static let hybridBeginnings = [
        "hybr", "híbrid", "ibrid", "intergrade", "bastard", "bâtard", "mischling", "kreuzung", "kruising", "korsning",
        "krydsning",
    ]
    /// Names of species, as of `Chlidonias hybrida`.
    static let hybridEpithets: Set<String> = ["hybrida", "hybridus", "hybridum"]

    // MARK: Alternatives

    /// The words of a name with a slash in place of each sign or word between alternatives, such as `Larus canus or
    /// fuscus`; nil if there is none. In a text in capitals, authors look like names, so only words for `or` tell.
    static func withSlashes(_ words: [String]) -> [String]? {
        guard words.contains(where: { $0.contains(where: \.isLowercase) }) else {
            let isFound = words.dropFirst(2).dropLast().contains { $0.count > 1 && choices.contains($0.lowercased()) }
            guard isFound, let genus = words.first else { return nil }
            return withSlashes(
                [genus.prefix(1) + genus.dropFirst().lowercased()] + words.dropFirst().map { $0.lowercased() })
        }
        var result: [String] = []
        var (depth, isFound) = (0, false)
        for (index, word) in words.enumerated() {
            let bare = ScientificName.bare(word).lowercased()
            let opens = word.first.map { "([".contains($0) } ?? false
            // `(adult or juvenile)` is a remark, but `(or fuscus)` none.
            if index > 0, depth == 0, !opens || choices.contains(bare) {
                if isSeparator(bare, index, words) {
                    result.append("/")
                    isFound = true
                    continue
                }
                if ",;".contains(word.last ?? " "), namesLatin(words, index + 1) {
                    result += [word.trimmingSuffix(",;"), "/"]
                    isFound = true
                    continue
                }
            }
            depth += word.count { "([".contains($0) } - word.count { ")]".contains($0) }
            result.append(isFound ? word.trimmingSuffix(")]") : word)
        }
        return isFound ? result : nil
    }

    /// Words for `or`, which join no authors.
    private static let choices: Set<String> = [
        "or", "vel", "oder", "ou", "o", "of", "eller", "vs", "vs.", "versus", "resp.", "bzw.",
    ]
    /// Words and signs for `and`, which join authors too.
    private static let conjunctions: Set<String> = [
        "&", "+", "and", "und", "et", "y", "e", "en", "och", "og",
    ]
    private static let dashes: Set<String> = ["-", "–", "—", "="]

    private static func isSeparator(_ word: String, _ index: Int, _ words: [String]) -> Bool {
        if conjunctions.contains(word) { return index > 1 && names(words, index + 1) }
        if dashes.contains(word) { return namesLatin(words, index + 1) }
        guard choices.contains(word) else { return false }
        guard index + 1 < words.count else { return index > 1 }
        return index > 1 && names(words, index + 1) || isGenus(words[index + 1])
    }

    /// Whether an epithet, or a genus and an epithet, is at a position.
    private static func names(_ words: [String], _ index: Int) -> Bool {
        guard let epithet = epithet(words, index) else { return false }
        return !remarks.contains(epithet)
    }

    /// The same after a sign that more often comes before a remark, as in `Parus major, singing`: in the genus of the
    /// first name, or with an ending that is usual in Latin.
    private static func namesLatin(_ words: [String], _ index: Int) -> Bool {
        guard let epithet = epithet(words, index), !remarks.contains(epithet) else { return false }
        if words[index] == words[0] || isInitial(words[index], of: words[0]) { return true }
        return endings.contains(where: epithet.hasSuffix) && (isGenus(words[index]) || index == words.count - 1)
    }

    private static func epithet(_ words: [String], _ index: Int) -> String? {
        guard index < words.count else { return nil }
        let isAfterGenus = isGenus(words[index]) || isInitial(words[index], of: words[0])
        guard !isAfterGenus || index + 1 < words.count else { return nil }
        let word = words[isAfterGenus ? index + 1 : index].trimmingSuffix(",;)]")
        return ScientificName.isEpithet(word) && !isDomestic(word) && !isHybrid(word) ? word : nil
    }

    private static func isGenus(_ word: String) -> Bool {
        word.count > 2 && word.first?.isUppercase == true && word.dropFirst().allSatisfy(\.isLowercase)
            && !remarks.contains(word.lowercased())
    }

    private static func isInitial(_ word: String, of genus: String) -> Bool {
        word.last == "." && word.count < 4 && genus.hasPrefix(word.dropLast())
    }

    private static let endings = ["a", "i", "us", "is", "um", "ns", "ae", "x", "os"]
    /// Words about a bird that are not its name.
    static let remarks: Set<String> = [
        "adult", "adults", "juv", "juvenile", "juveniles", "immature", "immatures", "subadult", "female", "females",
        "male", "males", "chick", "chicks", "pullus", "pulli", "duckling", "ducklings", "nest", "nests", "egg", "eggs",
        "first", "second", "third", "dead", "ringed", "injured", "singing", "calling", "several", "others", "albino",
        "leucistic", "weiblich", "männlich", "tot",
    ]
}

extension String {
    /// Without the given characters at its end.
    func trimmingSuffix(_ characters: String) -> String { trimmingSuffix(characters.contains) }

    func trimmingSuffix(_ isDropped: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, isDropped(last) { text.removeLast() }
        return String(text)
    }
}
