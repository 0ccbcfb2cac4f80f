/// Observations in a range of one index, in the default order of records.
///
/// A statement reads nothing but its index, and nothing sorts: for one species, or one location, the index goes by date and
/// then as the default order does.
final class IndexScan {
    /// What tells one statement from another of the same index.
    struct Shape {
        /// Whether rows have their data set and id, which most answers do not need.
        let isWide: Bool
        /// Whether dates have a first and a last: without, a row costs one comparison less.
        let isDated: Bool
        /// Whether rows come in the reverse of the default order.
        var isDescending = false
        /// Whether it begins at a row, and not at the end of its range.
        var hasStart = false

        static let count = 16

        /// Its place among all shapes.
        var number: Int {
            (isWide ? 1 : 0) + (isDated ? 2 : 0) + (isDescending ? 4 : 0) + (hasStart ? 8 : 0)
        }
    }

    let index: ObservationIndex
    let shape: Shape
    private let statement: Statement
    /// The species or the location that is read.
    private var value: Int64 = 0
    /// The last date that was found to match: rows of one date mostly follow one another.
    private var wantedDate: Int64?
    /// How many rows in turn had a date that does not match.
    private var misses = 0

    /// After so many it is better to look up the next date that matches: a seek costs as much as some ten rows.
    private static let missesBeforeSeek = 16

    init(_ index: ObservationIndex, _ shape: Shape, _ database: Database) throws(StoreError) {
        self.index = index
        self.shape = shape
        statement = try database.prepare(IndexScan.sql(index, shape))
    }

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
        // The row that it begins at is a tighter bound than the date at that end.
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

    /// - Parameter value: The species or the location; without meaning for the index by date.
    /// - Parameter start: A row; those before it in the default order, or its reverse, are left out as far as the index tells
    ///   them from it.
    func begin(_ value: Int64, _ dates: DateFilter, start: ObservationRow? = nil) {
        self.value = value
        misses = 0
        wantedDate = nil
        if shape.isDated || shape.hasStart {
            statement.bind(1, dates.first)
            statement.bind(2, dates.last)
        }
        if shape.hasStart, let start {
            switch index {
            case .date: bind(start.date, start.location, start.species)
            case .species: bind(start.date, start.location)
            case .location:
                // On the date of the start, another place comes before all of it or behind it, whatever the species.
                let isBehind = (value > start.location) != shape.isDescending
                let all: Int64 = isBehind == shape.isDescending ? .max : .min
                bind(start.date, value == start.location ? start.species : all)
            }
        }
        if index != .date { statement.bind(3, value) }
    }

    /// Where it begins.
    private func bind(_ date: Int64, _ second: Int64, _ third: Int64? = nil) {
        statement.bind(4, date)
        statement.bind(5, second)
        if let third { statement.bind(6, third) }
    }

    /// Goes to the next row that matches; false at the end.
    @inline(__always)
    func next(_ row: inout ObservationRow, _ filter: RowFilter) throws(StoreError) -> Bool {
        while try statement.step() {
            row.date = statement.int64(0)
            if filter.checksDates, row.date != wantedDate {
                guard try isDateWanted(row.date, filter) else { continue }
                wantedDate = row.date
            }
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

    /// Whether the date matches. Where many in turn did not, the scan goes on at the next that does.
    private func isDateWanted(_ date: Int64, _ filter: RowFilter) throws(StoreError) -> Bool {
        if filter.dates.matches(date) {
            misses = 0
            return true
        }
        misses += 1
        if misses >= IndexScan.missesBeforeSeek, !shape.isDescending {
            misses = 0
            statement.reset()
            // Past the last one the range is empty.
            let next = filter.dates.next(date) ?? filter.dates.last + 1
            if shape.hasStart {
                bind(next, .min, index == .date ? .min : nil)
            } else {
                statement.bind(1, next)
            }
        }
        return false
    }

    /// Gives up the rows that are left, and with them the pages of the file.
    func end() { statement.reset() }
}

/// Scans at rest, so that their statements are prepared once.
final class ScanPool {
    private let database: Database
    private var idle: [[IndexScan]] = Array(
        repeating: [], count: ObservationIndex.allCases.count * IndexScan.Shape.count)

    /// How many of each kind are kept; those of the widest merge.
    private static let kept = Selection.few

    init(_ database: Database) { self.database = database }

    func take(_ index: ObservationIndex, _ shape: IndexScan.Shape) throws(StoreError) -> IndexScan {
        if let scan = idle[ScanPool.slot(index, shape)].popLast() { return scan }
        return try IndexScan(index, shape, database)
    }

    func give(_ scan: IndexScan) {
        scan.end()
        let slot = ScanPool.slot(scan.index, scan.shape)
        if idle[slot].count < ScanPool.kept { idle[slot].append(scan) }
    }

    private static func slot(_ index: ObservationIndex, _ shape: IndexScan.Shape) -> Int {
        index.rawValue * IndexScan.Shape.count + shape.number
    }
}
