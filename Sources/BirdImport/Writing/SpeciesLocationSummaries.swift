import Birds

/// The summary by species and location, from records in the order of species.
struct SpeciesLocationSummaries {
    /// How many places of a species are held in memory: about 16 MB. Those of more are sorted in a file.
    private static let mostHeld = 1 << 17

    /// What the records of a location and a data set are summed up in.
    private struct Place {
        let region: Int64
        var numbers = SummaryNumbers()
    }

    private let sink: any SummarySink
    private let folder: String
    private let mostHeld: Int
    private var present: Int64?
    /// Pairs of a location and a data set, which number the places of the present species.
    private var pairs = PairNumbers()
    private var locations: [Place] = []
    private var sorter: Sorter?

    /// - Parameter folder: where a temporary file may be made.
    init(_ sink: any SummarySink, folder: String, mostHeld: Int = SpeciesLocationSummaries.mostHeld) {
        (self.sink, self.folder, self.mostHeld) = (sink, folder, mostHeld)
    }

    /// - Parameter region: the id of the location's, which is asked for when its first record comes, and now and then again.
    @inline(__always)
    mutating func add(
        species: Int64, date: Int64, location: Int64, dataset: Int64, num: Int64?, region: () -> Int64
    ) throws(StoreError) {
        if species != present { try begin(species) }
        if locations.count >= mostHeld { try spill() }
        let location = pairs.number(of: location, dataset)
        if location == locations.count { locations.append(Place(region: region())) }
        locations[location].numbers.add(num, date: date)
    }

    mutating func finish() throws(StoreError) { try begin(nil) }

    private mutating func begin(_ next: Int64?) throws(StoreError) {
        if let present { try drain(present) }
        present = next
    }

    private mutating func drain(_ species: Int64) throws(StoreError) {
        func add(_ pair: PairNumbers.Pair, _ location: Place) throws(StoreError) {
            let key = SummaryRowKey(first: species, second: pair.first, region: location.region, dataset: pair.second)
            try sink.add(.speciesLocation, key, location.numbers.stored)
        }
        if sorter != nil { try spill() }
        guard let sorter else {
            // Small items are sorted much faster than places. (A location has one region.)
            var order = pairs.pairs.indices.map { (location: pairs.pairs[$0].first, number: $0) }
            order.sort { a, b in
                if a.location != b.location { return a.location < b.location }
                return pairs.pairs[a.number].second < pairs.pairs[b.number].second
            }
            for (_, number) in order { try add(pairs.pairs[number], locations[number]) }
            return clear()
        }
        self.sorter = nil
        var sorted = try sorter.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        var last: (pair: PairNumbers.Pair, location: Place)?
        while try sorted.next(&item, &bytes) {
            let pair = PairNumbers.Pair(first: Int64(sortable: item.high), second: Int64(sortable: item.low))
            let location = bytes.withUnsafeBytes { $0.loadUnaligned(as: Place.self) }
            if last?.pair == pair {
                last?.location.numbers.add(location.numbers)
            } else {
                if let last { try add(last.pair, last.location) }
                last = (pair, location)
            }
        }
        if let last { try add(last.pair, last.location) }
    }

    private mutating func spill() throws(StoreError) {
        let sorter = self.sorter ?? Sorter(in: folder)
        self.sorter = sorter
        for (pair, location) in zip(pairs.pairs, locations) {
            let item = SortItem(high: pair.first.sortable, low: pair.second.sortable, tag: 0)
            let bytes = withUnsafeBytes(of: location) { Array($0) }
            try sorter.add(item, bytes[...])
        }
        clear()
    }

    private mutating func clear() {
        locations.removeAll(keepingCapacity: true)
        pairs.removeAll()
    }
}

extension Int64 {
    /// An unsigned number, so that the order of those is that of the signed ones.
    var sortable: UInt64 { UInt64(bitPattern: self) ^ 1 << 63 }

    init(sortable: UInt64) { self = Int64(bitPattern: sortable ^ 1 << 63) }
}
