/// Integer ids that ascend with their keys, so that ordering by id is ordering by key.
///
/// Ids have 31 bits and gaps between them. New keys get ids spread over the gap into which they fall. Where a gap is too
/// narrow, all keys get new ids, evenly spread.
enum OrderedIDs {
    /// The greatest id.
    static let last: Int64 = (1 << 31) - 1

    struct Assignment: Equatable {
        /// The ids of the new keys, in their order.
        var new: [Int64]
        /// The ids of the existing keys, in their order, where they had to change.
        var renumbered: [Int64]?
    }

    /// - Parameters:
    ///   - existing: ids of the keys that have one, ascending.
    ///   - ranks: for each new key in ascending order, how many existing keys are less than it.
    /// - Returns: nil where there are more keys than ids.
    static func assign(existing: [Int64], ranks: [Int]) -> Assignment? {
        var new: [Int64] = []
        new.reserveCapacity(ranks.count)
        var first = 0
        while first < ranks.count {
            var end = first
            while end < ranks.count, ranks[end] == ranks[first] { end += 1 }
            let rank = ranks[first]
            // An id that is none of ours stays where it is, and leaves the room to its side.
            let low = rank > 0 ? max(existing[rank - 1], 0) : 0
            let high = rank < existing.count ? min(existing[rank], last + 1) : last + 1
            let count = Int64(end - first)
            guard high - low > count else { return renumber(existing.count, ranks) }
            for position in 1...count { new.append(low + spread(high - low, position, count + 1)) }
            first = end
        }
        return Assignment(new: new, renumbered: nil)
    }

    private static func renumber(_ existing: Int, _ ranks: [Int]) -> Assignment? {
        let total = Int64(existing + ranks.count)
        guard total < last else { return nil }
        var assignment = Assignment(new: [], renumbered: [])
        var position: Int64 = 0
        var rank = 0
        for new in ranks {
            while rank < new {
                position += 1
                assignment.renumbered?.append(spread(last + 1, position, total + 1))
                rank += 1
            }
            position += 1
            assignment.new.append(spread(last + 1, position, total + 1))
        }
        while rank < existing {
            position += 1
            assignment.renumbered?.append(spread(last + 1, position, total + 1))
            rank += 1
        }
        return assignment
    }

    /// The `position`-th of `parts` equal parts of `width`; at most 2^31 times 2^31.
    private static func spread(_ width: Int64, _ position: Int64, _ parts: Int64) -> Int64 { width * position / parts }
}
