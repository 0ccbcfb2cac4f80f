import Birds

/// Inserts rows of integers, many with one statement: starting a statement costs as much as inserting a row.
struct IntegerRows<let columns: Int> {
    typealias Row = [columns of Int64?]

    private let insertMany: Statement
    private let insertOne: Statement
    private var rows: [Row] = []

    /// - Parameters:
    ///   - names: the columns that rows have, in their order; others are NULL, or their default.
    ///   - replaces: whether a row takes the place of one with its key.
    init<Column: TableColumn>(
        _ names: [columns of Column], replaces: Bool = false, in database: Database
    ) throws(StoreError) {
        let list = names.indices.map { names[$0].name }.joined(separator: ", ")
        let into = "INSERT \(replaces ? "OR REPLACE " : "")INTO \(Column.table) (\(list))"
        let row = "(" + repeatElement("?", count: columns).joined(separator: ", ") + ")"
        insertOne = try database.prepare("\(into) VALUES \(row)")
        insertMany = try database.prepare(
            "\(into) VALUES " + repeatElement(row, count: Self.rowsAtOnce).joined(separator: ", "))
    }

    private static var rowsAtOnce: Int { 200 }

    @inline(__always)
    mutating func add(_ row: Row) throws(StoreError) {
        rows.append(row)
        guard rows.count == Self.rowsAtOnce else { return }
        var first: Int32 = 1
        for row in rows { Self.bind(row, to: insertMany, &first) }
        try insertMany.run()
        rows.removeAll(keepingCapacity: true)
    }

    /// Inserts the rows that are left.
    mutating func finish() throws(StoreError) {
        for row in rows {
            var first: Int32 = 1
            Self.bind(row, to: insertOne, &first)
            try insertOne.run()
        }
        rows.removeAll(keepingCapacity: true)
    }

    /// - Parameter parameter: the number of the row's first parameter, and then that of the next row's.
    @inline(__always)
    private static func bind(_ row: Row, to statement: Statement, _ parameter: inout Int32) {
        for column in row.indices {
            statement.bind(parameter, row[column])
            parameter += 1
        }
    }
}
