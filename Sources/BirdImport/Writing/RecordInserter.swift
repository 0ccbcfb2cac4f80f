import Birds

/// Inserts sorted records into the database, with their checklists, and checklists without records.
///
/// Records come in the default order and get ascending ids, and rows are inserted in the order of ids, which is the
/// cheapest one for SQLite. Plain records share statements (`IntegerRows`); one with details has statements of its own.
struct RecordInserter {
    private let database: Database
    // Ids, by rank.
    private let locations: [Int64]
    private let species: [Int64]
    private let datasets: [Int64]
    private(set) var checklists: Checklists
    /// Nil if the database also has other records.
    private var summaries: RecordSummaries?
    /// Nil if the data sets also have other records.
    private let holdings: Holdings?
    /// Where the data sets have checklists; nil if others have some too, or there are too many.
    private(set) var visits: VisitedLocations?
    /// The ranks of locations whose records have no checklist.
    private let withoutChecklists: Set<Int>
    /// The number of inserted records.
    private(set) var records = 0
    /// Their ids; nil before the first.
    private var new: ClosedRange<Int64>?

    /// - Parameters:
    ///   - locations: The ids of locations, by rank; the same for species and data sets.
    ///   - none: The rank of `nobird` among the species; nil if no record has it.
    ///   - touched: Receives the ids of stored checklists that get a record; nil if records go to new checklists only.
    ///   - summaries: Sums up the records; nil if the database also has other records.
    ///   - holdings: Receives the records and checklists; nil if the data sets also have others.
    ///   - visits: Receives the checklists; nil if the database also has others.
    ///   - withoutChecklists: The ranks of locations whose records have no checklist.
    init(
        _ database: Database, locations: [Int64], species: [Int64], datasets: [Int64], none: Int?,
        touched: TouchedChecklists?, summaries: RecordSummaries?, holdings: Holdings?, visits: VisitedLocations?,
        withoutChecklists: Set<Int> = []
    ) throws(StoreError) {
        self.withoutChecklists = withoutChecklists
        self.database = database
        (self.locations, self.species, self.datasets) = (locations, species, datasets)
        (self.summaries, self.holdings, self.visits) = (summaries, holdings, visits)
        checklists = try Checklists(database, datasets: datasets, none: none, touched: touched, holdings: holdings)
    }

    /// Inserts the records.
    /// - Parameters:
    ///   - sorted: Records in the default order, with ranks in their keys.
    ///   - change: Notes the date, location and species of each record.
    ///   - progress: Called with the number of inserted records, every 8,192 records.
    mutating func insert(
        _ sorted: consuming Sorter.Sorted, _ change: inout RecordChange, _ progress: (Int) -> Void
    ) throws(StoreError) {
        var plain = try IntegerRows<7>(
            [ObservationColumn.id, .checklistID, .datasetID, .date, .locationID, .speciesID, .num], in: database)
        let detailed = try RowWriter<ObservationColumn>(in: database)
        let detail = try RowWriter<ObservationDetailColumn>(in: database)
        var ids = try RowIDs(of: ["observation", "observation_detail"], database)
        var item = SortItem()
        var bytes: [UInt8] = []
        while try sorted.next(&item, &bytes) {
            let key = RecordKey(item)
            let details = bytes.isEmpty ? RecordDetails() : RecordDetails(bytes)
            let location = locations[key.location]
            visits?.add(location: key.location, dataset: key.dataset)
            guard let rank = key.species else {
                _ = try checklists.place(nil, key, at: location, details, bytes)
                change.note(location: location)
                continue
            }
            let (id, kind, dataset) = (try ids.next(), species[rank], datasets[key.dataset])
            var content: UInt128 = 0
            if let holdings, holdings.isComplete {
                let place = try holdings.place(location)
                content = try holdings.content(
                    at: place, date: key.date, species: kind, num: key.num, details, bytes)
                try holdings.add(record: id, of: dataset, at: place, content)
            }
            let place =
                withoutChecklists.isEmpty || !withoutChecklists.contains(key.location)
                ? try checklists.place((id, content), key, at: location, details, bytes) : Checklists.Place(id: 0)
            if new == nil { new = id...id }
            if bytes.isEmpty {
                try plain.add([id, place.id, dataset, key.date, location, kind, key.num])
            } else {
                // Rows that wait have lower ids, so they go first.
                try plain.finish()
                detailed.bind(.id, id)
                detailed.bind(.checklistID, place.id)
                detailed.bind(.datasetID, dataset)
                detailed.bind(.date, key.date)
                detailed.bind(.locationID, location)
                detailed.bind(.speciesID, kind)
                detailed.bind(.num, key.num)
                detailed.bind(.sourceID, text: bytes[details.source])
                detailed.bind(details, in: bytes, RecordDetails.ofObservation)
                try detailed.run()
                if details.holdsOwn || place.time != nil {
                    detail.bind(.id, id)
                    detail.bind(details, in: bytes, RecordDetails.ofDetail)
                    if let time = place.time { detail.bind(.time, timeOfDay(time)) }
                    if let time = place.time ?? details.integer(.ownTime, in: bytes) {
                        try holdings?.add(time: time, of: content, in: dataset, at: location)
                    }
                    try detail.run()
                }
            }
            try summaries?.add(key)
            change.note(date: key.date, location: location, species: kind)
            records += 1
            if records % 8192 == 0 { progress(records) }
        }
        try plain.finish()
        try checklists.finish()
        new = new.map { $0.lowerBound...max($0.lowerBound, ids.following - 1) }
    }

    /// Settles the times of stored checklists and their records, if the import has other ones. The indexes must exist.
    func settleTimes() throws(StoreError) {
        try checklists.times.settle(new: new ?? 0...0)
    }

    /// Writes the summaries that are not made while inserting. It is separate from `insert`, whose sorter and
    /// statements are freed by then, since it needs as much memory.
    mutating func finishSummaries() throws(StoreError) {
        try summaries?.finish()
        summaries = nil
    }
}
