import Transport

/// Where a client command connects to, and what it asks for.
struct ServerURL: Equatable {
    let place: HTTPClient.Place
    /// The value of the field `Host`.
    let authority: String
    /// Path and query, percent-encoded where a request target must be.
    let target: String

    /// A URL that can't be used, as a sentence.
    struct Fault: Error, Equatable { let message: String }

    /// - Parameters:
    ///   - text: a whole URL; or a path, or a query, which are asked of `server`.
    ///   - server: such as `http://127.0.0.1:8000`, or `unix:/path/of/socket`.
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
            target = "/?" + text
        } else {
            throw Fault(
                message: "'\(text)' is not a URL, which begins with http://, nor a path, which begins with /, "
                    + "nor a query, such as species=stejay")
        }
        if server.hasPrefix("unix:") {
            self.init(
                place: .socket(path: String(server.dropFirst(5))), authority: "localhost",
                target: ServerURL.encoded(target))
        } else {
            let base = server.hasSuffix("/") ? String(server.dropLast()) : server
            try self.init(whole: base + ServerURL.encoded(target))
        }
    }

    private init(place: HTTPClient.Place, authority: String, target: String) {
        self.place = place
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
        // The colon of a port stands behind the bracket of an IPv6 address.
        let nameEnd =
            authority.hasPrefix("[")
            ? authority.firstIndex(of: "]").map { authority.index(after: $0) } : authority.firstIndex(of: ":")
        let host = authority[..<(nameEnd ?? authority.endIndex)]
        let behind = authority[host.endIndex...]
        guard !host.isEmpty, host.hasPrefix("[") == host.hasSuffix("]"), behind.isEmpty || behind.hasPrefix(":"),
            let port = behind.isEmpty ? 80 : UInt16(behind.dropFirst())
        else {
            throw Fault(message: "\(text) is no URL such as http://localhost:8000/?species=stejay")
        }
        place = .network(host: String(host.filter { $0 != "[" && $0 != "]" }), port: port)
        self.authority = String(authority)
        let target = rest[authority.endIndex...].prefix { $0 != "#" }
        self.target = ServerURL.encoded(target.hasPrefix("/") ? String(target) : "/" + target)
    }

    /// Spaces, quotes and what is not ASCII as `%20` and the like, so that names can be typed as they are. So is `#`, which begins
    /// a fragment in a whole URL alone, where that has been cut off. What is percent-encoded stays as it is.
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
