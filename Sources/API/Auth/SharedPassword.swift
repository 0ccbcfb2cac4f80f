import COpenSSL

/// The password shared by all who may see the records.
///
/// It is neither printed nor logged: nothing here has a description.
public struct SharedPassword: Sendable {
    /// The password repeated, so that a candidate of any length is compared with as many bytes as it has.
    private let repeated: [UInt8]
    private let length: Int

    /// The longest candidate, in bytes, that can be the password: the default limit of a header section. This length is
    /// not a secret.
    private static let longestCandidate = 16 * 1024

    /// Nil if the password is empty or longer than 16 KiB, or can't be sent in a header field because it contains a
    /// control character or begins or ends with a space (RFC 9110 §5.5).
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, first != 0x20, last != 0x20,
            bytes.count <= SharedPassword.longestCandidate, CredentialText.utf8(bytes[...]) != nil
        else { return nil }
        length = bytes.count
        repeated = (0..<SharedPassword.longestCandidate).map { bytes[$0 % bytes.count] }
    }

    /// Whether another one is the same.
    func isSame(as other: SharedPassword?) -> Bool {
        other.map { matches($0.repeated.span.extracting(first: $0.length)) } ?? false
    }

    /// Whether `candidate` is the password. The time depends only on the length of the candidate, so measuring it
    /// reveals neither how many bytes are right nor how long the password is.
    func matches(_ candidate: Span<UInt8>) -> Bool {
        let count = min(candidate.count, repeated.count)
        let isSame = candidate.withUnsafeBufferPointer { candidate in
            repeated.withUnsafeBufferPointer { CRYPTO_memcmp(candidate.baseAddress, $0.baseAddress, count) == 0 }
        }
        // Not `&&`, which would skip the second comparison.
        return isSame & (candidate.count == length)
    }
}

extension Bool {
    fileprivate static func & (a: Bool, b: Bool) -> Bool { (a ? 1 : 0) & (b ? 1 : 0) == 1 }
}
