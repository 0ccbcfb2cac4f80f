import Testing

@testable import API

@Suite struct Base64Tests {
    private func decode(_ text: [UInt8]) -> [UInt8]? { Base64.decode(text.span) }

    @Test(arguments: [
        ("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"),
        ("bWFybHluOm11bWJsZQ==", "marlyn:mumble"),
        ("w7zDn/A=", "üß\u{F0}"),
    ])
    func decodesWhatIsStrict(text: String, expected: String) {
        // The last case is not UTF-8: bytes are compared, with U+00F0 standing for the byte.
        let bytes = text == "w7zDn/A=" ? Array("üß".utf8) + [0xF0] : Array(expected.utf8)
        #expect(decode(Array(text.utf8)) == bytes)
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zm9vZg", "Zm9v\n", " Zm9v", "Zm 9", "Zh==", "Zi==", "Zk==", "Zo==",
        "Zm9=",
        "Zm+=", "Zm-_",
        "Zg==Zg==", "Z=g=",
        "Zm9vZ", "ümé9",
    ])
    func refusesWhatIsNot(text: String) {
        #expect(decode(Array(text.utf8)) == nil)
    }

    @Test func decodesEveryGroupOfThreeBytes() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for value in stride(from: 0, to: 1 << 24, by: 4099) {
            let text = [18, 12, 6, 0].map { alphabet[value >> $0 & 63] }
            #expect(decode(text) == [16, 8, 0].map { UInt8(value >> $0 & 255) })
        }
    }
}
