import Birds

/// The ranks of ids: the positions in a sorted list of them.
///
/// An import knows locations, species and data sets by numbers in the order of reading. Ranks are as small as these
/// numbers and in the order of ids, so records are sorted by ranks (`RecordKey`).
struct Ranks {
    /// The ids, ascending and without repetitions. The index is the rank.
    let ids: [Int64]
    /// The rank for each number.
    let ofNumber: [Int]

    /// - Parameter numbered: The id for each number. Several numbers may have the same id.
    init(_ numbered: [Int64]) {
        var ids: [Int64] = []
        var ranks = [Int](repeating: 0, count: numbered.count)
        for number in numbered.indices.sorted(by: { numbered[$0] < numbered[$1] }) {
            if ids.last != numbered[number] { ids.append(numbered[number]) }
            ranks[number] = ids.count - 1
        }
        (self.ids, ofNumber) = (ids, ranks)
    }

    /// The rank of an id, or nil if it is not in the list.
    func rank(of id: Int64) -> Int? {
        var (low, high) = (0, ids.count)
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low < ids.count && ids[low] == id ? low : nil
    }
}
