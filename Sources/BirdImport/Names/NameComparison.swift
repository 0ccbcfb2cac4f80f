/// Compares names that no table knows with those of a list, and with the others that tables know.
///
/// Each of its readings counts (`NameReadings`). A name is surely like a listed one, unless it is nearer to another
/// that a table knows:
/// - if it, or some words of it, are nearly spelt so (`SimilarNames`); a single word only if it is a name and no code;
/// - if it has the same words in another order: `Eagle, Golden`;
/// - if it has the epithets of a listed subspecies: `Falco columbarius aesalon`;
/// - if it is shortened and nearly spelt so: `A. chrysaetus`, `Aquila c. canadensis`, `A. c. canadensis`.
///
/// It may be like a listed one:
/// - if it is a scientific name with the epithet of a listed species, whatever its gender, under another genus, which
///   may be the former one; or with the epithet of a listed subspecies under a listed genus. With a whole taxonomy,
///   which knows all other species of this epithet, that is sure;
/// - if the epithet under another genus is nearly spelt so;
/// - if it is the beginning or the end of a listed common name: `Goshawk`.
struct NameComparison {
    /// What a name is.
    enum Kind { case code, common, scientific, ofList }

    /// What a name is like.
    struct Match {
        /// The number of the listed name.
        let number: Int
        let isSure: Bool
    }

    /// Names by all that is compared.
    private struct Names {
        /// All names, and those of one word which can't be codes.
        var spellings = SimilarNames()
        var words = SimilarNames()
        /// By their words, sorted.
        var orders: [[String]: Int] = [:]
        /// Epithets by the first letters of their genera.
        var epithets: [String: SimilarNames] = [:]
    }

    private struct Epithet {
        let number: Int
        let text: String
    }

    private var listed = Names()
    private var known = Names()
    /// Epithets of listed species and subspecies, by their stems.
    private var stems: [String: Epithet] = [:]
    private var subspecies: [String: Int] = [:]
    /// Listed subspecies, by the stems of their species and their own.
    private var trinomials: [[String]: Int] = [:]
    private var epithets = SimilarNames()
    private var genera: Set<String> = []
    /// By a genus, or its first letters, and the first letter of the epithet.
    private var initials: [[String]: Int] = [:]
    /// Beginnings and ends of common names, and names of one word.
    private var parts: [String: Int] = [:]
    private var single: [String: Int] = [:]
    private var mostWords = 3
    private let isWhole: Bool
    /// What other species have: each genus, and its first letters, with the stem of a listed epithet; genus, first
    /// letter of the epithet and stem of a subspecies; and the stems of all epithets.
    private var knownSpecies: Set<[String]> = []
    private var knownSubspecies: Set<[String]> = []
    private var knownStems: Set<String> = []

    /// Single words are compared from this number of letters on, and epithets under another genus if misspelt.
    private static let leastLetters = 5
    private static let leastEpithet = 7
    /// The most words of a name that are compared in another order or put together.
    private static let most = 8

    /// - Parameter isWhole: Whether tables know nearly all species.
    init(isWhole: Bool) { self.isWhole = isWhole }

    // MARK: What is known

    /// Adds a listed name.
    mutating func add(_ text: String, _ kind: Kind, number: Int) {
        for form in FoldedName(text).forms {
            Self.add(form, kind, number, to: &listed)
            let words = form.words
            mostWords = max(mostWords, min(words.count, Self.most))
            switch kind {
            case .common:
                if words.count == 1, !form.hasDigit, single[words[0]] == nil { single[words[0]] = number }
                // The end of a pair is the name of the other species.
                if words.contains("x") || text.contains(where: { "/(".contains($0) }) { continue }
                for length in 1..<max(1, min(words.count, Self.most)) {
                    for part in [words.prefix(length), words.suffix(length)] where parts[part.joined()] == nil {
                        parts[part.joined()] = number
                    }
                }
            case .scientific: addScientific(words, of: text, number)
            case .code, .ofList: break
            }
        }
    }

    private mutating func addScientific(_ words: [String], of text: String, _ number: Int) {
        guard words.count > 1, let genus = words.first else { return }
        let stem = ScientificName.stem(of: words[1])
        if ScientificName(text).kind != .species || words.last == "group" {
            // Not of pairs of species, such as `Aquila chrysaetos/heliaca`.
            if text.split(separator: " ").prefix(2).joined().contains("/") || words.contains("x") { return }
            for word in words.dropFirst(2) where word != "group" {
                let own = ScientificName.stem(of: word)
                if subspecies[own] == nil { subspecies[own] = number }
                if trinomials[[stem, own]] == nil { trinomials[[stem, own]] = number }
            }
            genera.insert(genus)
            return
        }
        genera.insert(genus)
        if stems[stem] == nil { stems[stem] = Epithet(number: number, text: words[1]) }
        guard let letters = SimilarNames.letters(words[1]) else { return }
        if words[1].count >= Self.leastEpithet { epithets.add(letters, number: number) }
        for start in Self.beginnings(of: genus) {
            listed.epithets[start, default: SimilarNames()].add(letters, number: number)
            let key = [start, String(words[1].prefix(1))]
            if initials[key] == nil { initials[key] = number }
        }
        let key = [genus, String(words[1].prefix(1))]
        if initials[key] == nil { initials[key] = number }
    }

