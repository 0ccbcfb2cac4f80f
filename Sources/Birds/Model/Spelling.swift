/// Finds the name that somebody may have meant: the one that is the fewest edits away, without regard to case and normal form,
/// and not farther than a third of its length.
public struct Spelling {
    /// The candidate that comes closest so far; of several equally close ones, the first.
    public private(set) var nearest: String?

    private var wanted: [Int] = []
    /// How far a candidate may be away to be closer than `nearest`.
    private var limit = Int.max
    /// Kept so that thousands of candidates need no memory of their own.
    private var letters: [Int] = []
    private var rows = Rows()

    /// The longest text that is compared, in letters; a longer one is no misspelt name.
    static let longest = 64
    /// Nor is one of more bytes, whose letters need not be counted.
    private static let mostBytes = 4 * longest

    public init(_ text: String) {
        if Spelling.read(text, into: &letters) { wanted = letters }
    }

    /// The nearest of some names; nil where none is close.
    public static func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
        var spelling = Spelling(text)
        for candidate in candidates { spelling.consider(candidate) }
        return spelling.nearest
    }

    /// Compares one more name.
    public mutating func consider(_ candidate: String) {
        let bytes = candidate.utf8
        guard !wanted.isEmpty else { return }
        // Most differ too much in length, which is told before letters are made: they are at least those of ASCII and at most the bytes.
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

    /// How many edits may be between the wanted name and one of so many letters.
    private func allowed(_ count: Int) -> Int { min(max(1, max(wanted.count, count) / 3), limit) }

    private func isNear(_ count: Int) -> Bool { abs(count - wanted.count) <= allowed(count) }

    /// Reads a number for each letter, the same for both cases and all normal forms; false for a text that is too long.
    private static func read(_ text: String, into letters: inout [Int]) -> Bool {
        letters.removeAll(keepingCapacity: true)
        guard text.utf8.count <= mostBytes else { return false }
        for byte in text.utf8 {
            guard byte < 0x80 else {
                letters.removeAll(keepingCapacity: true)
                // Hashes of characters agree where they are canonically equivalent.
                for letter in NameKey(text).text { letters.append(letter.asciiValue.map(Int.init) ?? letter.hashValue) }
                break
            }
            letters.append(Int((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte))
        }
        return letters.count <= longest
    }
}

/// Three rows of the table of distances between the beginnings of two texts.
private struct Rows {
    private var beforeLast: [Int] = []
    private var last: [Int] = []
    private var current: [Int] = []

    /// The optimal string alignment distance: insertions, deletions, substitutions, and swaps of neighbours. Nil where it is more than
    /// `limit`.
    mutating func distance(_ a: [Int], _ b: [Int], atMost limit: Int) -> Int? {
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
            // A swap goes back by two rows at most: once both are beyond the limit, all that follow are.
            if least > limit, i == 0 || (last[..<width].min() ?? 0) > limit { return nil }
            (beforeLast, last, current) = (last, current, beforeLast)
        }
        return last[b.count] <= limit ? last[b.count] : nil
    }
}
