import Birds

/// The tables that follow from the others, so that many questions are answered without reading the records: `region`,
/// `location_box` (an R*Tree of coordinates), `checklist_exactness`, `dataset_location` and `summary`
/// (`SummaryKind`).
///
/// Invariant: after `rebuild`, `update` or `remove` they agree with the records. Rows that are right already are not
/// written, so a small change to a large file writes few pages.
package enum DerivedTables {
    /// Makes all derived tables agree with the records, which it reads once in the order of each index.
    /// - Parameter isKnown: False if the existing rows are useless because ids have changed; they are deleted first.
    package static func rebuild(in database: Database, isKnown: Bool = true) throws(StoreError) {
        if !isKnown { try database.execute("DELETE FROM location_box; DELETE FROM summary") }
        try updateLocations(in: database)
        let isEmpty = try database.integer("SELECT 1 FROM summary LIMIT 1") == nil
        let table = try SummaryTable(database)
        let changes = isEmpty ? nil : try SummaryChanges(table, SummaryKind.allCases, in: database)
        let rows: any SummarySink = changes ?? table
        let summarizer = try Summarizer(database)
        try summarizer.dates(to: rows)
        try summarizer.species(to: rows)
        try summarizer.locations(to: rows)
        try changes?.finish()
        try table.finish()
    }

    /// Empties the summaries for the first records of a file: `RecordSummaries` makes them while records are inserted.
    static func clear(in database: Database) throws(StoreError) {
        try database.execute("DELETE FROM summary")
        try updateRegions(in: database)
    }

    /// Updates the tables after records of some data sets were added or removed. It reads only the records of dates,
    /// species and locations that changed.
    /// - Parameter change: The dates, species and locations of all added and removed records.
    static func update(
        in database: Database, of datasets: [Int64], after change: RecordChange
    ) throws(StoreError) {
        try updateRegions(in: database)
        try DatasetLocations.update(of: change.locations, in: database)
        let table = try SummaryTable(database)
        let summarizer = try Summarizer(database, of: datasets)
        for date in change.dates.sorted() {
            let rows = try SummaryChanges(table, [.date], first: date...date, of: datasets, in: database)
            try summarizer.dates(date, to: rows)
            try rows.finish()
        }
        for species in change.species.sorted() {
            let rows = try SummaryChanges(
                table, SummaryKind.ofSpecies, first: species...species, of: datasets, in: database)
            try summarizer.species(species, to: rows)
            try rows.finish()
        }
        for location in change.locations.sorted() {
            let rows = try SummaryChanges(
                table, [.locationYear], first: location...location, of: datasets, in: database)
            try summarizer.locations(location, to: rows)
            try rows.finish()
        }
        // Years, months and weeks are sums of the dates, so the dates must be in the table.
        try table.finish()
        let rows = try SummaryChanges(table, [.year, .month, .week], of: datasets, in: database)
        try summarizer.times(to: rows)
        try rows.finish()
        try table.finish()
    }

    /// Removes the summaries of a data set that has no records any more, and what belonged to removed locations.
    static func remove(dataset: Int64, from database: Database) throws(StoreError) {
        try database.execute("DELETE FROM summary WHERE dataset_id = \(dataset)")
        try updateRegions(in: database)
        try DatasetLocations.remove(dataset: dataset, from: database)
        try Holdings.remove(dataset: dataset, from: database)
    }

    /// Makes `region` and `location_box` agree with the locations, and how exact places are with the records.
    /// - Parameter visits: Where all data sets have checklists; nil if these must be read.
    static func updateLocations(in database: Database, visits: VisitedLocations? = nil) throws(StoreError) {
        try updateRegions(in: database)
        try DatasetLocations.update(in: database, visits: visits)
    }

    /// Makes `region` and `location_box` agree with the locations.
    ///
    /// Existing regions keep their ids, since summaries name them. A box is right if it contains the point of its
    /// location: an R*Tree stores 32-bit floats, rounded so that the box is never too small
    /// (https://www.sqlite.org/rtree.html, "Roundoff Error").
    private static func updateRegions(in database: Database) throws(StoreError) {
        try database.execute(
            """
            INSERT INTO region (code) SELECT DISTINCT region FROM location
                WHERE region IS NOT NULL AND region NOT IN (SELECT code FROM region) ORDER BY region;
            DELETE FROM region WHERE NOT EXISTS (
                SELECT 1 FROM location INDEXED BY location_by_region WHERE region = region.code);
            DELETE FROM location_box WHERE id IN (
                SELECT b.id FROM location_box b LEFT JOIN location l ON l.id = b.id
                WHERE coalesce(longitude BETWEEN west AND east AND latitude BETWEEN south AND north, 0) = 0);
            INSERT INTO location_box SELECT id, longitude, longitude, latitude, latitude FROM location
                WHERE latitude IS NOT NULL AND longitude IS NOT NULL AND id NOT IN (SELECT id FROM location_box);
            """)
    }
}

