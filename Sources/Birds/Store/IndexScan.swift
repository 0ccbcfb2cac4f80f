/// Observations in a range of one index, in the default order of records.
///
/// A statement reads nothing but its index, and nothing sorts: for one species, or one location, the index goes by date and
/// then as the default order does.
final class IndexScan {
    enum Index: Int, CaseIterable {
        case date, species, location
    }

    let index: Index
    private(set) var row = ObservationRow()
    private let statement: Statement
    /// How many rows in turn had a date that does not match.
    private var misses = 0

    /// After so many it is better to look up the next date that matches: a seek costs as much as some ten rows.
    private static let missesBeforeSeek = 16

    init(_ index: Index, _ database: Database) throws(StoreError) {
        self.index = index
        statement = try database.prepare(IndexScan.sql(index))
    }

    static func sql(_ index: Index) -> String {
        let columns = "SELECT date, location_id, species_id, num, dataset_id, id FROM observation"
        return switch index {
        case .date:
            """
            \(columns) INDEXED BY observation_by_date WHERE date BETWEEN ?1 AND ?2
            ORDER BY date, location_id, species_id, num, dataset_id, id
            """
        case .species:
            """
            \(columns) INDEXED BY observation_by_species WHERE species_id = ?3 AND date BETWEEN ?1 AND ?2
            ORDER BY date, location_id, num, dataset_id, id
            """
        case .location:
            """
            \(columns) INDEXED BY observation_by_location WHERE location_id = ?3 AND date BETWEEN ?1 AND ?2
            ORDER BY date, species_id, num, dataset_id, id
            """
        }
    }

    /// - Parameter value: The species or the location; without meaning for the index by date.
    func begin(_ value: Int64, _ dates: DateFilter) {
        misses = 0
        statement.bind(1, dates.first)
        statement.bind(2, dates.last)
        if index != .date { statement.bind(3, value) }
    }

    /// Goes to the next row that matches; false at the end.
    @inline(__always)
    func next(_ filter: RowFilter) throws(StoreError) -> Bool {
        while try statement.step() {
            row.date = statement.int64(0)
            if filter.checksDates && !filter.dates.matches(row.date) {
                misses += 1
                if misses < IndexScan.missesBeforeSeek { continue }
                statement.reset()
                misses = 0
                guard let date = filter.dates.next(row.date) else { return false }
                statement.bind(1, date)
                continue
            }
            misses = 0
            row.location = statement.int64(1)
            row.species = statement.int64(2)
            row.num = statement.int64(3)
            if row.num == 0 && statement.isNull(3) { row.num = ObservationRow.uncounted }
            row.dataset = statement.int64(4)
            row.id = statement.int64(5)
            if filter.checksRows, try !filter.matches(row) { continue }
            return true
        }
        return false
    }

    /// Gives up the rows that are left, and with them the pages of the file.
    func end() { statement.reset() }
}

/// Scans at rest, so that their statements are prepared once.
final class ScanPool {
    private let database: Database
    private var idle: [[IndexScan]] = IndexScan.Index.allCases.map { _ in [] }

    /// How many of each index are kept; those of the widest merge.
    private static let kept = ObservationScan.widestMerge

    init(_ database: Database) { self.database = database }

    func take(_ index: IndexScan.Index) throws(StoreError) -> IndexScan {
        if let scan = idle[index.rawValue].popLast() { return scan }
        return try IndexScan(index, database)
    }

    func give(_ scan: IndexScan) {
        scan.end()
        if idle[scan.index.rawValue].count < ScanPool.kept { idle[scan.index.rawValue].append(scan) }
    }
}
