/// Observations in a range of one index, in the default order of records or its reverse.
///
/// Invariants:
/// - A statement reads nothing but its index, and SQLite sorts nothing: within one species or one location, the
///   index continues with the date and then the rest of the default order.
/// - The columns that are read are at the same positions in all statements of an index; `next` relies on it.
final class IndexScan {
    /// The variant of an index's statement.
    struct Shape {
        /// Whether rows include the data set and id, which most answers do not need.
        let isWide: Bool
        /// Whether the range of dates is bounded. Without bounds a row costs one comparison less.
        let isDated: Bool
        /// Whether rows come in the reverse of the default order.
        var isDescending = false
        /// Whether the scan begins at a row instead of at an end of the range.
        var hasStart = false

        /// The number of shapes.
        static let count = 16

        /// A number from 0 to `count - 1`, different for each shape.
        var number: Int {
            (isWide ? 1 : 0) + (isDated ? 2 : 0) + (isDescending ? 4 : 0) + (hasStart ? 8 : 0)
        }
    }

    let index: ObservationIndex
    let shape: Shape
    private let statement: Statement
    /// The species or location that is read.
    private var value: Int64 = 0
    /// The last date that matched. Rows of one date are mostly adjacent, so it need not be checked again.
    private var wantedDate: Int64?
    /// How many consecutive rows had a date that does not match.
    private var misses = 0

    /// After this many misses the scan seeks the next matching date. A seek costs about as much as ten rows.
    private static let missesBeforeSeek = 16

    init(_ index: ObservationIndex, _ shape: Shape, _ database: Database) throws(StoreError) {
        self.index = index
        self.shape = shape
        statement = try database.prepare(IndexScan.sql(index, shape))
    }

    /// The statement of an index and shape. Parameters: ?1 and ?2 the range of dates, ?3 the species or location,
    /// ?4 to ?6 the row to begin at, in the order of the columns.
    static func sql(_ index: ObservationIndex, _ shape: Shape) -> String {
        let identity = shape.isWide ? ", dataset_id, id" : ""
        let columns: [String]
        switch index {
        case .date: columns = ["date", "location_id", "species_id"]
        case .species: columns = ["date", "location_id"]
        case .location: columns = ["date", "species_id"]
        }
        let direction = shape.isDescending ? " DESC" : ""
        let order = (columns + ["num", "dataset_id", "id"]).map { $0 + direction }.joined(separator: ", ")
        // At that end of the range, the row to begin at replaces the date: it is a tighter bound.
        let parameters = columns.indices.map { "?\($0 + 4)" }.joined(separator: ", ")
        let start = "(\(columns.joined(separator: ", "))) \(shape.isDescending ? "<=" : ">=") (\(parameters))"
        let dates =
            switch (shape.hasStart, shape.isDescending) {
            case (true, false): " AND \(start) AND date <= ?2"
            case (true, true): " AND \(start) AND date >= ?1"
            case (false, _): shape.isDated ? " AND date BETWEEN ?1 AND ?2" : ""
            }
        return switch index {
        case .date:
            """
            SELECT date, num, location_id, species_id\(identity) FROM observation INDEXED BY observation_by_date
            WHERE true\(dates) ORDER BY \(order)
            """
        case .species:
            """
            SELECT date, num, location_id\(identity) FROM observation INDEXED BY observation_by_species
            WHERE species_id = ?3\(dates) ORDER BY \(order)
            """
        case .location:
            """
            SELECT date, num, species_id\(identity) FROM observation INDEXED BY observation_by_location
            WHERE location_id = ?3\(dates) ORDER BY \(order)
            """
        }
    }

    /// Begins a scan. Call it before `next`, on a statement at rest.
    /// - Parameters:
    ///   - value: The species or location; ignored for the index by date.
    ///   - first, last: The range of dates. Unless the shape is dated, all dates are read.
    ///   - start: The row to begin at. Rows before it in the direction of the scan are left out as far as the
    ///     columns of the index tell; a `Pager` skips the others.
    func begin(_ value: Int64, _ first: Int64, _ last: Int64, start: ObservationRow? = nil) {
        self.value = value
        misses = 0
        wantedDate = nil
        if shape.isDated || shape.hasStart {
            statement.bind(1, first)
            statement.bind(2, last)
        }
        if shape.hasStart, let start {
            switch index {
            case .date: bind(start.date, start.location, start.species)
            case .species: bind(start.date, start.location)
            case .location:
                // On the date of the start, all rows of another location come before the start or all come after
                // it, whatever their species.
                let isBehind = (value > start.location) != shape.isDescending
                let all: Int64 = isBehind == shape.isDescending ? .max : .min
                bind(start.date, value == start.location ? start.species : all)
            }
        }
        if index != .date { statement.bind(3, value) }
    }

