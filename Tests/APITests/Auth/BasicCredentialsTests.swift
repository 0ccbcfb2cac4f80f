import Testing

@testable import API

@Suite struct BasicCredentialsTests {
    /// `Basic` and the base64 of bytes.
    private func field(_ bytes: [UInt8], scheme: String = "Basic ") -> ArraySlice<UInt8> {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output = Array(scheme.utf8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = (0..<3).map { start + $0 < bytes.count ? Int(bytes[start + $0]) : 0 }
            let value = group[0] << 16 | group[1] << 8 | group[2]
            let known = min(3, bytes.count - start) + 1
            for (index, shift) in [18, 12, 6, 0].enumerated() {
                output.append(index < known ? alphabet[value >> shift & 63] : UInt8(ascii: "="))
            }
        }
        return output[...]
    }

    private func credentials(_ field: some Sequence<UInt8>) throws -> BasicCredentials {
        try BasicCredentials(authorization: Array(field).span)
    }

    @Test(arguments: [
        ("marlyn:mumble", "marlyn", "mumble"), (":mumble", "", "mumble"), ("marlyn:", "marlyn", ""), (":", "", ""),
        ("a:b:c", "a", "b:c"), ("Ü:pässword", "Ü", "pässword"),
    ])
    func splitsAtTheFirstColon(text: String, user: String, password: String) throws {
        let credentials = try credentials(field(Array(text.utf8)))
        #expect(Array(credentials.user) == Array(user.utf8))
        #expect(Array(credentials.password) == Array(password.utf8))
    }

    @Test(
        arguments: [
            ([0x4A, 0xFC, 0x72, 0x67, 0x65, 0x6E], "Jürgen"), ([0xA0], "\u{A0}"), ([0xFF, 0xC3], "ÿÃ"),
            ([0xC0, 0x80 | 0x20], "À\u{A0}"),
            // What is UTF-8 is read as that, though it could be the other.
            ([0xC3, 0xBC], "ü"), (Array("ναύτης".utf8), "ναύτης"),
        ] as [([UInt8], String)])
    func readsWhatIsNotUTF8AsISO88591(bytes: [UInt8], text: String) throws {
        #expect(try Array(credentials(field(bytes + [0x3A, 0x78])).user) == Array(text.utf8))
        #expect(try Array(credentials(field([0x78, 0x3A] + bytes)).password) == Array(text.utf8))
    }

    @Test(arguments: ["Basic ", "basic ", "BASIC ", "bAsIc    "])
    func takesTheSchemeInAnyCaseAndAnySpaces(scheme: String) throws {
        #expect(try credentials(field(Array("a:b".utf8), scheme: scheme)).user == [0x61])
    }

    @Test(arguments: [
        "", "Bearer abc", "Digest username=x", "Basi YTpi", "Basics YTpi", "YTpi", "\u{62}\u{61}\u{13}ic YTpi",
    ])
    func knowsNoOtherScheme(value: String) {
        #expect(throws: BasicCredentials.Fault.unsupportedScheme) {
            try credentials(Array(value.utf8))
        }
    }

    @Test(arguments: [
        Array("Basic".utf8), Array("Basic ".utf8), Array("Basic !!!!".utf8), Array("Basic YTpi YTpi".utf8),
        Array("Basic\tYTpi".utf8),
        Array("Basic YTpi=".utf8), Array("Basic YTp".utf8), Array("Basic YWI=".utf8),
    ])
    func refusesWhatIsMalformed(value: [UInt8]) {
        #expect(throws: (any Error).self) { try credentials(value) }
    }

    @Test(
        arguments: [
            [0x61, 0x00, 0x3A], [0x61, 0x3A, 0x0A], [0x61, 0x3A, 0x7F], [0xC2, 0x85, 0x3A], [0x61], [0xFC],
            // C1, whichever encoding it is in.
            [0x61, 0x3A, 0x80], [0x61, 0x3A, 0x9F], [0x85, 0x3A, 0xFC], [0xFC, 0x3A, 0x1F],
        ] as [[UInt8]])
    func refusesBytesThatAreNoCredentials(bytes: [UInt8]) {
        #expect(throws: BasicCredentials.Fault.malformed) { try credentials(field(bytes)) }
    }
}
