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

    /// The resource at a path, by its decoded segments; nil where there is none.
    init?(_ segments: [String]) {
        switch segments.count {
        case 0: self = .server
        case 1:
            switch segments[0] {
            case "": self = .observations
            case "metrics": self = .metrics
            case "openapi.json": self = .description
            case "health": self = .health
            case let name:
                guard let collection = Route.collections[name] else { return nil }
                self = collection
            }
        case 2 where !segments[1].isEmpty:
            // An id is the whole segment: one that ends in `.csv` names no format.
            switch segments[0] {
            case "observations": self = .observation(id: segments[1])
            case "locations": self = .location(code: segments[1])
            case "species": self = .oneSpecies(code: segments[1])
            default: return nil
            }
        default: return nil
        }
    }

    /// The resource at a path, and the format where the path names one, as `/observations.csv` does.
    static func find(_ segments: [String]) -> (route: Route?, format: RowFormat?) {
        if let route = Route(segments) { return (route, nil) }
        guard segments.count == 1, let path = segments.first, let dot = path.lastIndex(of: "."),
            let format = RowFormat.named(String(path[path.index(after: dot)...])),
            let route = collections[String(path[..<dot])], route.formats.contains(format)
        else { return (nil, nil) }
        return (route, format)
    }

    /// The path that a client may have meant, where one that leads nowhere has a slash too many, or an id has its slashes
    /// unencoded; nil where there is none like it. Percent-encoded, so that it can be asked for as it is.
    static func nearestPath(to segments: [String]) -> String? {
        var ends = segments[...]
        while ends.first == "" { ends.removeFirst() }
        while ends.last == "" { ends.removeLast() }
        let full = segments.filter { !$0.isEmpty }
        for candidate in [full, Array(ends.prefix(1)) + [ends.dropFirst().joined(separator: "/")]]
        where candidate != segments {
            guard let route = find(candidate.isEmpty ? [""] : candidate).route else { continue }
            // The id of an observation is a number, which has no slash.
            if case .observation(let id) = route, Int64(id) == nil { continue }
            return "/" + candidate.map { PageLink.escaped($0, keeping: "") }.joined(separator: "/")
        }
        return nil
    }

    /// Resources that are rows, by their names.
    private static let collections: [String: Route] = [
        "observations": .observations, "checklists": .checklists, "species": .species, "locations": .locations,
        "regions": .regions, "summary": .summary, "datasets": .datasets,
    ]

    /// The name of a resource that is rows, as in its path; nil for others.
    var collectionName: String? { Route.collections.first { $0.value == self }?.key }

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
        case .observations, .checklists, .species, .locations, .regions, .summary, .datasets: false
        case .metrics, .health, .server: false
        }
    }

    /// The methods that every resource answers; HEAD is a GET whose body stays behind.
    static let methods: [Method] = [.get, .head, .options]
}
