import Birds

/// Which rows an answer has, whichever store they are read from: that of a loop, or that of a worker.
enum RowSource {
    case observations(ObservationQuery, View)
    case species(View)
    case datasets(View)

    func rows(in store: ObservationStore, as format: RowFormat) throws(StoreError) -> RowCursor {
        switch self {
        case .observations(let query, let view): try store.observations(query, view: view, format: format)
        case .species(let view): try store.species(format: format, view: view)
        case .datasets(let view): try store.datasets(format: format, view: view)
        }
    }
}
