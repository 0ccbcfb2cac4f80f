import Transport

/// The server that a client command connects to, and the target that it requests.
///
/// `target` is visible ASCII, and neither part contains credentials: a URL with a password could end up in the history
/// of a shell or a log.
struct ServerURL: Equatable {
    let endpoint: HTTPClient.Endpoint
    /// The value of the field `Host`.
    let authority: String
    /// Path and query, percent-encoded where a request target must be.
    let target: String

    /// The reason why a URL can't be used, as a sentence.
    struct Fault: Error, Equatable { let message: String }

    /// - Parameters:
    ///   - text: A whole URL; or a path or a query, which is requested from `server`.
    ///   - server: Such as `http://127.0.0.1:8000` or `unix:/path/of/socket`.
    init(_ text: String, server: String) throws(Fault) {
        if text.lowercased().hasPrefix("http://") || text.lowercased().hasPrefix("https://") {
            try self.init(whole: text)
            return
        }
        let target: String
        if text.isEmpty || text.hasPrefix("/") {
            target = text
        } else if text.hasPrefix("?") {
            target = "/" + text
        } else if text.first(where: { "/?=".contains($0) }) == "=" {
            // Such as `species=stejay`: the equals sign comes before any slash or question mark.
            target = "/?" + text
        } else {
            throw Fault(
                message: "'\(text)' is not a URL, which begins with http://, nor a path, which begins with /, "
                    + "nor a query, such as species=stejay")
        }
        if server.hasPrefix("unix:") {
            self.init(
                endpoint: .socket(path: String(server.dropFirst(5))), authority: "localhost",
                target: ServerURL.encoded(target))
        } else {
            let base = server.hasSuffix("/") ? String(server.dropLast()) : server
            try self.init(whole: base + ServerURL.encoded(target))
        }
    }

    private init(endpoint: HTTPClient.Endpoint, authority: String, target: String) {
        self.endpoint = endpoint
        self.authority = authority
        self.target = target
    }

    private init(whole text: String) throws(Fault) {
        guard text.lowercased().hasPrefix("http://") else {
            throw Fault(message: "\(text) does not begin with http://; for https use curl")
        }
        let rest = text.dropFirst(7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            throw Fault(message: "a URL with a password in it can end up in a log; use --user NAME:PASSWORD")
        }
        // In an IPv6 address, only a colon after the closing bracket begins a port.
        let nameEnd =
            authority.hasPrefix("[")
            ? authority.firstIndex(of: "]").map { authority.index(after: $0) } : authority.firstIndex(of: ":")
        let host = authority[..<(nameEnd ?? authority.endIndex)]
        let suffix = authority[host.endIndex...]
        guard !host.isEmpty, host.hasPrefix("[") == host.hasSuffix("]"), suffix.isEmpty || suffix.hasPrefix(":"),
            let port = suffix.isEmpty ? 80 : UInt16(suffix.dropFirst())
        else {
            throw Fault(message: "\(text) is not a URL such as http://localhost:8000/?species=stejay")
        }
        endpoint = .network(host: String(host.filter { $0 != "[" && $0 != "]" }), port: port)
        self.authority = String(authority)
        let target = rest[authority.endIndex...].prefix { $0 != "#" }
        self.target = ServerURL.encoded(target.hasPrefix("/") ? String(target) : "/" + target)
    }

    /// A target in which spaces, quotes and characters outside of ASCII are percent-encoded, so that names can be typed
    /// as they are. `#` is encoded too: it begins a fragment only in a whole URL, where the fragment has been cut off.
    /// Text that is already percent-encoded stays as it is.
    private static func encoded(_ target: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var output: [UInt8] = []
        for byte in (target.isEmpty ? "/" : target).utf8 {
            if (0x21...0x7E).contains(byte), !"\"#".utf8.contains(byte) {
                output.append(byte)
            } else {
                output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
