import Birds

/// Inserts rows of integers, many with one statement: starting a statement costs as much as inserting a row.
struct IntegerRows {
    private static let rowsAtOnce = 200

    private let columns: Int
    private let insertMany: Statement
    private let insertOne: Statement
    private var values: [Int64?] = []

    /// - Parameter into: the statement up to its rows, such as `INSERT INTO t (a, b)`.
    init(_ into: String, columns: Int, in database: Database) throws(StoreError) {
        self.columns = columns
        let row = "(" + repeatElement("?", count: columns).joined(separator: ", ") + ")"
        insertOne = try database.prepare("\(into) VALUES \(row)")
        insertMany = try database.prepare(
            "\(into) VALUES " + repeatElement(row, count: Self.rowsAtOnce).joined(separator: ", "))
    }

    @inline(__always)
    mutating func add(_ value: Int64?) { values.append(value) }

    /// Ends a row, for which every column was added.
    @inline(__always)
    mutating func endRow() throws(StoreError) {
        guard values.count == Self.rowsAtOnce * columns else { return }
        try Self.insert(values[...], by: insertMany)
        values.removeAll(keepingCapacity: true)
    }

    /// Inserts the rows that are left.
    mutating func finish() throws(StoreError) {
        for start in stride(from: 0, to: values.count, by: columns) {
            try Self.insert(values[start..<min(start + columns, values.count)], by: insertOne)
        }
        values.removeAll(keepingCapacity: true)
    }

    private static func insert(_ values: ArraySlice<Int64?>, by statement: Statement) throws(StoreError) {
        var index: Int32 = 0
        for value in values {
            index += 1
            statement.bind(index, value)
        }
        try statement.run()
    }
}
