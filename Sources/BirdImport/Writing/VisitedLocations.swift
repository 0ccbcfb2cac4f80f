import Birds

/// Which data sets of an import have checklists at which locations: one bit for each pair.
struct VisitedLocations {
    // Ids, by rank.
    private let locations: [Int64]
    private let datasets: [Int64]
    private var bits: [UInt64]

    /// The most pairs, which take 4 MiB.
    private static let most = 1 << 25

    /// - Parameters:
    ///   - locations: Their ids, by rank; the same for data sets.
    /// - Returns: Nil if there are too many pairs.
    init?(locations: [Int64], datasets: [Int64]) {
        let (pairs, isTooLarge) = locations.count.multipliedReportingOverflow(by: datasets.count)
        guard !isTooLarge, pairs <= Self.most else { return nil }
        (self.locations, self.datasets) = (locations, datasets)
        bits = Array(repeating: 0, count: pairs / 64 + 1)
    }

    /// Adds a checklist.
    /// - Parameters:
    ///   - location: The rank of its location; the same for the data set.
    @inline(__always)
    mutating func add(location: Int, dataset: Int) {
        let pair = location * datasets.count + dataset
        bits[pair / 64] |= 1 << UInt64(pair % 64)
    }

    /// Calls `body` with the ids of each pair, in ascending order.
    func visit(_ body: (_ location: Int64, _ dataset: Int64) throws(StoreError) -> Void) throws(StoreError) {
        var pair = 0
        for location in locations {
            for dataset in datasets {
                if bits[pair / 64] & 1 << UInt64(pair % 64) != 0 { try body(location, dataset) }
                pair += 1
            }
        }
    }
}
