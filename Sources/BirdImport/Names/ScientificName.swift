import Birds

/// A scientific name as a file writes it, and the names under which to look for it in a taxonomy.
///
/// Files add authors, years, subgenera, ranks and doubts to names. A taxonomy has only some of these, so a name is
/// looked up in several forms, the most exact first. Invariants:
/// - Only `names` mean the same taxon as the text. A match of the others, in `species`, loses part of the text, which
///   the caller must keep elsewhere.
/// - A domestic form, a hybrid, a group of species or a bird that is only similar to a species (`aff.`) never has the
///   species among its names.
struct ScientificName {
    /// The forms to look up, the most exact first: as written, without author, without subgenus.
    private(set) var names: [String] = []
    /// What to look up if `names` are unknown, since it is nearer to the text than its species: a subspecies with a
    /// remark after it, or the species that it may have become.
    private(set) var nearer: [String] = []
    /// The species of a subspecies, to look up last; also the beginning of a text whose end is not understood.
    private(set) var binomials: [String] = []
    /// All that may be looked up if `names` are unknown. A match loses part of the text.
    var species: [String] { nearer + binomials }
    /// The name if no taxonomy knows it: as written, without an author and year that are certain.
    private(set) var kept: String
    /// Whether the text says that the identification is not certain (`cf.`, `?`).
    private(set) var isUncertain = false
    private(set) var kind = Kind.species
    /// Whether a bird is one of several, and not a hybrid of them.
    private var isAlternative = false
    /// Whether it would be one of several if another one were known.
    private(set) var mayBeAlternative = false
    /// Whether the text is in capitals, so that names and authors look alike.
    private var isCapital = false
    /// Whether it is a species with an epithet such as `domesticus`, which may be a domestic form of another one.
    private(set) var mayBeDomestic = false

    enum Kind {
        case species, subspecies, domestic
        /// Two or more species: a hybrid or one of several (`/`).
        case several
        /// A species of a genus or family: with `sp.`, or the name of the genus or family alone.
        case undecided
        /// Similar to a species, but not it (`aff.`).
        case affinity
        /// None of these, such as the code of a cluster of sequences (`BOLD:AAA1234`).
        case other
    }

    init(_ text: String) { self.init(text, knows: { _ in false }) }

    /// - Parameter knows: Whether a taxonomy has a species of this name. It tells another species from a remark
    ///   (`Alternatives`).
    init<E: Error>(_ text: String, knows: (String) throws(E) -> Bool) throws(E) {
        let clean = Self.clean(text)
        kept = clean
        names = [clean]
        var words = Self.words(clean)
        dropDoubt(&words)
        guard words.count > 1 else {
            addSingle(words.first ?? "")
            return
        }
        // A star between two words is a cross.
        for index in words.indices.dropFirst().dropLast() where words[index] == "*" { words[index] = "×" }
        words = Alternatives.separated(words)
        let lowercased = Self.withoutCapitals(words)
        isCapital = lowercased != nil
        words = lowercased ?? words
        let alternatives = Alternatives(words)
        isAlternative = alternatives.isCertain
        for name in alternatives.candidates where !isAlternative { isAlternative = try knows(name) }
        mayBeAlternative = !isAlternative && !alternatives.candidates.isEmpty
        if isAlternative || words.contains(where: Self.isCross) || Self.isHybrid(words) {
            kind = .several
            if isUncertain { add(words.joined(separator: " ")) }
            addPairs(alternatives.words)
            return
        }
        if mayBeAlternative { addPairs(alternatives.words) }
        if words.contains(where: Self.isAffinity) {
            kind = .affinity
        } else if let end = words.dropFirst().firstIndex(where: { Self.undecided.contains($0.lowercased()) }) {
            kind = .undecided
            let name = words[..<end].joined(separator: " ") + " sp."
            // A domestic bird of a genus is not any bird of the genus, and `sp. (juvenile)` says more than `sp.`.
            if Self.isAuthor(words[(end + 1)...]) {
                add(name)
            } else if !words[end...].contains(where: Self.isDomestic) {
                binomials = [name]
            }
        } else {
            addParts(words, before: alternatives.start)
        }
    }

    /// The kind of taxon, in the words of eBird's taxonomy, for a name that no taxonomy knows; nil for a species.
    var category: String? {
        switch kind {
        case .species, .affinity, .other: nil
        case .subspecies: "issf"
        case .domestic: "domestic"
        case .undecided: "spuh"
        case .several: categoryOfSeveral
        }
    }

    private var categoryOfSeveral: String {
        let category = TaxonCategory.of(commonName: nil, scientificName: names.last ?? kept)
        switch category {
        case "domestic": return "domestic"
        case let category? where category != "species" && (isAlternative ? names.count > 1 : category != "issf"):
            return category
        default: return isAlternative ? "slash" : "hybrid"
        }
    }

