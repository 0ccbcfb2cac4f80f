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
    /// Nil for tables without an id.
    private let end: TableEnd?
    private var rows: [Row] = []

    /// - Parameters:
    ///   - names: The columns to insert, in the order of the values of a row, an id first. The others are NULL or their
    ///     default.
    ///   - replaces: Whether a row replaces one with the same key; if not, such a row is an error.
    init<Column: TableColumn>(
        _ names: [columns of Column], replaces: Bool = false, in database: Database
    ) throws(StoreError) {
        let names = names.indices.map { names[$0].name }
        let verb = replaces ? "INSERT OR REPLACE" : "INSERT"
        func insert(_ names: ArraySlice<String>, rows: Int) throws(StoreError) -> Statement {
            let row = "(" + repeatElement("?", count: names.count).joined(separator: ", ") + ")"
            return try database.prepare(
                """
                \(verb) INTO \(Column.table) (\(names.joined(separator: ", ")))
                VALUES \(repeatElement(row, count: rows).joined(separator: ", "))
                """)
        }
        insertOne = try insert(names[...], rows: 1)
        insertMany = try insert(names[...], rows: Self.rowsAtOnce)
        end =
            names.first == "id"
            ? TableEnd(
                append: try insert(names.dropFirst(), rows: Self.rowsAtOnce),
                last: try database.prepare("SELECT max(id) FROM \(Column.table)")) : nil
    }

    /// With 10 columns these are 2,000 parameters of a statement; SQLite's limit is 32,766
    /// (https://www.sqlite.org/limits.html).
    private static var rowsAtOnce: Int { 200 }

    /// Adds a row, and inserts all waiting rows if they are enough.
    @inline(__always)
    mutating func add(_ row: Row) throws(StoreError) {
        rows.append(row)
        if rows.count == Self.rowsAtOnce { try insertWaiting() }
    }

    private mutating func insertWaiting() throws(StoreError) {
        var first: Int32 = 1
        if let end, try end.isBefore(rows) {
            for row in rows { Self.bind(row, from: 1, to: end.append, &first) }
            try end.append.run()
        } else {
            for row in rows { Self.bind(row, to: insertMany, &first) }
            try insertMany.run()
        }
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
    /// - Parameters:
    ///   - start: The first column to bind.
    ///   - parameter: The number of the first parameter to bind; on return, the number after the last one.
    @inline(__always)
    private static func bind(_ row: Row, from start: Int = 0, to statement: Statement, _ parameter: inout Int32) {
        for column in start..<columns {
            statement.bind(parameter, row[column])
            parameter += 1
        }
    }

    /// The end of a table with ids.
    ///
    /// SQLite gives a row without an id the one after the greatest (https://www.sqlite.org/autoinc.html), and need not
    /// look for its place. So rows whose ids follow the greatest are inserted without these, which costs a third less.
    private struct TableEnd {
        let append: Statement
        let last: Statement

        /// Whether SQLite would give the rows the ids that they have.
        func isBefore(_ rows: [Row]) throws(StoreError) -> Bool {
            var id: Int64 = 0
            while try last.step() { id = last.int64(0) }
            guard id < .max - Int64(rows.count) else { return false }
            return rows.allSatisfy { row in
                id += 1
                return row[0] == id
            }
        }
    }
}
