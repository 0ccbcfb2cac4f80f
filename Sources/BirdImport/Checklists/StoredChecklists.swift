import Birds

/// Reads shared checklists of a database, with the details of their records as they are staged (`RecordDetails`).
final class StoredChecklists {
    struct Checklist {
        let id: Int64
        let copy: SharedChecklists.Copy
        let location: Int64
        let date: Int64
        let details: [UInt8]
        /// Whether a file of checklists or events has it.
        let isListed: Bool
    }

    struct Record {
        let id: Int64
        let species: Int64
        let num: Int64?
        let details: [UInt8]
        /// The copy that reports it.
        let copy: SharedChecklists.Copy

        /// Whether it has a code of its own.
        var hasSource: Bool { !RecordDetails(details).source.isEmpty }
    }

    private let database: Database
    private let byID: Statement
    private let unlisting: Statement
    private let removal: Statement
    private let detailRemoval: Statement
    /// Selects the records of a checklist. It is prepared when it is needed, since the index may be missing before.
    private var recordsOf: Statement?

    init(_ database: Database) throws(StoreError) {
        self.database = database
        byID = try database.prepare(
            "SELECT location_id, date, code, listed IS 1\(Self.members(of: "checklist")) FROM checklist WHERE id = ?1")
        unlisting = try database.prepare("UPDATE checklist SET listed = NULL WHERE id = ?1")
        removal = try database.prepare("DELETE FROM observation WHERE id = ?1")
        detailRemoval = try database.prepare("DELETE FROM observation_detail WHERE id = ?1")
    }

    /// The columns of the members that a table holds, each after a comma.
    private static func members(of table: String) -> String {
        DetailMember.allCases.filter { $0.column.table == table }.map { ", \(table).\($0.column.name)" }.joined()
    }

    /// Adds all shared checklists of some data sets. Where the import tells a group, it is that one; and a checklist
    /// that the import has elsewhere or on another date has left the group.
    /// - Parameters:
    ///   - datasets: Their ids, by number.
    ///   - groups: The groups that the import tells.
    func add(to shared: SharedChecklists, of datasets: [Int64], _ groups: ToldGroups) throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT c.id, c.dataset_id, coalesce(t.group_code, c.group_code) AS told, c.code, c.date,
                l.code, l.latitude, l.longitude, l.region, t.visit
            FROM checklist c LEFT JOIN \(groups.table) t ON t.dataset_id = c.dataset_id AND t.code = c.code
            JOIN location l ON l.id = c.location_id
            WHERE c.\(Schema.isOf(datasets: datasets)) AND (
                c.group_code IS NOT NULL
                OR (c.dataset_id, c.code) IN (SELECT dataset_id, code FROM \(groups.table) WHERE group_code <> ''))
            AND told <> ''
            """)
        while try select.step() {
            guard let dataset = datasets.firstIndex(of: select.int64(1)) else { continue }
            let location = LocationKey(
                code: select.bytes(5), latitude: select.optionalDouble(6), longitude: select.optionalDouble(7),
                region: select.bytes(8))
            let visit = SharedChecklists.visit(at: location.key, on: select.int64(4))
            if !select.isNull(9), select.bytes(9) != visit { continue }
            let copy = SharedChecklists.Copy(code: select.bytes(3))
            try shared.add(stored: select.int64(0), copy, group: select.bytes(2), visit: visit, dataset: dataset)
        }
    }

    func checklist(_ id: Int64) throws(StoreError) -> Checklist? {
        byID.bind(1, id)
        guard try byID.step() else { return nil }
        defer { byID.reset() }
        let code = byID.bytes(2)
        return Checklist(
            id: id, copy: SharedChecklists.Copy(code: code), location: byID.int64(0), date: byID.int64(1),
            details: Self.details(byID, from: 4, of: ["checklist"], checklist: code, source: []),
            isListed: byID.int64(3) == 1)
    }

    /// The records of a checklist, which are held in memory.
    func records(of checklist: Checklist) throws(StoreError) -> [Record] {
        let select: Statement
        if let recordsOf {
            select = recordsOf
        } else {
            select = try database.prepare(
                """
                SELECT observation.id, species_id, num, source_id\(Self.members(of: "observation"))\(Self.members(of: "observation_detail"))
                FROM observation INDEXED BY observation_by_location
                LEFT JOIN observation_detail ON observation_detail.id = observation.id
                WHERE location_id = ?1 AND date = ?2 AND checklist_id = ?3
                """)
            recordsOf = select
        }
        select.bind(1, checklist.location)
        select.bind(2, checklist.date)
        select.bind(3, checklist.id)
        var records: [Record] = []
        while try select.step() {
            let details = Self.details(
                select, from: 4, of: ["observation", "observation_detail"], checklist: checklist.copy.code,
                source: select.bytes(3))
            let copy = RecordDetails(details).text(.copy, in: details)
            records.append(
                Record(
                    id: select.int64(0), species: select.int64(1), num: select.optionalInt64(2), details: details,
                    copy: copy.isEmpty ? checklist.copy : SharedChecklists.Copy(code: copy)))
        }
        return records
    }

    /// Forgets that a file of checklists has it.
    func unlist(_ checklist: Checklist) throws(StoreError) {
        unlisting.bind(1, checklist.id)
        try unlisting.run()
    }

    func remove(_ record: Record) throws(StoreError) {
        for statement in [removal, detailRemoval] {
            statement.bind(1, record.id)
            try statement.run()
        }
    }

    /// The details in the current row.
    /// - Parameters:
    ///   - first: The column of the first member.
    ///   - tables: The tables whose members follow one another.
    private static func details(
        _ row: Statement, from first: Int32, of tables: [String], checklist: [UInt8], source: [UInt8]
    ) -> [UInt8] {
        let members = tables.flatMap { table in DetailMember.allCases.filter { $0.column.table == table } }
        var columns: [DetailMember: Int32] = [:]
        for (index, member) in members.enumerated() { columns[member] = first + Int32(index) }
        return RecordDetails.compose(
            checklist: checklist, source: source, origin: nil,
            number: { member in
                guard let column = columns[member] else { return nil }
                switch member.column.kind {
                case .integer, .flag: return row.optionalInt64(column)
                case .real: return row.optionalDouble(column).map { Int64(bitPattern: $0.bitPattern) }
                // A number in a text column is a time.
                case .text: return TimeText.minutes(row.bytes(column)[...])
                case .blob: return nil
                }
            },
            text: { member in columns[member].map { row.bytes($0)[...] } ?? [] })
    }
}