    /// Adds a name that a table knows and the list does not cover. All listed names must have been added.
    mutating func addKnown(_ text: String, _ kind: Kind) {
        for form in FoldedName(text).forms {
            Self.add(form, kind, 0, to: &known)
            let words = form.words
            guard kind == .scientific, words.count > 1, let genus = words.first else { continue }
            let stem = ScientificName.stem(of: words[1])
            knownStems.insert(stem)
            let starts = [genus] + Self.beginnings(of: genus)
            if stems[stem] != nil || subspecies[stem] != nil {
                for start in starts { knownSpecies.insert([start, stem]) }
            }
            if let letters = SimilarNames.letters(words[1]) {
                for start in starts where listed.epithets[start] != nil {
                    known.epithets[start, default: SimilarNames()].add(letters, number: 0)
                }
            }
            let initial = String(words[1].prefix(1))
            for start in starts where initials[[start, initial]] != nil {
                for word in words.dropFirst(2) {
                    knownSubspecies.insert([start, initial, ScientificName.stem(of: word)])
                }
            }
        }
    }

    private static func add(_ form: FoldedName.Form, _ kind: Kind, _ number: Int, to names: inout Names) {
        let words = form.words
        // The beginning of a listed name is no name of its own.
        if let whole = SimilarNames.runs(of: form, atMost: 0).first {
            names.spellings.add(whole.letters, number: number)
        }
        if words.count > 1, words.count <= most, names.orders[words.sorted()] == nil {
            names.orders[words.sorted()] = number
        }
        if words.count == 1, !form.hasDigit, kind == .common || kind == .scientific,
            let letters = SimilarNames.letters(words[0]), letters.count >= leastLetters
        {
            names.words.add(letters, number: number)
        }
    }

    /// What a genus may be shortened to.
    private static func beginnings(of genus: String) -> [String] {
        (1...3).filter { $0 < genus.count }.map { String(genus.prefix($0)) }
    }

    // MARK: Comparison

    /// What a name is like.
    mutating func match(_ text: String) -> Match? {
        let forms = NameReadings.of(text).flatMap { FoldedName($0).forms }
        for form in forms {
            let words = form.words.filter { !ScientificName.doubts.contains($0) && $0 != "x" }
            // Digits beside letters are those of a code.
            let isName = !form.hasDigit || text.contains(" ")
            let number =
                misspelt(form) ?? (isName ? ofOneWord(words) : nil) ?? inOtherOrder(words, text)
                ?? shortenedGenus(words) ?? shortenedSpecies(words)
            if let number { return Match(number: number, isSure: true) }
        }
        if let name = ScientificWords(text) {
            for words in name.forms {
                if let number = subspecies(words) { return Match(number: number, isSure: true) }
                if let number = underOtherGenus(words) { return Match(number: number, isSure: isWhole) }
                if let number = misspeltUnderOtherGenus(words) { return Match(number: number, isSure: false) }
            }
        }
        for form in forms {
            let name = Self.withoutRemarks(form.words).joined()
            if let number = parts[name] ?? Self.singular(name).flatMap({ parts[$0] }) {
                return Match(number: number, isSure: false)
            }
        }
        return nil
    }

    private mutating func misspelt(_ form: FoldedName.Form) -> Int? {
        let runs = SimilarNames.runs(of: form, atMost: mostWords)
        for (position, run) in runs.enumerated() {
            guard let near = listed.spellings.nearest(to: run.letters) else { continue }
            // The whole name counts more than a part of it.
            let isPart = runs[..<position].contains { longer in
                longer.words.lowerBound <= run.words.lowerBound && longer.words.upperBound >= run.words.upperBound
                    && known.spellings.nearest(to: longer.letters) != nil
            }
            if isPart || isNearer(run.letters, than: near.distance) { continue }
            return near.number
        }
        return nil
    }

    /// Whether a name that the list does not cover is nearer.
    private mutating func isNearer(_ letters: SimilarNames.Letters, than distance: Int) -> Bool {
        known.spellings.nearest(to: letters).map { $0.distance < distance } ?? false
    }

