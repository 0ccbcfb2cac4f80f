@testable import Birds

// Shorter ways to ask a store, for tests of one resource or of one step of an answer from the exact edition.
extension ObservationStore {
    var database: Database { exact.database }
    var memory: RowMemory { exact.memory }
    var planner: Planner { exact.planner }
    var resolver: Resolver { exact.resolver }

    func observations(_ query: ObservationQuery, view: View, format: RowFormat) throws(StoreError) -> RowCursor {
        try rows(.observations(query), view: view, format: format)
    }

    func observation(id: Int64, fields: [Field], view: View) throws(StoreError) -> [UInt8]? {
        try document(.observation(id: id, fields), view: view).map { Array($0.dropLast()) }
    }

    func zeroFilled(_ query: ObservationQuery, view: View, format: RowFormat) throws(StoreError) -> RowCursor {
        try rows(.zeroFilled(query), view: view, format: format)
    }

    func checklists(
        _ query: ObservationQuery, fields: [ChecklistField], view: View, format: RowFormat
    ) throws(StoreError) -> RowCursor {
        try rows(.checklists(query, fields), view: view, format: format)
    }

    func locations(_ query: ObservationQuery, view: View, format: RowFormat) throws(StoreError) -> RowCursor {
        try rows(.locations(query), view: view, format: format)
    }

    func regions(view: View, format: RowFormat) throws(StoreError) -> RowCursor {
        try rows(.regions, view: view, format: format)
    }

    func summary(
        by keys: [SummaryKey], _ query: ObservationQuery, view: View, format: RowFormat
    ) throws(StoreError) -> RowCursor {
        try rows(.summary(keys, query), view: view, format: format)
    }

    func summary(
        by keys: [SummaryKey], _ selection: Selection, kind: SummaryKind?, mostKept: Int = Summary.mostKept
    ) throws(StoreError) -> Summary {
        try exact.summary(by: keys, selection, kind: kind, mostKept: mostKept)
    }

    func species(format: RowFormat, view: View) throws(StoreError) -> RowCursor {
        try rows(.species, view: view, format: format)
    }

    func species(_ code: String, view: View) throws(StoreError) -> [UInt8]? {
        try document(.species(code: code), view: view).map { Array($0.dropLast()) }
    }

    func datasets(format: RowFormat, view: View) throws(StoreError) -> RowCursor {
        try rows(.datasets, view: view, format: format)
    }
}

extension Resolver {
    /// What a view shows of the exact edition, if the file has no other one.
    func scope(_ view: View) throws(StoreError) -> Scope {
        let parts = try ViewPart.parts(of: view, hasGeneral: false) { (_) in false }
        return try scope(parts[0])
    }

    func select(_ filter: RecordFilter, _ view: View) throws(StoreError) -> Selection {
        try select(filter, try scope(view))
    }

    func select(_ view: View) throws(StoreError) -> Selection { try select(RecordFilter(), view) }

    func resolved(_ filter: RecordFilter, _ view: View) throws(StoreError) -> RecordFilter {
        try resolved(filter, try scope(view))
    }
}

extension RegionScope {
    /// The regions that a query asks for, cut to those that the view shows.
    init(query: [String], view: View) { self = RegionScope(view.regions).narrowed(to: query) }
}
