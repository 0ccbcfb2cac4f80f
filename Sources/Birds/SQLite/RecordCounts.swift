/// How many records and checklists the data sets say that they have.
enum RecordCounts {
    /// Whether the data sets and the summaries count as many records and checklists as there are. They may not where a file was
    /// changed with another program.
    static func agree(in database: Database) throws(StoreError) -> Bool {
        try database.integer(
            """
            WITH there (records) AS (SELECT count(*) FROM observation)
            SELECT (SELECT total(records) FROM dataset) = records
                AND (SELECT total(checklists) FROM dataset) = (SELECT count(*) FROM checklist)
                AND (SELECT total(records) FROM summary WHERE kind = \(SummaryKind.year.rawValue)) = records
            FROM there
            """) == 1
    }

    /// Brings the counts of data sets up to date, whose summaries are.
    static func update(of datasets: [Int64], in database: Database) throws(StoreError) {
        let update = try database.prepare(
            """
            UPDATE dataset SET
                records = (SELECT CAST(total(records) AS INTEGER) FROM summary
                    WHERE kind = \(SummaryKind.year.rawValue) AND dataset_id = dataset.id),
                checklists = (SELECT count(*) FROM checklist WHERE dataset_id = dataset.id)
            WHERE id = ?1
            """)
        for id in datasets {
            update.bind(1, id)
            try update.run()
        }
    }

    /// Counts everything, after the file was changed with another program or comes from an older layout.
    static func mend(in database: Database) throws(StoreError) {
        try DerivedTables.rebuild(in: database)
        try database.execute(
            """
            UPDATE checklist SET species_count = \(Schema.speciesCount) WHERE species_count <> \(Schema.speciesCount);
            """)
        let select = try database.prepare("SELECT id FROM dataset ORDER BY id")
        var ids: [Int64] = []
        while try select.step() { ids.append(select.int64(0)) }
        try update(of: ids, in: database)
    }
}
