import Birds

/// How many records and checklists the data sets say that they have.
package enum RecordCounts {
    /// Whether the data sets and the summaries count what is there. Rows of no known data set count in the summaries alone.
    static func agree(in database: Database) throws(StoreError) -> Bool {
        let areRecords = try database.integer(
            """
            SELECT (SELECT total(records) FROM \(ofYears)) = (SELECT count(*) FROM observation)
                AND NOT EXISTS (SELECT 1 FROM dataset
                    WHERE records <> (SELECT total(records) FROM \(ofYears) AND dataset_id = dataset.id))
            """)
        guard areRecords == 1 else { return false }
        let checklists = try checklists(in: database)
        let select = try database.prepare("SELECT id, checklists FROM dataset")
        while try select.step() {
            guard select.int64(1) == checklists[select.int64(0)] ?? 0 else { return false }
        }
        return true
    }

    /// Brings the counts of records up to date, where the summaries are.
    static func updateRecords(in database: Database) throws(StoreError) {
        try database.execute(
            """
            UPDATE dataset SET records = counted FROM (
                SELECT id AS counted_id, (SELECT CAST(total(records) AS INTEGER) FROM \(ofYears) AND dataset_id = dataset.id) AS counted
                FROM dataset)
            WHERE id = counted_id AND records <> counted
            """)
    }

    /// Counts everything, where the summaries are right.
    package static func mend(in database: Database) throws(StoreError) {
        try ChecklistCounts.mend(in: database)
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
