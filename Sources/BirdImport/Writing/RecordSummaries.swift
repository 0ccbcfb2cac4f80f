import Birds

/// The summaries of all records of a database, made from them as they are inserted: those by date on the way, and the others
/// from the same records sorted once more, which costs less than to read them back.
struct RecordSummaries {
    private let sink: any SummarySink
    private let folder: String
    /// Ids, by rank.
    private let locations: [Int64]
    private let species: [Int64]
    private let datasets: [Int64]
    /// The ids of the regions of locations, by their ranks; 0 for none.
    private let regions: [Int64]
    private var dates: DateSummaries
    private let bySpecies: Sorter
    private let byLocation: Sorter

    /// - Parameters:
    ///   - locations: ids, by rank; so the species and the data sets.
    ///   - sink: gets the rows of each kind in the order of their keys.
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
        dates = DateSummaries(sink)
        bySpecies = Sorter(in: folder)
        byLocation = Sorter(in: folder)
    }

    /// Adds a record; they come in the order of dates.
    @inline(__always)
    mutating func add(_ key: RecordKey) throws(StoreError) {
        try dates.add(date: key.date, region: regions[key.location], dataset: datasets[key.dataset], num: key.num)
        let species = key.packed(.speciesDateLocation)
        try bySpecies.add(high: species.high, low: species.low, tag: 0)
        let location = key.packed(.locationDateSpecies)
        try byLocation.add(high: location.high, low: location.low, tag: 0)
    }

    /// Gives the sink what it has not got yet.
    mutating func finish() throws(StoreError) {
        try dates.finish()
        // One kind with many rows after the other, in the order of the table: SQLite adds rows at its end faster than within.
        let sorted = try bySpecies.sorted()
        var ofSpecies = SpeciesSummaries(sink)
        try Self.forEach(in: sorted, .speciesDateLocation) { (key) throws(StoreError) in
            try ofSpecies.add(
                species: species[key.species], date: key.date, region: regions[key.location],
                dataset: datasets[key.dataset], num: key.num)
        }
        try ofSpecies.finish()
        var ofSpeciesLocations = SpeciesLocationSummaries(sink, folder: folder)
        try Self.forEach(in: sorted, .speciesDateLocation) { (key) throws(StoreError) in
            try ofSpeciesLocations.add(
                species: species[key.species], date: key.date, location: locations[key.location],
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