    /// Whether a text from a column of its own only says that a name is not certain: `cf.` or `?`.
    static func isDoubt(_ text: String) -> Bool {
        let words = words(clean(text))
        return words.count == 1
            && words.allSatisfy { word in
                doubts.contains(word.lowercased()) || word.allSatisfy { "(?)".contains($0) }
            }
    }

    /// Whether it says of the species of another name what that one leaves out: that the bird is a domestic form, a
    /// hybrid, one of several species or only similar to this one, or that the identification is not certain.
    func saysMore(than other: ScientificName) -> Bool {
        guard !other.isUncertain, other.kind == .species || other.kind == .subspecies,
            let name = other.names.last.map(Self.words), name.count > 1
        else { return false }
        let epithet = name[1]
        guard isUncertain || [.domestic, .several, .affinity].contains(kind) else { return false }
        return kept.split { !$0.isLetter && $0 != "-" }.contains { $0 == epithet }
    }

    /// Whether it is of the same species as another name, and has a second name or a remark after it.
    func adds(to other: ScientificName) -> Bool {
        guard mayBeAlternative, !other.isUncertain, other.kind == .species || other.kind == .subspecies else {
            return false
        }
        return binomials.contains(Self.words(other.names.last ?? "").prefix(2).joined(separator: " "))
    }

    /// A name with what a column of its own says about the identification, if that makes it another bird: similar to it
    /// (`aff.`), a hybrid (`x caeruleus`), a domestic form, or a species of a genus (`sp.`). Nil for all else, which is
    /// said of the same bird.
    /// - Parameter isCommon: Whether the name is a common name.
    static func name(_ text: String, with qualifier: String, isCommon: Bool) -> String? {
        let (name, qualifiers) = (words(clean(text)), words(clean(qualifier)))
        let isAffinity = qualifiers.contains(where: isAffinity)
        if name.contains(where: Self.isAffinity) { return isAffinity ? name.joined(separator: " ") : nil }
        // `cf. domesticus` is a doubt about the species.
        let isCertain = !qualifiers.contains { doubts.contains($0.lowercased()) }
        let isOther =
            isAffinity || qualifiers.contains(where: isCross) || isHybrid(name + qualifiers)
            || isCertain && qualifiers.contains { isDomestic($0, in: name) && !name.contains($0) }
            || Alternatives.begin(qualifiers) && (isCommon || joinsAnother(name + qualifiers))
            || name.count == 1 && qualifiers.first.map { undecided.contains($0.lowercased()) } ?? false
        // `hybrid` says no more of a hybrid.
        guard isOther, isAffinity || ![.several, .domestic].contains(ScientificName(text).kind) else { return nil }
        if qualifiers.starts(with: name) { return qualifiers.joined(separator: " ") }
        guard let mark = qualifiers.first, Self.isAffinity(mark) else {
            return (name + qualifiers).joined(separator: " ")
        }
        if isCommon { return (qualifiers + name).joined(separator: " ") }
        // The mark precedes the first word that the qualifier repeats; alone, the name of the species.
        let repeated = qualifiers.dropFirst().first { $0.count > 2 || !$0.hasSuffix(".") }
        guard let position = repeated.map({ name.firstIndex(of: $0) }) ?? min(1, name.endIndex) else {
            return (name + qualifiers).joined(separator: " ")
        }
        return (name[..<position] + [mark] + name[position...]).joined(separator: " ")
    }

    private static func joinsAnother(_ words: [String]) -> Bool {
        let alternatives = Alternatives(Alternatives.separated(words))
        return alternatives.isCertain || !alternatives.candidates.isEmpty
    }

    /// Adds the forms of a single word: a genus or family, or a species that is written with a hyphen
    /// (`Parus-major`). No genus has a hyphen.
    private mutating func addSingle(_ word: String) {
        if isUncertain { add(word) }
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        let isName = word.unicodeScalars.allSatisfy(\.properties.isAlphabetic)
        kind = isName ? .undecided : .other
        guard parts.count > 1, parts[0].first?.isUppercase == true, parts[1...].allSatisfy(Self.isEpithet) else {
            return
        }
        kind = .species
        add("\(parts[0]) \(parts[1...].joined(separator: "-"))")
    }

    /// Adds a form to look up, unless it is there.
    private mutating func add(_ name: String) {
        if !name.isEmpty, !names.contains(name) { names.append(name) }
    }

    /// Removes `cf.` and question marks.
    private mutating func dropDoubt(_ words: inout [String]) {
        let certain = words.filter { !Self.doubts.contains($0.lowercased()) }
            .map { $0.replacing("(?)", with: "").replacing("?", with: "") }.filter { !$0.isEmpty }
        isUncertain = certain != words
        words = certain
    }

