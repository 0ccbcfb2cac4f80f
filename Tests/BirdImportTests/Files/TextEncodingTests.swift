import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct TextEncodingTests {
    private func isUTF8(_ bytes: [UInt8], block: Int) -> Bool {
        var check = UTF8Check()
        for start in stride(from: 0, to: bytes.count, by: block) {
            bytes[start..<min(bytes.count, start + block)].withUnsafeBytes { check.add($0) }
        }
        return check.isComplete
    }

    /// Compared with the decoder of the standard library.
    @Test func recognizesUTF8InBlocksOfAnySize() {
        var random = SplitMix(state: 9)
        let seeds: [[UInt8]] = ["Grèbe", "aaaaaaaaé", "海鳥", "🐦x", "abcdefghi"].map { Array($0.utf8) }
        let odd: [UInt8] = [0x80, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xF5, 0xFF, 0xA0, 0x9F, 0x61]
        var verdicts: Set<Bool> = []
        for _ in 0..<4000 {
            var bytes = seeds[Int(random.next() % 5)] + seeds[Int(random.next() % 5)]
            if random.next() % 2 == 0 {
                bytes[Int(random.next() % UInt64(bytes.count))] = odd[Int(random.next() % UInt64(odd.count))]
            }
            let expected = String(validating: bytes, as: UTF8.self) != nil
            verdicts.insert(expected)
            for block in [1, 2, 3, 100] { #expect(isUTF8(bytes, block: block) == expected, "\(bytes)") }
        }
        #expect(verdicts == [true, false])
    }

    @Test(arguments: [("Z\u{FC}rich", [0x5A, 0xFC, 0x72, 0x69, 0x63, 0x68]), ("€“ž", [0x80, 0x93, 0x9E])])
    func readsWindows1252(text: String, bytes: [UInt8]) {
        var decoded: [UInt8] = []
        Windows1252.decode(bytes, to: &decoded)
        #expect(String(decoding: decoded, as: UTF8.self) == text)
    }
}
