import Birds

/// The numbers of records and checklists in the rows of the data sets.
package enum RecordCounts {
    /// Whether the data sets and the summaries have the right numbers. It is the last check of a generation.
    ///
    /// Records whose data set has no row, because another program removed it, count in the summaries only.
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

    /// Checks the number of checklists that an import reports against the rows of its data sets, which `agree` compares
    /// with the checklists themselves.
    /// - Throws: `StoreError.unusable` if they differ.
    static func check(
        checklists: Int, of datasets: [Int64], in database: Database
    ) throws(StoreError) {
        let select = try database.prepare("SELECT checklists FROM dataset WHERE id = ?1")
        var sum: Int64 = 0
        for dataset in datasets {
            select.bind(1, dataset)
            while try select.step() { sum = sum.addingSaturated(select.int64(0)) }
        }
        guard sum == Int64(checklists) else {
            throw .unusable(
                path: "The database", reason: "its number of checklists is not as expected; import into a new file")
        }
    }

    /// Updates the numbers of records from the summaries, which must be right.
    static func updateRecords(in database: Database) throws(StoreError) {
        try database.execute(
            """
            UPDATE dataset SET records = counted FROM (
                SELECT id AS counted_id,
                    (SELECT CAST(total(records) AS INTEGER) FROM \(ofYears) AND dataset_id = dataset.id) AS counted
                FROM dataset)
            WHERE id = counted_id AND records <> counted
            """)
    }

    /// Corrects all counts: of species in checklists, and of records and checklists in data sets. The summaries must be
    /// right.
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

    /// The summaries by year: the smallest kind that counts each record once.
    private static let ofYears = "summary WHERE kind = \(SummaryKind.year.rawValue)"

    /// The numbers of checklists, by the id of the data set. They are counted here, since GROUP BY would sort all
    /// checklists first: no index begins with the data set.
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
