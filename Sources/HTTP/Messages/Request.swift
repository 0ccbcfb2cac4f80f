/// A request whose head has been read and found well-formed. Its body, if it had one, was read and dropped: no resource
/// takes one.
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

/// The protocol version of a request, as far as it makes a difference.
public enum Version: Sendable, Hashable {
    case http10
    case http11
}

/// What a request asks for: the path and the query of its target, decoded.
public struct RequestTarget: Sendable, Hashable {
    /// As it was sent: visible ASCII only. For the log.
    public let raw: String
    /// What is between the slashes of the path, each decoded once, dot segments resolved: `/` is one empty segment,
    /// `/species/a%2Fb` is `species` and `a/b`. None for an `OPTIONS *`.
    public let segments: [String]
    /// In the order they came; `a` without `=` has the value "".
    public let query: [QueryItem]

    /// The segments with slashes before them, where one of a segment is like one between two; `*` for an `OPTIONS *`.
    public var path: String { segments.isEmpty ? "*" : "/" + segments.joined(separator: "/") }

    public struct QueryItem: Sendable, Hashable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// A request method that the server knows (RFC 9110 §9; PATCH is RFC 5789). Any other token is a 501.
public enum Method: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    /// Of draft-ietf-httpbis-safe-method-w-body; no resource has it.
    case query = "QUERY"
    /// No resource has it: it would send credentials back.
    case trace = "TRACE"
}
