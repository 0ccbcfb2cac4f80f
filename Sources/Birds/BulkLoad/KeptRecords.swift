/// The records that a database keeps while the others are replaced: their rows as they are, in files without names, until the
/// tables are written anew. Their ids and those of their checklists stay.
final class KeptRecords {
    /// Tells a kept record from a new one in the tag of its item; ids are less.
    static let flag: UInt64 = 1 << 39

    private let observations: Spool
    private let details: Spool
    private let checklists: Spool
    private(set) var lastID: Int64 = 0
    private(set) var lastChecklistID: Int64 = 0

    /// Reads all records that are not of some data sets.
    /// - Parameters:
    ///   - replaced: ids of data sets.
    ///   - sorter: gets each record by `RecordKey.byDate`, with its id.
    ///   - entries: get what the indexes have of checklists and of the codes of records.
    init(
        in database: Database, without replaced: [Int64], _ names: BulkLoad.Names, _ sorter: Sorter,
        _ entries: IndexEntries
    ) throws(StoreError) {
        let folder = database.folder
        (observations, details, checklists) = (Spool(in: folder), Spool(in: folder), Spool(in: folder))
        let kept = "dataset_id NOT IN (\(replaced.map(String.init).joined(separator: ",")))"
        try readObservations(database, kept, names, sorter, entries)
        try readDetails(database, kept)
        try readChecklists(database, kept, names, entries)
    }

    private func readObservations(
        _ database: Database, _ kept: String, _ names: BulkLoad.Names, _ sorter: Sorter, _ entries: IndexEntries
    ) throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT id, checklist_id, dataset_id, date, location_id, species_id, num, source_id, valid, reviewed
            FROM observation NOT INDEXED WHERE \(kept) ORDER BY id
            """)
        var row = RowPayload()
        while try select.step() {
            let id = select.int64(0)
            var key = RecordKey()
            key.date = select.int64(3)
            key.place = try Self.rank(select.int64(4), names.locations, database)
            key.species = try Self.rank(select.int64(5), names.species, database)
            key.dataset = try Self.rank(select.int64(2), names.datasets, database)
            key.num = select.optionalInt64(6)
            let source = select.bytes(7)
            row.begin()
            row.addNull()
            for column in 1...5 as ClosedRange<Int32> { row.add(select.int64(column)) }
            row.add(key.num)
            row.add(text: source[...])
            row.add(select.optionalInt64(8))
            row.add(select.optionalInt64(9))
            try Self.append(&row, id: id, to: observations)
            let packed = key.byDate
            try sorter.add(high: packed.high, low: packed.low, tag: UInt64(id) | Self.flag)
            if !source.isEmpty {
                try entries.bySource.add(SortItem(high: UInt64(key.dataset), low: 0, tag: UInt64(id)), source[...])
            }
            lastID = id
        }
    }

    private func readDetails(_ database: Database, _ kept: String) throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT d.id, time, confidence, breeding_code, comments FROM observation_detail d
            WHERE (SELECT \(kept) FROM observation o WHERE o.id = d.id) ORDER BY d.id
            """)
        var row = RowPayload()
        while try select.step() {
            row.begin()
            row.addNull()
            row.add(text: select.bytes(1)[...])
            row.add(select.optionalDouble(2))
            row.add(text: select.bytes(3)[...])
            row.add(text: select.bytes(4)[...])
            try Self.append(&row, id: select.int64(0), to: details)
        }
    }

    private func readChecklists(
        _ database: Database, _ kept: String, _ names: BulkLoad.Names, _ entries: IndexEntries
    ) throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT id, dataset_id, code, location_id, date, time, minutes, distance_km, area_ha, observers, complete,
                protocol, comments, species_count, half_days, effort_hours_atleast, snow_depth_atleast
            FROM checklist NOT INDEXED WHERE \(kept) ORDER BY id
            """)
        var row = RowPayload()
        while try select.step() {
            let id = select.int64(0)
            let code = select.bytes(2)
            row.begin()
            row.addNull()
            row.add(select.int64(1))
            row.add(text: code[...])
            row.add(select.int64(3))
            row.add(select.int64(4))
            row.add(text: select.bytes(5)[...])
            row.add(select.optionalInt64(6))
            row.add(select.optionalDouble(7))
            row.add(select.optionalDouble(8))
            row.add(select.optionalInt64(9))
            row.add(select.optionalInt64(10))
            row.add(text: select.bytes(11)[...])
            row.add(text: select.bytes(12)[...])
            row.add(select.int64(13))
            row.add(select.optionalInt64(14))
            row.add(select.optionalDouble(15))
            row.add(select.optionalDouble(16))
            try Self.append(&row, id: id, to: checklists)
            try entries.addChecklist(
                id: id, date: select.int64(4), place: try Self.rank(select.int64(3), names.locations, database),
                dataset: try Self.rank(select.int64(1), names.datasets, database), code: code[...])
            lastChecklistID = id
        }
    }

    /// Writes the rows into their tables, which must be empty.
    func load(observations: TreeWriter, details: TreeWriter, checklists: TreeWriter) throws(StoreError) {
        for (spool, tree) in [
            (self.observations, observations), (self.details, details), (self.checklists, checklists),
        ] {
            var reader = spool.reader()
            var item = SortItem()
            var bytes: [UInt8] = []
            while try reader.next(&item, &bytes) {
                try bytes.withRawBytes { row throws(StoreError) in try tree.add(row, id: Int64(item.tag)) }
            }
        }
    }

    private static func append(_ row: inout RowPayload, id: Int64, to spool: Spool) throws(StoreError) {
        try row.withBytes { bytes throws(StoreError) in
            try spool.append(SortItem(high: 0, low: 0, tag: UInt64(id)), bytes)
        }
    }

    private static func rank(_ id: Int64, _ ranks: Ranks, _ database: Database) throws(StoreError) -> Int {
        guard let rank = ranks.rank(of: id) else {
            throw .unusable(path: database.path, reason: "a record of it has no place, species or data set")
        }
        return rank
    }
}
