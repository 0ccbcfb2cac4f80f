/// The valid records of an import, until all files are read and it is known that they will be stored.
///
/// They wait in a temporary database that has no name, so that nothing is left of it however the process ends. Places and
/// species have provisional numbers, in the order in which they were met; only those are held in memory.
final class Staging {
    let database: Database
    private(set) var places = ByteTable()
    private(set) var species = ByteTable()
    /// What places are called, where a record tells: the first name that was met.
    private(set) var placeNames: [Int: [UInt8]] = [:]
    private(set) var count = 0
    /// Whether any record has something for `observation_detail`.
    private(set) var holdsDetails = false
    private let insert: Statement
    private let first: Statement
    private var key: [UInt8] = []

    init() throws(StoreError) {
        // An empty path is a temporary database on disk; temporary ones are unlinked as soon as they are made.
        database = try Database(path: "", mode: .readWrite)
        try database.execute(
            """
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA temp_store = FILE;
            PRAGMA cache_size = -\(Generation.cacheKilobytes);
            PRAGMA threads = 2;
            CREATE TABLE staged (
                id INTEGER PRIMARY KEY, dataset INTEGER, file INTEGER, line INTEGER,
                date INTEGER, place INTEGER, species INTEGER, num INTEGER,
                checklist TEXT, complete INTEGER, half_days INTEGER, effort_hours REAL, snow_depth REAL,
                source_id TEXT, valid INTEGER, reviewed INTEGER,
                time INTEGER, minutes INTEGER, distance REAL, area REAL, observers INTEGER, protocol TEXT,
                checklist_comments TEXT, own_time INTEGER, confidence REAL, breeding_code TEXT, comments TEXT
            );
            CREATE UNIQUE INDEX staged_by_source_id ON staged (dataset, source_id) WHERE source_id IS NOT NULL;
            CREATE TABLE place (number INTEGER PRIMARY KEY, id INTEGER NOT NULL);
            CREATE TABLE kind (number INTEGER PRIMARY KEY, id INTEGER NOT NULL);
            BEGIN
            """)
        insert = try database.prepare(
            """
            INSERT INTO staged (dataset, file, line, date, place, species, num,
                checklist, complete, half_days, effort_hours, snow_depth, source_id, valid, reviewed,
                time, minutes, distance, area, observers, protocol, checklist_comments,
                own_time, confidence, breeding_code, comments)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
                ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)
            ON CONFLICT DO NOTHING
            """)
        first = try database.prepare("SELECT file, line FROM staged WHERE dataset = ?1 AND source_id = ?2")
    }

    enum Outcome: Equatable {
        case staged
        /// The data set has had a record with the same code of its own.
        case repeated(file: Int, line: Int)
    }

    func add(
        _ record: SourceRecord, _ row: Row, dataset: Int, file: Int, complete: Bool?
    ) throws(StoreError) -> Outcome {
        Place.write(record, row, to: &key)
        let place = key.withUnsafeBytes { places.number(of: $0) }
        let kind =
            if record.species.isEmpty {
                Taxon.write(record, row, to: &key, in: &species)
            } else {
                row.bytes.withUnsafeBytes { bytes in
                    species.number(of: UnsafeRawBufferPointer(rebasing: bytes[record.species.range]))
                }
            }
        guard let place, let kind else {
            throw .unusable(path: "The import", reason: "it has more than \(ByteTable.mostKeys) places or species")
        }
        if !record.locationName.isEmpty, placeNames[place] == nil {
            placeNames[place] = Array(row.bytes[record.locationName.range])
        }
        insert.bind(1, dataset)
        insert.bind(2, file)
        insert.bind(3, row.line)
        insert.bind(4, record.date)
        insert.bind(5, place)
        insert.bind(6, kind)
        insert.bind(7, record.count)
        insert.bind(9, record.complete ?? complete.map { $0 ? 1 : 0 })
        // Bindings last from row to row: those that plain files never have stay NULL.
        if record.isDetailed {
            bind(8, row, record.checklist)
            insert.bind(10, record.halfDays)
            insert.bind(11, record.effortHours)
            insert.bind(12, record.snowDepth)
            bind(13, row, record.source)
            insert.bind(14, record.valid)
            insert.bind(15, record.reviewed)
            insert.bind(16, record.time)
            insert.bind(17, record.minutes)
            insert.bind(18, record.distance)
            insert.bind(19, record.area)
            insert.bind(20, record.observers)
            bind(21, row, record.protocol)
            bind(22, row, record.checklistComments)
            insert.bind(23, record.ownTime)
            insert.bind(24, record.confidence)
            bind(25, row, record.breedingCode)
            bind(26, row, record.comments)
            isDetailed = true
            holdsDetails = holdsDetails || record.isDetailedItself
        } else if isDetailed {
            for index in 10...26 as ClosedRange<Int32> { insert.bindNull(index) }
            insert.bindNull(8)
            isDetailed = false
        }
        try insert.run()
        if !record.source.isEmpty, database.changes == 0 {
            first.bind(1, dataset)
            first.bind(2, utf8: row.bytes, record.source.range)
            defer { first.reset() }
            guard try first.step() else { return .repeated(file: file, line: row.line) }
            return .repeated(file: Int(first.int64(0)), line: Int(first.int64(1)))
        }
        count += 1
        return .staged
    }

    /// Whether the last record bound more than plain files have.
    private var isDetailed = false

    private func bind(_ index: Int32, _ row: Row, _ cell: Row.Cell) {
        if cell.isEmpty { insert.bindNull(index) } else { insert.bind(index, utf8: row.bytes, cell.range) }
    }

    /// Says which ids the provisional numbers stand for.
    func setIDs(places: [Int64], species: [Int64]) throws(StoreError) {
        for (table, ids) in [("place", places), ("kind", species)] {
            let insert = try database.prepare("INSERT INTO \(table) VALUES (?1, ?2)")
            for (number, id) in ids.enumerated() {
                insert.bind(1, number)
                insert.bind(2, id)
                try insert.run()
            }
        }
    }

    /// The records in the default order. What is equal in all of it stays as it was read.
    func ordered() throws(StoreError) -> Statement {
        try database.prepare(
            """
            SELECT s.dataset, s.date, p.id, k.id, s.num,
                s.checklist, s.complete, s.half_days, s.effort_hours, s.snow_depth, s.source_id, s.valid, s.reviewed,
                s.time, s.minutes, s.distance, s.area, s.observers, s.protocol, s.checklist_comments,
                s.own_time, s.confidence, s.breeding_code, s.comments
            FROM staged s CROSS JOIN place p ON p.number = s.place CROSS JOIN kind k ON k.number = s.species
            ORDER BY s.date, p.id, k.id, s.num, s.checklist, s.source_id, s.id
            """)
    }
}

extension SourceRecord {
    /// Whether it has more than plain files have.
    @inline(__always)
    fileprivate var isDetailed: Bool {
        !checklist.isEmpty || !source.isEmpty || time != nil || minutes != nil || distance != nil || area != nil
            || observers != nil || !`protocol`.isEmpty || !checklistComments.isEmpty || isDetailedItself
            || valid != nil || reviewed != nil || halfDays != nil || effortHours != nil || snowDepth != nil
    }

    /// Whether it has something for `observation_detail`.
    @inline(__always)
    fileprivate var isDetailedItself: Bool {
        ownTime != nil || confidence != nil || !breedingCode.isEmpty || !comments.isEmpty
    }
}
