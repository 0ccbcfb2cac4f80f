import Birds

/// Assigns integer ids that ascend with keys, so that sorting by id is sorting by key.
///
/// Ids have 31 bits, and there are gaps between them. New keys get ids that are spread over the gap into which they
/// fall. If a gap is too narrow, all keys get new ids, evenly spread; that is rare, and costs rewriting all references.
///
/// Where ids are to be small, they go up and down from 1, a step apart, and new ones get the room of a step.
///
/// It computes ids and touches no database, so it needs only the ranks of keys and not the keys.
enum OrderedIDs {
    /// The greatest id. The least is 1, or the negative of this one for small ids.
    static let last: Int64 = (1 << 31) - 1

    /// The result of `assign`.
    struct Assignment: Equatable {
        /// The ids of the new keys, in their order.
        var new: [Int64]
        /// The new ids of the existing keys, in their order; nil if they keep their ids.
        var renumbered: [Int64]?
    }

    /// - Parameters:
    ///   - existing: The ids of the existing keys, ascending.
    ///   - ranks: For each new key in ascending order, the number of existing keys that are less.
    ///   - taken: Ids that no key may get.
    ///   - step: The distance between small ids; nil for ids that are spread over all that there are.
    /// - Returns: Nil if there are more keys than ids.
    static func assign(
        existing: [Int64], ranks: [Int], taken: Set<Int64> = [], step: Int64? = nil
    ) -> Assignment? {
        var new: [Int64] = []
        new.reserveCapacity(ranks.count)
        var first = 0
        // An edited file may have ids out of range. They are clamped here, and `Catalogue.putInOrder` changes them.
        func clamped(_ id: Int64) -> Int64 { min(max(id, step == nil ? 0 : -last), last + 1) }
        // One turn for each gap with new keys.
        while first < ranks.count {
            var end = first
            while end < ranks.count, ranks[end] == ranks[first] { end += 1 }
            let rank = ranks[first]
            var low = rank > 0 ? clamped(existing[rank - 1]) : 0
            var high = rank < existing.count ? clamped(existing[rank]) : last + 1
            if let step {
                // Beyond the first and the last id there is no other one.
                let room = step * Int64(end - first + 1)
                if rank == existing.count { high = min((rank > 0 ? low : 1 - step) + room, high) }
                if rank == 0 { low = high - room }
            }
            guard let ids = spread(end - first, between: low, and: high, taken) else {
                return renumber(existing.count, ranks, taken, step)
            }
            new.append(contentsOf: ids)
            first = end
        }
        return Assignment(new: new, renumbered: nil)
    }

    /// Gives new ids to all keys, existing and new.
    private static func renumber(
        _ existing: Int, _ ranks: [Int], _ taken: Set<Int64>, _ step: Int64?
    ) -> Assignment? {
        let count = existing + ranks.count
        let low = step.map { 1 - $0 } ?? 0
        let high = step.map { min(low + $0 * Int64(count + 1 + taken.count), last + 1) } ?? last + 1
        guard let ids = spread(count, between: low, and: high, taken) else { return nil }
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

    /// Ascending ids between two others, evenly spread. An id that is taken is replaced by the next free one.
    /// - Parameters:
    ///   - low: The id below the first, not included.
    ///   - high: The id above the last, not included.
    /// - Returns: Nil if there is not enough room.
    private static func spread(
        _ count: Int, between low: Int64, and high: Int64, _ taken: Set<Int64>
    ) -> [Int64]? {
        let (width, parts) = (high - low, Int64(count) + 1)
        guard width >= parts else { return nil }
        var ids: [Int64] = []
        ids.reserveCapacity(count)
        var last = low
        for position in 1..<parts {
            // No overflow: the product is at most 2^31 times 2^31.
            last = max(low + width * position / parts, last + 1)
            while taken.contains(last) { last += 1 }
            ids.append(last)
        }
        // If taken ids have pushed the last ones too far, there may still be free ids further down. The caller then
        // gives new ids to all keys.
        return last < high ? ids : nil
    }
}
