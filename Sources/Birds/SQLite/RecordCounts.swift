/// How many records and checklists the data sets say that they have.
enum RecordCounts {
    /// Whether the data sets and the summaries count what is there. They may not where a file was changed with another program.
    /// Rows of no known data set count in the summaries alone.
    /// - Parameter isExact: whether each data set's checklists are counted, and not only all together, and regions are looked at.
    static func agree(in database: Database, isExact: Bool) throws(StoreError) -> Bool {
        let areRecords = try database.integer(
            """
            SELECT (SELECT total(records) FROM \(ofYears)) = (SELECT count(*) FROM observation)
                AND NOT EXISTS (SELECT 1 FROM dataset
                    WHERE records <> (SELECT total(records) FROM \(ofYears) AND dataset_id = dataset.id))
            """)
        guard areRecords == 1 else { return false }
        let areChecklists = try database.integer(
            "SELECT (SELECT total(checklists) FROM dataset) = (SELECT count(*) FROM checklist)")
        if areChecklists == 1, !isExact { return true }
        // The summaries name regions by their ids.
        let areRegions = try database.integer(
            """
            SELECT NOT EXISTS (SELECT 1 FROM location WHERE region IS NOT NULL AND region NOT IN (SELECT code FROM region))
                AND NOT EXISTS (SELECT 1 FROM \(ofYears) AND region_id <> 0 AND region_id NOT IN (SELECT id FROM region))
            """)
        guard areRegions == 1 else { return false }
        let checklists = try checklists(in: database)
        let select = try database.prepare("SELECT id, checklists FROM dataset")
        while try select.step() {
            guard select.int64(1) == checklists[select.int64(0)] ?? 0 else { return false }
        }
        return true
    }

    /// Whether the summaries are of these records, as far as sums over all of them tell: each record counts with its species, date,
    /// place, data set and number, and each place with its region. An edit by another program shows here, but for a few.
    static func areSummedUp(in database: Database) throws(StoreError) -> Bool {
        func sum(_ second: String) -> String { "total((species_id * 31 + \(second) * 7 + dataset_id) % 1000003)" }
        func summary(_ kind: SummaryKind) -> String {
            "SELECT total((first_key * 31 + second_key * 7 + dataset_id) % 1000003 * records)"
                + ", total(total) FROM summary "
                + "WHERE kind = \(kind.rawValue)"
        }
        return try database.integer(
            """
            SELECT (SELECT \(sum("date")), total(num) FROM observation) = (\(summary(.speciesDate)))
                AND (SELECT \(sum("location_id")), total(num) FROM observation) = (\(summary(.speciesLocation)))
                AND NOT EXISTS (
                    SELECT 1 FROM summary s LEFT JOIN location l ON l.id = s.first_key
                        LEFT JOIN region r ON r.code = l.region
                    WHERE kind = \(SummaryKind.locationYear.rawValue) AND region_id <> coalesce(r.id, 0))
            """) == 1
    }

    /// Brings the counts of records up to date, where the summaries are.
    static func updateRecords(in database: Database) throws(StoreError) {
        try database.execute(
            """
            UPDATE dataset SET records = (
                SELECT CAST(total(records) AS INTEGER) FROM \(ofYears) AND dataset_id = dataset.id)
            """)
    }

    /// Counts everything, after the file was changed with another program or comes from an older layout.
    static func mend(in database: Database) throws(StoreError) {
        try DerivedTables.rebuild(in: database)
        try database.execute(
            "UPDATE checklist SET species_count = \(Schema.speciesCount) WHERE species_count <> \(Schema.speciesCount)")
        try updateRecords(in: database)
        try database.execute("UPDATE dataset SET checklists = 0")
        let update = try database.prepare("UPDATE dataset SET checklists = ?2 WHERE id = ?1")
        for (dataset, count) in try checklists(in: database) {
            update.bind(1, dataset)
            update.bind(2, count)
            try update.run()
        }
    }

    /// The summaries that hold each record once and are the fewest.
    private static let ofYears = "summary WHERE kind = \(SummaryKind.year.rawValue)"

    /// By data set. (SQLite would sort them all to group them.)
    private static func checklists(in database: Database) throws(StoreError) -> [Int64: Int64] {
        let select = try database.prepare("SELECT dataset_id FROM checklist INDEXED BY checklist_by_date")
        var counts: [Int64: Int64] = [:]
        var (last, count): (Int64?, Int64) = (nil, 0)
        while try select.step() {
            let dataset = select.int64(0)
            if dataset != last {
                if let last { counts[last, default: 0] += count }
                (last, count) = (dataset, 0)
            }
            count += 1
        }
        if let last { counts[last, default: 0] += count }
        return counts
    }
}
