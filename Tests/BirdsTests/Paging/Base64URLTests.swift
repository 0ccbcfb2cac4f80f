import Testing

@testable import Birds
@testable import Fixtures

@Suite struct Base64URLTests {
    @Test func readsWhatItWrites() {
        var random = SplitMix(state: 71)
        for count in 0..<100 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = Base64URL.encode(bytes)
            #expect(text.utf8.count == (count * 4 + 2) / 3)
            #expect(Base64URL.decode(text) == bytes)
        }
    }

    /// Every token has one spelling.
    @Test(arguments: [
        "A", "AB", "A_", "AAB", "AAC", "AAAAA", "AAAAAB", "AA=", "AA==", "+A", "/A", "A A", "AÄ", "AAAA\n",
    ])
    func refusesOtherSpellings(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test(
        arguments: [("", []), ("AA", [0]), ("AQ", [1]), ("_w", [255]), ("AAE", [0, 1]), ("AAAB", [0, 0, 1])]
            as [(String, [UInt8])])
    func readsTheOnlySpelling(text: String, bytes: [UInt8]) {
        #expect(Base64URL.decode(text) == bytes)
    }
}
