/// Text in a line of a log, cut at a bound. Whatever a terminal or a viewer would obey is escaped: a client can neither
/// end a line nor turn the direction of a text.
public enum LogText {
    /// The longest text of a client in a line, in bytes.
    public static let longest = 1024

    /// The beginning of a text, and how long it is.
    /// - Parameter write: Makes of the text, or of its beginning, what is to be written.
    public static func cut(
        _ text: String, to most: Int = longest, writing write: (String) -> String = { $0 }
    ) -> String {
        if text.utf8.count <= most { return write(text) }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: most)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return "\(write(String(text[..<end])))[\(text.utf8.count) bytes]"
    }

    /// As one line for a terminal, with escapes such as `\x1b` and `\u202e`.
    public static func line(_ text: String) -> String { terminalLine(text) }

    /// Appends a text as a JSON string (RFC 8259 §7), in which every character that is obeyed is escaped.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case _ where scalar.value < 0x20 || scalar.value >= 0x7F && isObeyed(scalar):
                // No such character has more than 16 bits.
                let digits = String(scalar.value, radix: 16)
                bytes.append(
                    contentsOf: "\\u\(String(repeating: "0", count: max(0, 4 - digits.utf8.count)))\(digits)".utf8)
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
