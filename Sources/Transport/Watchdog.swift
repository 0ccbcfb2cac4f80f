/// Finds loops that no longer turn, such as one that hangs in a file system. A loop turns at least once a second.
///
/// It counts looks and not time, so that a process that was stopped for a while is not taken for one that hangs.
struct Watchdog {
    /// How many looks in a row must see no turn. They are a second apart.
    static let patience = 10

    /// For each loop, the turns that the last look saw, and how many looks have seen the same.
    private var loops: [(turns: UInt64, looks: Int)] = []

    /// The numbers of the loops that hang.
    var stalled: [Int] { loops.indices.filter { loops[$0].looks >= Self.patience } }

    /// Looks at all loops.
    /// - Parameter turns: The number of turns of each loop, in the same order each time. Loops may be added at the end.
    /// - Returns: Whether others hang than at the last look.
    mutating func look(at turns: [UInt64]) -> Bool {
        let before = stalled
        for (index, count) in turns.enumerated() {
            if index == loops.count {
                loops.append((count, 0))
            } else {
                loops[index] = loops[index].turns == count ? (count, loops[index].looks + 1) : (count, 0)
            }
        }
        return stalled != before
    }
}
