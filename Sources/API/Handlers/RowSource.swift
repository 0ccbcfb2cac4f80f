import Birds

/// Which rows an answer has, whichever store they are read from: that of a loop, or that of a worker.
enum RowSource {
    case observations(ObservationQuery, View)
    case zeroFilled(ObservationQuery, View)
    case checklists(ObservationQuery, [ChecklistField], View)
    case locations(ObservationQuery, View)
    case regions(View)
    case summary([SummaryKey], ObservationQuery, View)
    case species(View)
    case datasets(View)

    func rows(in store: ObservationStore, as format: RowFormat) throws(StoreError) -> RowCursor {
        switch self {
        case .observations(let query, let view): try store.observations(query, view: view, format: format)
        case .zeroFilled(let query, let view): try store.zeroFilled(query, view: view, format: format)
        case .checklists(let query, let fields, let view):
            try store.checklists(query, fields: fields, view: view, format: format)
        case .locations(let query, let view): try store.locations(query, view: view, format: format)
        case .regions(let view): try store.regions(view: view, format: format)
        case .summary(let keys, let query, let view):
            try store.summary(by: keys, query, view: view, format: format)
        case .species(let view): try store.species(format: format, view: view)
        case .datasets(let view): try store.datasets(format: format, view: view)
        }
    }

    /// The name of the page behind the one that is asked for, found without writing any row; nil where there is none.
    func nextPage(in store: ObservationStore) throws(StoreError) -> String? {
        switch self {
        case .observations(let query, let view): try store.nextPage(query, view: view)
        case .checklists(let query, _, let view): try store.nextPage(ofChecklists: query, view: view)
        case .locations(let query, let view): try store.nextPage(ofLocations: query, view: view)
        case .zeroFilled(let query, let view): try store.nextPage(ofZeroFilled: query, view: view)
        case .regions, .summary, .species, .datasets: nil
        }
    }
}