    /// `Merlins`, `adult Merlyn`
    private mutating func ofOneWord(_ words: [String]) -> Int? {
        let words = Self.withoutRemarks(words)
        guard words.count == 1, let letters = SimilarNames.letters(words[0]) else { return nil }
        if let number = Self.singular(words[0]).flatMap({ single[$0] }) { return number }
        guard letters.count >= Self.leastLetters, let near = listed.words.nearest(to: letters) else { return nil }
        if let other = known.words.nearest(to: letters), other.distance < near.distance { return nil }
        return near.number
    }

    /// `Eagle, Golden`, `Eagel, Golden`
    private mutating func inOtherOrder(_ words: [String], _ text: String) -> Int? {
        let rest = Self.withoutRemarks(words)
        guard rest.count > 1, rest.count <= Self.most else { return nil }
        let sorted = rest.sorted()
        if let number = listed.orders[sorted], known.orders[sorted] == nil { return number }
        let parts = text.split(separator: ",", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        for form in FoldedName("\(parts[1]) \(parts[0])").forms {
            guard let letters = SimilarNames.letters(Self.withoutRemarks(form.words).joined()),
                let near = listed.spellings.nearest(to: letters)
            else { continue }
            if !isNearer(letters, than: near.distance) { return near.number }
        }
        return nil
    }

    /// `A. chrysaetus`
    private mutating func shortenedGenus(_ words: [String]) -> Int? {
        guard words.count > 1, words[1].count >= Self.leastLetters, let letters = SimilarNames.letters(words[1]),
            let near = listed.epithets[words[0]]?.nearest(to: letters)
        else { return nil }
        if let other = known.epithets[words[0]]?.nearest(to: letters), other.distance < near.distance { return nil }
        return near.number
    }

    /// `Aquila c. canadensis`, `A. c. canadensis`
    private func shortenedSpecies(_ words: [String]) -> Int? {
        guard words.count > 2, words[1].count == 1, words[2].count >= Self.leastLetters - 1,
            let number = initials[[words[0], words[1]]], !Self.remarks.contains(words[2])
        else { return nil }
        return knownSubspecies.contains([words[0], words[1], ScientificName.stem(of: words[2])]) ? nil : number
    }

    /// `Falco columbarius aesalon`, which may be listed as `Falco columbarius [aesalon Group]`.
    private mutating func subspecies(_ words: [String]) -> Int? {
        guard words.count > 2,
            let number = trinomials[[ScientificName.stem(of: words[1]), ScientificName.stem(of: words[2])]],
            let letters = SimilarNames.letters(words.joined()), known.spellings.nearest(to: letters) == nil
        else { return nil }
        return number
    }

    /// - Parameter words: Genus and epithets.
    private mutating func underOtherGenus(_ words: [String]) -> Int? {
        for (position, epithet) in words.enumerated().dropFirst() {
            let stem = ScientificName.stem(of: epithet)
            let number: Int
            if let listed = stems[stem], epithet != stem || epithet == listed.text {
                number = listed.number
            } else if position == 1, genera.contains(words[0]), let listed = subspecies[stem] {
                number = listed
            } else {
                continue
            }
            let isKnown = words[..<position].contains { knownSpecies.contains([$0, stem]) }
            if !isKnown, !isNearKnown(words) { return number }
        }
        return nil
    }

    private mutating func misspeltUnderOtherGenus(_ words: [String]) -> Int? {
        let stem = ScientificName.stem(of: words[1])
        guard words[1].count >= Self.leastEpithet, stems[stem] == nil, !knownStems.contains(stem),
            let near = SimilarNames.letters(words[1]).flatMap({ epithets.nearest(to: $0) }), !isNearKnown(words)
        else { return nil }
        return near.number
    }

    /// Whether a scientific name, or its species, is nearly that of another that tables know.
    private mutating func isNearKnown(_ words: [String]) -> Bool {
        Set([2, words.count]).contains { count in
            SimilarNames.letters(words.prefix(count).joined()).map { known.spellings.nearest(to: $0) != nil } ?? false
        }
    }

    // MARK: Remarks

    private static func withoutRemarks(_ words: [String]) -> [String] {
        words.filter { !remarks.contains($0) && !ScientificName.doubts.contains($0) }
    }

    private static func singular(_ name: String) -> String? { name.hasSuffix("s") ? String(name.dropLast()) : nil }

    /// Words that tell age, sex or number, without marks of letters.
    private static let remarks = NameWords.remarks.union([
        "imm", "imms", "juv", "juvs", "ad", "ads", "subad", "fem", "m", "f", "pair", "pairs", "of", "a", "an", "the",
        "one",
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "young", "nestling", "nestlings",
        "fledgling", "fledglings", "flying", "migrating",
    ])
}
