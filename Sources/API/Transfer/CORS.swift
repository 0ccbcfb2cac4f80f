import HTTP

/// The web pages of other origins that may send requests from a user's browser (CORS, in the Fetch standard).
///
/// Invariant: an answer names only an origin of the list, and never `*`, since requests carry credentials. Answers to
/// requests without an allowed origin are the same for all origins.
public struct CORS: Sendable {
    private let origins: Set<String>

    /// More than any person keeps in a list, and a bound for the memory that a mistake in a script can cost.
    private static let mostOrigins = 1000

    /// No other origins.
    public static let none = CORS(origins: [])

    private init(origins: Set<String>) { self.origins = origins }

    /// - Parameter list: Origins as browsers send them, such as `https://birds.example` or `http://localhost:3000`.
    /// - Throws: `CORSError` if one of them is not an origin.
    public init(_ list: [String]) throws(CORSError) {
        guard list.count <= CORS.mostOrigins else {
            throw CORSError(message: "there can be \(CORS.mostOrigins) origins at most")
        }
        for origin in list {
            if origin == "*" {
                throw CORSError(message: "'*' can't be an origin, since requests carry a password; name each origin")
            }
            guard CORS.isOrigin(origin) else {
                throw CORSError(
                    message:
                        "'\(origin)' is not an origin: give scheme, host and port as browsers send them, in lower case "
                        + "and without a path, such as https://birds.example or http://localhost:3000")
            }
        }
        origins = Set(list)
    }

    var isOn: Bool { !origins.isEmpty }

    /// The origin of a request if it is allowed. Origins are compared exactly, as the Fetch standard requires.
    func allowed(_ fields: ReceivedFields) -> String? {
        guard isOn, fields.count(of: .origin) == 1, let origin = fields[.origin], origins.contains(origin) else {
            return nil
        }
        return origin
    }

    /// The answer to a preflight; nil if the request is not one, or its origin is not allowed. It needs no credentials,
    /// since browsers never send any with a preflight.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, request.fields.count(of: .accessControlRequestMethod) == 1,
            allowed(request.fields) != nil
        else { return nil }
        return Response(.noContent, fields: CORS.preflightFields)
    }

    /// The fields of every answer to a request, errors included: without them a page could not read the error.
    func fields(for request: Request?) -> ResponseFields {
        guard isOn else { return ResponseFields() }
        guard let origin = request.flatMap({ allowed($0.fields) }) else { return CORS.otherFields }
        var fields = CORS.otherFields
        fields.append(.accessControlAllowOrigin, origin)
        fields.append(CORS.exposedFields)
        return fields
    }

    // Every answer depends on `Origin` as soon as one origin is allowed, also an answer to a request without one.
    private static let otherFields = ResponseFields([(.vary, "Origin")])
    private static let exposedFields = ResponseFields([
        (
            .accessControlExposeHeaders,
            "Link, ETag, Content-Disposition, X-Total-Count, X-Request-Id, Rookery-Generalised"
        )
    ])
    private static let preflightFields = ResponseFields([
        (.accessControlAllowMethods, "GET, HEAD, OPTIONS"),
        (
            .accessControlAllowHeaders,
            "Accept, Authorization, Password, If-Modified-Since, If-None-Match, X-Request-Id"
        ),
        // In seconds. Chromium keeps a preflight no longer.
        (.accessControlMaxAge, "7200"),
    ])

    /// Whether a text is an origin as browsers write it (RFC 6454 §6.2): no capitals, no path, no default port. Any
    /// other spelling would never match, so it is refused at start instead of failing silently later.
    private static func isOrigin(_ text: String) -> Bool {
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else { return false }
        let authority = text.dropFirst(isSecure ? 8 : 7)
        var host = authority
        // A colon before the closing bracket belongs to an IPv6 address.
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            let port = authority[authority.index(after: colon)...]
            guard let number = UInt16(port), number > 0, String(number) == port, number != (isSecure ? 443 : 80) else {
                return false
            }
            host = authority[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast()
            return address.contains(":") && address.utf8.allSatisfy { ":.0123456789abcdef".utf8.contains($0) }
        }
        return !host.isEmpty && host.utf8.allSatisfy { "-._0123456789abcdefghijklmnopqrstuvwxyz".utf8.contains($0) }
    }
}

/// A list of origins that can't be used.
public struct CORSError: Error, Sendable {
    /// What is wrong and how to fix it, as the end of a sentence that begins with the option.
    public let message: String
}
