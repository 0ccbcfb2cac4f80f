/// Names in a form in which the nearest one is found fast, by the same rules as in `Spelling`.
///
/// A look at all names costs a few operations for each: by its length, and by how often it has each letter, most
/// can't be near. For the others the distance is found by bits, all letters of the wanted name at once.
package struct SpellingIndex: Sendable {
    /// Which letters occur at least once, twice and three times, each as a bit.
    private struct Letters {
        var once: UInt64 = 0
        var twice: UInt64 = 0
        var thrice: UInt64 = 0

        init(_ letters: [UInt16]) {
            for letter in letters {
                let bit: UInt64 = 1 << UInt64(letter & 63)
                thrice |= twice & bit
                twice |= once & bit
                once |= bit
            }
        }

        /// How many of these letters another name lacks, at least.
        @inline(__always)
        func missing(in other: Letters) -> Int {
            (once & ~other.once).nonzeroBitCount + (twice & ~other.twice).nonzeroBitCount
                + (thrice & ~other.thrice).nonzeroBitCount
        }
    }

    private struct Entry {
        let occurring: Letters
        let start: Int32
        let count: Int32
    }

    private var names: [String] = []
    private var entries: [Entry] = []
    /// The letters of all names, one name after the other.
    private var letters: [UInt16] = []

    /// Adds a name. One that is too long to be near any other is left out.
    mutating func add(_ name: String) {
        guard let added = Spelling.letters(of: name), !added.isEmpty else { return }
        let numbers = added.map(Self.number)
        entries.append(
            Entry(
                occurring: Letters(numbers), start: Int32(clamping: letters.count),
                count: Int32(clamping: numbers.count)))
        letters += numbers
        names.append(name)
    }

    /// ASCII as it is, and a number above it for any other letter. That two letters share one is so unlikely that a
    /// wrong suggestion does not matter.
    private static func number(_ letter: Int) -> UInt16 {
        (0..<0x80).contains(letter) ? UInt16(letter) : 0x8000 | UInt16(truncatingIfNeeded: letter)
    }

    /// The nearest name; nil if none is near. Of several that are equally near, the first.
    package func nearest(to text: String) -> String? {
        guard let wanted = Spelling.letters(of: text)?.map(Self.number), !wanted.isEmpty else { return nil }
        let pattern = Pattern(wanted)
        let occurring = Letters(wanted)
        var nearest: Int?
        var limit = Int.max
        letters.withUnsafeBufferPointer { letters in
            for (index, entry) in entries.enumerated() {
                let count = Int(entry.count)
                let allowed = min(Spelling.allowed(wanted.count, count), limit)
                if abs(count - wanted.count) > allowed { continue }
                // An edit takes away one letter at most, and adds one at most.
                if occurring.missing(in: entry.occurring) > allowed || entry.occurring.missing(in: occurring) > allowed
                {
                    continue
                }
                let start = Int(entry.start)
                let name = UnsafeBufferPointer(rebasing: letters[start..<start + count])
                guard let distance = pattern.distance(to: name, atMost: allowed) else { continue }
                (nearest, limit) = (index, distance - 1)
                if limit < 0 { return }
            }
        }
        return nearest.map { names[$0] }
    }

    /// A name whose distance to others is found by the algorithm of H. Hyyrö, "A Bit-Vector Algorithm for Computing
    /// Levenshtein and Damerau Edit Distances" (2003): a column of the table of distances is a word of 64 bits.
    private struct Pattern {
        private let count: Int
        /// For each letter, where it stands in the name.
        private var ascii = [UInt64](repeating: 0, count: 0x80)
        private var others: [(letter: UInt16, places: UInt64)] = []

        /// - Parameter letters: At least one, at most 64.
        init(_ letters: [UInt16]) {
            count = letters.count
            for (index, letter) in letters.enumerated() {
                if letter < 0x80 {
                    ascii[Int(letter)] |= 1 << UInt64(index)
                } else if let known = others.firstIndex(where: { $0.letter == letter }) {
                    others[known].places |= 1 << UInt64(index)
                } else {
                    others.append((letter, 1 << UInt64(index)))
                }
            }
        }

        private func places(of letter: UInt16) -> UInt64 {
            letter < 0x80 ? ascii[Int(letter)] : others.first { $0.letter == letter }?.places ?? 0
        }

        /// The optimal string alignment distance; nil if it is greater than `limit`.
        func distance(to name: UnsafeBufferPointer<UInt16>, atMost limit: Int) -> Int? {
            var (up, down, diagonal, before): (UInt64, UInt64, UInt64, UInt64) = (.max, 0, 0, 0)
            let last: UInt64 = 1 << UInt64(count - 1)
            var distance = count
            for (index, letter) in name.enumerated() {
                let places = places(of: letter)
                let swapped = ((~diagonal & places) << 1) & before
                diagonal = (((places & up) &+ up) ^ up) | places | down | swapped
                var right = down | ~(diagonal | up)
                var left = diagonal & up
                if right & last != 0 { distance += 1 }
                if left & last != 0 { distance -= 1 }
                // Each letter that is left can lower it by one.
                if distance - (name.count - 1 - index) > limit { return nil }
                right = right << 1 | 1
                left <<= 1
                up = left | ~(diagonal | right)
                down = right & diagonal
                before = places
            }
            return distance <= limit ? distance : nil
        }
    }
}
