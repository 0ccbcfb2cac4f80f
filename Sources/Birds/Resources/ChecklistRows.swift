/// Checklists: visits of a place, with their effort.
extension ObservationStore {
    /// The checklists that a query matches, which are those of its dates, places and data sets, and, where it asks for species
    /// or numbers, that hold such a record. In the order of date, place and data set.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.unknownPage`, `.overBudget`, `.cancelled` or `.sqlite`.
    public func checklists(
        _ query: ObservationQuery, fields: [ChecklistField], view: View, format: RowFormat
    ) throws(StoreError) -> RowCursor {
        let selection = try resolver.select(query.filter, view)
        var paging: Paging?
        if query.page.isPart {
            paging = try Paging(
                query.page, of: "checklists", selection, order: .date(isDescending: false), database: database)
        }
        let start = paging?.start.map {
            ChecklistScan.Entry(date: $0.row.date, location: $0.row.location, dataset: $0.row.dataset, id: $0.ordinal)
        }
        let scan = try checklistScan(selection, start)
        let pages = ChecklistPages(scan, start: start, limit: query.page.limit ?? .max)
        let records = records
        let species = try database.prepare("SELECT time, species_count FROM checklist WHERE id = ?1")
        var fields = fields
        if format == .geojson {
            // The geometry, which is there whatever was asked for.
            for field in [ChecklistField.latitude, .longitude] where !fields.contains(field) { fields.append(field) }
        }
        let members = fields
        let table = TableRows(names: members.map(\.rawValue), format: format) { () throws(StoreError) in
            guard let entry = try pages.next() else { return nil }
            let checklist = try records.checklist(entry.id)
            let location = try records.location(entry.location)
            let date = StoredDate(entry.date)
            species.bind(1, entry.id)
            var (time, count): (String?, Int64) = (nil, 0)
            while try species.step() { (time, count) = (species.text(0), species.int64(1)) }
            func watched(_ half: Int64) -> RowCell { .flag(checklist.halfDays.map { $0 & half != 0 }) }
            var cells: [RowCell] = []
            for field in members {
                let cell: RowCell =
                    switch field {
                    case .checklistID: RowCell(checklist.code)
                    case .locationID: .text(location.code)
                    case .latitude: RowCell(location.latitude)
                    case .longitude: RowCell(location.longitude)
                    case .region: RowCell(location.region)
                    case .year: RowCell(date.year)
                    case .month: RowCell(date.month)
                    case .day: RowCell(date.day)
                    case .time: RowCell(time)
                    case .minutes: RowCell(checklist.minutes)
                    case .distanceKilometres: RowCell(checklist.distanceKilometres)
                    case .observers: RowCell(checklist.observers)
                    case .complete: .flag(checklist.isComplete)
                    case .speciesCount: .integer(count)
                    case .date: RowCell(date.iso)
                    case .dataset: .text(try records.dataset(entry.dataset))
                    case .locationName: RowCell(location.name)
                    case .areaHectares: RowCell(checklist.areaHectares)
                    case .protocol: RowCell(checklist.protocol)
                    case .checklistComments: RowCell(checklist.comments)
                    case .day1AM: watched(1)
                    case .day1PM: watched(2)
                    case .day2AM: watched(4)
                    case .day2PM: watched(8)
                    case .effortHoursAtLeast: RowCell(checklist.effortHoursAtLeast)
                    case .snowDepthAtLeast: RowCell(checklist.snowDepthAtLeast)
                    }
                cells.append(cell)
            }
            return cells
        }
        table.page = { () throws(StoreError) in
            guard let last = pages.lastOfPage, let paging else { return nil }
            var row = ObservationRow(date: last.date, location: last.location)
            row.dataset = last.dataset
            return try paging.token(row, ordinal: last.id, records)
        }
        let total: Int? = if query.page.countsAll { try count(checklistScan(selection, nil)) } else { nil }
        return RowCursor(.other(table), total: total, store: self)
    }

    /// The name of the page of checklists behind the one that a query asks for; nil where there is none.
    public func nextPage(ofChecklists query: ObservationQuery, view: View) throws(StoreError) -> String? {
        guard query.page.limit != nil else { return nil }
        var query = query
        query.page.countsAll = false
        let cursor = try checklists(query, fields: [.year], view: view, format: .json)
        try cursor.skipRows()
        return cursor.next
    }

    func checklistScan(
        _ selection: Selection, _ start: ChecklistScan.Entry?, areComplete: Bool = false
    ) throws(StoreError) -> ChecklistScan {
        var observations: ObservationScan?
        if selection.dependsOnRecords {
            let first = start.map { ObservationRow(date: $0.date, location: $0.location, species: .min, num: .min) }
            observations = try scan(selection, isWide: true, start: first)
        }
        let location = selection.places?.ids.flatMap { $0.count == 1 ? $0.first : nil }
        return try ChecklistScan(
            filter: selection.ofVisits.rowFilter(), location: location, start: start, areComplete: areComplete,
            observations: observations,
            database: database)
    }

    private func count(_ scan: ChecklistScan) throws(StoreError) -> Int {
        defer { scan.end() }
        var entry = ChecklistScan.Entry()
        var count = 0
        while try scan.next(&entry) { count += 1 }
        return count
    }
}

/// The checklists of one page. Of those of one date, place and data set it counts how many were sent, since ids change with
/// imports: in `start` and in `lastOfPage`, `id` is that number.
private final class ChecklistPages {
    private let scan: ChecklistScan
    private let start: ChecklistScan.Entry?
    private let limit: Int
    private var count = 0
    private var last = ChecklistScan.Entry()
    /// Where the page ended; nil if nothing is behind it.
    private(set) var lastOfPage: ChecklistScan.Entry?

    init(_ scan: ChecklistScan, start: ChecklistScan.Entry?, limit: Int) {
        self.scan = scan
        self.start = start
        self.limit = limit
    }

    func next() throws(StoreError) -> ChecklistScan.Entry? {
        var entry = ChecklistScan.Entry()
        while try scan.next(&entry) {
            let isLike = (entry.date, entry.location, entry.dataset) == (last.date, last.location, last.dataset)
            let ordinal = isLike ? last.id + 1 : 1
            if let start, !isBehind(entry, ordinal, start) {
                last = entry
                last.id = ordinal
                continue
            }
            if count == limit {
                if count > 0 { lastOfPage = last }
                return nil
            }
            count += 1
            last = entry
            last.id = ordinal
            return entry
        }
        return nil
    }

    private func isBehind(_ entry: ChecklistScan.Entry, _ ordinal: Int64, _ start: ChecklistScan.Entry) -> Bool {
        (entry.date, entry.location, entry.dataset, ordinal) > (start.date, start.location, start.dataset, start.id)
    }
}
