import HTTP

/// The address of the next page: that of this one, with another `after`.
struct PageLink: Sendable {
    private let target: RequestTarget

    init(_ target: RequestTarget) { self.target = target }

    /// The value of the field `Link` (RFC 8288): a reference that is relative to the host.
    func next(_ token: String) -> String {
        var text = "<" + PageLink.escaped(target.path, keeping: "/") + "?"
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
