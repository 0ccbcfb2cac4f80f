import Birds

/// Inserts rows into a table, or changes them, one at a time, with values bound by column.
///
/// A column that was never bound is NULL. A bound value stays for the following rows, so each row must bind the same
/// columns. Texts are bound as given: they must be valid UTF-8.
struct RowWriter<Column: TableColumn> {
    private let statement: Statement

    /// Inserts rows.
    /// - Throws: `StoreError.sqlite` if the table does not have the columns.
    init(in database: Database) throws(StoreError) {
        let parameters = Column.allCases.map { "?\($0.rawValue + 1)" }.joined(separator: ", ")
        statement = try database.prepare("INSERT INTO \(Column.table) (\(Column.selected)) VALUES (\(parameters))")
    }

    /// Changes some columns of the row with the bound `id`.
    init(updating columns: [Column], in database: Database) throws(StoreError) {
        let changes = columns.map { "\($0.name) = ?\($0.rawValue + 1)" }
        statement = try database.prepare(
            "UPDATE \(Column.table) SET \(changes.joined(separator: ", ")) WHERE id = ?1")
    }

    func bind(_ column: Column, _ value: Int64?) { statement.bind(column.rawValue + 1, value) }
    func bind(_ column: Column, _ value: Int) { statement.bind(column.rawValue + 1, value) }
    func bind(_ column: Column, _ value: Double?) { statement.bind(column.rawValue + 1, value) }
    func bind(_ column: Column, _ value: String?) { statement.bind(column.rawValue + 1, value) }
    /// Binds UTF-8 bytes as text, or NULL if there are none.
    func bind(_ column: Column, text: ArraySlice<UInt8>) {
        if text.isEmpty {
            statement.bindNull(column.rawValue + 1)
        } else {
            text.withUnsafeBytes { statement.bind(column.rawValue + 1, text: $0) }
        }
    }

    /// Binds the details of a staged record that belong into this table. Those that it does not have become NULL.
    func bind(_ details: RecordDetails, in bytes: [UInt8], _ placed: [RecordDetails.Placed<Column>]) {
        for place in placed {
            let (member, column) = (place.member, place.column)
            if member.isText {
                bind(column, text: details.text(member, in: bytes))
            } else {
                switch place.kind {
                case .integer, .flag: bind(column, details.integer(member, in: bytes))
                case .real: bind(column, details.double(member, in: bytes))
                // A number in a text column is a time.
                case .text: bind(column, details.integer(member, in: bytes).map(timeOfDay))
                }
            }
        }
    }

    func run() throws(StoreError) { try statement.run() }
}

/// A time of day as the database has it, `HH:MM`.
/// - Parameter minutes: Minutes after midnight; others are clamped to the day.
func timeOfDay(_ minutes: Int64) -> String {
    let minutes = min(max(0, minutes), 24 * 60 - 1)
    func digits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return digits(minutes / 60) + ":" + digits(minutes % 60)
}
