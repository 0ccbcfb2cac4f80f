import HTTP

/// Which web pages of others may ask, from the browser of somebody who has the password (the Fetch standard's CORS).
///
/// Invariant: only an origin of the list is ever named in an answer, and never `*`, since requests carry credentials.
public struct CORS: Sendable {
    private let origins: Set<String>

    /// Longer than any list that a person keeps.
    private static let mostOrigins = 1000

    /// Nobody else's pages.
    public static let none = CORS(origins: [])

    private init(origins: Set<String>) { self.origins = origins }

    /// - Parameter list: Origins as browsers send them, such as `https://birds.example` or `http://localhost:3000`.
    /// - Throws: `CORSError`, a sentence, where one is none.
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
                        "'\(origin)' is no origin: give scheme, host and port as browsers send them, in lower case and "
                        + "without a path, such as https://birds.example or http://localhost:3000")
            }
        }
        origins = Set(list)
    }

    var isOn: Bool { !origins.isEmpty }

    /// The origin of a request, where its pages may ask.
    func allowed(_ fields: ReceivedFields) -> String? {
        guard isOn, fields.count(of: .origin) == 1, let origin = fields[.origin], origins.contains(origin) else {
            return nil
        }
        return origin
    }

    /// The answer to a browser that asks whether a page may ask; nil where this is no such question, or it may not.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, request.fields.count(of: .accessControlRequestMethod) == 1,
            allowed(request.fields) != nil
        else { return nil }
        return Response(.noContent, fields: CORS.preflightFields)
    }

    /// What every answer to this request says, errors too.
    func fields(for request: Request?) -> ResponseFields {
        guard isOn else { return ResponseFields() }
        guard let origin = request.flatMap({ allowed($0.fields) }) else { return CORS.otherFields }
        var fields = CORS.otherFields
        fields.append(.accessControlAllowOrigin, origin)
        fields.append(CORS.exposedFields)
        return fields
    }

    private static let otherFields = ResponseFields([(.vary, "Origin")])
    private static let exposedFields = ResponseFields([
        (.accessControlExposeHeaders, "Link, ETag, Content-Disposition, X-Total-Count, X-Request-Id")
    ])
    private static let preflightFields = ResponseFields([
        (.accessControlAllowMethods, "GET, HEAD, OPTIONS"),
        (
            .accessControlAllowHeaders,
            "Accept, Authorization, Password, If-Modified-Since, If-None-Match, X-Request-Id"
        ),
        (.accessControlMaxAge, "7200"),
    ])

    /// RFC 6454 §6.2, as browsers write it: nothing in capitals, no path, no default port.
    private static func isOrigin(_ text: String) -> Bool {
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else { return false }
        let authority = text.dropFirst(isSecure ? 8 : 7)
        var host = authority
        // The colons of an IPv6 address stand before the bracket that ends it.
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

/// A sentence that says what is wrong with a list of origins.
public struct CORSError: Error, Sendable {
    public let message: String
}
