import Birds

/// Which one JSON object an answer is, whichever store it is read from: that of a loop, or that of a worker.
enum DocumentSource {
    case observation(id: Int64, [Field])
    case location(code: String)
    case species(code: String)

    /// The object, as a line; nil where there is none that the view shows.
    func bytes(in store: ObservationStore, view: View) throws(StoreError) -> [UInt8]? {
        let object: [UInt8]? =
            switch self {
            case .observation(let id, let fields): try store.observation(id: id, fields: fields, view: view)
            case .location(let code): try store.location(code, view: view)
            case .species(let code): try store.species(code, view: view)
            }
        return object.map { $0 + "\n".utf8 }
    }

    /// What is wrong where there is none.
    var unknown: APIError {
        switch self {
        case .observation(let id, _): .unknownObservation(id: String(id))
        case .location(let code): .unknownLocation(code: code)
        case .species(let code): .unknownSpecies(code: code)
        }
    }
}
