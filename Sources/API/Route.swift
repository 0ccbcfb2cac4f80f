import HTTP

/// The resources, by their paths.
enum Route: Hashable {
    /// `/` and `/observations`
    case observations
    /// `/observations/{id}`
    case observation(id: String)
    /// `/checklists`
    case checklists
    /// `/species`
    case species
    /// `/species/{species_id}`
    case oneSpecies(code: String)
    /// `/locations`
    case locations
    /// `/locations/{loc_id}`
    case location(code: String)
    /// `/regions`
    case regions
    /// `/summary`
    case summary
    /// `/datasets`
    case datasets
    /// `/metrics`
    case metrics
    /// `/openapi.json`
    case description
    /// `/health`
    case health
    /// `*`, the server as a whole, which only OPTIONS asks for.
    case server

    /// The resource at a path; nil where there is none.
    init?(path: String) {
        switch path {
        case "/", "/observations": self = .observations
        case "/species": self = .species
        case "/checklists": self = .checklists
        case "/locations": self = .locations
        case "/regions": self = .regions
        case "/summary": self = .summary
        case "/datasets": self = .datasets
        case "/metrics": self = .metrics
        case "/openapi.json": self = .description
        case "/health": self = .health
        case "*": self = .server
        default:
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].isEmpty, !parts[2].isEmpty else { return nil }
            switch parts[1] {
            case "observations": self = .observation(id: String(parts[2]))
            case "locations": self = .location(code: String(parts[2]))
            case "species": self = .oneSpecies(code: String(parts[2]))
            default: return nil
            }
        }
    }

    /// The methods that every resource answers; HEAD is a GET whose body stays behind.
    static let methods: [Method] = [.get, .head, .options]
}
