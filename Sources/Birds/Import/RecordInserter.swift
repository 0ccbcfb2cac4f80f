/// Inserts records between those that a database has, in the default order, with their checklists.
struct RecordInserter {
    private let database: Database
    /// Ids, by rank.
    private let locations: [Int64]
    private let species: [Int64]
    private let datasets: Ranks
    private let none: Int

    /// - Parameter none: the rank of `nobird` among the species; -1 where there is none.
    init(_ database: Database, locations: [Int64], species: [Int64], datasets: Ranks, none: Int) {
        (self.database, self.locations, self.species) = (database, locations, species)
        (self.datasets, self.none) = (datasets, none)
    }

    /// - Returns: how many records were inserted, and on how many checklists they are.
    func insert(
        _ sorted: consuming Sorter.Sorted, progress: (Int) -> Void
    ) throws(StoreError) -> (records: Int, checklists: Int) {
        let insert = try database.prepare(
            """
            INSERT INTO observation (checklist_id, dataset_id, date, location_id, species_id, num,
                source_id, valid, reviewed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        let detail = try database.prepare(
            """
            INSERT INTO observation_detail (id, time, confidence, breeding_code, comments)
            VALUES (last_insert_rowid(), ?1, ?2, ?3, ?4)
            """)
        var existing = try ExistingChecklists(database, datasets)
        let firstID = (try database.integer("SELECT max(id) FROM checklist") ?? 0) + 1
        var checklists = Checklists(try ChecklistTable(database, datasets.ids), firstID: firstID, none: none)
        var item = SortItem()
        var bytes: [UInt8] = []
        var stored = 0
        while try sorted.next(&item, &bytes) {
            let key = RecordKey(byDate: item)
            let details = bytes.isEmpty ? RecordDetails() : RecordDetails(bytes)
            let location = locations[key.place]
            if !checklists.isAt(key.date, location) {
                try checklists.begin(key.date, location)
                try existing.add(key.date, location, to: &checklists)
            }
            insert.bind(1, checklists.id(of: key, details, bytes))
            insert.bind(2, datasets.ids[key.dataset])
            insert.bind(3, key.date)
            insert.bind(4, location)
            insert.bind(5, species[key.species])
            insert.bind(6, key.num)
            insert.bind(7, text: bytes[details.source])
            insert.bind(8, details.integer(.valid, in: bytes))
            insert.bind(9, details.integer(.reviewed, in: bytes))
            try insert.run()
            if details.holdsOwn {
                detail.bind(1, details.integer(.ownTime, in: bytes).map(timeOfDay))
                detail.bind(2, details.double(.confidence, in: bytes))
                detail.bind(3, text: details.text(.breedingCode, in: bytes))
                detail.bind(4, text: details.text(.comments, in: bytes))
                try detail.run()
            }
            stored += 1
            if stored % 8192 == 0 { progress(stored) }
        }
        try checklists.finish()
        return (stored, checklists.count)
    }
}

/// The checklists that data sets have, in the order of date and location.
private struct ExistingChecklists {
    private let select: Statement
    private let datasets: Ranks
    private var isAtRow: Bool

    init(_ database: Database, _ datasets: Ranks) throws(StoreError) {
        self.datasets = datasets
        // No index has this order, so all are read and sorted before the first comes: rows may be inserted meanwhile.
        select = try database.prepare(
            """
            SELECT id, dataset_id, code, date, location_id FROM checklist
            WHERE dataset_id IN (\(datasets.ids.map(String.init).joined(separator: ",")))
            ORDER BY +date, +location_id, +id
            """)
        isAtRow = try select.step()
    }

    /// Adds those of a date and location, which come in ascending order.
    mutating func add(_ date: Int64, _ location: Int64, to checklists: inout Checklists) throws(StoreError) {
        while isAtRow {
            let place = (select.int64(3), select.int64(4))
            if place > (date, location) { return }
            if place == (date, location), let dataset = datasets.rank(of: select.int64(1)) {
                checklists.addExisting(
                    id: select.int64(0), dataset: dataset, code: Array((select.text(2) ?? "").utf8))
            }
            isAtRow = try select.step()
        }
    }
}

/// The table of checklists of a database.
private final class ChecklistTable: ChecklistSink {
    private let insert: Statement
    private let datasets: [Int64]

    /// - Parameter datasets: ids, by rank.
    init(_ database: Database, _ datasets: [Int64]) throws(StoreError) {
        self.datasets = datasets
        insert = try database.prepare(
            """
            INSERT INTO checklist (id, dataset_id, code, location_id, date, complete, half_days,
                effort_hours_atleast, snow_depth_atleast, time, minutes, distance_km, area_ha, observers, protocol, comments)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
            """)
    }

    func add(_ checklists: ArraySlice<Checklist>) throws(StoreError) {
        for checklist in checklists {
            let (details, bytes) = (checklist.details, checklist.bytes)
            insert.bind(1, checklist.id)
            insert.bind(2, datasets[checklist.dataset])
            insert.bind(3, text: bytes[details.checklist])
            insert.bind(4, checklist.location)
            insert.bind(5, checklist.date)
            insert.bind(6, details.integer(.complete, in: bytes))
            insert.bind(7, details.integer(.halfDays, in: bytes))
            insert.bind(8, details.double(.effortHours, in: bytes))
            insert.bind(9, details.double(.snowDepth, in: bytes))
            insert.bind(10, details.integer(.time, in: bytes).map(timeOfDay))
            insert.bind(11, details.integer(.minutes, in: bytes))
            insert.bind(12, details.double(.distance, in: bytes))
            insert.bind(13, details.double(.area, in: bytes))
            insert.bind(14, details.integer(.observers, in: bytes))
            insert.bind(15, text: details.text(.protocol, in: bytes))
            insert.bind(16, text: details.text(.checklistComments, in: bytes))
            try insert.run()
        }
    }
}

extension Statement {
    /// Binds a part of bytes as text; NULL where it is empty.
    fileprivate func bind(_ index: Int32, text: ArraySlice<UInt8>) {
        if text.isEmpty { bindNull(index) } else { bind(index, utf8: Array(text), 0..<text.count) }
    }
}
