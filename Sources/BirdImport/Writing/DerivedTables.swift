import Birds

/// What a database holds beside the records so that questions are answered without reading them all: the regions, the boxes
/// of locations, and the summaries. It follows from the other tables.
package enum DerivedTables {
    /// Makes all of it what it should be by the records. Only what differs is written.
    /// - Parameter isKnown: false where what is there can be of no use, since it has other ids.
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

    /// Makes it ready for the summaries of records that are the first: see `RecordSummaries`.
    static func clear(in database: Database) throws(StoreError) {
        try database.execute("DELETE FROM summary")
        try updateLocations(in: database)
    }

    /// Brings it up to date where some records of data sets were added or removed. Only what differs is written.
    static func update(
        in database: Database, of datasets: [Int64], after change: RecordChange
    ) throws(StoreError) {
        try updateLocations(in: database)
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
        // Years, months and weeks are summed up from the dates, which must be written by now.
        try table.finish()
        let rows = try SummaryChanges(table, [.year, .month, .week], of: datasets, in: database)
        try summarizer.times(to: rows)
        try rows.finish()
        try table.finish()
    }

    /// Forgets a data set whose records are gone, and the locations that went with it.
    static func remove(dataset: Int64, from database: Database) throws(StoreError) {
        try database.execute("DELETE FROM summary WHERE dataset_id = \(dataset)")
        try updateLocations(in: database)
    }

    /// Regions that stay keep their ids, which the summaries have; boxes that hold their point are right.
    static func updateLocations(in database: Database) throws(StoreError) {
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

/// Sums up records in the orders of their indexes.
private struct Summarizer {
    private let database: Database
    /// Ids of the data sets of which records are summed up; empty for all.
    private let datasets: [Int64]
    /// The ids of regions by those of locations; a location without a region has no entry.
    private var regions: [Int64: Int64] = [:]

    init(_ database: Database, of datasets: [Int64] = []) throws(StoreError) {
        self.database = database
        self.datasets = datasets
        let select = try database.prepare("SELECT l.id, r.id FROM location l JOIN region r ON r.code = l.region")
        while try select.step() { regions[select.int64(0)] = select.int64(1) }
    }

    /// - Parameter date: nil for all.
    func dates(_ date: Int64? = nil, to sink: any SummarySink) throws(StoreError) {
        let select = try records("observation_by_date", ["date", "location_id", "species_id"], first: date)
        var summaries = DateSummaries(sink)
        while try select.step() {
            try summaries.add(
                date: select.int64(0), region: regions[select.int64(1)] ?? 0, dataset: select.int64(4),
                num: select.optionalInt64(3))
        }
        try summaries.finish()
    }

    func species(_ species: Int64? = nil, to sink: any SummarySink) throws(StoreError) {
        let select = try records("observation_by_species", ["species_id", "date", "location_id"], first: species)
        var ofSpecies = SpeciesSummaries(sink)
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

    /// Years, months and weeks, from the summaries of all dates.
    func times(to sink: any SummarySink) throws(StoreError) {
        var summaries = DateSummaries(sink)
        let rows = try SummaryRowReader(database, .date, first: .min ... .max, of: datasets)
        while let (key, numbers) = try rows.next() {
            try summaries.add(date: key.first, region: key.region, dataset: key.dataset, numbers)
        }
        try summaries.finish()
    }

    /// Rows of an index in its order: its columns, num and dataset_id.
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

/// The rows of a kind in the order of their keys.
private struct SummaryRowReader {
    private let select: Statement

    /// - Parameter datasets: ids of their data sets; empty for all.
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

/// Fills the table `summary`.
final class SummaryTable: SummarySink {
    /// Unchecked, since a check at run time for each of ten columns costs more than the column; only `add` and `finish` use it.
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

    /// Writes the rows that wait for others.
    func finish() throws(StoreError) { try rows.finish() }
}

/// Makes some rows of the table `summary` what they should be: compares those that come with those that are there, in their
/// order, and writes where they differ.
private final class SummaryChanges: SummarySink {
    /// The rows of a kind that are there, and the next of them.
    private struct Existing {
        let rows: SummaryRowReader
        var next: (key: SummaryRowKey, numbers: SummaryNumbers)?
    }

    private let table: SummaryTable
    private let delete: Statement
    private var existing: [SummaryKind: Existing] = [:]

    /// - Parameters:
    ///   - kinds: those that are compared; rows of others are passed over.
    ///   - first: the first keys that are compared.
    ///   - datasets: ids of the data sets that are compared; empty for all.
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

    /// Removes the existing rows after the last one that came.
    func finish() throws(StoreError) {
        for (kind, var present) in existing { while present.next != nil { try remove(kind, &present) } }
        existing = [:]
    }

    private func remove(_ kind: SummaryKind, _ present: inout Existing) throws(StoreError) {
        guard let key = present.next?.key else { return }
        present.next = try present.rows.next()
        delete.bind(1, kind.rawValue)
        delete.bind(2, key.first)
        delete.bind(3, key.second)
        delete.bind(4, key.region)
        delete.bind(5, key.dataset)
        try delete.run()
    }
}
