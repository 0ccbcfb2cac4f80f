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
