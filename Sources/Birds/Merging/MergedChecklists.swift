/// Checklists.
extension MergedView {
    func checklists(
        _ query: ObservationQuery, _ fields: [ChecklistField], _ format: RowFormat
    ) throws(StoreError) -> RowCursor {
        let selected = try select(query.filter)
        let page = try page(query.page, of: .checklists, selected)
        let rows = try parts(
            page, of: .checklists, ChecklistEntry(), key: { $0.key },
            finder: { (index, _, start) throws(StoreError) in
                try parts[index].edition.checklistScan(selected.selections[index], start?.row)
            })
        let merge = Merge(rows, ShownOrder())
        let members = ChecklistMembers(fields, query, format)
        let table = TableRows(names: members.names, format: format) { () throws(StoreError) in
            guard let index = try merge.next(), page?.takes() ?? true else { return nil }
            let rows = merge.parts[index]
            let cells = try members.cells(of: rows.row, rows.part.edition.records)
            try rows.pass()
            return cells
        }
        table.page = { () throws(StoreError) in try page?.next(after: merge) }
        let total: Int? =
            if query.page.countsAll {
                try sum { (index) throws(StoreError) in
                    try parts[index].edition.count(checklistsOf: selected.selections[index])
                }
            } else { nil }
        return RowCursor(.other(table), total: total, memory: memory)
    }
}
