import Birds

/// Makes the summaries by species and location, from records in the order of species.
///
/// The locations of one species are held in memory, since its records come in the order of dates. If they are too many,
/// they go to `PartialSums`. So memory is bounded, about 16 MB.
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
    /// Receives the sums of the current species after it had too many locations.
    private var parts: PartialSums?

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
        if locations.count >= mostHeld { try spill(species) }
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
        if parts != nil { try spill(species) }
        if let parts {
            self.parts = nil
            return try parts.finish(to: sink)
        }
        // Sorting these small items is much faster than sorting the sums. The region is part of the key, but need not
        // be compared: a location has only one.
        var order = pairs.pairs.indices.map { (location: pairs.pairs[$0].first, number: $0) }
        order.sort { a, b in
            if a.location != b.location { return a.location < b.location }
            return pairs.pairs[a.number].second < pairs.pairs[b.number].second
        }
        for (_, number) in order {
            try sink.add(.speciesLocation, key(species, number), locations[number].numbers.stored)
        }
        clear()
    }

    /// Moves the sums in memory to `parts`.
    private mutating func spill(_ species: Int64) throws(StoreError) {
        let parts = parts ?? PartialSums(in: folder)
        self.parts = parts
        for number in locations.indices {
            try parts.add(.speciesLocation, key(species, number), locations[number].numbers)
        }
        clear()
    }

    private func key(_ species: Int64, _ number: Int) -> SummaryRowKey {
        let pair = pairs.pairs[number]
        return SummaryRowKey(
            first: species, second: pair.first, region: locations[number].region, dataset: pair.second)
    }

    private mutating func clear() {
        locations.removeAll(keepingCapacity: true)
        pairs.removeAll()
    }
}
