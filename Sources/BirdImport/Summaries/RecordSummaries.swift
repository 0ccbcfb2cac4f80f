import Birds

/// Makes the summaries of the first records of a database while they are inserted.
///
/// Records come in the order of dates, so the summaries by date are made on the way. For the others, the keys of the
/// records are sorted twice more, by species and by location. That costs less than reading the records from the indexes
/// again, as `DerivedTables` does.
struct RecordSummaries {
    private let sink: any SummarySink
    private let folder: String
    // Ids, by rank.
    private let locations: [Int64]
    private let species: [Int64]
    private let datasets: [Int64]
    /// The id of each location's region, by the rank of the location; 0 for locations without a region.
    private let regions: [Int64]
    private var dates: DateSummaries
    private let bySpecies: Sorter
    private let byLocation: Sorter

    /// - Parameters:
    ///   - locations: The ids of locations, by rank; the same for species and data sets.
    ///   - sink: Receives the rows of each kind in the order of their keys.
    init(
        _ database: Database, locations: [Int64], species: [Int64], datasets: [Int64], to sink: any SummarySink
    ) throws(StoreError) {
        (self.locations, self.species, self.datasets, self.sink) = (locations, species, datasets, sink)
        folder = database.folder
        let select = try database.prepare(
            "SELECT r.id FROM location l JOIN region r ON r.code = l.region WHERE l.id = ?1")
        var regions: [Int64] = []
        for location in locations {
            select.bind(1, location)
            var region: Int64 = 0
            while try select.step() { region = select.int64(0) }
            regions.append(region)
        }
        self.regions = regions
        dates = DateSummaries(sink, folder: folder)
        bySpecies = Sorter(in: folder)
        byLocation = Sorter(in: folder)
    }

    /// Adds a record. Records must come in the order of dates.
    /// - Parameter key: The key of the record, with ranks.
    @inline(__always)
    mutating func add(_ key: RecordKey) throws(StoreError) {
        try dates.add(date: key.date, region: regions[key.location], dataset: datasets[key.dataset], num: key.num)
        let species = key.packed(.speciesDateLocation)
        try bySpecies.add(high: species.high, low: species.low, tag: 0)
        let location = key.packed(.locationDateSpecies)
        try byLocation.add(high: location.high, low: location.low, tag: 0)
    }

    /// Gives the remaining rows to the sink.
    mutating func finish() throws(StoreError) {
        try dates.finish()
        // Frees the memory of its groups, before those of species come.
        dates = DateSummaries(sink, folder: folder)
        // Species and their locations are made one after the other, though both need the same order. So rows come
        // nearly in the order of the table, and SQLite adds a row at the end faster than in the middle.
        let sorted = try bySpecies.sorted()
        var ofSpecies = SpeciesSummaries(sink, folder: folder)
        try Self.forEach(in: sorted, .speciesDateLocation) { (key) throws(StoreError) in
            guard let rank = key.species else { return }
            try ofSpecies.add(
                species: species[rank], date: key.date, region: regions[key.location],
                dataset: datasets[key.dataset], num: key.num)
        }
        try ofSpecies.finish()
        var ofSpeciesLocations = SpeciesLocationSummaries(sink, folder: folder)
        try Self.forEach(in: sorted, .speciesDateLocation) { (key) throws(StoreError) in
            guard let rank = key.species else { return }
            try ofSpeciesLocations.add(
                species: species[rank], date: key.date, location: locations[key.location],
                dataset: datasets[key.dataset], num: key.num
            ) { regions[key.location] }
        }
        try ofSpeciesLocations.finish()
        var ofLocations = LocationSummaries(sink)
        try Self.forEach(in: try byLocation.sorted(), .locationDateSpecies) { (key) throws(StoreError) in
            try ofLocations.add(
                location: locations[key.location], date: key.date, region: regions[key.location],
                dataset: datasets[key.dataset], num: key.num)
        }
        try ofLocations.finish()
    }

    /// Calls `body` with each key. `sorted` is copied, so the same items can be read again.
    @inline(__always)
    private static func forEach(
        in sorted: Sorter.Sorted, _ order: RecordKey.Order, _ body: (RecordKey) throws(StoreError) -> Void
    ) throws(StoreError) {
        var sorted = sorted
        var item = SortItem()
        var bytes: [UInt8] = []
        while try sorted.next(&item, &bytes) { try body(RecordKey(item, order)) }
    }
}
