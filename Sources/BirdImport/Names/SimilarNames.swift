import Birds

/// Names by their letters, to find the one that another name may be misspelt for.
///
/// One letter in five may differ, and at most two: with a third, as `Spelling` allows for a question, `Golden Plover`
/// would be near to `Golden Eagle`. A code is only itself: another letter makes another species of it.
struct SimilarNames {
    /// A letter in a name is the value of its Unicode scalar.
    typealias Letters = [Int]

    /// The names of one length.
    private struct Bucket {
        var signatures: [UInt64] = []
        var names: [(letters: Letters, number: Int)] = []
    }

    /// By the number of their letters.
    private var buckets = [Bucket](repeating: Bucket(), count: longest + 1)
    private var known: Set<Letters> = []
    private var distance = EditDistance()

    /// The longest name that is compared, in letters.
    static let longest = 64
    /// The most letters of a code.
    private static let longestCode = 6
    private static let mostDiffering = 2

    /// The ways to spell what a name may mean: the whole, without marks of doubt, and its first three and two words,
    /// which an author or a remark may follow. Empty for a code.
    static func spellings(of form: FoldedName.Form) -> [Letters] {
        let (key, all) = (form.key, form.words)
        if all.count < 2, form.hasDigit || key.unicodeScalars.count <= longestCode { return [] }
        let words = all.filter { !ScientificName.doubts.contains($0) }
        var spellings: [Letters] = []
        for text in [key, words.joined(), words.prefix(3).joined(), words.prefix(2).joined()] {
            let letters = text.unicodeScalars.prefix(longest + 1).map { Int($0.value) }
            if letters.count <= longest, !spellings.contains(letters) { spellings.append(letters) }
        }
        return spellings
    }

    /// Adds a name, unless there is one with the same letters.
    mutating func add(_ letters: Letters, number: Int) {
        guard letters.count <= Self.longest, known.insert(letters).inserted else { return }
        buckets[letters.count].signatures.append(Self.signature(letters))
        buckets[letters.count].names.append((letters, number))
    }

    /// The number of the nearest name, the first of several, and how many letters of it differ; nil if none is near.
    mutating func nearest(to letters: Letters) -> (number: Int, distance: Int)? {
        guard letters.count <= Self.longest else { return nil }
        let signature = Self.signature(letters)
        var nearest: (number: Int, distance: Int)?
        let least = max(0, letters.count - Self.mostDiffering)
        for count in least...max(least, min(Self.longest, letters.count + Self.mostDiffering)) {
            let allowed = min(Self.mostDiffering, max(count, letters.count) / 5)
            if abs(count - letters.count) > allowed { continue }
            for (position, other) in buckets[count].signatures.enumerated()
            where (other ^ signature).nonzeroBitCount <= 2 * allowed {
                let name = buckets[count].names[position]
                let limit = min(allowed, (nearest?.distance ?? .max) - 1)
                guard limit >= 0, let found = distance.distance(letters, name.letters, atMost: limit) else { continue }
                nearest = (name.number, found)
            }
        }
        return nearest
    }

    /// Which letters there are, and which more than once. An edit changes two bits at most.
    private static func signature(_ letters: Letters) -> UInt64 {
        var (once, twice): (UInt64, UInt64) = (0, 0)
        for letter in letters {
            let bit: UInt64 = 1 << UInt64(letter & 31)
            twice |= once & bit
            once |= bit
        }
        return once | twice << 32
    }
}
