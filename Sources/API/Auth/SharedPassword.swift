import COpenSSL

/// The password that everyone who may see the records knows.
public struct SharedPassword: Sendable {
    private let bytes: [UInt8]

    /// Nil where the password is empty, or can't be sent in a header field: it holds a control character, or begins or ends
    /// with a space.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, first != 0x20, last != 0x20,
            bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        self.bytes = bytes
    }

    /// Whether `candidate` is the password, in a time that depends on the length of the candidate alone.
    func matches(_ candidate: some RandomAccessCollection<UInt8>) -> Bool {
        // The candidate is compared with the password repeated or cut to the candidate's length, and then the lengths.
        var padded: [UInt8] = []
        padded.reserveCapacity(candidate.count)
        var index = 0
        for _ in 0..<candidate.count {
            padded.append(bytes[index])
            index += 1
            if index == bytes.count { index = 0 }
        }
        let same = CRYPTO_memcmp(padded, Array(candidate), padded.count) == 0
        return same && candidate.count == bytes.count
    }
}
