/// A request whose head is complete and well-formed. A body is read and dropped: no resource takes one.
public struct Request: Sendable {
    public let method: Method
    public let target: RequestTarget
    public let version: Version
    public let fields: ReceivedFields

    public init(method: Method, target: RequestTarget, version: Version = .http11, fields: ReceivedFields) {
        self.method = method
        self.target = target
        self.version = version
        self.fields = fields
    }
}

/// The protocol version of a request, as far as it makes a difference: HTTP/1.2 and higher minor versions count as 1.1.
public enum Version: Sendable, Hashable {
    case http10
    case http11
}

/// What a request asks for: the path and the query of its target, decoded.
public struct RequestTarget: Sendable, Hashable {
    /// The target as it was sent: visible ASCII only. For the log, and for entity tags.
    public let raw: String
    /// Nil for a long target, whose parts are decoded when somebody asks for them.
    private let parts: Parts?

    /// A target that `parts(of:)` can read.
    init(raw: String, parts: Parts?) { (self.raw, self.parts) = (raw, parts) }

    /// Whether the target is so long that decoding it costs something, each time that it is asked for.
    public var isLong: Bool { parts == nil }

    /// The parts of the path between its slashes, each decoded once, with dot segments resolved: `/` is one empty
    /// segment, `/species/a%2Fb` is `species` and `a/b`. Empty for `OPTIONS *`.
    public var segments: [String] { (parts ?? Self.parts(of: raw)).segments }

    /// The parameters in the order in which they were sent, decoded; `a` without `=` has the value "". A name may occur
    /// more than once.
    public var query: [QueryItem] { (parts ?? Self.parts(of: raw)).query }

    /// The segments joined by slashes, for `Link`; `*` for `OPTIONS *`. A slash within a segment looks like one between
    /// two, so this must not be split again.
    public var path: String {
        let segments = segments
        return segments.isEmpty ? "*" : "/" + segments.joined(separator: "/")
    }

    struct Parts: Sendable, Hashable {
        let segments: [String]
        let query: [QueryItem]
    }

    public struct QueryItem: Sendable, Hashable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// A request method that the server knows (RFC 9110 §9; PATCH: RFC 5789). A method known here gets a 405 where a
/// resource does not support it; any other token gets a 501.
public enum Method: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    /// From draft-ietf-httpbis-safe-method-w-body; no resource supports it.
    case query = "QUERY"
    /// No resource supports it: the answer would repeat the client's credentials (RFC 9110 §9.3.8).
    case trace = "TRACE"
}
