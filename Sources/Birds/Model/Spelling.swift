/// Finds the name that somebody may have meant: the one that is the fewest edits away, without regard to case and normal form,
/// and not farther than a third of its length.
public struct Spelling {
    /// The candidate that comes closest so far; of several equally close ones, the first.
    public private(set) var nearest: String?

    private let wanted: [Int]
    /// How far a candidate may be away to be closer than `nearest`.
    private var limit = Int.max

    /// The longest text that is compared, in characters; a longer one is no misspelt name.
    static let longest = 64
    /// Nor is one of more bytes, whose characters need not be counted.
    private static let mostBytes = 4 * longest

    public init(_ text: String) { wanted = Spelling.letters(text) ?? [] }

    /// The nearest of some names; nil where none is close.
    public static func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
        var spelling = Spelling(text)
        for candidate in candidates { spelling.consider(candidate) }
        return spelling.nearest
    }

    /// Compares one more name.
    public mutating func consider(_ candidate: String) {
        guard !wanted.isEmpty, let letters = Spelling.letters(candidate) else { return }
        let allowed = min(max(1, max(wanted.count, letters.count) / 3), limit)
        guard abs(letters.count - wanted.count) <= allowed else { return }
        let distance = Spelling.distance(wanted, letters)
        guard distance <= allowed else { return }
        nearest = candidate
        limit = distance - 1
    }

    /// The optimal string alignment distance: insertions, deletions, substitutions, and swaps of neighbours.
    static func distance<Letter: Equatable>(_ a: [Letter], _ b: [Letter]) -> Int {
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        var current = last
        for i in a.indices {
            current[0] = i + 1
            for j in b.indices {
                var cost = min(last[j + 1] + 1, current[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                current[j + 1] = cost
            }
            (beforeLast, last, current) = (last, current, beforeLast)
        }
        return last[b.count]
    }

    /// A number for each letter, the same for both cases and all normal forms; nil for a text that is too long.
    private static func letters(_ text: String) -> [Int]? {
        let bytes = text.utf8
        guard bytes.count <= mostBytes else { return nil }
        var letters: [Int] = []
        letters.reserveCapacity(bytes.count)
        for byte in bytes {
            guard byte < 0x80 else {
                // Hashes of characters agree where they are canonically equivalent.
                letters = NameKey(text).text.map { $0.asciiValue.map(Int.init) ?? $0.hashValue }
                break
            }
            letters.append(Int((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte))
        }
        return letters.count <= longest ? letters : nil
    }
}
