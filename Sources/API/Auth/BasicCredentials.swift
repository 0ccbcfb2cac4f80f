/// The user name and the password of an `Authorization: Basic` field (RFC 7617).
struct BasicCredentials: Equatable {
    let user: String
    /// UTF-8.
    let password: [UInt8]

    /// What can be wrong with the value of an `Authorization` field.
    enum Fault: Error, Equatable {
        /// Another scheme than Basic.
        case unsupportedScheme
        /// Basic, but not strict base64 of `user:password` in UTF-8 without control characters.
        case malformed
    }

    /// Parses the value of an `Authorization` field, without the white space around it.
    init(authorization value: ArraySlice<UInt8>) throws(Fault) {
        let space = UInt8(ascii: " ")
        // The scheme compares without case (RFC 9110 §11.1); one or more spaces follow it.
        let scheme = value.prefix { $0 != space }
        guard scheme.count == 5, zip(scheme, "basic".utf8).allSatisfy({ $0 | 0x20 == $1 }) else {
            throw .unsupportedScheme
        }
        let encoded = value.dropFirst(scheme.count).drop { $0 == space }
        guard let decoded = Base64.decode(encoded), let colon = decoded.firstIndex(of: UInt8(ascii: ":")) else {
            throw .malformed
        }
        // RFC 7617 §2: control characters are not allowed in either. 0x7F is one; those from U+0080 to U+009F are too.
        guard decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }),
            let text = String(validating: decoded, as: UTF8.self),
            !text.unicodeScalars.contains(where: { (0x80...0x9F).contains($0.value) })
        else { throw .malformed }
        user = String(decoding: decoded[..<colon], as: UTF8.self)
        password = Array(decoded[(colon + 1)...])
    }
}
