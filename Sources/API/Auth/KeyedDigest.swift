import COpenSSL

/// A fingerprint of credentials, under which the server remembers that they are right: HMAC with SHA-256 (RFC 2104).
/// Whoever reads it in the memory of the server can't find out the password, since the key is new with each start.
struct CredentialsDigest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    fileprivate init(_ words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    static func == (a: CredentialsDigest, b: CredentialsDigest) -> Bool { a.words == b.words }

    // Any part of it is as random as the whole.
    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// Makes digests with one key. It belongs to one thread.
final class KeyedDigest {
    /// The key of a process, the same for all of its threads.
    struct Key: Sendable {
        fileprivate let bytes: [UInt8]

        /// A new random key; nil if the system has no random numbers, or no HMAC.
        init?() {
            var bytes = [UInt8](repeating: 0, count: 32)
            guard RAND_bytes(&bytes, Int32(bytes.count)) == 1 else { return nil }
            self.bytes = bytes
        }
    }

    /// With the key set, so that a digest costs no more than hashing.
    private let context: OpaquePointer

    /// Nil if OpenSSL lacks HMAC or SHA-256.
    init?(_ key: Key) {
        guard let algorithm = EVP_MAC_fetch(nil, "HMAC", nil) else { return nil }
        // The context holds on to it.
        defer { EVP_MAC_free(algorithm) }
        guard let context = EVP_MAC_CTX_new(algorithm) else { return nil }
        self.context = context
        var algorithmName = Array("SHA256".utf8CString)
        // The settings hold on to both texts, not to copies.
        let isReady = "digest".withCString { setting in
            algorithmName.withUnsafeMutableBufferPointer { name in
                var settings = [
                    OSSL_PARAM_construct_utf8_string(setting, name.baseAddress, 0), OSSL_PARAM_construct_end(),
                ]
                return EVP_MAC_init(context, key.bytes, key.bytes.count, &settings) == 1
            }
        }
        guard isReady else { return nil }
    }

    deinit { EVP_MAC_CTX_free(context) }

    /// The digest of bytes; nil if OpenSSL fails.
    func digest(_ bytes: Span<UInt8>) -> CredentialsDigest? {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var count = 0
        let isDone = withUnsafeMutableBytes(of: &words) { words in
            bytes.withUnsafeBufferPointer { bytes in
                // Without a key it begins again with the one that is set.
                EVP_MAC_init(context, nil, 0, nil) == 1
                    && EVP_MAC_update(context, bytes.baseAddress, bytes.count) == 1
                    && EVP_MAC_final(
                        context, words.baseAddress?.assumingMemoryBound(to: UInt8.self), &count, words.count) == 1
            }
        }
        return isDone && count == 32 ? CredentialsDigest(words) : nil
    }
}
