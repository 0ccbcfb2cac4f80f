/// What a scope shows of holdings. It is told without a look at what the scope does not show.
extension HoldingList {
    /// Whether some data set has something in some region.
    /// - Parameter datasets: The ids of those that count; nil for all.
    func has(_ regions: RegionScope, _ datasets: [Int64]?) -> Bool {
        self.datasets.contains { dataset in
            guard datasets?.contains(dataset.id) ?? true else { return false }
            if !regions.exceptions.isEmpty { return dataset.holdings.contains { regions.contains($0.region) } }
            guard let regions = regions.regions else { return !dataset.holdings.isEmpty }
            return regions.contains { dataset.has(within: $0) }
        }
    }

    /// The number of records of some data sets in some regions.
    /// - Parameter datasets: The ids of those that count; nil for all.
    func records(in regions: RegionScope, _ datasets: [Int64]?) -> Int64 {
        var sum: Int128 = 0
        for dataset in self.datasets where datasets?.contains(dataset.id) ?? true {
            for holding in dataset.holdings where regions.contains(holding.region) { sum += Int128(holding.records) }
        }
        return Int64(clamping: sum)
    }

    /// Whether a scope shows something in exactly this region.
    func has(region: String, _ scope: Scope) -> Bool {
        scope.regions.contains(region)
            && datasets.contains { scope.contains(dataset: $0.id) && $0.holding(in: region) != nil }
    }

    /// The id of the data set with a name; nil if a scope shows nothing of it.
    func id(ofDataset name: [UInt8], _ scope: Scope) -> Int64? {
        let position = datasets.firstPosition { !$0.name.lexicographicallyPrecedes(name) }
        guard position < datasets.count, datasets[position].name == name,
            has(scope.regions, [datasets[position].id]), scope.contains(dataset: datasets[position].id)
        else { return nil }
        return datasets[position].id
    }
}

extension HoldingList.DataSet {
    /// Whether it has something in a region or within it.
    fileprivate func has(within region: String) -> Bool {
        // Other codes may come between a region and those within it.
        [region, region + "-"].contains { first in
            let position = position(of: first)
            guard position < holdings.count, let found = holdings[position].region else { return false }
            return RegionOrder.covers(region, found)
        }
    }
}
