import Birds

/// Which rows an answer has, whichever store they are read from: that of a loop, or that of a worker.
enum RowSource {
    case observations(ObservationQuery)
    case zeroFilled(ObservationQuery)
    case checklists(ObservationQuery, [ChecklistField])
    case locations(ObservationQuery)
    case regions
    case summary([SummaryKey], ObservationQuery)
    case species
    case datasets

    func rows(in store: ObservationStore, view: View, as format: RowFormat) throws(StoreError) -> RowCursor {
        switch self {
        case .observations(let query): try store.observations(query, view: view, format: format)
        case .zeroFilled(let query): try store.zeroFilled(query, view: view, format: format)
        case .checklists(let query, let fields):
            try store.checklists(query, fields: fields, view: view, format: format)
        case .locations(let query): try store.locations(query, view: view, format: format)
        case .regions: try store.regions(view: view, format: format)
        case .summary(let keys, let query): try store.summary(by: keys, query, view: view, format: format)
        case .species: try store.species(format: format, view: view)
        case .datasets: try store.datasets(format: format, view: view)
        }
    }

    /// The name of the page behind the one that is asked for, found without writing any row; nil where there is none.
    func nextPage(in store: ObservationStore, view: View) throws(StoreError) -> String? {
        switch self {
        case .observations(let query): try store.nextPage(query, view: view)
        case .checklists(let query, _): try store.nextPage(ofChecklists: query, view: view)
        case .locations(let query): try store.nextPage(ofLocations: query, view: view)
        case .zeroFilled(let query): try store.nextPage(ofZeroFilled: query, view: view)
        case .regions, .summary, .species, .datasets: nil
        }
    }
}
