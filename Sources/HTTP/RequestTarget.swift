/// What a request asks for: the path and the query of its target, decoded.
public struct RequestTarget: Sendable, Hashable {
    /// As it was sent: visible ASCII only. For the log.
    public let raw: String
    /// Decoded once, dot segments resolved; begins with `/`. `*` for an `OPTIONS *`.
    public let path: String
    /// In the order they came; `a` without `=` has the value "".
    public let query: [QueryItem]

    public struct QueryItem: Sendable, Hashable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}
