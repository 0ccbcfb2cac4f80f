import Birds

/// Ids in ascending order, and where those of numbered things stand among them.
struct Ranks {
    /// Ascending, each once.
    let ids: [Int64]
    /// The rank of each thing, by its number.
    let ofNumber: [Int]

    /// - Parameter numbered: the id of each thing, by its number; several may have the same.
    init(_ numbered: [Int64]) {
        var ids: [Int64] = []
        var ranks = [Int](repeating: 0, count: numbered.count)
        for number in numbered.indices.sorted(by: { numbered[$0] < numbered[$1] }) {
            if ids.last != numbered[number] { ids.append(numbered[number]) }
            ranks[number] = ids.count - 1
        }
        (self.ids, ofNumber) = (ids, ranks)
    }

    /// The rank of an id; nil where it is none of them.
    func rank(of id: Int64) -> Int? {
        var (low, high) = (0, ids.count)
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low < ids.count && ids[low] == id ? low : nil
    }
}
