import Birds

/// Inserts rows of integers, many with each run of a statement, since starting a statement costs as much as inserting
/// a row.
///
/// Up to 199 rows wait for more. They are in the table only after `finish`, which must be called at the end and before
/// anything reads or updates the rows.
struct IntegerRows<let columns: Int> {
    typealias Row = [columns of Int64?]

    private let insertMany: Statement
    private let insertOne: Statement
    private var rows: [Row] = []

    /// - Parameters:
    ///   - names: The columns to insert, in the order of the values of a row. The others are NULL or their default.
    ///   - replaces: Whether a row replaces one with the same key; if not, such a row is an error.
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

    /// With 10 columns these are 2,000 parameters of a statement; SQLite's limit is 32,766
    /// (https://www.sqlite.org/limits.html).
    private static var rowsAtOnce: Int { 200 }

    /// Adds a row, and inserts all waiting rows if they are enough.
    @inline(__always)
    mutating func add(_ row: Row) throws(StoreError) {
        rows.append(row)
        guard rows.count == Self.rowsAtOnce else { return }
        var first: Int32 = 1
        for row in rows { Self.bind(row, to: insertMany, &first) }
        try insertMany.run()
        rows.removeAll(keepingCapacity: true)
    }

    /// Inserts the rows that wait.
    mutating func finish() throws(StoreError) {
        for row in rows {
            var first: Int32 = 1
            Self.bind(row, to: insertOne, &first)
            try insertOne.run()
        }
        rows.removeAll(keepingCapacity: true)
    }

    /// Binds the values of a row.
    /// - Parameter parameter: The number of the first parameter to bind; on return, the number after the last one.
    @inline(__always)
    private static func bind(_ row: Row, to statement: Statement, _ parameter: inout Int32) {
        for column in row.indices {
            statement.bind(parameter, row[column])
            parameter += 1
        }
    }
}
