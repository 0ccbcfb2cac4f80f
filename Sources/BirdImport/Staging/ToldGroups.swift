import Birds

/// The groups of shared checklists that the rows of an import tell: for each code, its group, or that it is in none.
/// Only an import that adds to data sets needs them, since a checklist may have left the group that is stored for it.
///
/// They are in a temporary file until all files are read, and then in a temporary table.
final class ToldGroups {
    /// The table: `dataset_id`, `code`, `group_code` (empty for none) and `visit` (`SharedChecklists.visit`).
    let table = "temp.told_group"
    private let rows: Spool
    private var last: [UInt8] = []

    init(in folder: String) { rows = Spool(in: folder) }

    /// Adds what a row tells. Most rows tell the same as the ones before them.
    /// - Parameters:
    ///   - code: The code of its checklist.
    ///   - dataset: The number of its data set within the import.
    func add(
        _ code: ArraySlice<UInt8>, group: ArraySlice<UInt8>, visit: [UInt8], dataset: Int
    ) throws(StoreError) {
        guard !code.isEmpty else { return }
        // No text of a record contains a 0.
        let bytes = code + [0] + group + [0] + visit
        if bytes.elementsEqual(last) { return }
        last = Array(bytes)
        try last.withRawBytes { bytes throws(StoreError) in
            try rows.append(SortItem(high: UInt64(dataset), low: 0, tag: 0), bytes)
        }
    }

    /// Makes the table. Of rows that tell different groups, the last one counts.
    /// - Parameter datasets: The ids of the data sets, by number.
    func store(in database: Database, of datasets: [Int64]) throws(StoreError) {
        try database.execute(
            """
            CREATE TABLE \(table) (dataset_id INTEGER, code TEXT, group_code TEXT, visit BLOB, PRIMARY KEY (dataset_id, code))
            WITHOUT ROWID
            """)
        let insert = try database.prepare("INSERT OR REPLACE INTO \(table) VALUES (?1, ?2, ?3, ?4)")
        var reader = rows.reader()
        var (item, bytes) = (SortItem(), [UInt8]())
        while try reader.next(&item, &bytes) {
            let parts = bytes.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, datasets.indices.contains(Int(item.high)) else { continue }
            insert.bind(1, datasets[Int(item.high)])
            for (index, part) in parts.prefix(2).enumerated() {
                insert.bind(Int32(index + 2), utf8: bytes, part.indices)
            }
            insert.bind(4, blob: Array(parts[2]))
            try insert.run()
        }
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
