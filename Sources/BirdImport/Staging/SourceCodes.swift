import Birds
import FileSystem

/// The codes that files give to their own records, such as `OBS123`. It finds records that an import contains twice.
///
/// Invariant: a data set has each code at most once, as the index `observation_by_source_id` of the database requires.
///
/// A detection is also there already if it is at the same place with other digits (`SourcePlace`).
///
/// The codes are kept in a temporary database, so that memory does not limit their number.
final class SourceCodes {
    /// The memory of the temporary database, in KiB. Pages beyond it are on disk.
    private static let cacheKilobytes = 32 * 1024

    private let database: Database
    private let insert: Statement
    private let first: Statement
    private let samePlace: Statement
    private let anyPlace: Statement
    private let readAs: Statement
    private let count: Statement

    /// - Throws: `StoreError` if the temporary database can't be created, as all functions here if it can't be used.
    init() throws(StoreError) {
        database = try .temporary(
            """
            CREATE TABLE source (dataset INTEGER, code TEXT, file INTEGER, line INTEGER, number INTEGER DEFAULT 1,
                date INTEGER, detection TEXT, latitude REAL, longitude REAL, as_read TEXT, PRIMARY KEY (dataset, code)) WITHOUT ROWID;
            CREATE INDEX source_by_place ON source (dataset, detection, latitude) WHERE latitude IS NOT NULL
            """, cacheKilobytes: Self.cacheKilobytes)
        insert = try database.prepare(
            """
            INSERT INTO source (dataset, code, file, line, detection, latitude, longitude, date, as_read)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING
            """)
        first = try database.prepare("SELECT file, line FROM source WHERE dataset = ?1 AND code = ?2")
        samePlace = try database.prepare(
            """
            SELECT file, line FROM source INDEXED BY source_by_place
            WHERE dataset = ?1 AND detection = ?2 AND \(SourcePlace.isSame("?3", "?4")) LIMIT 1
            """)
        anyPlace = try database.prepare(
            """
            SELECT 1 FROM source INDEXED BY source_by_place
            WHERE dataset = ?1 AND detection = ?2 AND latitude IS NOT NULL LIMIT 1
            """)
        readAs = try database.prepare("SELECT as_read FROM source WHERE dataset = ?1 AND code = ?2")
        count = try database.prepare(
            "UPDATE source SET number = number + 1 WHERE dataset = ?1 AND code = ?2 RETURNING number")
    }

    /// The number of a record among those of its data set that have one code: 2 for the first repetition.
    func numberOfRepetition(_ row: Row, _ code: Row.Cell, dataset: Int) throws(StoreError) -> Int {
        count.bind(1, dataset)
        count.bind(2, utf8: row.bytes, code.range)
        var number = 1
        while try count.step() { number = Int(count.int64(0)) }
        return number
    }

    /// Adds the code of a record, unless its data set already has it.
    /// - Parameters:
    ///   - dataset: The number of the data set within the import.
    ///   - file: The position of the file in the import, kept to report where the first record with the code is.
    func add(_ record: SourceRecord, _ row: Row, dataset: Int, file: Int) throws(StoreError) -> Staging.Outcome {
        let place = SourcePlace(record)
        if let place {
            samePlace.bind(1, dataset)
            samePlace.bind(2, utf8: row.bytes, record.detection.range)
            samePlace.bind(3, place.latitude)
            samePlace.bind(4, place.longitude)
            defer { samePlace.reset() }
            if try samePlace.step() { return .repeated(file: Int(samePlace.int64(0)), line: Int(samePlace.int64(1))) }
        }
        insert.bind(1, dataset)
        insert.bind(2, utf8: row.bytes, record.source.range)
        insert.bind(3, file)
        insert.bind(4, row.line)
        if record.detection.isEmpty {
            insert.bindNull(5)
        } else {
            insert.bind(5, utf8: row.bytes, record.detection.range)
        }
        insert.bind(6, place?.latitude)
        insert.bind(7, place?.longitude)
        insert.bind(8, record.date)
        if record.detectionAsRead.isEmpty {
            insert.bindNull(9)
        } else {
            insert.bind(9, utf8: row.bytes, record.detectionAsRead.range)
        }
        try insert.run()
        if database.changes > 0 { return .staged }
        first.bind(1, dataset)
        first.bind(2, utf8: row.bytes, record.source.range)
        defer { first.reset() }
        guard try first.step() else { return .repeated(file: file, line: row.line) }
        return .repeated(file: Int(first.int64(0)), line: Int(first.int64(1)))
    }

    /// Whether a detection is there with its place.
    /// - Parameter code: Its code without a place.
    func isPlaced(_ code: ArraySlice<UInt8>, dataset: Int) throws(StoreError) -> Bool {
        anyPlace.bind(1, dataset)
        code.withUnsafeBytes { anyPlace.bind(2, text: $0) }
        defer { anyPlace.reset() }
        return try anyPlace.step()
    }

    /// What the code of a detection without a place was before a table gave its species a scientific name; nil if it is
    /// the same.
    func asRead(_ code: ArraySlice<UInt8>, dataset: Int) throws(StoreError) -> String? {
        readAs.bind(1, dataset)
        code.withUnsafeBytes { readAs.bind(2, text: $0) }
        defer { readAs.reset() }
        return try readAs.step() ? readAs.text(0) : nil
    }

    /// A code, and what is known of its record.
    struct Source {
        /// The number of the data set within the import.
        let dataset: Int
        let code: String
        /// What the code of a detection was before a table gave its species a scientific name, without its place; nil
        /// if it is the same.
        let asRead: String?
        /// The place of a detection.
        let place: SourcePlace?
        /// The number of the file.
        let file: Int
        /// As `StoredDate` has it.
        let date: Int64
    }

    /// Calls `body` with every code. Detections without a place are not among them.
    func forEach(_ body: (Source) throws(StoreError) -> Void) throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT dataset, code, latitude, longitude, file, date, as_read FROM source
            WHERE detection IS NULL OR latitude IS NOT NULL ORDER BY dataset, code
            """)
        while try select.step() {
            try body(
                Source(
                    dataset: Int(select.int64(0)), code: select.text(1) ?? "", asRead: select.text(6),
                    place: SourcePlace(select, from: 2),
                    file: Int(select.int64(4)), date: select.int64(5)))
        }
    }
}
