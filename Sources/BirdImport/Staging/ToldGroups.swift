import Birds

/// The groups of shared checklists that the rows of an import tell: for each code, its group, or that it is in none.
/// Only an import that adds to data sets needs them, since a checklist may have left the group that is stored for it.
///
/// A row of a file of checklists decides. A record tells the group of its checklist only if no other record of the
/// import contradicts it, and if all records that were stored of that copy come again. Otherwise the stored group
/// counts for the new records too. Records that readers of the general edition don't see must not decide where the
/// others stand: they only count if the copy has no other ones.
///
/// They are in a temporary file until all files are read, and then in a temporary table.
final class ToldGroups {
    /// The table: `dataset_id`, `code`, `group_code` (empty for none), `visit` (`SharedChecklists.visit`), and whether
    /// a file of checklists tells it, and whether records contradict one another.
    let table = "temp.told_group"
    /// The packed key of a row, without species and number; its code, a 0, its group, a 0, whether it is of a file of
    /// checklists, and `visit`; and then the species of the records that tell the same, as many as the tag says.
    private let rows: Spool
    /// The groups of checklists about which rows contradict each other, or stored ones: nil where the stored one
    /// counts. There are few, since rows that belong together tell the same.
    private var decided: [Checklist: [UInt8]?] = [:]
    private var last: (item: SortItem, bytes: [UInt8], species: [UInt32]) = (SortItem(), [], [])

    /// The most species of a row.
    private static let mostSpecies = 1 << 12

    private struct Checklist: Hashable {
        /// The number of the data set.
        let dataset: Int
        let code: [UInt8]
    }

    /// Whether the group that a row tells does not count.
    func overrules(_ group: ArraySlice<UInt8>, of code: [UInt8], dataset: Int) -> Bool {
        guard !decided.isEmpty, let other = decided[Checklist(dataset: dataset, code: code)] else { return false }
        return other.map { !$0.elementsEqual(group) } ?? true
    }

    init(in folder: String) { rows = Spool(in: folder) }

    /// Adds what a row tells. Most rows tell the same as the ones before them.
    /// - Parameters:
    ///   - code: The code of its checklist.
    ///   - key: With provisional numbers; without a species for a row of a file of checklists.
    func add(
        _ code: ArraySlice<UInt8>, group: ArraySlice<UInt8>, visit: [UInt8], _ key: RecordKey
    ) throws(StoreError) {
        guard !code.isEmpty,
            let ofVisit = RecordKey(
                date: key.date, location: key.location, species: nil, num: nil, dataset: key.dataset)
        else { return }
        let packed = ofVisit.packed()
        // No text of a record contains a 0.
        let bytes = code + [0] + group + [0, key.species == nil ? 1 : 0] + visit
        if (last.item.high, last.item.low) != packed || last.species.count >= Self.mostSpecies
            || !bytes.elementsEqual(last.bytes)
        {
            try flush()
            last = (SortItem(high: packed.high, low: packed.low), Array(bytes), [])
        }
        if let species = key.species { last.species.append(UInt32(species)) }
    }

    private func flush() throws(StoreError) {
        if last.bytes.isEmpty { return }
        last.item.tag = UInt64(last.species.count)
        let species = last.species.flatMap { withUnsafeBytes(of: $0, Array.init) }
        try (last.bytes + species).withRawBytes { bytes throws(StoreError) in try rows.append(last.item, bytes) }
        last.bytes = []
    }

    /// What a row tells.
    private struct Told {
        let key: RecordKey
        let code: [UInt8]
        let group: [UInt8]
        let isListed: Bool
        let visit: [UInt8]
        let species: [Int]
    }

    private func forEachRow(_ body: (Told) throws(StoreError) -> Void) throws(StoreError) {
        try flush()
        var reader = rows.reader()
        var (item, bytes) = (SortItem(), [UInt8]())
        while try reader.next(&item, &bytes) {
            let end = max(0, bytes.count - 4 * Int(item.tag))
            let parts = bytes[..<end].split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let species = stride(from: end, to: bytes.count, by: 4).map { offset in
                bytes.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
            }
            try body(
                Told(
                    key: RecordKey(item), code: Array(parts[0]), group: Array(parts[1]), isListed: parts[2].first == 1,
                    visit: Array(parts[2].dropFirst()), species: species))
        }
    }

    /// Makes the table. Of rows of files of checklists, the last one counts. Stored records that come again must have
    /// been removed.
    /// - Parameters:
    ///   - datasets: The ids of the data sets, by number.
    ///   - species: Those of species, by provisional number, and
    ///   - locations: those of locations.
    ///   - findWithheld: Makes the temporary table `withheld (id)` of those records of a table that readers of the
    ///     general edition don't see; nil if they see all.
    func store(
        in database: Database, of datasets: [Int64], species: [Int64], locations: [Int64],
        findWithheld: ((_ table: String) throws(StoreError) -> Void)?
    ) throws(StoreError) {
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
        try forEachRow { (row) throws(StoreError) in
            insert.bind(1, datasets[row.key.dataset])
            insert.bind(2, utf8: row.code, row.code.indices)
            insert.bind(3, utf8: row.group, row.group.indices)
            insert.bind(4, blob: row.visit)
            insert.bind(5, row.isListed ? 1 : 0)
            try insert.run()
        }
        try overrule(in: database)
        if let findWithheld,
            try database.integer("SELECT 1 FROM \(table) WHERE \(Self.isContested) LIMIT 1") != nil
        {
            try addTelling(in: database, datasets, species, locations)
            try findWithheld("temp.telling")
            try decideByShown(in: database)
        }
        let select = try database.prepare(
            "SELECT dataset_id, code, differs = 3, group_code FROM \(table) WHERE differs >= 3")
        while try select.step() {
            guard let dataset = datasets.firstIndex(of: select.int64(0)) else { continue }
            let group = select.int64(2) == 1 ? nil : select.bytes(3)
            decided.updateValue(group, forKey: Checklist(dataset: dataset, code: select.bytes(1)))
        }
        try database.execute("DELETE FROM \(table) WHERE differs BETWEEN 1 AND 4")
    }

