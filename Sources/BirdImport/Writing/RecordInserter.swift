import Birds

/// Inserts records in the default order, with their checklists.
struct RecordInserter {
    private let database: Database
    /// Ids, by rank.
    private let locations: [Int64]
    private let species: [Int64]
    private let datasets: [Int64]
    private(set) var checklists: Checklists
    /// Nil where the database has other records too.
    private var summaries: RecordSummaries?
    /// How many were inserted.
    private(set) var records = 0

    /// - Parameters:
    ///   - none: the rank of `nobird` among the species.
    ///   - touched: gets the ids of checklists that were there and got a record; nil where no record goes to one.
    ///   - summaries: sums up the records, where there are no others.
    init(
        _ database: Database, locations: [Int64], species: [Int64], datasets: [Int64], none: Int?,
        touched: TouchedChecklists?, summaries: RecordSummaries?
    ) throws(StoreError) {
        self.database = database
        (self.locations, self.species, self.datasets, self.summaries) = (locations, species, datasets, summaries)
        checklists = try Checklists(database, datasets: datasets, none: none, touched: touched)
    }

    mutating func insert(
        _ sorted: consuming Sorter.Sorted, _ change: inout RecordChange, _ progress: (Int) -> Void
    ) throws(StoreError) {
        var plain = try IntegerRows<7>(
            [ObservationColumn.id, .checklistID, .datasetID, .date, .locationID, .speciesID, .num], in: database)
        let detailed = try Insert<ObservationColumn>(in: database)
        let detail = try Insert<ObservationDetailColumn>(in: database)
        var ids = try RowIDs(of: ["observation", "observation_detail"], database)
        var item = SortItem()
        var bytes: [UInt8] = []
        while try sorted.next(&item, &bytes) {
            let key = RecordKey(item)
            let details = bytes.isEmpty ? RecordDetails() : RecordDetails(bytes)
            let (id, location, kind) = (try ids.next(), locations[key.location], species[key.species])
            let checklist = try checklists.id(of: key, at: location, details, bytes)
            if bytes.isEmpty {
                try plain.add([id, checklist, datasets[key.dataset], key.date, location, kind, key.num])
            } else {
                try plain.finish()
                detailed.bind(.id, id)
                detailed.bind(.checklistID, checklist)
                detailed.bind(.datasetID, datasets[key.dataset])
                detailed.bind(.date, key.date)
                detailed.bind(.locationID, location)
                detailed.bind(.speciesID, kind)
                detailed.bind(.num, key.num)
                detailed.bind(.sourceID, text: bytes[details.source])
                detailed.bind(details, in: bytes, RecordDetails.ofObservation)
                try detailed.run()
                if details.holdsOwn {
                    detail.bind(.id, id)
                    detail.bind(details, in: bytes, RecordDetails.ofDetail)
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
    }

    /// Ends the summaries, which takes memory that `insert` no longer needs.
    mutating func finishSummaries() throws(StoreError) {
        try summaries?.finish()
        summaries = nil
    }
}
