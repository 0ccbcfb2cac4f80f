/// Finds the name that somebody may have meant: the one with the fewest edits, regardless of case and Unicode
/// normal form. At most a third of the letters of the longer name may differ, but always one.
public struct Spelling {
    /// The closest candidate so far; of several that are equally close, the first.
    public private(set) var nearest: String?

    private var wanted: [Int] = []
    /// The greatest distance that is less than that of `nearest`.
    private var limit = Int.max
    /// Memory that is reused for each of thousands of candidates.
    private var letters: [Int] = []
    private var rows = EditDistance()

    /// The longest text that is compared, in letters. A longer one is not a misspelt name, and the time grows with
    /// the square of the length.
    static let longest = 64
    /// The longest in bytes: it is checked first, without counting letters.
    private static let mostBytes = 4 * longest

    public init(_ text: String) {
        if Spelling.read(text, into: &letters) { wanted = letters }
    }

    /// The nearest of some names; nil if none is close.
    public static func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
        var spelling = Spelling(text)
        for candidate in candidates { spelling.consider(candidate) }
        return spelling.nearest
    }

    /// Compares another name.
    public mutating func consider(_ candidate: String) {
        let bytes = candidate.utf8
        guard !wanted.isEmpty else { return }
        // Most candidates differ too much in length. That is checked before letters are made: there are at least as
        // many letters as ASCII bytes, and at most as many as bytes.
        if bytes.count < wanted.count, !isNear(bytes.count) { return }
        if bytes.count > wanted.count {
            let least = bytes.reduce(0) { $1 < 0x80 ? $0 + 1 : $0 }
            if least > wanted.count, !isNear(least) { return }
        }
        guard Spelling.read(candidate, into: &letters), isNear(letters.count) else { return }
        let allowed = allowed(letters.count)
        guard let distance = rows.distance(wanted, letters, atMost: allowed) else { return }
        nearest = candidate
        limit = distance - 1
    }

    /// The greatest distance allowed between the wanted name and a name of this many letters.
    private func allowed(_ count: Int) -> Int { min(Spelling.allowed(wanted.count, count), limit) }

    /// The greatest distance allowed between names of these numbers of letters.
    static func allowed(_ one: Int, _ other: Int) -> Int { max(1, max(one, other) / 3) }

    /// A number for each letter, the same for both cases and all normal forms: that of ASCII, or any other. Nil if the
    /// text is too long.
    static func letters(of text: String) -> [Int]? {
        var letters: [Int] = []
        return read(text, into: &letters) ? letters : nil
    }

    private func isNear(_ count: Int) -> Bool { abs(count - wanted.count) <= allowed(count) }

    /// Reads a number for each letter, the same for both cases and all normal forms. False if the text is too long.
    private static func read(_ text: String, into letters: inout [Int]) -> Bool {
        letters.removeAll(keepingCapacity: true)
        guard text.utf8.count <= mostBytes else { return false }
        for byte in text.utf8 {
            guard byte < 0x80 else {
                letters.removeAll(keepingCapacity: true)
                // Canonically equivalent characters have the same hash. That two others share one is so unlikely
                // that a wrong suggestion does not matter.
                for letter in NameKey(text).text { letters.append(letter.asciiValue.map(Int.init) ?? letter.hashValue) }
                break
            }
            letters.append(Int((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte))
        }
        return letters.count <= longest
    }
}

/// The number of edits between two texts, with memory that is reused: three rows of the table of distances between
/// their prefixes.
package struct EditDistance {
    private var beforeLast: [Int] = []
    private var last: [Int] = []
    private var current: [Int] = []

    package init() {}

    /// The optimal string alignment distance: insertions, deletions, substitutions, and swaps of neighbours. Nil if
    /// it is greater than `limit`.
    package mutating func distance(_ a: [Int], _ b: [Int], atMost limit: Int) -> Int? {
        let width = b.count + 1
        if current.count < width {
            beforeLast = [Int](repeating: 0, count: width)
            (last, current) = (beforeLast, beforeLast)
        }
        for j in 0..<width { last[j] = j }
        for i in a.indices {
            current[0] = i + 1
            var least = current[0]
            for j in b.indices {
                var cost = min(last[j + 1] + 1, current[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                current[j + 1] = cost
                least = min(least, cost)
            }
            // A row depends on the two rows before it (a swap reaches back by two). Once all of both exceed the
            // limit, so do all that follow.
            if least > limit, i == 0 || (last[..<width].min() ?? 0) > limit { return nil }
            (beforeLast, last, current) = (last, current, beforeLast)
        }
        return last[b.count] <= limit ? last[b.count] : nil
    }
}
