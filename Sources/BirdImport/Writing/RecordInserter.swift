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
            "INSERT INTO observation (id, checklist_id, dataset_id, date, location_id, species_id, num)", in: database)
        let detailed = try database.prepare(
            """
            INSERT INTO observation (id, checklist_id, dataset_id, date, location_id, species_id, num,
                source_id, valid, reviewed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        let detail = try database.prepare(
            """
            INSERT INTO observation_detail (id, time, confidence, breeding_code, comments) VALUES (?1, ?2, ?3, ?4, ?5)
            """)
        var ids = try RowIDs(of: ["observation", "observation_detail"], database)
        var item = SortItem()
        var bytes: [UInt8] = []
        while try sorted.next(&item, &bytes) {
            let key = RecordKey(item)
            let details = bytes.isEmpty ? RecordDetails() : RecordDetails(bytes)
            let (id, location, kind) = (try ids.next(), locations[key.place], species[key.species])
            let checklist = try checklists.id(of: key, at: location, details, bytes)
            if bytes.isEmpty {
                try plain.add([id, checklist, datasets[key.dataset], key.date, location, kind, key.num])
            } else {
                try plain.finish()
                detailed.bind(1, id)
                detailed.bind(2, checklist)
                detailed.bind(3, datasets[key.dataset])
                detailed.bind(4, key.date)
                detailed.bind(5, location)
                detailed.bind(6, kind)
                detailed.bind(7, key.num)
                detailed.bind(8, text: bytes[details.source])
                detailed.bind(9, details.integer(.valid, in: bytes))
                detailed.bind(10, details.integer(.reviewed, in: bytes))
                try detailed.run()
            }
            if details.holdsOwn {
                detail.bind(1, id)
                detail.bind(2, details.integer(.ownTime, in: bytes).map(timeOfDay))
                detail.bind(3, details.double(.confidence, in: bytes))
                detail.bind(4, text: details.text(.breedingCode, in: bytes))
                detail.bind(5, text: details.text(.comments, in: bytes))
                try detail.run()
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
