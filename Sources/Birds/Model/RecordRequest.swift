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
        var ofPages: Rows? {
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
