/// Checklists: visits to a location, with their effort.
extension EditionStore {
    /// The checklists of a query's dates, locations and data sets. If the query asks for species or counts, only
    /// those with such a record. They come in the order of date, location and data set.
    /// - Parameter fields: The members, in order.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.unknownPage`, `.overBudget`, `.cancelled` or `.sqlite`.
    func checklists(
        _ query: ObservationQuery, fields: [ChecklistField], _ scope: Scope, format: RowFormat
    ) throws(StoreError) -> RowCursor {
        let selection = try resolver.select(query.filter, scope)
        let pager = try Pager(
            query.page, of: .checklists, selection, order: .date(isDescending: false), resolver, records, seal, database
        )
        let scan = try checklistScan(selection, pager?.start?.row)
        let members = ChecklistMembers(fields, query, format)
        let table = TableRows(names: members.names, format: format) { [records] () throws(StoreError) in
            var entry = ChecklistEntry()
            guard try scan.next(&entry, on: pager, as: { $0.key }) else { return nil }
            return try members.cells(of: entry, records)
        }
        table.page = { pager?.next }
        let total = query.page.countsAll ? try count(checklistsOf: selection) : nil
        return RowCursor(.other(table), total: total, memory: memory)
    }

    /// The number of checklists of a selection. It reads them all.
    func count(checklistsOf selection: Selection) throws(StoreError) -> Int {
        try checklistScan(selection, nil).count(ChecklistEntry(), database.budget)
    }

    /// The checklists of a selection.
    /// - Parameters:
    ///   - start: The scan begins at the first checklist of its date and location.
    ///   - areComplete: Whether only complete checklists are wanted.
    func checklistScan(
        _ selection: Selection, _ start: ObservationRow?, areComplete: Bool = false
    ) throws(StoreError) -> ChecklistScan {
        var observations: ObservationScan?
        if selection.dependsOnRecords {
            // All records of the date and location of the start are read, since any may be on a checklist of this
            // page.
            let first = start.map {
                ObservationRow(date: $0.date, location: $0.location, species: .min, num: .uncounted)
            }
            observations = try planner.scan(selection.ofAnyExactness, isWide: true, start: first)
        }
        let location = selection.locations?.ids.flatMap { $0.count == 1 ? $0.first : nil }
        let scan = try ChecklistScan(
            filter: selection.ofVisits.rowFilter(), location: location, start: start, areComplete: areComplete,
            observations: observations,
            database: database)
        if selection.isEmpty { scan.end() }
        return scan
    }
}

/// The members of checklists in an answer, resolved once and not for every row.
struct ChecklistMembers {
    private let members: [(field: ChecklistField, ofChecklist: ChecklistValue?)]

    /// - Parameter fields: The members that are asked for, in order.
    init(_ fields: [ChecklistField], _ query: ObservationQuery, _ format: RowFormat) {
        var fields = fields
        if format == .geojson {
            // The geometry needs the coordinates, whatever members were asked for.
            let exactness: [ChecklistField] = query.showsExactness ? [.coordinateUncertainty, .generalised] : []
            for field in [.latitude, .longitude] + exactness where !fields.contains(field) { fields.append(field) }
        }
        members = fields.map { (field: $0, ofChecklist: $0.ofChecklist) }
    }

    var names: [String] { members.map(\.field.rawValue) }

    /// The values of a checklist.
    func cells(of entry: ChecklistEntry, _ records: Records) throws(StoreError) -> [RowCell] {
        let checklist = try records.checklist(entry.id)
        let location = try records.location(entry.location)
        let date = StoredDate(entry.date)
        var cells: [RowCell] = []
        for (field, shown) in members {
            let cell: RowCell =
                switch field {
                case .locationID: .text(location.code)
                case .latitude: RowCell(location.latitude)
                case .longitude: RowCell(location.longitude)
                case .region: RowCell(location.region)
                case .locationName: RowCell(try records.name(ofLocation: entry.location, in: entry.dataset))
                case .year: RowCell(date.year)
                case .month: RowCell(date.month)
                case .day: RowCell(date.day)
                case .date: RowCell(date.iso)
                case .dataset: .text(try records.dataset(entry.dataset))
                case .coordinateUncertainty:
                    RowCell(try records.exactness(ofChecklist: entry.id, at: entry.location).uncertainty)
                case .generalised:
                    RowCell(try records.exactness(ofChecklist: entry.id, at: entry.location).isGeneralised)
                case .generalisation: RowCell(try records.generalised(location: entry.location)?.sentence)
                default: shown.map { RowCell(checklist[$0]) } ?? .nothing
                }
            cells.append(cell)
        }
        return cells
    }
}
