import Testing

@testable import API

@Suite struct SharedPasswordTests {
    private func matches(_ password: SharedPassword, _ bytes: [UInt8]) -> Bool { password.matches(bytes.span) }

    @Test(arguments: ["mumble", "m", "pässword", "with space", String(repeating: "x", count: 1000)])
    func matchesItselfAlone(text: String) throws {
        let password = try #require(SharedPassword(text))
        let bytes = Array(text.utf8)
        #expect(matches(password, bytes))
        for other in [[], bytes.dropLast(), bytes + bytes, bytes + [bytes[0]], bytes + [0]] as [[UInt8]] {
            #expect(!matches(password, other))
        }
        #expect(!matches(password, [UInt8](repeating: bytes[0], count: 100_000)))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            #expect(!matches(password, other))
        }
    }

    @Test func isTheSameAsItselfAlone() throws {
        let password = try #require(SharedPassword("mumble"))
        #expect(password.isSame(as: SharedPassword("mumble")) && !password.isSame(as: nil))
        for other in ["mumbl", "mumblemumble", "mumblf"] { #expect(!password.isSame(as: SharedPassword(other))) }
    }

    @Test(arguments: ["", " mumble", "mumble ", "mum\nble", "mum\u{0}ble", "\u{7F}", "mum\u{85}ble"])
    func cannotBeWhatNoFieldCanHold(text: String) {
        #expect(SharedPassword(text) == nil)
    }
}
