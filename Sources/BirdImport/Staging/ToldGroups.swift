import Birds

/// The groups of shared checklists that the rows of an import tell: for each code, its group, or that it is in none.
/// Only an import that adds to data sets needs them, since a checklist may have left the group that is stored for it.
///
/// A row of a file of checklists decides. A record tells the group of its checklist only if no other record of the
/// import contradicts it, and if all records that were stored of that copy come again. For it may be hidden from
/// readers (`SensitiveSpecies`) who see the others, and it must not decide where these stand. Otherwise the stored
/// group counts for the new records too.
///
/// They are in a temporary file until all files are read, and then in a temporary table.
final class ToldGroups {
    /// The table: `dataset_id`, `code`, `group_code` (empty for none), `visit` (`SharedChecklists.visit`), and whether
    /// a file of checklists tells it, and whether records contradict one another.
    let table = "temp.told_group"
    private let rows: Spool
    /// The checklists whose stored group counts although the import tells another one: the number of the data set, and
    /// the code. There are few, since rows that belong together tell the same.
    private(set) var overruled: Set<Overruled> = []
    private var last: [UInt8] = []

    struct Overruled: Hashable {
        let dataset: Int
        let code: [UInt8]
    }

    init(in folder: String) { rows = Spool(in: folder) }

    /// Adds what a row tells. Most rows tell the same as the ones before them.
    /// - Parameters:
    ///   - code: The code of its checklist.
    ///   - isRecord: Whether it is a row with a record, and not one of a file of checklists.
    ///   - dataset: The number of its data set within the import.
    func add(
        _ code: ArraySlice<UInt8>, group: ArraySlice<UInt8>, visit: [UInt8], isRecord: Bool, dataset: Int
    ) throws(StoreError) {
        guard !code.isEmpty else { return }
        // No text of a record contains a 0.
        let bytes = code + [0] + group + [0, isRecord ? 0 : 1] + visit
        if bytes.elementsEqual(last) { return }
        last = Array(bytes)
        try last.withRawBytes { bytes throws(StoreError) in
            try rows.append(SortItem(high: UInt64(dataset), low: 0, tag: 0), bytes)
        }
    }

    /// Makes the table. Of rows of files of checklists, the last one counts. Stored records that come again must have
    /// been removed.
    /// - Parameter datasets: The ids of the data sets, by number.
    func store(in database: Database, of datasets: [Int64]) throws(StoreError) {
        try database.execute(
            """
            CREATE TABLE \(table) (dataset_id INTEGER, code TEXT, group_code TEXT, visit BLOB, is_listed INTEGER, differs INTEGER,
                PRIMARY KEY (dataset_id, code)) WITHOUT ROWID
            """)
        let insert = try database.prepare(
            """
            INSERT INTO \(table) VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT DO UPDATE SET
                differs = NOT excluded.is_listed AND (differs OR (group_code, visit) IS NOT (excluded.group_code, excluded.visit)),
                group_code = excluded.group_code, visit = excluded.visit, is_listed = excluded.is_listed
            WHERE excluded.is_listed >= is_listed
            """)
        var reader = rows.reader()
        var (item, bytes) = (SortItem(), [UInt8]())
        while try reader.next(&item, &bytes) {
            let parts = bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, datasets.indices.contains(Int(item.high)) else { continue }
            insert.bind(1, datasets[Int(item.high)])
            for (index, part) in parts.prefix(2).enumerated() {
                insert.bind(Int32(index + 2), utf8: bytes, part.indices)
            }
            insert.bind(4, blob: Array(parts[2].dropFirst()))
            insert.bind(5, Int64(parts[2].first ?? 0))
            try insert.run()
        }
        try overrule(in: database, of: datasets)
    }

    /// Drops what records tell if it does not count.
    private func overrule(in database: Database, of datasets: [Int64]) throws(StoreError) {
        // 3 where the stored group counts instead, 2 where it is the same one.
        try database.execute(
            """
            UPDATE \(table) AS t SET differs = 2 + (t.differs OR t.group_code <> coalesce(c.group_code, ''))
            FROM main.checklist c WHERE c.dataset_id = t.dataset_id AND c.code = t.code AND NOT t.is_listed AND EXISTS (
                SELECT 1 FROM main.observation o INDEXED BY observation_by_location
                LEFT JOIN main.observation_detail d ON d.id = o.id
                WHERE o.location_id = c.location_id AND o.date = c.date AND o.checklist_id = c.id
                    AND coalesce(d.copy, c.code) = c.code)
            """)
        let select = try database.prepare("SELECT dataset_id, code FROM \(table) WHERE differs = 3")
        while try select.step() {
            guard let dataset = datasets.firstIndex(of: select.int64(0)) else { continue }
            overruled.insert(Overruled(dataset: dataset, code: select.bytes(1)))
        }
        try database.execute("DELETE FROM \(table) WHERE differs")
    }

    /// Gives the checklists that have a group the ones that the import tells. (The others have got theirs with the rows
    /// of the import.)
    func settle(in database: Database) throws(StoreError) {
        try database.execute(
            """
            UPDATE checklist SET group_code = nullif(t.group_code, '') FROM \(table) t
            WHERE checklist.group_code IS NOT NULL AND t.dataset_id = checklist.dataset_id AND t.code = checklist.code
                AND checklist.group_code IS NOT nullif(t.group_code, '');
            DROP TABLE \(table)
            """)
    }
}
