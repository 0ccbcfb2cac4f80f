import COpenSSL

/// Seals page tokens with AES-256-SIV (RFC 5297): without the key, nobody can read, change or make one, and equal
/// contents have equal tokens. It belongs to one thread.
final class TokenSeal {
    // Contexts with the key. Each use takes a copy of one, which costs less than half of setting the key again.
    private let sealing: OpaquePointer
    private let opening: OpaquePointer
    private let context: OpaquePointer

    /// The size of what a token has beyond its content, in bytes.
    private static let tagSize = 16

    /// - Throws: `.unusable` if OpenSSL lacks the cipher.
    init(_ secret: Secret) throws(StoreError) {
        guard let cipher = EVP_CIPHER_fetch(nil, "AES-256-SIV", nil) else { throw Self.missing }
        // The contexts keep it.
        defer { EVP_CIPHER_free(cipher) }
        let contexts = (0..<3).compactMap { _ in EVP_CIPHER_CTX_new() }
        guard contexts.count == 3, EVP_CipherInit_ex2(contexts[0], cipher, secret.pages, nil, 1, nil) == 1,
            EVP_CipherInit_ex2(contexts[1], cipher, secret.pages, nil, 0, nil) == 1
        else {
            for context in contexts { EVP_CIPHER_CTX_free(context) }
            throw Self.missing
        }
        (sealing, opening, context) = (contexts[0], contexts[1], contexts[2])
    }

    deinit { for context in [sealing, opening, context] { EVP_CIPHER_CTX_free(context) } }

    private static var missing: StoreError {
        .unusable(path: "OpenSSL", reason: "it has no AES-256-SIV, which seals page tokens; install OpenSSL 3")
    }

    /// Seals bytes, which must not be empty.
    /// - Parameter purpose: What they are for: they open for nothing else.
    /// - Throws: `.unusable` if OpenSSL fails.
    func seal(_ bytes: [UInt8], for purpose: [UInt8]) throws(StoreError) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: Self.tagSize)
        guard let sealed = run(bytes, purpose, isSealing: true),
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), &tag) == 1
        else { throw Self.missing }
        return tag + sealed
    }

    /// Opens what `seal` made for the same purpose; nil for anything else.
    func open(_ bytes: [UInt8], for purpose: [UInt8]) -> [UInt8]? {
        guard bytes.count > Self.tagSize else { return nil }
        return run(Array(bytes[Self.tagSize...]), purpose, isSealing: false, tag: Array(bytes[..<Self.tagSize]))
    }

    /// Leaves nothing in the error queue of the thread, where another user of OpenSSL would find it.
    private func run(_ bytes: [UInt8], _ purpose: [UInt8], isSealing: Bool, tag: [UInt8] = []) -> [UInt8]? {
        defer { ERR_clear_error() }
        var result = [UInt8](repeating: 0, count: bytes.count)
        var (tag, count): ([UInt8], Int32) = (tag, 0)
        // Texts of a request are far shorter than 2³¹ bytes.
        guard let size = Int32(exactly: bytes.count), let purposeSize = Int32(exactly: purpose.count),
            EVP_CIPHER_CTX_copy(context, isSealing ? sealing : opening) == 1,
            isSealing || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1,
            EVP_CipherUpdate(context, nil, &count, purpose, purposeSize) == 1,
            EVP_CipherUpdate(context, &result, &count, bytes, size) == 1, count == size
        else { return nil }
        return result
    }
}
