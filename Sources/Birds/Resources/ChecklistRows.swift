/// Checklists: visits to a location, with their effort.
extension ObservationStore {
    /// The checklists of a query's dates, locations and data sets. If the query asks for species or counts, only
    /// those with such a record. They come in the order of date, location and data set.
    /// - Parameter fields: The members, in order.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.unknownPage`, `.overBudget`, `.cancelled` or `.sqlite`.
    func checklists(
        _ query: ObservationQuery, fields: [ChecklistField], view: View, format: RowFormat
    ) throws(StoreError) -> RowCursor {
        let selection = try resolver.select(query.filter, view)
        let pager = try Pager(
            query.page, of: .checklists, selection, order: .date(isDescending: false), resolver, records, seal, database
        )
        let scan = try checklistScan(selection, pager?.start?.row)
        let records = records
        var fields = fields
        if format == .geojson {
            // The geometry needs the coordinates, whatever members were asked for.
            let exactness: [ChecklistField] = query.showsExactness ? [.coordinateUncertainty, .generalised] : []
            for field in [.latitude, .longitude] + exactness where !fields.contains(field) { fields.append(field) }
        }
        // Resolved once, and not for every row.
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
                    case .locationName: RowCell(try records.name(ofLocation: entry.location, in: entry.dataset))
                    case .year: RowCell(date.year)
                    case .month: RowCell(date.month)
                    case .day: RowCell(date.day)
                    case .date: RowCell(date.iso)
                    case .dataset: .text(try records.dataset(entry.dataset))
                    case .coordinateUncertainty: RowCell(try records.exactness(ofChecklist: entry.id).uncertainty)
                    case .generalised: RowCell(try records.exactness(ofChecklist: entry.id).isGeneralised)
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
            observations = try planner.scan(selection, isWide: true, start: first)
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
