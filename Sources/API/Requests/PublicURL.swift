import HTTP

/// Where clients reach the service, such as `https://atlas.example/birds`, when a proxy stands between. Links of pages and the
/// description name it.
///
/// Invariant: it is a URL of visible ASCII that can stand between `<` and `>`, without query, fragment, credentials or a slash at its end.
public struct PublicURL: Sendable, Hashable {
    let text: String

    /// - Throws: `PublicURLError`, a sentence, where the text is no such URL.
    public init(_ text: String) throws(PublicURLError) {
        let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }
        guard let scheme else {
            throw PublicURLError(message: "'\(text)' does not begin with http:// or https://")
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else {
            throw PublicURLError(message: "the URL has a user name or a password in it, which every client would see")
        }
        guard !rest.contains("?"), !rest.contains("#") else {
            throw PublicURLError(message: "'\(text)' has a query or a fragment; leave out what follows '?' or '#'")
        }
        do throws(RequestError) {
            // The rules of a request target: a valid host and port, and strict percent-encoding.
            _ = try RequestTarget(parsing: scheme + rest)
        } catch {
            throw PublicURLError(message: "'\(text)' is no URL such as https://atlas.example/birds")
        }
        // What a client would look up in vain, or resolve to another path than the proxy knows.
        let path = rest.dropFirst(authority.count)
        guard authority.contains(where: { $0.isLetter || $0.isNumber }), authority.last != ":",
            !path.split(separator: "/").contains(where: {
                [".", ".."].contains($0.lowercased().replacing("%2e", with: "."))
            }),
            !path.contains(where: { $0 == "[" || $0 == "]" })
        else {
            throw PublicURLError(message: "'\(text)' is no URL such as https://atlas.example/birds")
        }
        // RFC 3986 §3.3; anything else could end the URL within `Link`.
        guard rest.utf8.allSatisfy({ $0.isPathByte }) else {
            throw PublicURLError(message: "'\(text)' holds a character that a URL can't; percent-encode it")
        }
        var kept = rest
        while kept.hasSuffix("/") { kept.removeLast() }
        self.text = scheme + kept
    }
}

/// A sentence that says what is wrong with a public URL.
public struct PublicURLError: Error, Sendable {
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
