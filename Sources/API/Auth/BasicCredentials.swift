/// The user name and the password of an `Authorization: Basic` field (RFC 7617).
struct BasicCredentials {
    /// `user:password`, UTF-8 without control characters.
    let decoded: ArraySlice<UInt8>
    /// The position of the first colon. A user name can't contain one, but a password can (RFC 7617 §2).
    private let colon: Int

    /// The reason why the value of an `Authorization` field is refused.
    enum Fault: Error, Equatable {
        /// The scheme is not Basic.
        case unsupportedScheme
        /// Basic, but not strict base64 of `user:password` without control characters.
        case malformed
    }

    /// Parses the value of an `Authorization` field, without the white space around it.
    init(authorization value: Span<UInt8>) throws(Fault) {
        let space = UInt8(ascii: " ")
        // The scheme is compared without case (RFC 9110 §11.1); one or more spaces follow it (§11.4).
        var start = 0
        while start < value.count, value[start] != space { start += 1 }
        guard start == 5, value[0] | 0x20 == UInt8(ascii: "b"), value[1] | 0x20 == UInt8(ascii: "a"),
            value[2] | 0x20 == UInt8(ascii: "s"), value[3] | 0x20 == UInt8(ascii: "i"),
            value[4] | 0x20 == UInt8(ascii: "c")
        else { throw .unsupportedScheme }
        while start < value.count, value[start] == space { start += 1 }
        guard let sent = Base64.decode(value.extracting(start..<value.count)),
            let decoded = CredentialText.utf8(sent[...]), let colon = decoded.firstIndex(of: UInt8(ascii: ":"))
        else { throw .malformed }
        self.decoded = decoded
        self.colon = colon
    }

    var user: ArraySlice<UInt8> { decoded[..<colon] }

    var password: ArraySlice<UInt8> { decoded[(colon + 1)...] }
}

/// The text of credentials, which clients send in one of two encodings.
enum CredentialText {
    /// The bytes in UTF-8, whichever encoding they were sent in; nil if they contain a control character, which RFC
    /// 7617 §2 forbids.
    ///
    /// The challenge asks for UTF-8 (RFC 7617 §2.1). Some clients ignore that, such as Python's `requests` and pages
    /// that call `btoa`, and send ISO-8859-1. Bytes that are not valid UTF-8 are therefore read as ISO-8859-1.
    static func utf8(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        // A loop without an early end is several times as fast, and most text has neither.
        var (hasControl, isASCII) = (false, true)
        bytes.withUnsafeBufferPointer { bytes in
            for byte in bytes {
                hasControl = hasControl || byte < 0x20 || byte == 0x7F
                isASCII = isASCII && byte < 0x80
            }
        }
        if hasControl { return nil }
        if isASCII { return bytes }
        if let text = String(validating: bytes, as: UTF8.self) {
            return text.unicodeScalars.contains { isControl($0.value) } ? nil : bytes
        }
        // From here on each byte is one character of ISO-8859-1, with the same number as in Unicode.
        if bytes.contains(where: { isControl(UInt32($0)) }) { return nil }
        return bytes.flatMap { $0 < 0x80 ? [$0] : [0xC0 | $0 >> 6, 0x80 | $0 & 0x3F] }[...]
    }

    /// Whether a scalar is a control character outside of ASCII (C1).
    private static func isControl(_ scalar: UInt32) -> Bool { (0x80...0x9F).contains(scalar) }
}
