import Birds

/// The codes that files give to their own records, such as `OBS123`. It finds records that an import contains twice.
///
/// Invariant: a data set has each code at most once, as the index `observation_by_source_id` of the database requires.
///
/// A record with `isToldByPlace` whose code a record of another place has gets a code with its place.
///
/// The codes are kept in a temporary database, so that memory does not limit their number.
final class SourceCodes {
    /// The memory of the temporary database, in KiB. Pages beyond it are on disk.
    private static let cacheKilobytes = 32 * 1024

    private let database: Database
    private let insert: Statement
    private let first: Statement
    private let count: Statement

    /// - Throws: `StoreError` if the temporary database can't be created, as all functions here if it can't be used.
    init() throws(StoreError) {
        database = try .temporary(
            """
            CREATE TABLE source (dataset INTEGER, code TEXT, file INTEGER, line INTEGER, number INTEGER DEFAULT 1,
                latitude REAL, longitude REAL, PRIMARY KEY (dataset, code)) WITHOUT ROWID
            """, cacheKilobytes: Self.cacheKilobytes)
        insert = try database.prepare(
            """
            INSERT INTO source (dataset, code, file, line, latitude, longitude) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT DO NOTHING
            """)
        first = try database.prepare(
            "SELECT file, line, latitude, longitude FROM source WHERE dataset = ?1 AND code = ?2")
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
    ///   - place: The place that tells the record from others with its code; nil if none does.
    ///   - file: The position of the file in the import, kept to report where the first record with the code is.
    func add(
        _ row: Row, _ code: Row.Cell, at place: SourcePlace?, dataset: Int, file: Int
    ) throws(StoreError) -> Staging.Outcome {
        insert.bind(1, dataset)
        insert.bind(2, utf8: row.bytes, code.range)
        insert.bind(3, file)
        insert.bind(4, row.line)
        insert.bind(5, place?.latitude)
        insert.bind(6, place?.longitude)
        try insert.run()
        if database.changes > 0 { return .staged }
        first.bind(1, dataset)
        first.bind(2, utf8: row.bytes, code.range)
        defer { first.reset() }
        guard try first.step() else { return .repeated(file: file, line: row.line) }
        if let place, let other = SourcePlace(first, from: 2), !place.isSame(as: other) { return .elsewhere(place) }
        return .repeated(file: Int(first.int64(0)), line: Int(first.int64(1)))
    }

    /// Calls `body` with every code, the number of its data set within the import, the place that tells its record from
    /// others, and the number of its file. A code comes before those that begin with it.
    func forEach(
        _ body: (_ dataset: Int, _ code: String, SourcePlace?, _ file: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        let select = try database.prepare(
            "SELECT dataset, code, latitude, longitude, file FROM source ORDER BY dataset, code")
        while try select.step() {
            try body(Int(select.int64(0)), select.text(1) ?? "", SourcePlace(select, from: 2), Int(select.int64(4)))
        }
    }
}

/// The place of a record whose code another record may have elsewhere: many recorders write the same names for their
/// recordings, and many nodes of BirdNET-Go have the same name. A record without a place may be that of any place.
struct SourcePlace: Equatable {
    let latitude: Double
    let longitude: Double

    /// The greatest difference of coordinates of one place, in degrees: 11 m. Programs round them.
    private static let tolerance = 0.0001

    /// The place of a record that is told by it; nil for all others, and without coordinates.
    @inline(__always)
    init?(_ record: SourceRecord) {
        guard record.isToldByPlace, let latitude = record.latitude, let longitude = record.longitude else { return nil }
        (self.latitude, self.longitude) = (latitude, longitude)
    }

    /// The place in two columns of a query; nil if they are NULL.
    init?(_ statement: Statement, from column: Int32) {
        if statement.isNull(column) || statement.isNull(column + 1) { return nil }
        (latitude, longitude) = (statement.double(column), statement.double(column + 1))
    }

    func isSame(as other: SourcePlace) -> Bool {
        max(abs(latitude - other.latitude), abs(longitude - other.longitude)) < Self.tolerance
    }

    /// What the code of a record at this place has at its end if a record of another place has the code.
    var suffix: String {
        let rounded = [latitude, longitude].map { "\(($0 * 10_000).rounded() / 10_000)" }
        return " @" + rounded.joined(separator: ",")
    }

    /// What the code of a record without a place has at its end if another record has the code.
    static let suffixOfUnknown = " @"

    /// A code without the suffix.
    func base(of code: String) -> String {
        code.hasSuffix(suffix) ? String(code.dropLast(suffix.count)) : code
    }
}
