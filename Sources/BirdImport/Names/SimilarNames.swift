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
    /// Of a name with more than twice as many words, only so many at its beginning and end are compared.
    private static let mostAtEnds = 4

    /// Words of a name, one after the other and put together.
    struct Run {
        let letters: Letters
        /// Their positions among the words without marks of doubt.
        let words: Range<Int>
    }

    /// The letters of a text; nil if there are more than are compared.
    static func letters(_ text: String) -> Letters? {
        let letters = text.unicodeScalars.prefix(longest + 1).map { Int($0.value) }
        return letters.count <= longest ? letters : nil
    }

    /// Whether a name may be a code.
    static func isCode(_ form: FoldedName.Form) -> Bool {
        form.words.count < 2 && (form.hasDigit || form.key.unicodeScalars.count <= longestCode)
    }

    /// What a name may mean: the whole, also without marks of doubt, and then its runs of two and more words, the
    /// longest first, since an author or a remark may follow or precede. None for a code.
    /// - Parameter count: The most words of a run that is not the whole.
    static func runs(of form: FoldedName.Form, atMost count: Int) -> [Run] {
        if isCode(form) { return [] }
        let all = form.words
        let words = all.filter { !ScientificName.doubts.contains($0) }
        var runs: [Run] = []
        func add(_ text: String, _ range: Range<Int>) {
            if let letters = letters(text) { runs.append(Run(letters: letters, words: range)) }
        }
        add(form.key, words.indices)
        if words.count < all.count || form.hasDigit { add(words.joined(), words.indices) }
        let ends = [0..<mostAtEnds, (words.count - mostAtEnds)..<words.count]
        let windows = words.count <= 2 * mostAtEnds ? [words.indices] : ends
        for length in stride(from: min(count, words.count - 1), to: 1, by: -1) {
            for window in windows where window.count >= length {
                for start in window.lowerBound...(window.upperBound - length) {
                    add(words[start..<(start + length)].joined(), start..<(start + length))
                }
            }
        }
        return runs
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
