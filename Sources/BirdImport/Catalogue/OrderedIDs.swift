import Birds

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
    ///   - taken: ids that no key may get.
    /// - Returns: nil where there are more keys than ids.
    static func assign(existing: [Int64], ranks: [Int], taken: Set<Int64> = []) -> Assignment? {
        var new: [Int64] = []
        new.reserveCapacity(ranks.count)
        var first = 0
        while first < ranks.count {
            var end = first
            while end < ranks.count, ranks[end] == ranks[first] { end += 1 }
            let rank = ranks[first]
            let low = rank > 0 ? min(max(existing[rank - 1], 0), last) : 0
            let high = rank < existing.count ? min(max(existing[rank], 0), last + 1) : last + 1
            guard let ids = spread(end - first, between: low, and: high, taken) else {
                return renumber(existing.count, ranks, taken)
            }
            new.append(contentsOf: ids)
            first = end
        }
        return Assignment(new: new, renumbered: nil)
    }

    private static func renumber(_ existing: Int, _ ranks: [Int], _ taken: Set<Int64>) -> Assignment? {
        guard let ids = spread(existing + ranks.count, between: 0, and: last + 1, taken) else { return nil }
        var assignment = Assignment(new: [], renumbered: [])
        var rank = 0
        var next = ids.makeIterator()
        for new in ranks {
            while rank < new, let id = next.next() {
                assignment.renumbered?.append(id)
                rank += 1
            }
            if let id = next.next() { assignment.new.append(id) }
        }
        while let id = next.next() { assignment.renumbered?.append(id) }
        return assignment
    }

    /// Ids that ascend, in equal parts of what lies between two, or in the next that is free.
    private static func spread(
        _ count: Int, between low: Int64, and high: Int64, _ taken: Set<Int64>
    ) -> [Int64]? {
        let (width, parts) = (high - low, Int64(count) + 1)
        guard width >= parts else { return nil }
        var ids: [Int64] = []
        ids.reserveCapacity(count)
        var last = low
        for position in 1..<parts {
            // At most 2^31 times 2^31.
            last = max(low + width * position / parts, last + 1)
            while taken.contains(last) { last += 1 }
            ids.append(last)
        }
        // Where the free ones do not suffice above, there may be some below, which new ids for all find.
        return last < high ? ids : nil
    }
}
