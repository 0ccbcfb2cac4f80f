import Birds

/// Inserts the checklists of the general edition. All that are at one generalised place on one date in one data set are
/// one checklist, so that those of companions do not tell one visit from another.
///
/// The temporary table `shown_visit (id, location_id, place_id, new_id, is_marked)` of the exact edition then has the
/// checklist of the general edition for each one of the exact edition.
struct GeneralChecklists {
    let exact: Database
    let general: Database

    /// What a checklist at a place that is shown as it is has, and in which order equal ones come.
    private static let kept: [ChecklistColumn] = [
        .time, .minutes, .distance, .area, .observers, .complete, .halfDays, .effortHours, .snowDepth,
    ]
    /// What it has too, if its data set is opened for that.
    private static let ofComments: [ChecklistColumn] = [.protocol, .comments]
    private static let ofCodes: [ChecklistColumn] = [.code]

    func insert() throws(StoreError) {
        try exact.execute(
            """
            CREATE TEMP TABLE shown_visit (
                id INTEGER PRIMARY KEY, location_id INTEGER NOT NULL, place_id INTEGER NOT NULL, new_id INTEGER NOT NULL,
                is_marked INTEGER NOT NULL)
            """)
        let columns = Self.kept + Self.ofComments + Self.ofCodes
        func shown(_ column: ChecklistColumn) -> String {
            let isOpen =
                Self.ofComments.contains(column) ? " AND opens_comments" : Self.ofCodes.contains(column) ? " AND opens_codes" : ""
            return "CASE WHEN v.size = 0\(isOpen) THEN c.\(column.name) END"
        }
        let first: Int32 = 7
        let rows = try exact.prepare(
            """
            SELECT c.id, v.location_id, place_id, d.new_id, c.date, v.size <> 0, c.complete,
                \(columns.map(shown).joined(separator: ", "))
            FROM visit v CROSS JOIN main.checklist c ON c.id = v.id
            CROSS JOIN moved m ON (m.location_id, m.size) = (v.location_id, v.size)
            CROSS JOIN dataset_number d ON d.id = c.dataset_id CROSS JOIN main.dataset s ON s.id = c.dataset_id
            ORDER BY c.date, place_id, d.new_id, v.size <> 0, \(columns.indices.map { "\($0 + Int(first) + 1)" }.joined(separator: ", "))
            """)
        let insert = try RowWriter<ChecklistColumn>(in: general)
        let visits = try exact.prepare("INSERT INTO shown_visit VALUES (?1, ?2, ?3, ?4, ?5)")
        insert.bind(.speciesCount, 0)
        var last: (place: Int64, dataset: Int64, date: Int64, isMarked: Bool)?
        var complete = Completeness()
        var id: Int64 = 0
        var isOpen = false
        func finish() throws(StoreError) {
            guard isOpen else { return }
            if last?.isMarked == true { insert.bind(.complete, complete.value) }
            try insert.run()
            isOpen = false
        }
        while try rows.step() {
            let key = (place: rows.int64(2), dataset: rows.int64(3), date: rows.int64(4), isMarked: rows.int64(5) != 0)
            if !key.isMarked || last.map({ $0 == key }) != true {
                try finish()
                id += 1
                (last, isOpen, complete) = (key, true, Completeness())
                insert.bind(.id, id)
                insert.bind(.datasetID, key.dataset)
                insert.bind(.locationID, key.place)
                insert.bind(.date, key.date)
                for (index, column) in columns.enumerated() { insert.bind(column, rows, first + Int32(index)) }
            }
            complete.add(rows.optionalInt64(6))
            for (parameter, value) in [rows.int64(0), rows.int64(1), key.place, id, key.isMarked ? 1 : 0].enumerated() {
                visits.bind(Int32(parameter + 1), value)
            }
            try visits.run()
        }
        try finish()
    }

    /// Whether checklists together are complete: if each of them is.
    private struct Completeness {
        private var (all, none, count) = (true, true, 0)

        mutating func add(_ complete: Int64?) {
            all = all && complete.map { $0 != 0 } == true
            none = none && complete == nil
        }

        var value: Int64? { all ? 1 : none ? nil : 0 }
    }
}
