import CSQLite

/// A prepared statement. Parameters are numbered from 1, columns from 0, as in SQLite.
final class Statement {
    private let handle: OpaquePointer
    /// Kept so that the connection outlives its statements, and to explain errors.
    private let database: Database

    init(_ database: Database, _ sql: String) throws(StoreError) {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(database.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw database.error(code, sql: sql) }
        handle = prepared
        self.database = database
    }

    deinit { sqlite3_finalize(handle) }

    /// Goes to the next row; false at the end, when the statement is reset.
    @inline(__always)
    func step() throws(StoreError) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        defer { sqlite3_reset(handle) }
        if code == SQLITE_DONE { return false }
        throw database.error(code, sql: sql)
    }

    /// Runs a statement that returns no rows, and makes it ready to run again.
    func run() throws(StoreError) { while try step() {} }

    /// Gives up the rows that are left. Bindings stay.
    func reset() { sqlite3_reset(handle) }

    var columnNames: [String] {
        (0..<sqlite3_column_count(handle)).map { sqlite3_column_name(handle, $0).map { String(cString: $0) } ?? "" }
    }

    var sql: String { String(cString: sqlite3_sql(handle)) }

    func bind(_ index: Int32, _ value: Int64) { check(sqlite3_bind_int64(handle, index, value)) }
    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }
    func bind(_ index: Int32, _ value: Int) { bind(index, Int64(value)) }
    func bind(_ index: Int32, _ value: Int?) { bind(index, value.map(Int64.init)) }
    func bind(_ index: Int32, _ value: Double) { check(sqlite3_bind_double(handle, index, value)) }
    func bind(_ index: Int32, _ value: Double?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }
    func bind(_ index: Int32, _ value: String) {
        var value = value
        value.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { characters in
                // An empty buffer may have no address, which SQLite would take for NULL.
                var nothing: CChar = 0
                let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                if let address = characters.baseAddress {
                    check(sqlite3_bind_text(handle, index, address, Int32(clamping: characters.count), transient))
                } else {
                    check(sqlite3_bind_text(handle, index, &nothing, 0, transient))
                }
            }
        }
    }
    func bind(_ index: Int32, _ value: String?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }
    /// Binds UTF-8 bytes as text, without a `String` between; a range outside of the bytes is cut to them.
    func bind(_ index: Int32, utf8 bytes: [UInt8], _ range: Range<Int>) {
        bytes.withUnsafeBytes { all in
            let within = range.clamped(to: 0..<all.count)
            var nothing: CChar = 0
            let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            if let base = all.baseAddress, !within.isEmpty {
                let text = (base + within.lowerBound).assumingMemoryBound(to: CChar.self)
                check(sqlite3_bind_text(handle, index, text, Int32(clamping: within.count), transient))
            } else {
                check(sqlite3_bind_text(handle, index, &nothing, 0, transient))
            }
        }
    }
    func bindNull(_ index: Int32) { check(sqlite3_bind_null(handle, index)) }

    @inline(__always) func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    @inline(__always) func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func isReal(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_FLOAT }
    func optionalInt64(_ column: Int32) -> Int64? { isNull(column) ? nil : int64(column) }
    func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
    func optionalDouble(_ column: Int32) -> Double? { isNull(column) ? nil : double(column) }

    /// What a column holds in the current row.
    enum ColumnType {
        case integer, real, text, nothing
    }

    func type(_ column: Int32) -> ColumnType {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_NULL: .nothing
        default: .text
        }
    }

    func text(_ column: Int32) -> String? {
        guard let bytes = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// The bytes of a text.
    func bytes(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_text(handle, column) else { return [] }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A bind fails only for an index that the SQL does not have, or for want of memory: a fault of ours, not of the data.
    private func check(_ code: Int32) { assert(code == SQLITE_OK, "bind failed in \(sql)") }
}
