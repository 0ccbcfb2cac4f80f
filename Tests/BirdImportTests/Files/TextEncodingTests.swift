import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct TextEncodingTests {
    private func check(_ bytes: [UInt8], block: Int) -> UTF8Check {
        var check = UTF8Check()
        for start in stride(from: 0, to: bytes.count, by: block) {
            bytes[start..<min(bytes.count, start + block)].withUnsafeBytes { check.add($0) }
        }
        check.finish()
        return check
    }

    private func decode(_ bytes: [UInt8], _ decoder: some TextDecoder, block: Int) -> [UInt8] {
        var decoder = decoder
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: block) {
            decoder.decode(Array(bytes[start..<min(bytes.count, start + block)]), to: &text)
        }
        decoder.finish(to: &text)
        return text
    }

    /// The characters and the wrong bytes, found by the standard library: a character is the shortest beginning that is
    /// valid.
    private func expected(_ bytes: [UInt8]) -> (text: String, characters: Int, bad: Int) {
        var (text, characters, bad, start) = ("", 0, 0, 0)
        while start < bytes.count {
            let found = (1...4).lazy.filter { start + $0 <= bytes.count }.compactMap {
                String(validating: bytes[start..<(start + $0)], as: UTF8.self).map { ($0, $0.utf8.count) }
            }.first
            if let (character, count) = found {
                text.unicodeScalars.append(contentsOf: character.unicodeScalars)
                characters += count > 1 ? 1 : 0
                start += count
            } else {
                text.unicodeScalars.append("\u{FFFD}")
                bad += 1
                start += 1
            }
        }
        return (text, characters, bad)
    }

    @Test func findsAndReplacesWrongBytesInBlocksOfAnySize() {
        var random = SplitMix(state: 9)
        let seeds: [[UInt8]] = ["Grèbe", "aaaaaaaaé", "海鳥", "🐦x", "abcdefghi"].map { Array($0.utf8) }
        let odd: [UInt8] = [0x80, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xF5, 0xFF, 0xA0, 0x9F, 0x61]
        var verdicts: Set<Bool> = []
        for _ in 0..<4000 {
            var bytes = seeds[Int(random.next() % 5)] + seeds[Int(random.next() % 5)]
            for _ in 0..<(random.next() % 3) {
                bytes[Int(random.next() % UInt64(bytes.count))] = odd[Int(random.next() % UInt64(odd.count))]
            }
            if random.next() % 4 == 0 { bytes.removeLast() }
            let (text, characters, bad) = expected(bytes)
            verdicts.insert(bad == 0)
            for block in [1, 2, 3, 100] {
                let check = check(bytes, block: block)
                #expect(check.characters == characters && check.badBytes == bad, "\(bytes) in blocks of \(block)")
                #expect(decode(bytes, UTF8Repair(), block: block) == Array(text.utf8), "\(bytes) in blocks of \(block)")
            }
        }
        #expect(verdicts == [true, false])
    }

    static let utf16: [(units: [UInt16], text: String, replaced: Int)] = [
        (Array("Grèbe, 海鳥 🐦\n".utf16), "Grèbe, 海鳥 🐦\n", 0), ([0xD83D], "\u{FFFD}", 1),
        ([0xD83D, 0x61], "\u{FFFD}a", 1), ([0xDC26, 0x61], "\u{FFFD}a", 1),
        ([0xD83D, 0xD83D, 0xDC26], "\u{FFFD}🐦", 1), ([0xFFFD], "\u{FFFD}", 0),
    ]

    @Test(arguments: utf16)
    func readsUTF16InBlocksOfAnySize(units: [UInt16], text: String, replaced: Int) {
        for isLittleEndian in [true, false] {
            let bytes = units.flatMap { unit in
                let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
                return isLittleEndian ? bytes.reversed() : bytes
            }
            for block in [1, 2, 3, 5, 100] {
                #expect(decode(bytes, UTF16Decoder(isLittleEndian: isLittleEndian), block: block) == Array(text.utf8))
                let odd = decode(bytes + [0x61], UTF16Decoder(isLittleEndian: isLittleEndian), block: block)
                #expect(odd == Array((text + "\u{FFFD}").utf8))
            }
            var decoder = UTF16Decoder(isLittleEndian: isLittleEndian)
            var decoded: [UInt8] = []
            decoder.decode(bytes, to: &decoded)
            decoder.finish(to: &decoded)
            #expect(decoder.replaced == replaced)
        }
    }

    /// A plain file with these bytes as the code of a location, in a file, and how it was read.
    private func record(_ code: [UInt8], mark: [UInt8] = []) throws -> (code: String, encoding: TextEncoding) {
        let fixture = try ImportFixture()
        fixture.write("a.csv", mark + Array(plainHeader.utf8) + code + Array(",,,,2021,2,3,a,1\n".utf8))
        let report = try fixture.run("a.csv")
        let codes = try fixture.rows("SELECT code FROM location")
        return (codes.first ?? "", try #require(report.files.first).encoding)
    }

    @Test func isUTF8IfMostOfItIs() throws {
        let swedish = Array("Skåne, Höllviken".utf8).map { $0 == 0x2C ? 0x20 : $0 }
        #expect(try record(swedish) == ("Skåne  Höllviken", .utf8))
        // Two characters and one wrong byte.
        #expect(try record(swedish + [0xE9]) == ("Skåne  Höllviken\u{FFFD}", TextEncoding(.utf8, replaced: 1)))
        // As many wrong bytes as characters.
        let (code, encoding) = try record(swedish + [0xE9, 0x20, 0xE9])
        #expect(code == "SkÃ¥ne  HÃ¶llvikené é" && encoding == TextEncoding(.windows1252))
        // A mark is no character.
        #expect(try record([0xFC], mark: [0xEF, 0xBB, 0xBF]) == ("ü", TextEncoding(.windows1252)))
    }

    @Test(arguments: [("Z\u{FC}rich", [0x5A, 0xFC, 0x72, 0x69, 0x63, 0x68]), ("€“ž", [0x80, 0x93, 0x9E])])
    func readsWindows1252(text: String, bytes: [UInt8]) {
        #expect(decode(bytes, Windows1252(), block: 2) == Array(text.utf8))
    }
}
