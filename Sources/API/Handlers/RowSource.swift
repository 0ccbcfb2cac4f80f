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

    /// The name of the page behind the one that is asked for, found without writing any row; nil where there is none.
    func nextPage(in store: ObservationStore) throws(StoreError) -> String? {
        guard case .observations(let query, let view) = self else { return nil }
        return try store.nextPage(query, view: view)
    }
}
