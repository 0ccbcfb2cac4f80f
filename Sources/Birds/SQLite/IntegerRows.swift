/// Inserts rows of integers, many with one statement: starting a statement costs as much as inserting a row.
struct IntegerRows {
    private static let rowsAtOnce = 64

    private let statement: Statement
    private let columns: Int32
    /// The parameters that have their values.
    private var bound: Int32 = 0
    private var last: Int32 { columns * Int32(Self.rowsAtOnce) }

    /// - Parameter into: the statement up to its rows, such as `INSERT INTO t (a, b)`.
    init(_ into: String, columns: Int32, in database: Database) throws(StoreError) {
        self.columns = columns
        let row = "(" + repeatElement("?", count: Int(columns)).joined(separator: ", ") + ")"
        let rows = repeatElement(row, count: Self.rowsAtOnce).joined(separator: ", ")
        statement = try database.prepare("\(into) SELECT * FROM (VALUES \(rows)) LIMIT ?")
        statement.bind(self.columns * Int32(Self.rowsAtOnce) + 1, Self.rowsAtOnce)
    }

    @inline(__always)
    mutating func add(_ value: Int64) {
        bound += 1
        statement.bind(bound, value)
    }

    @inline(__always)
    mutating func add(_ value: Int64?) {
        bound += 1
        statement.bind(bound, value)
    }

    /// Ends a row, for which every column was added.
    @inline(__always)
    mutating func endRow() throws(StoreError) {
        guard bound == last else { return }
        try statement.run()
        bound = 0
    }

    /// Inserts the rows that are left.
    mutating func finish() throws(StoreError) {
        guard bound > 0 else { return }
        statement.bind(last + 1, Int64(bound / columns))
        try statement.run()
        statement.bind(last + 1, Self.rowsAtOnce)
        bound = 0
    }
}
