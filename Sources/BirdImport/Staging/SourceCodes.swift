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
    private let detections: Statement
    private let count: Statement

    /// - Throws: `StoreError` if the temporary database can't be created, as all functions here if it can't be used.
    init() throws(StoreError) {
        database = try .temporary(
            """
            CREATE TABLE source (dataset INTEGER, code TEXT, file INTEGER, line INTEGER, number INTEGER DEFAULT 1,
                latitude REAL, longitude REAL, waits INTEGER, PRIMARY KEY (dataset, code)) WITHOUT ROWID
            """, cacheKilobytes: Self.cacheKilobytes)
        insert = try database.prepare(
            """
            INSERT INTO source (dataset, code, file, line, latitude, longitude, waits)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING
            """)
        first = try database.prepare("SELECT file, line FROM source WHERE dataset = ?1 AND code = ?2")
        detections = try database.prepare(
            """
            SELECT latitude, longitude, code, file, line FROM source
            WHERE dataset = ?1 AND \(SourcePlace.isOfDetection("code", "?2")) AND latitude IS NOT NULL
            LIMIT \(SourcePlace.mostCompared)
            """)
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
        if let place, let other = try detection(row.bytes[record.detection.range], at: place, dataset: dataset) {
            return .repeated(file: other.file, line: other.line)
        }
        insert.bind(1, dataset)
        insert.bind(2, utf8: row.bytes, record.source.range)
        insert.bind(3, file)
        insert.bind(4, row.line)
        insert.bind(5, place?.latitude)
        insert.bind(6, place?.longitude)
        insert.bind(7, record.isUnplacedDetection ? 1 : 0)
        try insert.run()
        if database.changes > 0 { return .staged }
        first.bind(1, dataset)
        first.bind(2, utf8: row.bytes, record.source.range)
        defer { first.reset() }
        guard try first.step() else { return .repeated(file: file, line: row.line) }
        return .repeated(file: Int(first.int64(0)), line: Int(first.int64(1)))
    }

    /// Where a detection is first.
    /// - Parameters:
    ///   - code: Its code without a place.
    ///   - place: Its place; nil for any place.
    /// - Returns: Nil if it is at none of these.
    func detection(
        _ code: ArraySlice<UInt8>, at place: SourcePlace?, dataset: Int
    ) throws(StoreError) -> (file: Int, line: Int)? {
        detections.bind(1, dataset)
        code.withUnsafeBytes { detections.bind(2, text: $0) }
        defer { detections.reset() }
        while try detections.step() {
            guard let other = SourcePlace(detections, from: 0), place?.isSame(as: other) ?? true,
                detections.bytes(2).elementsEqual(code + other.suffix.utf8)
            else { continue }
            return (Int(detections.int64(3)), Int(detections.int64(4)))
        }
        return nil
    }

    /// Calls `body` with every code, the number of its data set within the import, the place of a detection, and the
    /// number of its file. Detections without a place are not among them.
    func forEach(
        _ body: (_ dataset: Int, _ code: String, SourcePlace?, _ file: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        let select = try database.prepare(
            "SELECT dataset, code, latitude, longitude, file FROM source WHERE waits = 0 ORDER BY dataset, code")
        while try select.step() {
            try body(Int(select.int64(0)), select.text(1) ?? "", SourcePlace(select, from: 2), Int(select.int64(4)))
        }
    }
}
