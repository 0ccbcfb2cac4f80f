import CSQLite

/// A prepared statement. Parameters are numbered from 1, columns from 0, as in SQLite.
///
/// A bind that fails makes the next step fail: no statement runs with a value that it was not given.
package final class Statement {
    private let handle: OpaquePointer
    /// What a bind failed with since the last step; `SQLITE_OK` where none did.
    private var bindFailure = SQLITE_OK
    /// Kept so that the connection outlives its statements, and to explain errors.
    private let database: Database

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

    /// Goes to the next row; false at the end, when the statement is reset.
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
        // The connection may have failed with something else since then.
        return .sqlite(code: bindFailure, message: String(cString: sqlite3_errstr(bindFailure)), sql: sql)
    }

    /// Runs a statement that returns no rows, and makes it ready to run again.
    package func run() throws(StoreError) { while try step() {} }

    /// Gives up the rows that are left. Bindings stay.
    package func reset() {
        database.noteUse()
        sqlite3_reset(handle)
    }

    package var columnNames: [String] {
        (0..<sqlite3_column_count(handle)).map { sqlite3_column_name(handle, $0).map { String(cString: $0) } ?? "" }
    }

    package var sql: String { String(cString: sqlite3_sql(handle)) }

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
    /// Binds UTF-8 bytes as text, without a `String` between; a range outside of the bytes is cut to them.
    package func bind(_ index: Int32, utf8 bytes: [UInt8], _ range: Range<Int>) {
        bytes.withUnsafeBytes {
            bind(index, text: UnsafeRawBufferPointer(rebasing: $0[range.clamped(to: 0..<$0.count)]))
        }
    }
    package func bind(_ index: Int32, text: UnsafeRawBufferPointer) {
        // An empty buffer may have no address, which SQLite would take for NULL.
        var nothing: CChar = 0
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let encoding = UInt8(SQLITE_UTF8)
        if let address = text.baseAddress {
            // With 64 bits for the size: a text that is too long is refused, not cut off.
            let characters = address.assumingMemoryBound(to: CChar.self)
            check(sqlite3_bind_text64(handle, index, characters, UInt64(text.count), transient, encoding))
        } else {
            check(sqlite3_bind_text64(handle, index, &nothing, 0, transient, encoding))
        }
    }
    package func bindNull(_ index: Int32) { check(sqlite3_bind_null(handle, index)) }

    @inline(__always) package func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    @inline(__always) package func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }
    package func isReal(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_FLOAT }
    package func optionalInt64(_ column: Int32) -> Int64? { isNull(column) ? nil : int64(column) }
    package func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
    package func optionalDouble(_ column: Int32) -> Double? { isNull(column) ? nil : double(column) }

    /// What a column holds in the current row.
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

    package func text(_ column: Int32) -> String? {
        guard let bytes = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// The bytes of a text.
    package func bytes(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_text(handle, column) else { return [] }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
    }

    private func check(_ code: Int32) {
        database.noteUse()
        if code != SQLITE_OK { bindFailure = code }
    }
}
