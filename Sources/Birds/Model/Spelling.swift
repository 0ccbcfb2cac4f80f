/// Finds the name that somebody may have meant.
public enum Spelling {
    /// The longest text that is compared; a longer one is no misspelt name.
    static let longest = 64

    /// The candidate that is fewest edits away from `text`, without regard to ASCII case; nil where none is close: within a
    /// third of its length. Of several equally close ones, the first.
    public static func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(text.lowercased().utf8)
        guard !wanted.isEmpty, wanted.count <= longest else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let bytes = Array(candidate.lowercased().utf8)
            guard bytes.count <= longest else { continue }
            let allowed = min(max(1, max(wanted.count, bytes.count) / 3), (best?.distance ?? .max) - 1)
            guard abs(bytes.count - wanted.count) <= allowed else { continue }
            let distance = distance(wanted, bytes)
            if distance <= allowed { best = (candidate, distance) }
        }
        return best?.name
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
}
