/// The user name and the password of an `Authorization: Basic` field (RFC 7617).
struct BasicCredentials {
    /// `user:password`, UTF-8 without control characters.
    private let decoded: [UInt8]
    /// Where the first colon is.
    private let colon: Int

    /// What can be wrong with the value of an `Authorization` field.
    enum Fault: Error, Equatable {
        /// Another scheme than Basic.
        case unsupportedScheme
        /// Basic, but not strict base64 of `user:password` in UTF-8 without control characters.
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
        guard let decoded = Base64.decode(value.extracting(start..<value.count)),
            let colon = decoded.firstIndex(of: UInt8(ascii: ":")), BasicCredentials.isText(decoded)
        else { throw .malformed }
        self.decoded = decoded
        self.colon = colon
    }

    var user: ArraySlice<UInt8> { decoded[..<colon] }

    var password: ArraySlice<UInt8> { decoded[(colon + 1)...] }

    /// Whether the bytes are UTF-8 without control characters, which RFC 7617 §2 forbids in both parts.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        var isASCII = true
        for byte in bytes {
            if byte < 0x20 || byte == 0x7F { return false }
            if byte >= 0x80 { isASCII = false }
        }
        if isASCII { return true }
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return !text.unicodeScalars.contains { (0x80...0x9F).contains($0.value) }
    }
}
