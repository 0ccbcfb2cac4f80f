import Birds
import HTTP

/// The resource that a path names, with the id in the path.
///
/// Paths are compared as decoded segments. An id is never used as the path of a file.
struct Route: Hashable {
    let resource: Resource
    /// Empty if the path has no id.
    let id: String

    init(_ resource: Resource, id: String = "") { (self.resource, self.id) = (resource, id) }

    /// The resource at a path, given by its decoded segments; nil if there is none.
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

    /// The resource at a path, and the format if the path names one, as `/observations.csv` does. Only formats of the
    /// resource count, so `/species.geojson` does not exist.
    static func find(_ segments: [String]) -> (route: Route?, format: RowFormat?) {
        if let route = Route(segments) { return (route, nil) }
        guard segments.count == 1, let path = segments.first, let dot = path.lastIndex(of: "."),
            let format = RowFormat.named(String(path[path.index(after: dot)...])),
            let resource = byName[String(path[..<dot])], resource.collectionName != nil, dot != path.startIndex,
            resource.formats.contains(format)
        else { return (nil, nil) }
        return (Route(resource), format)
    }

    /// The path that a client probably meant if the path of its request has a slash too many, an id with slashes that
    /// are not encoded, or a format that its resource does not have; nil if there is no such path. It is
    /// percent-encoded, so it can be requested as it is.
    static func nearestPath(to segments: [String]) -> String? {
        var ends = segments[...]
        while ends.first == "" { ends.removeFirst() }
        while ends.last == "" { ends.removeLast() }
        let full = segments.filter { !$0.isEmpty }
        var candidates = [full, Array(ends.prefix(1)) + [ends.dropFirst().joined(separator: "/")]]
        if full.count == 1, let stem = full.first?.split(separator: ".").first { candidates.append([String(stem)]) }
        for candidate in candidates
        where candidate != segments {
            guard let route = find(candidate.isEmpty ? [""] : candidate).route else { continue }
            // The id of an observation is a number, so it has no slash.
            if route.resource == .observation, Int64(route.id) == nil { continue }
            return "/" + candidate.map { PageLink.escaped($0, keeping: "") }.joined(separator: "/")
        }
        return nil
    }

    /// Resources by the only segment of their path. `/` is another path of the observations.
    private static let byName: [String: Resource] = names(of: 1).merging(["": .observations]) { first, _ in first }
    /// Resources whose path ends in an id, by the first segment.
    private static let withIDByName = names(of: 2)

    /// The resources whose path has so many segments, by the first one.
    private static func names(of count: Int) -> [String: Resource] {
        var names: [String: Resource] = [:]
        for resource in Resource.allCases where resource != .server {
            let segments = resource.entry.path.split(separator: "/")
            if segments.count == count { names[String(segments[0])] = resource }
        }
        return names
    }
}

/// One request and the meaning of its path.
struct Call {
    let request: Request
    /// Nil if the path names no resource.
    let route: Route?
    /// The format that the path names.
    let namedFormat: RowFormat?
    /// The value of `X-Request-Id` in the answer.
    let requestID: String
}
