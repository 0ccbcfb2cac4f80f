/// Observations, in a list or one by its id.
extension EditionStore {
    /// The observations of a query, in its order.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.unknownPage`, `.lostPage`, `.overBudget`, `.cancelled` or
    ///   `.sqlite`.
    func observations(_ query: ObservationQuery, _ scope: Scope, format: RowFormat) throws(StoreError) -> RowCursor {
        let selection = try resolver.select(query.filter, scope)
        let encoder = encoder(format, query.fields, scope, showsExactness: query.showsExactness)
        let order = try planner.order(query.sort, scope)
        let pager = try Pager(
            query.page, of: .observations, selection, sort: query.sort, order: order, resolver, records, seal, database)
        let scan = try planner.rowScan(
            selection, order, pager?.start, limit: query.page.limit, isWide: encoder.needsIdentity || pager != nil)
        let total = query.page.countsAll ? try count(selection) : nil
        return RowCursor(
            .observations(scan, encoder), pager: pager, total: total, memory: memory)
    }

    /// The number of matching observations on all pages. It reads them all.
    func count(_ selection: Selection) throws(StoreError) -> Int {
        try planner.anyScan(selection, isWide: false).count(ObservationRow(), database.budget)
    }

    /// One observation, by the id that it is shown with, as a JSON object with the given members; nil if there is none
    /// or the scope does not show it.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func observation(id: Int64, fields: [Field], _ scope: Scope) throws(StoreError) -> [UInt8]? {
        if let refusal = database.budget.refusal() { throw refusal }
        guard let own = try records.ids.row(shown: id), let row = try records.row(own) else { return nil }
        // The row may have been removed, and what has its id now is shown with another one.
        guard try resolver.select(scope).rowFilter().matches(row), try records.ids.shown(row) == id else { return nil }
        let encoder = encoder(.json, fields, scope)
        var buffer = RowBuffer()
        try encoder.append(row, isFirst: true, to: &buffer)
        return buffer.bytes
    }
}