    /// Begins a descending scan again, of the same species or location, with all rows of a range of dates.
    func begin(again dates: ClosedRange<Int64>) {
        statement.reset()
        let greatest = ObservationRow(date: .max, location: .max, species: .max)
        begin(value, dates.lowerBound, dates.upperBound, start: shape.hasStart ? greatest : nil)
    }

    /// Binds the row to begin at.
    private func bind(_ date: Int64, _ second: Int64, _ third: Int64? = nil) {
        statement.bind(4, date)
        statement.bind(5, second)
        if let third { statement.bind(6, third) }
    }

    /// Goes to the next matching row; false at the end, when the statement is reset.
    @inline(__always)
    func next(_ row: inout ObservationRow, _ filter: RowFilter) throws(StoreError) -> Bool {
        while try statement.step() {
            row.date = statement.int64(0)
            if filter.checksDates, row.date != wantedDate {
                guard try isDateWanted(row.date, filter) else { continue }
                wantedDate = row.date
            }
            // SQLite reads NULL as 0, so only a 0 needs the second call.
            let num = statement.int64(1)
            row.num = num == 0 && statement.isNull(1) ? .uncounted : Count(num)
            let identity: Int32
            switch index {
            case .date:
                row.location = statement.int64(2)
                row.species = statement.int64(3)
                identity = 4
            case .species:
                row.location = statement.int64(2)
                row.species = value
                identity = 3
            case .location:
                row.location = value
                row.species = statement.int64(2)
                identity = 3
            }
            if shape.isWide {
                row.dataset = statement.int64(identity)
                row.id = statement.int64(identity + 1)
            }
            if filter.checksRows, try !filter.matches(row) { continue }
            return true
        }
        return false
    }

    /// Whether a date matches. After many misses in turn, it moves the scan to the next date that may match.
    private func isDateWanted(_ date: Int64, _ filter: RowFilter) throws(StoreError) -> Bool {
        if filter.dates.matches(date) {
            misses = 0
            return true
        }
        misses += 1
        if misses >= IndexScan.missesBeforeSeek, !shape.isDescending {
            misses = 0
            statement.reset()
            // Beyond the last date the range is empty.
            let next = filter.dates.next(date) ?? filter.dates.last + 1
            if shape.hasStart {
                bind(next, .min, index == .date ? .min : nil)
            } else {
                statement.bind(1, next)
            }
        }
        return false
    }

    /// Abandons the remaining rows, so that the statement holds no pages of the file.
    func end() { statement.reset() }
}

/// Keeps scans that are at rest, so that each statement is prepared only once.
final class ScanPool {
    private let database: Database
    private var idle: [[IndexScan]] = Array(
        repeating: [], count: ObservationIndex.allCases.count * IndexScan.Shape.count)

    /// The greatest number that is kept of each index and shape: as many as the widest merge needs.
    private static let kept = Selection.few

    init(_ database: Database) { self.database = database }

    /// The memory for sorting.
    var memory: AnswerMemory { database.budget.memory }

    /// A scan at rest, or a new one.
    func take(_ index: ObservationIndex, _ shape: IndexScan.Shape) throws(StoreError) -> IndexScan {
        if let scan = idle[ScanPool.slot(index, shape)].popLast() { return scan }
        return try IndexScan(index, shape, database)
    }

    /// Ends a scan and keeps it for the next `take`.
    func give(_ scan: IndexScan) {
        scan.end()
        let slot = ScanPool.slot(scan.index, scan.shape)
        if idle[slot].count < ScanPool.kept { idle[slot].append(scan) }
    }

    private static func slot(_ index: ObservationIndex, _ shape: IndexScan.Shape) -> Int {
        index.rawValue * IndexScan.Shape.count + shape.number
    }
}
