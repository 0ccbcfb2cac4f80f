import Birds

extension RecordRequest.Document {
    /// What is wrong where there is none.
    var unknown: APIError {
        switch self {
        case .observation(let id, _): .unknownObservation(id: String(id))
        case .location(let code): .unknownLocation(code: code)
        case .species(let code): .unknownSpecies(code: code)
        }
    }
}