    /// The first epithet without its ending, which follows the gender of the genus; nil if there is none.
    var stem: String? {
        let words = Self.withoutCapitals(Self.words(kept)) ?? Self.words(kept)
        guard let epithet = words.dropFirst().lazy.map(Self.bare).first(where: { Self.isEpithet($0) }) else {
            return nil
        }
        return Self.stem(of: epithet)
    }

    /// An epithet without its ending.
    static func stem(of epithet: String) -> String {
        if epithet.hasSuffix("er") { return epithet.dropLast(2) + "r" }
        let ending = ["us", "um", "is", "a", "e"].first(where: epithet.hasSuffix) ?? ""
        return String(epithet.dropLast(ending.count))
    }

    // MARK: Hybrids and undecided pairs

    /// Adds the forms of eBird's taxonomy for two species: `Anas platyrhynchos x acuta`, in either order, and
    /// `Corvus corone/cornix`.
    private mutating func addPairs(_ words: [String]) {
        var sides: [[String]]
        let isHybrid = words.contains(where: Self.isCross)
        if isHybrid {
            // `×acuta` is a cross and a word.
            let separate = words.flatMap { word in
                word.count > 1 && word.contains("×") ? ["×", word.replacing("×", with: "")] : [word]
            }
            sides = separate.split(whereSeparator: Self.isCross).map(Array.init)
        } else {
            sides = words.joined(separator: " ").split(separator: "/").map {
                $0.split(separator: " ").map(String.init)
            }
        }
        // An author after a species is removed.
        sides = sides.map { side in
            let names = side.dropFirst().prefix { Self.isEpithet($0) }
            var end = names.endIndex
            // A comma after a name begins the author.
            if end < side.endIndex, Self.isEpithet(side[end].trimmingSuffix(",;")) { end += 1 }
            guard Self.isAuthor(side[end...]) else { return side }
            return side[..<end].map { $0.trimmingSuffix(",;") }
        }
        guard sides.count == 2, let genus = sides[0].first, !sides[1].isEmpty else { return }
        // `Anas acuta x platyrhynchos` means the genus twice, and `Branta canadensis moffitti/maxima` also the species.
        let missing = isHybrid ? 1 : sides[0].count - sides[1].count
        if missing > 0, Self.isEpithet(sides[1][0]) { sides[1].insert(contentsOf: sides[0].prefix(missing), at: 0) }
        let sign = isHybrid ? " x " : "/"
        for (one, other) in [(0, 1), (1, 0)] {
            let (first, second) = (sides[one], sides[other])
            guard first.count > 1 else { continue }
            // `Anas platyrhynchos x A. acuta` has the genus once too.
            if first.first == genus, second.first == genus || second.first == genus.prefix(1) + ".", second.count > 1 {
                let shared = isHybrid ? 1 : min(zip(first, second).prefix { $0 == $1 }.count, second.count - 1)
                add(first.joined(separator: " ") + sign + second.dropFirst(max(1, shared)).joined(separator: " "))
            }
            add(first.joined(separator: " ") + sign + second.joined(separator: " "))
        }
    }

    // MARK: Genus, subgenus, species, subspecies and author

