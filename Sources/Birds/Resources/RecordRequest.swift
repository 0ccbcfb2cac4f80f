/// A request to a store: rows, or one document. A new resource is a case here, and the compiler then names all that
/// must handle it.
public enum RecordRequest {
    /// The rows of a resource.
    public enum Rows: Sendable {
        case observations(ObservationQuery)
        case zeroFilled(ObservationQuery)
        case checklists(ObservationQuery, [ChecklistField])
        case locations(ObservationQuery)
        case regions
        case summary([SummaryKey], ObservationQuery)
        case species
        case datasets

        /// The cheapest request with the same pages: without a count, and for checklists with a single member. Nil
        /// if there is only one page.
        fileprivate var ofPages: Rows? {
            func lean(_ query: ObservationQuery) -> ObservationQuery {
                var query = query
                query.page.countsAll = false
                return query
            }
            switch self {
            case .observations(let query): return query.page.limit == nil ? nil : .observations(lean(query))
            case .zeroFilled(let query): return query.page.limit == nil ? nil : .zeroFilled(lean(query))
            case .checklists(let query, _): return query.page.limit == nil ? nil : .checklists(lean(query), [.year])
            case .locations(let query): return query.page.limit == nil ? nil : .locations(lean(query))
            case .regions, .summary, .species, .datasets: return nil
            }
        }
    }

    /// One JSON object.
    public enum Document: Sendable {
        case observation(id: Int64, [Field])
        case location(code: String)
        case species(code: String)
    }
}

extension ObservationStore {
    /// The rows of a resource that a view shows. They are read as the cursor is filled, so errors may also come
    /// then.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.unknownPage`, `.lostPage`, `.overBudget`, `.cancelled` or
    ///   `.sqlite`.
    public func rows(_ request: RecordRequest.Rows, view: View, format: RowFormat) throws(StoreError) -> RowCursor {
        switch request {
        case .observations(let query): try observations(query, view: view, format: format)
        case .zeroFilled(let query): try zeroFilled(query, view: view, format: format)
        case .checklists(let query, let fields): try checklists(query, fields: fields, view: view, format: format)
        case .locations(let query): try locations(query, view: view, format: format)
        case .regions: try regions(view: view, format: format)
        case .summary(let keys, let query): try summary(by: keys, query, view: view, format: format)
        case .species: try species(format: format, view: view)
        case .datasets: try datasets(format: format, view: view)
        }
    }

    /// The token of the page after the requested one, found without writing any rows: a streamed answer needs it
    /// for `Link`, in its head. Nil if there is no such page.
    /// - Throws: The errors of `rows`.
    public func nextPage(_ request: RecordRequest.Rows, view: View) throws(StoreError) -> String? {
        guard let pages = request.ofPages else { return nil }
        let cursor = try rows(pages, view: view, format: .json)
        try cursor.skipRows()
        return cursor.next
    }

    /// The object and a line feed; nil if the view shows no such object.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    public func document(_ request: RecordRequest.Document, view: View) throws(StoreError) -> [UInt8]? {
        let object: [UInt8]? =
            switch request {
            case .observation(let id, let fields): try observation(id: id, fields: fields, view: view)
            case .location(let code): try location(code, view: view)
            case .species(let code): try species(code, view: view)
            }
        return object.map { $0 + "\n".utf8 }
    }
}
