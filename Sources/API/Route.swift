import Birds
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
        if path == "/" {
            self = .observations
            return
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2, parts[0].isEmpty, let collection = Route.collections[String(parts[1])] {
            self = collection
            return
        }
        switch path {
        case "/metrics": self = .metrics
        case "/openapi.json": self = .description
        case "/health": self = .health
        case "*": self = .server
        default:
            guard parts.count == 3, parts[0].isEmpty, !parts[2].isEmpty else { return nil }
            switch parts[1] {
            case "observations": self = .observation(id: String(parts[2]))
            case "locations": self = .location(code: String(parts[2]))
            case "species": self = .oneSpecies(code: String(parts[2]))
            default: return nil
            }
        }
    }

    /// The resource at a path, and the format where the path names one, as `/observations.csv` does.
    static func find(_ path: String) -> (route: Route?, format: RowFormat?) {
        if let route = Route(path: path) { return (route, nil) }
        guard let dot = path.lastIndex(of: "."), let format = RowFormat.named(String(path[path.index(after: dot)...])),
            let route = collections[String(path[..<dot].dropFirst())], path.first == "/", route.formats.contains(format)
        else { return (nil, nil) }
        return (route, format)
    }

    /// Resources that are rows, by their names.
    private static let collections: [String: Route] = [
        "observations": .observations, "checklists": .checklists, "species": .species, "locations": .locations,
        "regions": .regions, "summary": .summary, "datasets": .datasets,
    ]

    /// How the resource can be written, what it is by itself first.
    var formats: [RowFormat] {
        switch self {
        case .observations, .checklists, .locations: [.json, .ndjson, .csv, .geojson]
        case .species, .regions, .summary, .datasets: [.json, .ndjson, .csv]
        case .observation, .oneSpecies, .location, .metrics, .description, .health, .server: [.json]
        }
    }

    /// Whether it is one JSON value.
    var isDocument: Bool {
        switch self {
        case .observation, .oneSpecies, .location, .description: true
        default: false
        }
    }

    /// The methods that every resource answers; HEAD is a GET whose body stays behind.
    static let methods: [Method] = [.get, .head, .options]
}
