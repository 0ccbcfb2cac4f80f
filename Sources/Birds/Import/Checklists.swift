/// The checklists of records that come in the order of date and location: finds or makes one for each.
///
/// A checklist is known by its data set, code, location and date, so that a record always keeps its own place and date. What
/// else a checklist has comes from the first of its records in the default order.
struct Checklists {
    private struct Key: Hashable {
        let dataset: Int
        let code: String?
    }

    private let ids: [Int64]
    private let insert: Statement
    /// Those that the data sets have already, in the same order; nil where there are none.
    private let existing: Statement?
    private var hasExisting = false
    private var nextID: Int64
    /// Those of the present date and location.
    private var group: [Key: Int64] = [:]
    private var date: Int64 = -1
    private var location: Int64 = -1
    private var last: (dataset: Int, id: Int64)?
    /// How many were met.
    private(set) var count = 0

    init(_ database: Database, ids: [Int64], existing: Bool) throws(StoreError) {
        self.ids = ids
        nextID = (try database.integer("SELECT max(id) FROM checklist") ?? 0) + 1
        insert = try database.prepare(
            """
            INSERT INTO checklist (id, dataset_id, code, location_id, date, complete, half_days,
                effort_hours_atleast, snow_depth_atleast, time, minutes, distance_km, area_ha, observers, protocol, comments)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
            """)
        guard existing else {
            self.existing = nil
            return
        }
        // No index has this order, so all are read and sorted before the first comes: rows may be inserted meanwhile.
        let sorted = try database.prepare(
            """
            SELECT id, dataset_id, code, date, location_id FROM checklist
            WHERE dataset_id IN (\(ids.map(String.init).joined(separator: ",")))
            ORDER BY +date, +location_id
            """)
        hasExisting = try sorted.step()
        self.existing = sorted
    }

    /// The checklist of a record of `Staging.ordered()`.
    @inline(__always)
    mutating func id(
        of record: Statement, dataset: Int, date: Int64, location: Int64
    ) throws(StoreError) -> Int64 {
        let hasCode = !record.isNull(5)
        if date == self.date, location == self.location {
            if !hasCode, let last, last.dataset == dataset { return last.id }
        } else {
            try begin(date, location)
        }
        let key = Key(dataset: dataset, code: hasCode ? record.text(5) : nil)
        let id: Int64
        if let known = group[key], known > 0 {
            id = known
        } else if let known = group[key] {
            // An existing one, met for the first time.
            id = -known
            group[key] = id
            count += 1
        } else {
            id = try make(record, key, date, location)
        }
        last = hasCode ? nil : (dataset, id)
        return id
    }

    private mutating func make(
        _ record: Statement, _ key: Key, _ date: Int64, _ location: Int64
    ) throws(StoreError) -> Int64 {
        let id = nextID
        nextID += 1
        insert.bind(1, id)
        insert.bind(2, ids[key.dataset])
        insert.bind(3, key.code)
        insert.bind(4, location)
        insert.bind(5, date)
        insert.bind(6, record.optionalInt64(6))
        insert.bind(7, record.optionalInt64(7))
        insert.bind(8, record.isNull(8) ? nil : record.double(8))
        insert.bind(9, record.isNull(9) ? nil : record.double(9))
        insert.bind(10, record.optionalInt64(13).map(timeOfDay))
        insert.bind(11, record.optionalInt64(14))
        insert.bind(12, record.optionalDouble(15))
        insert.bind(13, record.optionalDouble(16))
        insert.bind(14, record.optionalInt64(17))
        insert.bind(15, record.text(18))
        insert.bind(16, record.text(19))
        try insert.run()
        group[key] = id
        count += 1
        return id
    }

    /// Goes on to another date and location, and takes up the existing checklists there, negative until they are met.
    private mutating func begin(_ date: Int64, _ location: Int64) throws(StoreError) {
        (self.date, self.location, last) = (date, location, nil)
        group.removeAll(keepingCapacity: true)
        guard let existing else { return }
        while hasExisting {
            let place = (existing.int64(3), existing.int64(4))
            if place > (date, location) { return }
            if place == (date, location), let dataset = ids.firstIndex(of: existing.int64(1)) {
                group[Key(dataset: dataset, code: existing.text(2))] = -existing.int64(0)
            }
            hasExisting = try existing.step()
        }
    }
}
