/// The user name and the password of an `Authorization: Basic` field (RFC 7617).
struct BasicCredentials {
    /// `user:password`, UTF-8 without control characters.
    private let decoded: ArraySlice<UInt8>
    /// Where the first colon is.
    private let colon: Int

    /// What can be wrong with the value of an `Authorization` field.
    enum Fault: Error, Equatable {
        /// Another scheme than Basic.
        case unsupportedScheme
        /// Basic, but not strict base64 of `user:password` without control characters.
        case malformed
    }

    /// Parses the value of an `Authorization` field, without the white space around it.
    init(authorization value: Span<UInt8>) throws(Fault) {
        let space = UInt8(ascii: " ")
        // The scheme compares without case (RFC 9110 §11.1); one or more spaces follow it.
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

/// The characters of credentials, which clients send in one of two encodings.
enum CredentialText {
    /// Bytes as UTF-8, whichever of the two they are in; nil where they hold a control character, which RFC 7617 §2 forbids.
    ///
    /// The challenge asks for UTF-8. Clients that do not heed it, such as Python's `requests` and a page that calls `btoa`, send
    /// ISO-8859-1, which is what bytes that are not UTF-8 are taken for.
    static func utf8(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var isASCII = true
        for byte in bytes {
            if byte < 0x20 || byte == 0x7F { return nil }
            if byte >= 0x80 { isASCII = false }
        }
        if isASCII { return bytes }
        if let text = String(validating: bytes, as: UTF8.self) {
            return text.unicodeScalars.contains { isControl($0.value) } ? nil : bytes
        }
        if bytes.contains(where: { isControl(UInt32($0)) }) { return nil }
        return bytes.flatMap { $0 < 0x80 ? [$0] : [0xC0 | $0 >> 6, 0x80 | $0 & 0x3F] }[...]
    }

    /// Whether a scalar is one of the control characters beyond ASCII, C1.
    private static func isControl(_ scalar: UInt32) -> Bool { (0x80...0x9F).contains(scalar) }
}