    /// - Parameter end: Where the name ends at the latest.
    private mutating func addParts(_ written: [String], before latest: Int) {
        let words = Self.withoutInnerAuthor(written)
        let latest = min(latest, words.count)
        let genus = words[0]
        var position = 1
        var subgenus: String?
        if words.count > 2, let inner = Self.inner(words[1]), Self.isEpithet(words[2].trimmingSuffix(",;")) {
            subgenus = inner
            position = 2
        }
        var epithets: [String] = []
        var (isMarked, isForm) = (false, false)
        // The end of the name in `words`, after which the author follows.
        var end = position
        while position < latest, epithets.count < 3 {
            let isMark = !epithets.isEmpty && Self.ranks.contains(words[position].lowercased())
            let next = isMark ? position + 1 : position
            guard next < latest, epithets.count < 2 || isMark else { break }
            let word = words[next].trimmingSuffix(",;")
            guard Self.isEpithet(word), epithets.isEmpty || !NameWords.isFeral(word) else { break }
            epithets.append(word)
            isMarked = isMarked || isMark
            isForm = isForm || isMark && !Self.ranksOfSubspecies.contains(words[position].lowercased())
            position = next + 1
            end = position
            if word != words[next] { break }
        }
        let rest = words[end...]
        guard let first = epithets.first else {
            addGenus(words)
            return
        }
        kind = epithets.count > 1 ? .subspecies : .species
        mayBeDomestic = Self.isDomestic(first)
        let isDomestic = { (word: String) in Self.isDomestic(word, in: words) }
        if words.dropFirst(2).contains(where: { isDomestic($0) && Self.bare($0) != first }) { kind = .domestic }
        let isAuthor = Self.isAuthor(rest)
        let genera = [genus] + (subgenus.map { [$0] } ?? [])
        var exact: [String] = []
        // As written without the author, which may still have a subgenus and marks of ranks.
        let written = words[..<end].joined(separator: " ").trimmingSuffix(",;")
        // Without the word that says so, the name is that of a wild bird.
        if kind == .domestic ? epithets.dropFirst().contains(where: isDomestic) : isAuthor {
            if subgenus != nil || isMarked { exact.append(written) }
            for genus in genera { exact.append(([genus] + epithets).joined(separator: " ")) }
        }
        if kind == .domestic {
            // The domestic forms of eBird's taxonomy.
            for genus in genera {
                exact += ["\(genus) \(first) (Domestic type)", "\(genus) \(first) (Feral Pigeon)"]
            }
        } else {
            if epithets.count > 1, !isAuthor {
                for genus in genera { nearer.append(([genus] + epithets).joined(separator: " ")) }
            }
            // A taxonomy may have made a species of the subspecies: within a genus, no two of them have the same
            // epithet.
            if epithets.count == 2, epithets[1] != first, !isForm {
                for genus in genera { nearer.append("\(genus) \(epithets[1])") }
            }
            if epithets.count > 1 || !isAuthor {
                for genus in genera { binomials.append("\(genus) \(first)") }
            }
            // `Larus fuscus (graellsii)`
            if epithets.count == 1, let inner = rest.first, inner != Self.bare(inner), Self.isEpithet(Self.bare(inner)),
                Self.isAuthor(rest.dropFirst())
            {
                for genus in genera { exact.append("\(genus) \(first) \(Self.bare(inner))") }
            }
            if isAuthor, !isCapital { kept = isUncertain ? kept : written }
        }
        for name in exact { add(name) }
    }

    /// Words without the author of the species, and the year, before the mark of a subspecies or before its epithet:
    /// `Larus fuscus Linnaeus, 1758 subsp. graellsii`.
    private static func withoutInnerAuthor(_ words: [String]) -> [String] {
        let names = words.dropFirst().prefix { isEpithet($0) || inner($0) != nil }
        var start = names.endIndex
        if start < words.count, isEpithet(words[start].trimmingSuffix(",;")) { start += 1 }
        guard start > 1, start < words.count,
            let end = words[start...].indices.dropLast().first(where: { index in
                isEpithet(words[index + 1].trimmingSuffix(",;")) && ranks.contains(words[index].lowercased())
            })
                ?? words[start...].indices.last.flatMap({ index in
                    isEpithet(words[index]) && isYear(words[index - 1]) ? index : nil
                }), end > start, isAuthor(words[start..<end])
        else { return words }
        return words[..<(start - 1)] + [words[start - 1].trimmingSuffix(",;")] + words[end...]
    }

    /// Adds the forms of a text whose second word is no epithet: a genus with an author, or a name with capitals.
    private mutating func addGenus(_ words: [String]) {
        let author = words.dropFirst()
        // `Passer Domesticus` is a species with a capital letter too many.
        let isDomestic = words.enumerated().contains { index, word in
            Self.isDomestic(word) && !(index == 1 && Self.domesticEpithets.contains(Self.bare(word).lowercased()))
        }
        if isDomestic {
            kind = .domestic
            if Self.isDomestic(words[0]) { return }
            if words.count > 2, words[1].allSatisfy(\.isLetter), !Self.isDomestic(words[1]) {
                // `Anser Anser Domestica`
                for form in ["(Domestic type)", "(Feral Pigeon)"] { add("\(words[0]) \(words[1]) \(form)") }
            } else {
                add("\(words[0]) sp. (Domestic type)")
            }
            return
        }
        if Self.isAuthor(author), author.contains(where: Self.isYear) {
            // `Larus Linnaeus, 1758` is a genus; `Parus Major Linnaeus, 1758` and `Parus Major (Linnaeus, 1758)` are a
            // species if a taxonomy knows it.
            if author.dropFirst().dropLast().contains(where: { $0.drop { $0 == "(" }.first?.isUppercase == true }) {
                add("\(words[0]) \(words[1].trimmingSuffix(",;"))")
            } else {
                add(words[0])
                kind = .undecided
                if !isUncertain { kept = words[0] }
            }
            return
        }
        var count = words.count - 1
        while count > 1 {
            binomials.append(words[..<count].joined(separator: " ").trimmingSuffix(",;"))
            count -= 1
        }
    }
}
