import COpenSSL

/// The password that everyone who may see the records knows.
public struct SharedPassword: Sendable {
    /// The password, again and again, so that a candidate of any length is compared with as many bytes as it has.
    private let repeated: [UInt8]
    private let length: Int

    /// A longer candidate can't be the password. What it is compared with has this length, and is no secret.
    private static let longestCandidate = 16 * 1024

    /// Nil where the password is empty or very long, or can't be sent in a header field: it holds a control character, or
    /// begins or ends with a space.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, first != 0x20, last != 0x20,
            bytes.count <= SharedPassword.longestCandidate, CredentialText.utf8(bytes[...]) != nil
        else { return nil }
        length = bytes.count
        repeated = (0..<SharedPassword.longestCandidate).map { bytes[$0 % bytes.count] }
    }

    /// Whether `candidate` is the password, in a time that depends on the length of the candidate alone.
    func matches(_ candidate: Span<UInt8>) -> Bool {
        let count = min(candidate.count, repeated.count)
        let isSame = candidate.withUnsafeBufferPointer { candidate in
            repeated.withUnsafeBufferPointer { CRYPTO_memcmp(candidate.baseAddress, $0.baseAddress, count) == 0 }
        }
        // Not `&&`: both are looked at, whichever is false.
        return isSame & (candidate.count == length)
    }
}

extension Bool {
    fileprivate static func & (a: Bool, b: Bool) -> Bool { (a ? 1 : 0) & (b ? 1 : 0) == 1 }
}
