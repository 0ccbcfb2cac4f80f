/// Checklists: visits of a place, with their effort.
extension ObservationStore {
    /// The checklists that a query matches, which are those of its dates, places and data sets, and, where it asks for species
    /// or numbers, that hold such a record. In the order of date, place and data set.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.unknownPage`, `.overBudget`, `.cancelled` or `.sqlite`.
    func checklists(
        _ query: ObservationQuery, fields: [ChecklistField], view: View, format: RowFormat
    ) throws(StoreError) -> RowCursor {
        let selection = try resolver.select(query.filter, view)
        let pager = try Pager(
            query.page, of: .checklists, selection, order: .date(isDescending: false), records, database)
        let scan = try checklistScan(selection, pager?.start?.row)
        let records = records
        var fields = fields
        if format == .geojson {
            // The geometry, which is there whatever was asked for.
            for field in [ChecklistField.latitude, .longitude] where !fields.contains(field) { fields.append(field) }
        }
        let members = fields.map { (field: $0, ofChecklist: $0.ofChecklist) }
        let table = TableRows(names: fields.map(\.rawValue), format: format) { () throws(StoreError) in
            var entry = ChecklistScan.Entry()
            guard try scan.next(&entry, on: pager, as: { $0.key }) else { return nil }
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
                    case .locationName: RowCell(location.name)
                    case .year: RowCell(date.year)
                    case .month: RowCell(date.month)
                    case .day: RowCell(date.day)
                    case .date: RowCell(date.iso)
                    case .dataset: .text(try records.dataset(entry.dataset))
                    default: shown.map { RowCell(checklist[$0]) } ?? .nothing
                    }
                cells.append(cell)
            }
            return cells
        }
        table.page = { pager?.next }
        let total: Int? =
            if query.page.countsAll {
                try checklistScan(selection, nil).count(ChecklistScan.Entry(), database.budget)
            } else { nil }
        return RowCursor(.other(table), total: total, memory: memory)
    }

    func checklistScan(
        _ selection: Selection, _ start: ObservationRow?, areComplete: Bool = false
    ) throws(StoreError) -> ChecklistScan {
        var observations: ObservationScan?
        if selection.dependsOnRecords {
            let first = start.map {
                ObservationRow(date: $0.date, location: $0.location, species: .min, num: .uncounted)
            }
            observations = try planner.scan(selection, isWide: true, start: first)
        }
        let location = selection.locations?.ids.flatMap { $0.count == 1 ? $0.first : nil }
        return try ChecklistScan(
            filter: selection.ofVisits.rowFilter(), location: location, start: start, areComplete: areComplete,
            observations: observations,
            database: database)
    }
}