    /// Whether records of the import, or one of it and a stored one, contradict each other.
    private static let isContested = "differs IN (1, 3)"

    /// Which records were stored of the copy that a checklist is named after.
    private static let ofCopy = """
        o.location_id = c.location_id AND o.date = c.date AND o.checklist_id = c.id AND coalesce(d.copy, c.code) = c.code
        """

    /// Marks what records tell if it does not count: with 3 where the stored group counts instead, 2 where it is the
    /// same one, and 1 where they contradict one another and nothing is stored.
    private func overrule(in database: Database) throws(StoreError) {
        try database.execute(
            """
            UPDATE \(table) AS t SET differs = 2 + (t.differs OR t.group_code <> coalesce(c.group_code, ''))
            FROM main.checklist c WHERE c.dataset_id = t.dataset_id AND c.code = t.code AND NOT t.is_listed AND EXISTS (
                SELECT 1 FROM main.observation o INDEXED BY observation_by_location
                LEFT JOIN main.observation_detail d ON d.id = o.id WHERE \(Self.ofCopy))
            """)
    }

    /// Makes the temporary table `telling` of all records, new and stored, of the copies about which some contradict
    /// others.
    private func addTelling(
        in database: Database, _ datasets: [Int64], _ species: [Int64], _ locations: [Int64]
    ) throws(StoreError) {
        try database.execute(
            """
            CREATE TEMP TABLE telling (id INTEGER PRIMARY KEY, dataset_id INTEGER, code TEXT, group_code TEXT, visit BLOB,
                is_stored INTEGER, location_id INTEGER, date INTEGER, species_id INTEGER);
            INSERT INTO telling SELECT NULL, c.dataset_id, c.code, coalesce(c.group_code, ''), NULL, 1, o.location_id, o.date, o.species_id
                FROM main.checklist c CROSS JOIN \(table) t ON t.dataset_id = c.dataset_id AND t.code = c.code
                CROSS JOIN main.observation o INDEXED BY observation_by_location
                LEFT JOIN main.observation_detail d ON d.id = o.id
                WHERE t.\(Self.isContested) AND \(Self.ofCopy)
            """)
        let find = try database.prepare(
            "SELECT 1 FROM \(table) WHERE dataset_id = ?1 AND code = ?2 AND \(Self.isContested)")
        let insert = try database.prepare("INSERT INTO telling VALUES (NULL, ?1, ?2, ?3, ?4, 0, ?5, ?6, ?7)")
        try forEachRow { (row) throws(StoreError) in
            for statement in [find, insert] {
                statement.bind(1, datasets[row.key.dataset])
                statement.bind(2, utf8: row.code, row.code.indices)
            }
            var isContested = false
            while try find.step() { isContested = true }
            guard isContested else { return }
            insert.bind(3, utf8: row.group, row.group.indices)
            insert.bind(4, blob: row.visit)
            insert.bind(5, locations[row.key.location])
            insert.bind(6, row.key.date)
            for number in row.species {
                insert.bind(7, species[number])
                try insert.run()
            }
        }
    }

    /// Decides again, by the records in `telling` that are not in `withheld`, where there are some: 4 where they tell
    /// the stored group, and 5 where they tell one and none of them is stored. Drops both tables.
    private func decideByShown(in database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM telling WHERE id IN (SELECT id FROM withheld)
                AND (dataset_id, code) IN (SELECT dataset_id, code FROM telling WHERE id NOT IN (SELECT id FROM withheld));
            UPDATE \(table) AS t SET group_code = coalesce(r.told, t.group_code), visit = coalesce(r.told_visit, t.visit),
                differs = CASE WHEN r.told IS NULL THEN 3 WHEN r.first IS NULL THEN iif(r.is_contradicted, 1, 5)
                    ELSE 4 - (r.is_contradicted OR r.first <> r.told OR r.last <> r.told) END
            FROM (
                SELECT dataset_id, code, min(group_code) FILTER (WHERE NOT is_stored) AS told, min(visit) AS told_visit,
                    min(group_code) FILTER (WHERE NOT is_stored) IS NOT max(group_code) FILTER (WHERE NOT is_stored)
                        OR min(visit) IS NOT max(visit) AS is_contradicted,
                    min(group_code) FILTER (WHERE is_stored) AS first, max(group_code) FILTER (WHERE is_stored) AS last
                FROM telling GROUP BY dataset_id, code) r
            WHERE r.dataset_id = t.dataset_id AND r.code = t.code;
            DROP TABLE telling; DROP TABLE withheld;
            """)
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
