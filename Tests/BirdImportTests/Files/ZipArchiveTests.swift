import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct ZipArchiveTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private static let long = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    private static let entries = [
        ZipWriter.Entry(name: "short.txt", content: Array("abc".utf8), isDeflated: false),
        ZipWriter.Entry(name: "é/long.txt", content: long), ZipWriter.Entry(name: "empty", content: []),
    ]

    private func content(_ bytes: [UInt8], _ index: Int) throws -> [UInt8] {
        let zip = try ZipArchive(SourceFile(path: fixture.write("a.zip", bytes)))
        return try zip.content(zip.entries[index], most: 1 << 20)
    }

    @Test(arguments: ["", "a comment PK\u{5}\u{6} that looks like an end"]) func readsEntries(comment: String) throws {
        let bytes = ZipWriter.archive(Self.entries, comment: comment)
        for (index, entry) in Self.entries.enumerated() { #expect(try content(bytes, index) == entry.content) }
        let zip = try ZipArchive(SourceFile(path: fixture.path("a.zip")))
        #expect(zip.entries.map(\.name) == Self.entries.map(\.name))
        let file = try zip.extract(zip.entries[1], in: fixture.folder)
        #expect(try file.bytes(at: 0, file.size) == Self.long)
        // The folder contains only the archive.
        #expect(fixture.names == ["a.zip"])
    }

    /// The second entry is deflated, so its two sizes differ.
    @Test(arguments: [0, 1]) func readsNumbersOf64Bits(index: Int) throws {
        var bytes = ZipWriter.archive([Self.entries[index]])
        let end = bytes.count - 22
        let offset = (0..<4).reduce(0) { $0 | Int(bytes[end + 16 + $1]) << (8 * $1) }
        let list = Array(bytes[offset..<end])
        let zeros = [UInt8](repeating: 0, count: 4)
        let (compressedSize, size) = (Array(list[20..<24]) + zeros, Array(list[24..<28]) + zeros)
        #expect((compressedSize == size) == (index == 0))
        // APPNOTE 4.5.3: the size of the content comes first.
        let extra =
            ZipWriter.little(1, 2) + ZipWriter.little(24, 2) + size + compressedSize + ZipWriter.little(0, 8)
        var entry = list + extra
        for place in [20, 24, 42] { entry.replaceSubrange(place..<(place + 4), with: [0xFF, 0xFF, 0xFF, 0xFF]) }
        entry.replaceSubrange(30..<32, with: ZipWriter.little(extra.count, 2))
        let record =
            ZipWriter.little(0x0606_4B50, 4) + ZipWriter.little(44, 8) + ZipWriter.little(0, 12)
            + ZipWriter.little(1, 8) + ZipWriter.little(1, 8) + ZipWriter.little(entry.count, 8)
            + ZipWriter.little(offset, 8)
        let locator =
            ZipWriter.little(0x0706_4B50, 4) + ZipWriter.little(0, 4) + ZipWriter.little(offset + entry.count, 8)
            + ZipWriter.little(1, 4)
        var last = Array(bytes[end...])
        last.replaceSubrange(8..<20, with: [UInt8](repeating: 0xFF, count: 12))
        bytes = Array(bytes[..<offset]) + entry + record + locator + last
        #expect(try content(bytes, 0) == Self.entries[index].content)
    }

    /// Each case changes some bytes of an archive with one entry `a` that contains `abc`.
    @Test(
        arguments: [
            ("method", 31 + 3 + 10, [UInt8(12), 0], "not compressed with deflate"),
            ("encrypted", 31 + 3 + 8, [1, 0], "encrypted"),
            ("check", 31 + 3 + 16, [0, 0, 0, 0], "does not match its size"),
            ("size", 31 + 3 + 24, [0xFF, 0xFF, 0xFF, 0x7F], "longer than"),
            ("place", 31 + 3 + 42, [0xFF, 0xFF, 0, 0], "outside"), ("header", 0, [0], "outside"),
            ("name", 31 + 3 + 28, [0xFF, 0xFF], "list of entries"), ("list", 31 + 3, [0], "list of entries"),
            ("parts", 34 + 47 + 4, [1, 0], "several parts"), ("count", 34 + 47 + 10, [0xFF, 0xFF], "list of entries"),
            ("offset", 34 + 47 + 16, [0xFF, 0xFF, 0xFF, 0], "not where it should be"),
            ("end", 34 + 47, [0], "end is missing"),
        ] as [(String, Int, [UInt8], String)])
    func refusesBrokenArchives(what: String, place: Int, bytes: [UInt8], reason: String) throws {
        var archive = ZipWriter.archive([("a", "abc")], isDeflated: false)
        archive.replaceSubrange(place..<(place + bytes.count), with: bytes)
        #expect("\(what)") {
            _ = try content(archive, 0)
        } throws: { error in
            (error as? ImportError).map { $0.kind == .refused && $0.message.contains(reason) } ?? false
        }
    }

    @Test func refusesAnEntryLongerThanItsSize() throws {
        var archive = ZipWriter.archive([ZipWriter.Entry(name: "a", content: [UInt8](repeating: 0, count: 900_000))])
        let zip = try ZipArchive(SourceFile(path: fixture.write("a.zip", archive)))
        // An entry of any size can be read if its stated size is right.
        #expect(try zip.content(zip.entries[0], most: 1 << 20).count == 900_000)
        #expect(throws: ImportError.self) { try zip.content(zip.entries[0], most: 1000) }
        let list = archive.count - 22 - 47
        archive.replaceSubrange((list + 24)..<(list + 28), with: ZipWriter.little(1000, 4))
        #expect(throws: ImportError.self) { try content(archive, 0) }
    }

    @Test func survivesRandomChanges() throws {
        var random = SplitMix(state: 5)
        let whole = ZipWriter.archive(
            Self.entries.dropFirst(2) + [Self.entries[0]] + [
                ZipWriter.Entry(name: "d", content: Array("abcabcabc".utf8))
            ])
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    [0, 1, 0x7F, 0xFF, .random(in: 0...255, using: &random)]
                    .randomElement(using: &random) ?? 0
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            if bytes.isEmpty { continue }
            do {
                let zip = try ZipArchive(SourceFile(path: fixture.write("a.zip", bytes)))
                for entry in zip.entries { _ = try zip.content(entry, most: 1 << 16) }
            } catch {
                #expect(error.kind == .refused)
            }
        }
    }
}
