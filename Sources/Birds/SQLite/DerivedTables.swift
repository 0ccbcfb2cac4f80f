/// What a database holds beside the records so that questions are answered without reading them all: the generation, the
/// regions, the boxes of locations, the numbers of species on checklists, and the summaries. It follows from the other tables.
enum DerivedTables {
    /// Makes all of it afresh.
    static func rebuild(in database: Database) throws(StoreError) {
        try describeGeneration(in: database)
        try database.execute("DELETE FROM summary")
        let regions = try regions(in: database)
        let sink = try SummaryTable(database)
        try scanDates(of: database, regions, sink)
        try scanSpecies(of: database, regions, sink)
        try scanLocations(of: database, regions, sink)
    }

    /// Makes that part of it that follows from the locations alone.
    static func describeGeneration(in database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM generation;
            INSERT INTO generation VALUES (lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%SZ', 'now'));
            DELETE FROM region;
            INSERT INTO region (code) SELECT DISTINCT region FROM location WHERE region IS NOT NULL ORDER BY region;
            DELETE FROM location_box;
            INSERT INTO location_box
                SELECT id, longitude, longitude, latitude, latitude FROM location WHERE latitude IS NOT NULL;
            """)
    }

    /// The ids of regions by those of locations; a location without a region has no entry.
    private static func regions(in database: Database) throws(StoreError) -> [Int64: Int64] {
        let select = try database.prepare("SELECT l.id, r.id FROM location l JOIN region r ON r.code = l.region")
        var regions: [Int64: Int64] = [:]
        while try select.step() { regions[select.int64(0)] = select.int64(1) }
        return regions
    }

    /// Counts the species of every checklist too: those of one date and place come together, and each's species in their
    /// order.
    private static func scanDates(
        of database: Database, _ regions: [Int64: Int64], _ sink: SummaryTable
    ) throws(StoreError) {
        let none = try database.integer("SELECT id FROM species WHERE code = 'nobird'")
        let select = try database.prepare(
            """
            SELECT date, location_id, species_id, num, checklist_id, dataset_id
            FROM observation INDEXED BY observation_by_date ORDER BY date, location_id, species_id
            """)
        let update = try database.prepare(
            "UPDATE checklist SET species_count = ?2 WHERE id = ?1 AND species_count <> ?2")
        var summaries = DateSummaries(sink)
        var counts: [Int64: (last: Int64?, count: Int64)] = [:]
        var (date, location) = (Int64.min, Int64.min)
        func write() throws(StoreError) {
            for (id, value) in counts {
                update.bind(1, id)
                update.bind(2, value.count)
                try update.run()
            }
            counts.removeAll(keepingCapacity: true)
        }
        while try select.step() {
            let place = (select.int64(0), select.int64(1))
            if place != (date, location) {
                try write()
                (date, location) = place
            }
            let (species, num) = (select.int64(2), select.optionalInt64(3))
            var value = counts[select.int64(4)] ?? (nil, 0)
            if species != none, num != 0, value.last != species { value = (species, value.count + 1) }
            counts[select.int64(4)] = value
            try summaries.add(date: date, region: regions[location] ?? 0, dataset: select.int64(5), num: num)
        }
        try write()
        try summaries.finish()
    }

    private static func scanSpecies(
        of database: Database, _ regions: [Int64: Int64], _ sink: SummaryTable
    ) throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT species_id, date, location_id, num, dataset_id FROM observation INDEXED BY observation_by_species
            ORDER BY species_id, date, location_id
            """)
        var summaries = SpeciesSummaries(sink, folder: database.folder)
        while try select.step() {
            let location = select.int64(2)
            try summaries.add(
                species: select.int64(0), date: select.int64(1), location: location, region: regions[location] ?? 0,
                dataset: select.int64(4), num: select.optionalInt64(3))
        }
        try summaries.finish()
    }

    private static func scanLocations(
        of database: Database, _ regions: [Int64: Int64], _ sink: SummaryTable
    ) throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT location_id, date, num, dataset_id FROM observation INDEXED BY observation_by_location
            ORDER BY location_id, date
            """)
        var summaries = LocationSummaries(sink)
        while try select.step() {
            let location = select.int64(0)
            try summaries.add(
                location: location, date: select.int64(1), region: regions[location] ?? 0, dataset: select.int64(3),
                num: select.optionalInt64(2))
        }
        try summaries.finish()
    }
}

/// The table `summary` of a database.
private final class SummaryTable: SummarySink {
    private let insert: Statement

    init(_ database: Database) throws(StoreError) {
        insert = try database.prepare("INSERT INTO summary VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
    }

    func add(_ kind: SummaryKind, _ key: SummaryRowKey, _ numbers: SummaryNumbers) throws(StoreError) {
        insert.bind(1, kind.rawValue)
        insert.bind(2, key.first)
        insert.bind(3, key.second)
        insert.bind(4, key.region)
        insert.bind(5, key.dataset)
        insert.bind(6, numbers.records)
        insert.bind(7, numbers.max < 0 ? nil : numbers.total)
        insert.bind(8, numbers.max < 0 ? nil : numbers.max)
        insert.bind(9, numbers.first)
        insert.bind(10, numbers.last)
        try insert.run()
    }
}
