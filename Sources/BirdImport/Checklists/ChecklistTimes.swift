import Birds

/// Gives records times of their own (`observation_detail.time`) where those of one checklist differ. The checklist then
/// has no time, unless all its records have the same one.
struct ChecklistTimes {
    private let database: Database
    private let own: Statement
    /// Stored checklists whose records may have several times now: the id, and the time of the checklist before and the
    /// one that the import tells, each in minutes after midnight, plus 1, or 0 without one, in 16 bits.
    private let changed: Sorter

    init(_ database: Database) throws(StoreError) {
        self.database = database
        own = try database.prepare(
            "INSERT INTO observation_detail (id, time) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET time = ?2")
        changed = Sorter(in: database.folder, mostHeld: 1 << 16)
    }

    /// Gives a record a time of its own, in minutes after midnight.
    func give(_ time: Int64, to record: Int64) throws(StoreError) {
        own.bind(1, record)
        own.bind(2, timeOfDay(time))
        try own.run()
    }

    /// Notes a stored checklist that gets records with another time. All of them have times of their own.
    /// - Parameters:
    ///   - time: Its time before, in minutes after midnight.
    ///   - told: The one that the import tells; nil for several.
    func note(stored id: Int64, time: Int64?, told: Int64?) throws(StoreError) {
        let times = [told, time].map { UInt64(bitPattern: ($0 ?? -1) + 1) & 0xFFFF }
        try changed.add(high: id.sortable, low: times[0] << 16 | times[1], tag: 0)
    }

    /// Settles the times of the noted checklists and of their stored records. The indexes must exist.
    /// - Parameter new: The ids of the records of the import.
    func settle(new: ClosedRange<Int64>) throws(StoreError) {
        guard changed.count > 0 else { return }
        let find = try database.prepare("SELECT location_id, date FROM checklist WHERE id = ?1")
        let records =
            "observation INDEXED BY observation_by_location WHERE location_id = ?1 AND date = ?2 AND checklist_id = ?3"
        let keep = try database.prepare(
            """
            INSERT INTO observation_detail (id, time) SELECT id, ?4 FROM \(records) AND id NOT BETWEEN ?5 AND ?6
            ON CONFLICT (id) DO UPDATE SET time = coalesce(time, excluded.time)
            """)
        let settle = try database.prepare(
            """
            UPDATE checklist SET time = (
                SELECT CASE WHEN count(*) = 0 THEN ?4 WHEN min(time) = max(time) THEN min(time) END
                FROM observation_detail WHERE id IN (SELECT id FROM \(records)))
            WHERE id = ?3
            """)
        var sorted = try changed.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        while try sorted.next(&item, &bytes) {
            let id = Int64(sortable: item.high)
            find.bind(1, id)
            var place: (location: Int64, date: Int64)?
            while try find.step() { place = (find.int64(0), find.int64(1)) }
            guard let place else { continue }
            for statement in [keep, settle] {
                statement.bind(1, place.location)
                statement.bind(2, place.date)
                statement.bind(3, id)
            }
            let (before, told) = (Int64(item.low & 0xFFFF) - 1, Int64(item.low >> 16 & 0xFFFF) - 1)
            // Without records, the file of checklists alone tells it.
            settle.bind(4, told < 0 ? nil : timeOfDay(told))
            if before >= 0 {
                keep.bind(4, timeOfDay(before))
                keep.bind(5, new.lowerBound)
                keep.bind(6, new.upperBound)
                try keep.run()
            }
            try settle.run()
        }
    }
}