/// Reads records in the orders of their indexes and gives their summaries to a sink.
private struct Summarizer {
    private let database: Database
    /// The ids of the data sets whose records are read; empty for all.
    private let datasets: [Int64]
    /// The region of each location, both by id. Locations without a region have no entry; summaries use 0 for them.
    private var regions: [Int64: Int64] = [:]

    init(_ database: Database, of datasets: [Int64] = []) throws(StoreError) {
        self.database = database
        self.datasets = datasets
        let select = try database.prepare("SELECT l.id, r.id FROM location l JOIN region r ON r.code = l.region")
        while try select.step() { regions[select.int64(0)] = select.int64(1) }
    }

    /// The summaries by date, year, month and week. Those of years, months and weeks are right only if all dates are
    /// read.
    /// - Parameter date: Only this date; nil for all.
    func dates(_ date: Int64? = nil, to sink: any SummarySink) throws(StoreError) {
        let select = try records("observation_by_date", ["date", "location_id", "species_id"], first: date)
        var summaries = DateSummaries(sink, folder: database.folder)
        while try select.step() {
            try summaries.add(
                date: select.int64(0), region: regions[select.int64(1)] ?? 0, dataset: select.int64(4),
                num: select.optionalInt64(3))
        }
        try summaries.finish()
    }

    /// All summaries whose first key is a species.
    /// - Parameter species: Only this species; nil for all.
    func species(_ species: Int64? = nil, to sink: any SummarySink) throws(StoreError) {
        let select = try records("observation_by_species", ["species_id", "date", "location_id"], first: species)
        var ofSpecies = SpeciesSummaries(sink, folder: database.folder)
        var ofSpeciesLocations = SpeciesLocationSummaries(sink, folder: database.folder)
        while try select.step() {
            let (species, date, location) = (select.int64(0), select.int64(1), select.int64(2))
            let (num, dataset, region) = (select.optionalInt64(3), select.int64(4), regions[location] ?? 0)
            try ofSpecies.add(species: species, date: date, region: region, dataset: dataset, num: num)
            try ofSpeciesLocations.add(species: species, date: date, location: location, dataset: dataset, num: num) {
                region
            }
        }
        try ofSpecies.finish()
        try ofSpeciesLocations.finish()
    }

    /// The summaries by location and year.
    /// - Parameter location: Only this location; nil for all.
    func locations(_ location: Int64? = nil, to sink: any SummarySink) throws(StoreError) {
        let select = try records("observation_by_location", ["location_id", "date", "species_id"], first: location)
        var summaries = LocationSummaries(sink)
        while try select.step() {
            let location = select.int64(0)
            try summaries.add(
                location: location, date: select.int64(1), region: regions[location] ?? 0, dataset: select.int64(4),
                num: select.optionalInt64(3))
        }
        try summaries.finish()
    }

    /// The summaries by year, month and week, made from the stored summaries of all dates instead of from records.
    func times(to sink: any SummarySink) throws(StoreError) {
        var summaries = DateSummaries(sink, folder: database.folder)
        let rows = try SummaryRowReader(database, .date, first: .min ... .max, of: datasets)
        while let (key, numbers) = try rows.next() {
            try summaries.add(date: key.first, region: key.region, dataset: key.dataset, numbers)
        }
        try summaries.finish()
    }

    /// Selects the entries of an index, in its order: the given columns, which must be its first ones, then `num` and
    /// `dataset_id`. Every index of records contains these two, so the table itself is not read.
    /// - Parameter first: Only entries with this value in the first column; nil for all.
    private func records(_ index: String, _ columns: [String], first: Int64?) throws(StoreError) -> Statement {
        var conditions: [String] = []
        if let first { conditions.append("\(columns[0]) = \(first)") }
        if !datasets.isEmpty { conditions.append(Schema.isOf(datasets: datasets)) }
        let columns = columns.joined(separator: ", ")
        return try database.prepare(
            """
            SELECT \(columns), num, dataset_id FROM observation INDEXED BY \(index)
            \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")) ORDER BY \(columns)
            """)
    }
}

/// Reads the stored summaries of a kind, in the order of their keys.
private struct SummaryRowReader {
    private let select: Statement

