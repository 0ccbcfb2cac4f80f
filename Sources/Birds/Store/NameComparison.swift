/// How far names are from a given one: how many letters must be put in, left out, changed, or swapped with their neighbour
/// (optimal string alignment), without regard to the case of ASCII letters.
struct NameComparison {
    private let name: [UInt8]

    /// Longer names, in bytes, are like nothing: a comparison takes time with the product of the lengths.
    private static let longest = 64

    init(to name: String) { self.name = NameComparison.folded(name) }

    /// The distance up to which a name is like the given one; nil where nothing is.
    var farthest: Int? { name.isEmpty || name.count > NameComparison.longest ? nil : max(1, name.count / 3) }

    /// The distance, or nil if it is greater than the limit.
    func distance(to other: String, atMost limit: Int) -> Int? {
        guard abs(other.utf8.count - name.count) <= limit, other.utf8.count <= NameComparison.longest else {
            return nil
        }
        let other = NameComparison.folded(other)
        // Distances of the beginnings of the name to the beginning of the other with two letters less, one less, and all.
        var beforeLast: [Int] = []
        var last = Array(0...name.count)
        for (row, letter) in other.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(name.count + 1)
            var least = row + 1
            for column in name.indices {
                var distance = min(
                    last[column] + (name[column] == letter ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, name[column] == other[row - 1], name[column - 1] == letter {
                    distance = min(distance, beforeLast[column - 1] + 1)
                }
                current.append(distance)
                least = min(least, distance)
            }
            // Distances never fall by more than a swap gives back from row to row.
            if least > limit + 1 { return nil }
            beforeLast = last
            last = current
        }
        let distance = last[name.count]
        return distance <= limit ? distance : nil
    }

    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }
}
