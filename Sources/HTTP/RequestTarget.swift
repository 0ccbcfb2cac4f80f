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
