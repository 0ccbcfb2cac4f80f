import Birds

/// Makes the summaries by species and location, from records in the order of species.
///
/// The locations of one species are held in memory, since its records come in the order of dates. If they are too many,
/// partial sums go to a `Sorter` and are added up when they come out. So memory is bounded, about 16 MB.
struct SpeciesLocationSummaries {
    /// The most locations of a species in memory, counted for each data set.
    private static let mostHeld = 1 << 17

    /// The sums of the records of a species at a location in a data set.
    private struct Place {
        let region: Int64
        var numbers = SummaryNumbers()
    }

    private let sink: any SummarySink
    private let folder: String
    private let mostHeld: Int
    /// The id of the current species.
    private var present: Int64?
    /// Numbers pairs of a location and a data set: the positions in `locations`.
    private var pairs = PairNumbers()
    private var locations: [Place] = []
    private var sorter: Sorter?

    /// - Parameters:
    ///   - sink: Receives the rows in the order of their keys.
    ///   - folder: The folder for a temporary file.
    init(_ sink: any SummarySink, folder: String, mostHeld: Int = SpeciesLocationSummaries.mostHeld) {
        (self.sink, self.folder, self.mostHeld) = (sink, folder, mostHeld)
    }

    /// Adds a record. Records must come in the order of species.
    /// - Parameter region: Gives the id of the location's region. It is called for new locations only, since looking up
    ///   a region costs more than adding a record.
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

    /// Gives the rows of a species to the sink, in the order of locations and data sets, and starts over.
    private mutating func drain(_ species: Int64) throws(StoreError) {
        func add(_ pair: PairNumbers.Pair, _ location: Place) throws(StoreError) {
            let key = SummaryRowKey(first: species, second: pair.first, region: location.region, dataset: pair.second)
            try sink.add(.speciesLocation, key, location.numbers.stored)
        }
        if sorter != nil { try spill() }
        guard let sorter else {
            // Sorting these small items is much faster than sorting the sums. The region is part of the key, but need
            // not be compared: a location has only one.
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

    /// Moves the sums in memory to the sorter.
    private mutating func spill() throws(StoreError) {
        let sorter = self.sorter ?? Sorter(in: folder)
        self.sorter = sorter
        for (pair, location) in zip(pairs.pairs, locations) {
            let item = SortItem(high: pair.first.sortable, low: pair.second.sortable, tag: 0)
            // The bytes of the struct, padding included. Their order does not matter, since equal pairs are added up.
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
    /// An unsigned number with the same order as the signed ones, for `Sorter`. Ids of an edited file may be negative.
    var sortable: UInt64 { UInt64(bitPattern: self) ^ 1 << 63 }

    init(sortable: UInt64) { self = Int64(bitPattern: sortable ^ 1 << 63) }
}
