/// Finds the name that somebody may have meant: the one that is the fewest edits away, without regard to the case of ASCII
/// letters, and not farther than a third of its length.
public struct Spelling {
    /// The candidate that comes closest so far; of several equally close ones, the first.
    public private(set) var nearest: String?

    private let wanted: [UInt8]
    /// How far a candidate may be away to be closer than `nearest`.
    private var limit = Int.max

    /// The longest text that is compared, in bytes; a longer one is no misspelt name.
    static let longest = 64

    public init(_ text: String) { wanted = text.utf8.count > Spelling.longest ? [] : Spelling.folded(text) }

    /// The nearest of some names; nil where none is close.
    public static func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
        var spelling = Spelling(text)
        for candidate in candidates { spelling.consider(candidate) }
        return spelling.nearest
    }

    /// Compares one more name.
    public mutating func consider(_ candidate: String) {
        let count = candidate.utf8.count
        guard !wanted.isEmpty, count <= Spelling.longest else { return }
        let allowed = min(max(1, max(wanted.count, count) / 3), limit)
        guard abs(count - wanted.count) <= allowed else { return }
        let distance = Spelling.distance(wanted, Spelling.folded(candidate))
        guard distance <= allowed else { return }
        nearest = candidate
        limit = distance - 1
    }

    /// The optimal string alignment distance: insertions, deletions, substitutions, and swaps of neighbours.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
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

    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }
}
