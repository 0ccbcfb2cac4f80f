import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct ArchiveTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private static let long = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    private static let entries = [
        ZipWriter.Entry(name: "short.txt", content: Array("abc".utf8), isDeflated: false),
        ZipWriter.Entry(name: "é/long.txt", content: long), ZipWriter.Entry(name: "empty", content: []),
    ]

    private func archive(_ bytes: [UInt8]) throws -> Archive {
        let kind = try #require(Archive.kind(Array(bytes.prefix(512))))
        return try Archive(SourceFile(path: fixture.write("a.zip", bytes)), kind, Expansion())
    }

    private func content(_ bytes: [UInt8], _ index: Int) throws -> [UInt8] {
        let archive = try archive(bytes)
        return try archive.content(archive.entries[index], most: 1 << 20)
    }

    private func expectRefusal(_ reason: String, _ body: () throws -> Void) {
        #expect("\(reason)") {
            try body()
        } throws: { error in
            (error as? ChangeError).map { $0.kind == .refused && $0.message.contains(reason) } ?? false
        }
    }

    @Test(arguments: ["", "a comment"]) func readsEntries(comment: String) throws {
        let bytes = ZipWriter.archive(Self.entries, comment: comment)
        for (index, entry) in Self.entries.enumerated() { #expect(try content(bytes, index) == entry.content) }
        let archive = try archive(bytes)
        #expect(archive.entries.map(\.name) == Self.entries.map(\.name))
        #expect(archive.entries.map(\.isEmpty) == [false, false, true])
        let file = try archive.extract(archive.entries[1], in: fixture.folder)
        #expect(try file.beginning(1 << 20) == Self.long && file.size == Self.long.count)
        // The folder contains only the archive.
        #expect(fixture.names == ["a.zip"])
        var beginnings: [String] = []
        try archive.beginnings(of: [archive.entries[0], archive.entries[2]], 2) { entry, bytes in
            beginnings.append(entry.name + ":" + String(decoding: bytes, as: UTF8.self))
        }
        #expect(beginnings == ["short.txt:ab", "empty:"])
    }

    /// Bit 11 of the flags says that the name is UTF-8.
    @Test(arguments: [0, 8]) func readsNamesInUTF8(flag: Int) throws {
        var bytes = ZipWriter.archive([ZipWriter.Entry(name: "Küste/é.txt", content: [1])])
        let list = bytes.count - 22 - 46 - 13
        bytes[list + 9] = UInt8(flag)
        bytes[7] = UInt8(flag)
        #expect(try archive(bytes).entries.map(\.name) == ["Küste/é.txt"])
    }

    @Test func readsTar() throws {
        let long = "folder/" + String(repeating: "n", count: 90) + "/Küste.txt"
        let bytes = TarWriter.archive([
            TarWriter.Entry(name: "./a.txt", content: Array("abc".utf8)),
            TarWriter.Entry(name: "folder/", content: [], type: "5"),
            TarWriter.Entry(name: "link", content: [], type: "2", target: "/etc/passwd"),
            TarWriter.Entry(name: "hard", content: [], type: "1", target: "a.txt"),
            TarWriter.Entry(name: "pipe", content: [], type: "6"),
            TarWriter.Entry(name: long, content: Self.long), TarWriter.Entry(name: "../../up", content: [1]),
            TarWriter.Entry(name: "/root", content: [2]), TarWriter.Entry(name: "a.txt", content: [3]),
        ])
        let archive = try archive(bytes)
        #expect(archive.entries.map(\.name) == ["a.txt", long, "../../up", "/root", "a.txt"])
        let contents = try archive.entries.map { try archive.content($0, most: 1 << 20) }
        #expect(contents == [Array("abc".utf8), Self.long, [1], [2], [3]])
        for size in [600, 512 * 9 + 1000, bytes.count - 1024 - 1500] {
            expectRefusal("broken or cut off") {
                let archive = try self.archive(Array(bytes.prefix(size)))
                for entry in archive.entries { _ = try archive.content(entry, most: 1 << 20) }
            }
        }
    }

    /// A sparse file (GNU, type S) says that 8 GB of zeros come before its one block.
    @Test func refusesATarThatIsMostlyHoles() throws {
        var bytes = TarWriter.archive([
            TarWriter.Entry(name: "a", content: [UInt8](repeating: 97, count: 512), type: "S")
        ])
        func put(_ text: String, _ place: Int) {
            bytes.replaceSubrange(place..<(place + text.utf8.count), with: text.utf8)
        }
        put("ustar  \0", 257)
        put("00100000000", 386)
        put("00000001000", 398)
        put("00100001000", 483)
        TarWriter.sign(&bytes)
        bytes.replaceSubrange(386..<398, with: [0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0])
        bytes.replaceSubrange(483..<495, with: [0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0])
        TarWriter.sign(&bytes)
        let archive = try archive(bytes)
        expectRefusal("more than 100 times as large") {
            _ = try archive.extract(archive.entries[0], in: fixture.folder)
        }
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

    /// Each case changes some bytes of an archive with one entry `a` that contains `abc`: a local header of 31 bytes,
    /// the content, the list of 47 bytes, and the end. What the local header says counts.
    @Test(
        arguments: [
            ("method", [8], [UInt8(12), 0], "not compressed with deflate"), ("method", [8], [14, 0], "not compressed"),
            ("encrypted", [6], [1, 0], "encrypted"), ("check", [14], [1, 0, 0, 0], "does not match its size"),
            ("check", [14, 34 + 16], [1, 0, 0, 0], "does not match its size"),
            ("size", [18, 22], [0xFF, 0xFF, 0xFF, 0x7F], "broken or cut off"),
            ("size", [22], [2, 0, 0, 0], "does not match its size"),
            ("place", [34 + 42], [0xFF, 0xFF, 0, 0], "missing or broken"),
            ("header", [2], [0], "missing or broken"), ("name", [34 + 28], [0xFF, 0xFF], "missing or broken"),
            ("list", [34], [0], "no entries"), ("parts", [34 + 47 + 4], [1, 0], "missing or broken"),
            ("offset", [34 + 47 + 16], [0xFF, 0xFF, 0xFF, 0], "missing or broken"),
            ("end", [34 + 47], [0], "missing or broken"),
        ] as [(String, [Int], [UInt8], String)])
    func refusesBrokenArchives(what: String, places: [Int], bytes: [UInt8], reason: String) throws {
        var archive = ZipWriter.archive([("a", "abc")], isDeflated: false)
        for place in places { archive.replaceSubrange(place..<(place + bytes.count), with: bytes) }
        let changed = archive
        expectRefusal(reason) {
            let file = try SourceFile(path: fixture.write("a.zip", changed))
            let archive = try Archive(file, .zip, Expansion())
            for entry in archive.entries { _ = try archive.content(entry, most: 1 << 20) }
            if archive.entries.isEmpty { throw ChangeError.refused("no entries") }
        }
    }

    @Test func refusesAnEntryLongerThanItsSize() throws {
        var bytes = ZipWriter.archive([ZipWriter.Entry(name: "a", content: [UInt8](repeating: 0, count: 900_000))])
        #expect(try content(bytes, 0).count == 900_000)
        let whole = try archive(bytes)
        #expect(throws: ChangeError.self) { try whole.content(whole.entries[0], most: 1000) }
        let list = bytes.count - 22 - 47
        for place in [22, list + 24] { bytes.replaceSubrange(place..<(place + 4), with: ZipWriter.little(1000, 4)) }
        #expect(throws: ChangeError.self) { try content(bytes, 0) }
    }

    @Test func refusesTooManyEntries() throws {
        let entries = (0...(1 << 16)).map { ZipWriter.Entry(name: "\($0)", content: [], isDeflated: false) }
        expectRefusal("more than 65536 entries") { _ = try archive(ZipWriter.archive(entries)) }
        // Each takes 46 bytes and its name in the list, which is 8 MiB at most.
        let name = String(repeating: "n", count: 60_000)
        let long = (0..<150).map { ZipWriter.Entry(name: name + "\($0)", content: [], isDeflated: false) }
        expectRefusal("list of entries is longer") { _ = try archive(ZipWriter.archive(long)) }
        let tar = (0..<150).map { TarWriter.Entry(name: name + "\($0)", content: []) }
        expectRefusal("names that are too long") { _ = try archive(TarWriter.archive(tar)) }
    }

    @Test func refusesWhatExpandsTooMuchWhileItIsRead() throws {
        let zeros = [UInt8](repeating: 0, count: 80 << 20)
        let (zip, gzip) = (ZipWriter.archive([ZipWriter.Entry(name: "a", content: zeros)]), GzipWriter.file(zeros))
        let archive = try archive(zip)
        expectRefusal("more than 100 times as large") {
            _ = try archive.extract(archive.entries[0], in: fixture.folder)
        }
        let file = try SourceFile(path: fixture.write("a.gz", gzip))
        expectRefusal("more than 100 times as large") { _ = try Gzip.extract(file, in: fixture.folder, Expansion()) }
        // What comes before the stretch does not matter.
        let expansion = Expansion()
        for _ in 0..<1000 { try expansion.add(10 << 20, from: 10 << 20, path: "") }
        try expansion.add(0, from: 1 << 20, path: "")
        try expansion.add(64 << 20, from: 0, path: "")
        #expect(throws: ChangeError.self) { try expansion.add(1, from: 0, path: "") }
    }

    @Test func readsAllPartsOfAGzipFileAndTheirChecksums() throws {
        func read(_ bytes: [UInt8]) throws -> [UInt8] {
            let file = try SourceFile(path: fixture.write("a.gz", bytes))
            let plain = try Gzip.extract(file, in: fixture.folder, Expansion())
            #expect(plain.path == file.path)
            return try plain.beginning(1 << 20)
        }
        let bytes = GzipWriter.file(Self.long) + GzipWriter.file([1, 2, 3])
        #expect(try read(bytes) == Self.long + [1, 2, 3])
        var broken = GzipWriter.file(Array("abc".utf8))
        broken[broken.count - 8] ^= 1
        for bytes in [broken, Array(bytes.dropLast(30)), Array(bytes.dropLast()), [0x1F, 0x8B], [0x1F, 0x8B, 7, 7]] {
            expectRefusal("broken or cut off") { _ = try read(bytes) }
        }
        expectRefusal("is empty") { _ = try read(GzipWriter.file([])) }
        // Programs that write blocks fill up the last one.
        let zeros = [UInt8](repeating: 0, count: 70_000)
        #expect(try read(bytes + zeros) == Self.long + [1, 2, 3])
        for other in [[7], Array("<html>".utf8), zeros + [7], zeros + GzipWriter.file([1])] {
            expectRefusal("follows its end; decompress it with gunzip") { _ = try read(bytes + other) }
        }
    }

    /// Also where all that the file holds fills the buffer of the reader, before it comes to the end.
    @Test(arguments: [1, 8]) func noticesThatOnlyTheEndIsCutOff(missing: Int) throws {
        let bytes = GzipWriter.file([UInt8](repeating: 0x61, count: 1 << 18)).dropLast(missing)
        let file = try SourceFile(path: fixture.write("a.gz", Array(bytes)))
        expectRefusal("broken or cut off") { _ = try Gzip.extract(file, in: fixture.folder, Expansion()) }
    }

    @Test func survivesRandomChanges() throws {
        var random = SplitMix(state: 5)
        let small =
            Self.entries.dropFirst(2) + [
                Self.entries[0], ZipWriter.Entry(name: "d", content: Array("abcabcabc".utf8)),
            ]
        let tar = small.map { TarWriter.Entry(name: $0.name, content: $0.content) }
        let wholes = [ZipWriter.archive(Array(small)), TarWriter.archive(tar), GzipWriter.file(Array("abcabc".utf8))]
        for round in 0..<1500 {
            var bytes = wholes[round % 3]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    [0, 1, 0x7F, 0xFF, .random(in: 0...255, using: &random)]
                    .randomElement(using: &random) ?? 0
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            if bytes.isEmpty { continue }
            do {
                let file = try SourceFile(path: fixture.write("a.zip", bytes))
                if round % 3 == 2 {
                    _ = try Gzip.extract(file, in: fixture.folder, Expansion())
                    continue
                }
                let archive = try Archive(file, round % 3 == 0 ? .zip : .tar, Expansion())
                for entry in archive.entries { _ = try archive.content(entry, most: 1 << 16) }
            } catch {
                #expect(error.kind == .refused)
            }
        }
    }
}
