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
