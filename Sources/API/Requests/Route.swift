import Birds
import HTTP

/// A resource, with the id of the one that a path names.
struct Route: Hashable {
    let resource: Resource
    /// Empty where the path has none.
    let id: String

    init(_ resource: Resource, id: String = "") { (self.resource, self.id) = (resource, id) }

    /// The resource at a path, by its decoded segments; nil where there is none.
    init?(_ segments: [String]) {
        switch segments.count {
        case 0: self.init(.server)
        case 1:
            guard let resource = Route.byName[segments[0]] else { return nil }
            self.init(resource)
        // An id is the whole segment: one that ends in `.csv` names no format.
        case 2 where !segments[1].isEmpty:
            guard let resource = Route.withIDByName[segments[0]] else { return nil }
            self.init(resource, id: segments[1])
        default: return nil
        }
    }

    /// The resource at a path, and the format where the path names one, as `/observations.csv` does.
    static func find(_ segments: [String]) -> (route: Route?, format: RowFormat?) {
        if let route = Route(segments) { return (route, nil) }
        guard segments.count == 1, let path = segments.first, let dot = path.lastIndex(of: "."),
            let format = RowFormat.named(String(path[path.index(after: dot)...])),
            let resource = byName[String(path[..<dot])], resource.collectionName != nil, dot != path.startIndex,
            resource.formats.contains(format)
        else { return (nil, nil) }
        return (Route(resource), format)
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
            if route.resource == .observation, Int64(route.id) == nil { continue }
            return "/" + candidate.map { PageLink.escaped($0, keeping: "") }.joined(separator: "/")
        }
        return nil
    }

    /// Resources by the only segment of their path. `/` lists records too.
    private static let byName: [String: Resource] = names(of: 1).merging(["": .observations]) { first, _ in first }
    /// Those whose path ends in an id, by its first segment.
    private static let withIDByName = names(of: 2)

    private static func names(of count: Int) -> [String: Resource] {
        var names: [String: Resource] = [:]
        for resource in Resource.allCases where resource != .server {
            let segments = resource.entry.path.split(separator: "/")
            if segments.count == count { names[String(segments[0])] = resource }
        }
        return names
    }
}

/// One request, and what its path names.
struct Call {
    let request: Request
    let route: Route?
    /// The format that the path names.
    let namedFormat: RowFormat?
    /// The value of `X-Request-Id` in the answer.
    let requestID: String
}
