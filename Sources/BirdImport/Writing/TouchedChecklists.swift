import Birds

/// Checklists that were there before, and that lost or got records. Their ids wait in a file without a name.
final class TouchedChecklists {
    private let folder: String
    private let ids: Sorter

    /// How many numbers are sorted in memory.
    private static let mostHeld = 1 << 18

    init(in folder: String) {
        self.folder = folder
        ids = Sorter(in: folder, mostHeld: Self.mostHeld)
    }

    func add(_ id: Int64) throws(StoreError) { try ids.add(high: UInt64(bitPattern: id), low: 0, tag: 0) }

    /// Of those that are of some data sets, removes the ones that no record names, and counts the species of the others. The indexes
    /// must be there.
    ///
    /// The records of each date and location are read once, however many of its checklists were touched.
    func settle(in database: Database, of datasets: [Int64]) throws(StoreError) {
        guard ids.count > 0 else { return }
        let counts = try ChecklistCounts(database)
        try forEachGroup(in: database, of: datasets, counts) { (location, date) throws(StoreError) in
            try counts.addRecords(location: location, date: date)
        }
        try database.execute("CREATE TEMP TABLE unmatched (id INTEGER PRIMARY KEY)")
        let note = try database.prepare("INSERT INTO unmatched VALUES (?1)")
        var isAnyUnmatched = false
        try counts.forEachChecklist { (checklist, hasRecords, species) throws(StoreError) in
            try counts.store(species, of: checklist)
            if hasRecords { return }
            note.bind(1, checklist)
            try note.run()
            isAnyUnmatched = true
        }
        if isAnyUnmatched { try removeUnmatched(from: database) }
        try database.execute("DROP TABLE unmatched")
    }

    /// Of the checklists without records of their date and location, removes those that no other record names. (Another program may
    /// have changed the date of either.)
    private func removeUnmatched(from database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM unmatched WHERE id IN (
                SELECT checklist_id FROM observation WHERE checklist_id IN (SELECT id FROM unmatched))
            """)
        let remove = try database.prepare(
            "DELETE FROM checklist WHERE id IN (SELECT id FROM unmatched) RETURNING dataset_id")
        var removed: [Int64: Int] = [:]
        while try remove.step() { removed[remove.int64(0), default: 0] += 1 }
        let forget = try database.prepare("UPDATE dataset SET checklists = checklists - ?2 WHERE id = ?1")
        for (dataset, count) in removed {
            forget.bind(1, dataset)
            forget.bind(2, count)
            try forget.run()
        }
    }

    /// Adds those of some data sets to `counts`, and goes through their locations and dates, once each.
    private func forEachGroup(
        in database: Database, of datasets: [Int64], _ counts: ChecklistCounts,
        _ body: (_ location: Int64, _ date: Int64) throws(StoreError) -> Void
    ) throws(StoreError) {
        let find = try database.prepare(
            "SELECT location_id, date FROM checklist WHERE id = ?1 AND \(Schema.isOf(datasets: datasets))")
        let groups = Sorter(in: folder, mostHeld: Self.mostHeld)
        try Self.forEachOnce(ids) { (id, _) throws(StoreError) in
            find.bind(1, id)
            while try find.step() {
                try counts.add(id)
                try groups.add(
                    high: UInt64(bitPattern: find.int64(0)), low: UInt64(bitPattern: find.int64(1)), tag: 0)
            }
        }
        try Self.forEachOnce(groups, body)
    }

    /// Goes through pairs of numbers, once each. (A checklist was added with each of its records.)
    private static func forEachOnce(
        _ pairs: Sorter, _ body: (Int64, Int64) throws(StoreError) -> Void
    ) throws(StoreError) {
        var sorted = try pairs.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        var last: (UInt64, UInt64)?
        while try sorted.next(&item, &bytes) {
            if let last, last == (item.high, item.low) { continue }
            last = (item.high, item.low)
            try body(Int64(bitPattern: item.high), Int64(bitPattern: item.low))
        }
    }
}
