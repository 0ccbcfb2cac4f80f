/// The name of a header field, in the spelling that is sent. Names are compared without regard to case (RFC 9110 §5.1).
///
/// A name is always a literal in the source and never comes from a client, so it needs no check, costs no allocation,
/// and can't carry anything into a response.
public struct FieldName: Sendable {
    /// ASCII, and a token.
    let literal: StaticString

    public init(_ literal: StaticString) {
        self.literal = literal
    }

    /// The name as it is sent, such as `Content-Type`.
    public var text: String { literal.description }

    public static let accept = FieldName("Accept")
    public static let acceptEncoding = FieldName("Accept-Encoding")
    public static let accessControlAllowHeaders = FieldName("Access-Control-Allow-Headers")
    public static let accessControlAllowMethods = FieldName("Access-Control-Allow-Methods")
    public static let accessControlAllowOrigin = FieldName("Access-Control-Allow-Origin")
    public static let accessControlExposeHeaders = FieldName("Access-Control-Expose-Headers")
    public static let accessControlMaxAge = FieldName("Access-Control-Max-Age")
    public static let accessControlRequestMethod = FieldName("Access-Control-Request-Method")
    public static let allow = FieldName("Allow")
    public static let authorization = FieldName("Authorization")
    public static let cacheControl = FieldName("Cache-Control")
    public static let contentDisposition = FieldName("Content-Disposition")
    public static let contentEncoding = FieldName("Content-Encoding")
    public static let connection = FieldName("Connection")
    public static let contentLength = FieldName("Content-Length")
    public static let contentType = FieldName("Content-Type")
    public static let etag = FieldName("ETag")
    public static let host = FieldName("Host")
    public static let ifModifiedSince = FieldName("If-Modified-Since")
    public static let ifNoneMatch = FieldName("If-None-Match")
    public static let lastModified = FieldName("Last-Modified")
    public static let link = FieldName("Link")
    public static let origin = FieldName("Origin")
    public static let password = FieldName("Password")
    public static let requestID = FieldName("X-Request-Id")
    public static let retryAfter = FieldName("Retry-After")
    public static let totalCount = FieldName("X-Total-Count")
    public static let transferEncoding = FieldName("Transfer-Encoding")
    public static let userAgent = FieldName("User-Agent")
    public static let vary = FieldName("Vary")
    public static let wwwAuthenticate = FieldName("WWW-Authenticate")
}

extension FieldName: Hashable {
    public static func == (a: FieldName, b: FieldName) -> Bool {
        a.literal.buffer.elementsEqual(b.literal.buffer) { $0.lowercased == $1.lowercased }
    }

    public func hash(into hasher: inout Hasher) {
        for byte in literal.buffer { hasher.combine(byte.lowercased) }
    }
}
