import HTTP

/// The link to the next page: the URL of this page with another `after`.
///
/// It is made from the decoded parameters and encoded again, so it contains nothing that could end the link or the
/// field.
struct PageLink: Sendable {
    private let target: RequestTarget
    private let base: PublicURL?

    init(_ target: RequestTarget, base: PublicURL?) {
        self.target = target
        self.base = base
    }

    /// The value of the field `Link` (RFC 8288 §3). Without a public URL it is only a query, relative to the URL that
    /// the client requested (RFC 3986 §5.2.2), so a proxy that changes the host or the path can't make it wrong.
    /// - Parameter token: The value of `after`, which needs no encoding.
    func next(_ token: String) -> String {
        var text = "<"
        if let base { text += base.text + PageLink.escaped(target.path, keeping: "/") }
        text += "?"
        for item in target.query where item.name != Parameter.after.rawValue {
            text += PageLink.escaped(item.name, keeping: "") + "=" + PageLink.escaped(item.value, keeping: ",:") + "&"
        }
        return text + Parameter.after.rawValue + "=" + token + ">; rel=\"next\""
    }

    /// The text percent-encoded, except unreserved characters (RFC 3986 §2.3) and those in `kept`, which must have no
    /// meaning where the text is used.
    static func escaped(_ text: String, keeping kept: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                bytes.append(byte)
            default:
                if "-._~".utf8.contains(byte) || kept.utf8.contains(byte) {
                    bytes.append(byte)
                } else {
                    bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
