import CSQLite

/// A prepared statement. Parameters are numbered from 1 and columns from 0, as in SQLite.
///
/// Invariants:
/// - It keeps its connection alive, and belongs to the thread that uses that.
/// - If a bind fails, the next step fails: no statement runs with a value that it was not given.
/// - Values of columns are read only after `step` returned true; strings and bytes are copied.
package final class Statement {
    private let handle: OpaquePointer
    /// The code of the last bind that failed since the last step, or `SQLITE_OK`.
    private var bindFailure = SQLITE_OK
    /// Kept so that the connection outlives the statement, and to explain errors.
    private let database: Database

    /// Prepares a statement that will be used many times (SQLITE_PREPARE_PERSISTENT).
    /// - Throws: `.sqlite`.
    package init(_ database: Database, _ sql: String) throws(StoreError) {
        database.noteUse()
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(database.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw database.error(code, sql: sql) }
        handle = prepared
        self.database = database
    }

    deinit {
        database.noteUse()
        sqlite3_finalize(handle)
    }

    /// Goes to the next row; false at the end. At the end and after an error the statement is reset: another step
    /// would run it again.
    /// - Throws: `.sqlite`, `.overBudget` or `.cancelled`.
    @inline(__always)
    package func step() throws(StoreError) -> Bool {
        database.noteUse()
        if bindFailure != SQLITE_OK { throw takeBindFailure() }
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        defer { sqlite3_reset(handle) }
        if code == SQLITE_DONE { return false }
        throw database.error(code, sql: sql)
    }

    @inline(never)
    private func takeBindFailure() -> StoreError {
        defer { bindFailure = SQLITE_OK }
        sqlite3_reset(handle)
        // Not the message of the connection, which may be about a later failure.
        return .sqlite(code: bindFailure, message: String(cString: sqlite3_errstr(bindFailure)), sql: sql)
    }

    /// Runs a statement to its end, and leaves it ready to run again.
    package func run() throws(StoreError) { while try step() {} }

    /// Abandons the remaining rows, and the pages of the file with them. Bindings stay.
    package func reset() {
        database.noteUse()
        sqlite3_reset(handle)
    }

    package var columnNames: [String] {
        (0..<sqlite3_column_count(handle)).map { sqlite3_column_name(handle, $0).map { String(cString: $0) } ?? "" }
    }

    package var sql: String { String(cString: sqlite3_sql(handle)) }

    // Values are bound to the parameters of a statement at rest; SQLite refuses to bind while rows are left.
    package func bind(_ index: Int32, _ value: Int64) { check(sqlite3_bind_int64(handle, index, value)) }
    package func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }
    package func bind(_ index: Int32, _ value: Int) { bind(index, Int64(value)) }
    package func bind(_ index: Int32, _ value: Int?) { bind(index, value.map(Int64.init)) }
    package func bind(_ index: Int32, _ value: Double) { check(sqlite3_bind_double(handle, index, value)) }
    package func bind(_ index: Int32, _ value: Double?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }
    package func bind(_ index: Int32, _ value: String) {
        var value = value
        value.withUTF8 { bind(index, text: UnsafeRawBufferPointer($0)) }
    }
    package func bind(_ index: Int32, _ value: String?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }
    /// Binds UTF-8 bytes as text without making a `String`. A range that exceeds the bytes is clamped.
    package func bind(_ index: Int32, utf8 bytes: [UInt8], _ range: Range<Int>) {
        bytes.withUnsafeBytes {
            bind(index, text: UnsafeRawBufferPointer(rebasing: $0[range.clamped(to: 0..<$0.count)]))
        }
    }
    package func bind(_ index: Int32, text: UnsafeRawBufferPointer) {
        bind(text) {
            let characters = $0.assumingMemoryBound(to: CChar.self)
            return sqlite3_bind_text64(handle, index, characters, $1, $2, UInt8(SQLITE_UTF8))
        }
    }
    package func bind(_ index: Int32, blob: [UInt8]) {
        blob.withUnsafeBytes { bind($0) { sqlite3_bind_blob64(handle, index, $0, $1, $2) } }
    }
    /// Binds bytes with a function of SQLite, which copies them.
    /// - Parameter call: Its length has 64 bits, so that what is too long is refused and not truncated.
    private func bind(
        _ bytes: UnsafeRawBufferPointer, _ call: (UnsafeRawPointer, UInt64, sqlite3_destructor_type) -> Int32
    ) {
        // An empty buffer may have no address, and SQLite would bind a null pointer as NULL.
        var nothing: UInt8 = 0
        // SQLITE_TRANSIENT.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        withUnsafePointer(to: &nothing) {
            check(call(bytes.baseAddress ?? UnsafeRawPointer($0), UInt64(bytes.count), transient))
        }
    }
    package func bindNull(_ index: Int32) { check(sqlite3_bind_null(handle, index)) }

    // SQLite converts a value that has another type: NULL reads as 0, and text as the number that it begins with.
    @inline(__always) package func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    @inline(__always) package func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }
    package func isReal(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_FLOAT }
    package func optionalInt64(_ column: Int32) -> Int64? { isNull(column) ? nil : int64(column) }
    package func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
    package func optionalDouble(_ column: Int32) -> Double? { isNull(column) ? nil : double(column) }

    /// The type of a value, which may differ from row to row. Blobs count as text.
    package enum ColumnType {
        case integer, real, text, nothing
    }

    package func type(_ column: Int32) -> ColumnType {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_NULL: .nothing
        default: .text
        }
    }

    /// The number of bytes of a text.
    package func count(_ column: Int32) -> Int { Int(sqlite3_column_bytes(handle, column)) }

    /// The text of a column; nil for NULL. Bytes that are not UTF-8 are replaced by U+FFFD.
    package func text(_ column: Int32) -> String? {
        guard let bytes = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// The bytes of a text or blob, whatever they are; empty for NULL.
    package func bytes(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_text(handle, column) else { return [] }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// The bytes of a text; nil for NULL.
    package func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

    private func check(_ code: Int32) {
        database.noteUse()
        if code != SQLITE_OK { bindFailure = code }
    }
}
