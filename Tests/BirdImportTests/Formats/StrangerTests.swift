import Testing

@testable import BirdImport
@testable import Fixtures

/// Files without records to read. `Tests/EndToEnd/advice.py` has more kinds, and follows the advice.
@Suite struct StrangerTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// What is said of a file, without its path.
    private func said(_ bytes: [UInt8]) -> String {
        let path = fixture.write("a.csv", bytes)
        let refusal = #expect(throws: ImportError.self) { try fixture.run("a.csv") }
        return String((refusal?.message ?? "").dropFirst(path.count))
    }

    @Test func neverShowsBytesThatAreNoText() {
        var random = SplitMix(state: 7)
        for size in [1, 4, 9, 16, 33, 64, 65, 200, 1000, 5000] {
            for range in [0...255, 128...255, 160...255] as [ClosedRange<UInt8>] {
                let bytes = (0..<size).map { _ in UInt8.random(in: range, using: &random) }
                let said = said(bytes)
                let isReadable = said.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 }
                #expect(isReadable, "\(bytes.prefix(100)): \(said)")
            }
        }
    }

    /// A whole file of zeros, and one that ends with them.
    @Test func namesDamage() {
        #expect(said([UInt8](repeating: 0, count: 100_000)).hasPrefix(" is damaged: it begins with zeros only;"))
        #expect(said(Array(plainHeader.utf8.prefix(20)) + [UInt8](repeating: 0, count: 5000)).hasPrefix(" is not text"))
    }

    /// Programs of one maker have one container for all files.
    @Test(
        arguments: [
            ("Workbook", "an old Excel workbook"), ("Book", "an old Excel workbook"),
            ("EncryptedPackage", "a password"),
            ("WordDocument", "a document of an office program"), ("__substg1.0_0", "an e-mail"),
            ("Other", "of Microsoft Office"),
        ]) func tellsOfficeFilesApart(stream: String, words: String)
    {
        var bytes = [UInt8](repeating: 0, count: 4 * 512)
        bytes.replaceSubrange(0..<8, with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
        (bytes[30], bytes[48]) = (9, 2)
        let name = stream.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        bytes.replaceSubrange(3 * 512..<3 * 512 + name.count, with: name)
        #expect(said(bytes).contains(words))
        #expect(said(Array(bytes.prefix(40))).contains("of Microsoft Office"))
        // A directory that lies outside the file.
        bytes.replaceSubrange(48..<52, with: [0xFE, 0xFF, 0xFF, 0xFF])
        #expect(said(bytes).contains("of Microsoft Office"))
    }

    /// Such words may begin the header of records.
    @Test(arguments: ["BZh", "MZ", "ID3", "PAR1", "RDA", "[id]", "<id>", "{id}", "From a site", "A"])
    func aHeaderMayBeginWithAnything(name: String) throws {
        fixture.write("a.csv", "\(name),\(plainHeader)x,L1,,,,2021,2,3,a,1\n")
        try fixture.run("a.csv")
        #expect(try fixture.rows("SELECT count(*) FROM observation") == ["1"])
    }

    @Test func aRowOfValuesIsNoHeader() {
        let said = said(Array("L1,60.5,-135,CA-YT,2021,2,3,a,1\nL2,60.5,-135,CA-YT,2021,2,3,a,1\n".utf8))
        #expect(
            said.hasPrefix(" has no header: its first line is 'L1, 60.5, -135, CA-YT, 2021, 2, …'. Add a first line"))
    }
}
