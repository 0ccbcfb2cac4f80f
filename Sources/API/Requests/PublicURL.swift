import HTTP

/// The address under which clients reach the service through a proxy, such as `https://atlas.example/birds`. Page links
/// and the description use it. It is configured and never taken from a request, since a `Host` field can say anything.
///
/// Invariant: the text is a URL in visible ASCII without a query, a fragment, credentials or a slash at its end, and
/// can be written between `<` and `>` in `Link`.
public struct PublicURL: Sendable, Hashable {
    let text: String

    /// - Throws: `PublicURLError` if the text is not such a URL.
    public init(_ text: String) throws(PublicURLError) {
        let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }
        guard let scheme else {
            throw PublicURLError(message: "'\(text)' does not begin with http:// or https://")
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else {
            throw PublicURLError(message: "the URL contains a user name or a password, which every client would see")
        }
        guard !rest.contains("?"), !rest.contains("#") else {
            throw PublicURLError(message: "'\(text)' has a query or a fragment; leave out '?' or '#' and what follows")
        }
        do throws(RequestError) {
            // The rules of a request target: a valid host and port, and strict percent-encoding.
            _ = try RequestTarget(parsing: scheme + rest)
        } catch {
            throw PublicURLError(message: "'\(text)' is not a URL such as https://atlas.example/birds")
        }
        // A host that no client can look up, or a path that a client would resolve to another one.
        let path = rest.dropFirst(authority.count)
        guard authority.contains(where: { $0.isLetter || $0.isNumber }), authority.last != ":",
            !path.split(separator: "/").contains(where: {
                [".", ".."].contains($0.lowercased().replacing("%2e", with: "."))
            }),
            !path.contains(where: { $0 == "[" || $0 == "]" })
        else {
            throw PublicURLError(message: "'\(text)' is not a URL such as https://atlas.example/birds")
        }
        // The characters of a path (RFC 3986 §3.3). Any other could end the URL within `Link`.
        guard rest.utf8.allSatisfy({ $0.isPathByte }) else {
            throw PublicURLError(message: "'\(text)' has a character that a URL can't contain; percent-encode it")
        }
        var kept = rest
        while kept.hasSuffix("/") { kept.removeLast() }
        self.text = scheme + kept
    }
}

/// A text that can't be used as a public URL.
public struct PublicURLError: Error, Sendable {
    /// What is wrong and how to fix it, as the end of a sentence that begins with the option.
    public let message: String
}

extension UInt8 {
    fileprivate var isPathByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~!$&'()*+,;=:@/%[]".utf8.contains(self)
        }
    }
}
