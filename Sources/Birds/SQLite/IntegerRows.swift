/// Inserts rows of integers, many with one statement: starting a statement costs as much as inserting a row.
struct IntegerRows {
    private static let rowsAtOnce = 64

    private let columns: Int
    private let insertMany: Statement
    private let insertOne: Statement
    private var values: [Int64?] = []

    /// - Parameter into: the statement up to its rows, such as `INSERT INTO t (a, b)`.
    init(_ into: String, columns: Int32, in database: Database) throws(StoreError) {
        self.columns = Int(columns)
        let row = "(" + repeatElement("?", count: Int(columns)).joined(separator: ", ") + ")"
        insertOne = try database.prepare("\(into) VALUES \(row)")
        insertMany = try database.prepare(
            "\(into) VALUES " + repeatElement(row, count: Self.rowsAtOnce).joined(separator: ", "))
    }

    @inline(__always)
    mutating func add(_ value: Int64?) { values.append(value) }

    /// Ends a row, for which every column was added.
    @inline(__always)
    mutating func endRow() throws(StoreError) {
        if values.count == Self.rowsAtOnce * columns { try insert(values[...], by: insertMany) }
    }

    /// Inserts the rows that are left.
    mutating func finish() throws(StoreError) {
        for start in stride(from: 0, to: values.count, by: columns) {
            let row = values[start..<min(start + columns, values.count)]
            for (index, value) in row.enumerated() { insertOne.bind(Int32(index + 1), value) }
            try insertOne.run()
        }
        values.removeAll(keepingCapacity: true)
    }

    private mutating func insert(_ values: ArraySlice<Int64?>, by statement: Statement) throws(StoreError) {
        var index: Int32 = 0
        for value in values {
            index += 1
            statement.bind(index, value)
        }
        try statement.run()
        self.values.removeAll(keepingCapacity: true)
    }
}
