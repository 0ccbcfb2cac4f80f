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

    func bind(_ column: Column, blob: [UInt8]) { statement.bind(column.rawValue + 1, blob: blob) }

    /// Binds the details of a staged record that belong into this table. Those that it does not have become NULL.
    func bind(_ details: RecordDetails, in bytes: [UInt8], _ placed: [RecordDetails.Placed<Column>]) {
        for place in placed {
            switch place.value(details, in: bytes) {
            case .integer(let value): bind(place.column, value)
            case .real(let value): bind(place.column, value)
            case .text(let text): bind(place.column, text: text)
            case nil: statement.bindNull(place.column.rawValue + 1)
            }
        }
    }

    func run() throws(StoreError) { try statement.run() }
}

extension RecordDetails.Placed {
    /// A value as its column has it.
    enum Value {
        case integer(Int64)
        case real(Double)
        case text(ArraySlice<UInt8>)
    }

    /// The value of the member; nil if the details do not have it.
    @inline(__always)
    func value(_ details: RecordDetails, in bytes: [UInt8]) -> Value? {
        if member.isText {
            let text = details.text(member, in: bytes)
            return text.isEmpty ? nil : .text(text)
        }
        guard let number = details.integer(member, in: bytes) else { return nil }
        return switch kind {
        case .integer, .flag, .blob: .integer(number)
        case .real: .real(Double(bitPattern: UInt64(bitPattern: number)))
        // A number in a text column is a time.
        case .text: .text(Array(timeOfDay(number).utf8)[...])
        }
    }
}

/// A time of day as the database has it, `HH:MM`.
/// - Parameter minutes: Minutes after midnight; others are clamped to the day.
func timeOfDay(_ minutes: Int64) -> String {
    let minutes = min(max(0, minutes), 24 * 60 - 1)
    func digits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return digits(minutes / 60) + ":" + digits(minutes % 60)
}
