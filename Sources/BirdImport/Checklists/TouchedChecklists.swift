import Birds

/// Collects the stored checklists that lose or get records while records are added to a data set. At the end it
/// corrects their counts and removes those that are empty.
///
/// The ids are kept in a `Sorter`, so memory is bounded. An id is added for each record and may come many times.
final class TouchedChecklists {
    private let folder: String
    private let ids: Sorter

    /// The most ids in memory.
    private static let mostHeld = 1 << 18

    init(in folder: String) {
        self.folder = folder
        ids = Sorter(in: folder, mostHeld: Self.mostHeld)
    }

    /// What happens to a checklist.
    enum Change: UInt64 {
        case lessRecords, moreRecords
        /// A file of checklists or events of the import has it, so it stays without a record.
        case listed
    }

    /// Adds the id of a checklist.
    func add(_ id: Int64, _ change: Change) throws(StoreError) {
        try ids.add(high: UInt64(bitPattern: id), low: change.rawValue, tag: 0)
    }

    /// Counts the species of the collected checklists, and removes the checklists that no record names and no file
    /// of checklists has. The indexes must exist. No id can be added afterwards.
    ///
    /// The records of each date and location are read once, even if many of its checklists were collected.
    /// - Parameters:
    ///   - datasets: The ids of the data sets of the import. Checklists of others stay as they are; only another
    ///     program can have given them such records.
    ///   - identified: The ids of those in whose files a code identifies a checklist wherever and whenever it was: a
    ///     corrected one may have another place and date.
    ///   - new: The ids of the checklists that the import adds.
    func settle(
        in database: Database, of datasets: [Int64], identified: [Int64], new: Range<Int64>
    ) throws(StoreError) {
        guard ids.count > 0 || !identified.isEmpty && !new.isEmpty else { return }
        let counts = try ChecklistCounts(database)
        try database.execute("CREATE TEMP TABLE told_checklist (id INTEGER PRIMARY KEY)")
        try forEachGroup(in: database, of: datasets, identified, new, counts) { (location, date) throws(StoreError) in
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
        try database.execute("DROP TABLE unmatched; DROP TABLE told_checklist")
    }

    /// Forgets that a file of checklists has a checklist, where the import has its code at another place or date, and
    /// not there any more.
    /// - Parameter body: Called with the id, location and date of each.
    private func forgetMoved(
        in database: Database, _ identified: [Int64], new: Range<Int64>,
        _ body: (_ id: Int64, _ location: Int64, _ date: Int64) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard !identified.isEmpty else { return }
        let told = "(id BETWEEN \(new.lowerBound) AND \(new.upperBound - 1) OR id IN (SELECT id FROM told_checklist))"
        let isOfThem = "\(Schema.isOf(datasets: identified)) AND code IS NOT NULL"
        let forget = try database.prepare(
            """
            UPDATE checklist SET listed = NULL
            WHERE listed = 1 AND \(isOfThem) AND NOT \(told)
                AND (dataset_id, code) IN (SELECT dataset_id, code FROM checklist WHERE \(told) AND \(isOfThem))
            RETURNING id, location_id, date
            """)
        while try forget.step() { try body(forget.int64(0), forget.int64(1), forget.int64(2)) }
    }

    /// Removes the checklists in the table `unmatched`, which have no records of their own date and location. One that
    /// a record of another date or location names stays: another program has edited it or the record.
    private func removeUnmatched(from database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM unmatched WHERE id IN (
                SELECT checklist_id FROM observation WHERE checklist_id IN (SELECT id FROM unmatched));
            DELETE FROM \(ChecklistExactnessColumn.table) WHERE id IN (SELECT id FROM unmatched);
            """)
        let remove = try database.prepare(
            "DELETE FROM checklist WHERE id IN (SELECT id FROM unmatched) AND listed IS NOT 1 RETURNING dataset_id")
        var removed: [Int64: Int] = [:]
        while try remove.step() { removed[remove.int64(0), default: 0] += 1 }
        let forget = try database.prepare("UPDATE dataset SET checklists = checklists - ?2 WHERE id = ?1")
        for (dataset, count) in removed {
            forget.bind(1, dataset)
            forget.bind(2, count)
            try forget.run()
        }
    }

    /// Adds the collected checklists of some data sets to `counts`, and those that have moved, and calls `body` once
    /// with each of their locations and dates.
    private func forEachGroup(
        in database: Database, of datasets: [Int64], _ identified: [Int64], _ new: Range<Int64>,
        _ counts: ChecklistCounts,
        _ body: (_ location: Int64, _ date: Int64) throws(StoreError) -> Void
    ) throws(StoreError) {
        let find = try database.prepare(
            "SELECT location_id, date FROM checklist WHERE id = ?1 AND \(Schema.isOf(datasets: datasets))")
        let groups = Sorter(in: folder, mostHeld: Self.mostHeld)
        let list = try database.prepare("UPDATE checklist SET listed = 1 WHERE id = ?1")
        let tell = try database.prepare("INSERT OR IGNORE INTO told_checklist VALUES (?1)")
        func add(_ id: Int64, _ location: Int64, _ date: Int64) throws(StoreError) {
            try counts.add(id)
            try groups.add(high: UInt64(bitPattern: location), low: UInt64(bitPattern: date), tag: 0)
        }
        try Self.forEachOnce(ids) { (id, change) throws(StoreError) in
            if change == Change.listed.rawValue {
                list.bind(1, id)
                try list.run()
            }
            if change != Change.lessRecords.rawValue {
                tell.bind(1, id)
                try tell.run()
            }
            find.bind(1, id)
            while try find.step() { try add(id, find.int64(0), find.int64(1)) }
        }
        try forgetMoved(in: database, identified, new: new, add)
        try Self.forEachOnce(groups, body)
    }

    /// Calls `body` with each pair of numbers, in order and without repetitions.
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