    /// - Parameters:
    ///   - first: The range of first keys to read.
    ///   - datasets: The ids of the data sets to read; empty for all.
    init(
        _ database: Database, _ kind: SummaryKind, first: ClosedRange<Int64>, of datasets: [Int64]
    ) throws(StoreError) {
        let condition = datasets.isEmpty ? "" : "AND \(Schema.isOf(datasets: datasets))"
        select = try database.prepare(
            """
            SELECT first_key, second_key, region_id, dataset_id, records, total, max, first, last FROM summary
            WHERE kind = \(kind.rawValue) AND first_key BETWEEN ?1 AND ?2 \(condition)
            ORDER BY first_key, second_key, region_id, dataset_id
            """)
        select.bind(1, first.lowerBound)
        select.bind(2, first.upperBound)
    }

    /// The next row, or nil at the end.
    func next() throws(StoreError) -> (key: SummaryRowKey, numbers: SummaryNumbers)? {
        guard try select.step() else { return nil }
        let key = SummaryRowKey(
            first: select.int64(0), second: select.int64(1), region: select.int64(2), dataset: select.int64(3))
        let numbers = SummaryNumbers(
            records: select.int64(4), total: select.optionalInt64(5), max: select.optionalInt64(6),
            first: select.int64(7), last: select.int64(8))
        return (key, numbers)
    }
}

/// Writes rows into the table `summary`. A row replaces the one with the same key.
final class SummaryTable: SummarySink {
    // Without the check for exclusive access at run time, which would cost more than binding a column does. Only `add`
    // and `finish` use it, and neither calls code that could reach it again.
    @exclusivity(unchecked) private var rows: IntegerRows<10>

    init(_ database: Database) throws(StoreError) {
        rows = try IntegerRows<10>(
            [
                SummaryColumn.kind, .firstKey, .secondKey, .regionID, .datasetID, .records, .total, .max, .first, .last,
            ], replaces: true, in: database)
    }

    func add(_ kind: SummaryKind, _ key: SummaryRowKey, _ numbers: SummaryNumbers) throws(StoreError) {
        try rows.add([
            kind.rawValue, key.first, key.second, key.region, key.dataset, numbers.records, numbers.total, numbers.max,
            numbers.first, numbers.last,
        ])
    }

    /// Writes the rows that are still collected. Until then they may be missing from the table.
    func finish() throws(StoreError) { try rows.finish() }
}

/// Makes part of the table `summary` equal to the rows that are added.
///
/// For each kind it reads the stored rows beside the added ones, both in the order of keys (`SummarySink`), as a merge
/// does: a row that is only stored is deleted, and one that is missing or differs is written.
private final class SummaryChanges: SummarySink {
    /// The stored rows of a kind, and the first that has not been compared.
    private struct Existing {
        let rows: SummaryRowReader
        var next: (key: SummaryRowKey, numbers: SummaryNumbers)?
    }

    private let table: SummaryTable
    private let delete: Statement
    private var existing: [SummaryKind: Existing] = [:]

    /// - Parameters:
    ///   - table: Writes the rows. Call its `finish` later.
    ///   - kinds: The kinds to compare; added rows of other kinds are ignored.
    ///   - first: The range of first keys to compare. Stored rows outside it stay.
    ///   - datasets: The ids of the data sets to compare, empty for all. Stored rows of others stay.
    init(
        _ table: SummaryTable, _ kinds: [SummaryKind], first: ClosedRange<Int64> = .min ... .max,
        of datasets: [Int64] = [],
        in database: Database
    ) throws(StoreError) {
        self.table = table
        delete = try database.prepare(
            """
            DELETE FROM summary
            WHERE (kind, first_key, second_key, region_id, dataset_id) = (?1, ?2, ?3, ?4, ?5)
            """)
        for kind in kinds {
            let rows = try SummaryRowReader(database, kind, first: first, of: datasets)
            existing[kind] = Existing(rows: rows, next: try rows.next())
        }
    }

    func add(_ kind: SummaryKind, _ key: SummaryRowKey, _ numbers: SummaryNumbers) throws(StoreError) {
        guard var present = existing[kind] else { return }
        defer { existing[kind] = present }
        while let next = present.next, next.key < key { try remove(kind, &present) }
        if let next = present.next, next.key == key {
            present.next = try present.rows.next()
            if next.numbers == numbers { return }
        }
        try table.add(kind, key, numbers)
    }

    /// Deletes the stored rows after the last one that was added.
    func finish() throws(StoreError) {
        for (kind, var present) in existing { while present.next != nil { try remove(kind, &present) } }
        existing = [:]
    }

    /// Deletes the next stored row.
    private func remove(_ kind: SummaryKind, _ present: inout Existing) throws(StoreError) {
        guard let key = present.next?.key else { return }
        // Reads on first, so that the cursor is not on the row that goes.
        present.next = try present.rows.next()
        delete.bind(1, kind.rawValue)
        delete.bind(2, key.first)
        delete.bind(3, key.second)
        delete.bind(4, key.region)
        delete.bind(5, key.dataset)
        try delete.run()
    }
}
