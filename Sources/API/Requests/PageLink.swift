import HTTP

/// The address of the next page: that of this one, with another `after`.
struct PageLink: Sendable {
    private let target: RequestTarget
    private let base: PublicURL?

    init(_ target: RequestTarget, base: PublicURL?) {
        self.target = target
        self.base = base
    }

    /// The value of the field `Link` (RFC 8288 §3.1). Without a public URL it is a query alone, which is relative to the URL that
    /// the client asked for (RFC 3986 §5.2.2): no proxy that changes host or path can make it wrong.
    func next(_ token: String) -> String {
        var text = "<"
        if let base { text += base.text + PageLink.escaped(target.path, keeping: "/") }
        text += "?"
        for item in target.query where item.name != Parameter.after.rawValue {
            text += PageLink.escaped(item.name, keeping: "") + "=" + PageLink.escaped(item.value, keeping: ",:") + "&"
        }
        return text + Parameter.after.rawValue + "=" + token + ">; rel=\"next\""
    }

    /// Everything but the unreserved characters of RFC 3986 §2.3, and some more, as percent and hexadecimal digits.
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
