import BirdImport
import FileSystem
import Testing

@testable import Fixtures

/// Files without records to read. `Tests/EndToEnd/advice.py` has more kinds, and follows the advice.
@Suite struct StrangerTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// What is said of a file, without its path.
    private func said(_ bytes: [UInt8]) -> String {
        let path = fixture.write("a.csv", bytes)
        let refusal = #expect(throws: ChangeError.self) { try fixture.run("a.csv") }
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

    private static let dump = "an SQL dump; load it into its database"
    private static let rData = "an R data file; save it in R"
    private static let stata = "a Stata file; convert it to CSV"
    private static let arrow = "an Arrow file; convert it to CSV"
    private static let access = "a Microsoft Access database; export the table"
    private static let sound = "a sound recording; run BirdNET-Analyzer on it"
    private static let mail = "an e-mail; save the file that is attached"
    private static let office = "a document of an office program; save the records as CSV"
    private static let page = "a web page, perhaps a login or an error"
    private static let json = "JSON; convert it to CSV first"
    private static let program = "a program, which has no records"

    /// The first bytes of each kind of file as its specification has them.
    static let kinds: [(bytes: [UInt8], words: String)] =
        ([
            ("425A6839314159265359", "compressed with bzip2"), ("FD377A585A000004", "compressed with xz"),
            ("28B52FFD04", "compressed with Zstandard"), ("04224D1864", "compressed with LZ4"),
            ("1F9D90", "compressed with compress"), ("377ABCAF271C0004", "a 7-Zip archive"),
            ("504B0708504B0304", "the first part of a zip archive in several parts"),
            ("526172211A0700", "a RAR archive"), ("526172211A070100", "a RAR archive"),
            ("5041523115041500", "a Parquet file"), ("4152524F57310000", arrow), ("464541310000", arrow),
            ("580A00000003", rData), ("410A320A3133", rData), ("410A330A3133", rData), ("524458330A", rData),
            ("524441330A", rData), ("24464C32402823", "an SPSS file"),
            ("3C73746174615F6474613E3C6865616465723E", stata), ("72010100", stata), ("72020100", stata),
            ("73010100", stata), ("73020100", stata),
            ("000000000000000000000000C2EA8160B31411CF", "a SAS file"),
            ("000100005374616E64617264204A6574204442", access), ("000100005374616E6461726420414345204442", access),
            ("894844460D0A1A0A", "an HDF5 file"), ("5047444D5001", dump), ("0000270A0000", "a shapefile"),
            ("89504E470D0A1A0A", "a picture"), ("FFD8FFE0", "a picture"), ("474946383961", "a picture"),
            ("49492A0008", "a picture"), ("4D4D002A0000", "a picture"),
            ("000000186674797068656963", "a picture"), ("00000018667479706D696631", "a picture"),
            ("000000206674797061766966", "a picture"), ("524946460102000057454250", "a picture"),
            ("000000186674797069736F6D", "a film or a sound recording, which has no records"),
            ("664C614300", sound), ("4F67675300", sound), ("4944330400", sound), ("FFFB9064", sound),
            ("524946460102000057415645", sound), ("255044462D312E370A25E2E3CFD3", "a PDF"),
            ("7F454C46020101", program), ("4D5A9000", program), ("62706C6973743030D1", "a property list of macOS"),
            ("00051607000200", "what macOS keeps beside a file"),
            ("FFFE00006C000000", "UTF-32 text; save it as UTF-8"),
            ("0000FEFF0000006C", "UTF-32 text; save it as UTF-8"),
        ] as [(String, String)]).map { (hex($0.0) + [UInt8](repeating: 0, count: 60), $0.1) }
        + ([
            ("-- MySQL dump 10.13\n", dump), ("-- MariaDB dump 10.19\n", dump),
            ("--\n-- PostgreSQL database dump\n", dump), ("PRAGMA foreign_keys=OFF;\n", dump),
            ("{\\rtf1\\ansi\n", office), ("#!/bin/sh\n", program),
            ("version https://git-lfs.github.com/spec/v1\n", "only a pointer to a file in Git LFS"),
            ("Return-Path: <a@b.example>\n", mail), ("Delivered-To: a@b.example\n", mail),
            ("Received: from b.example\n", mail), ("MIME-Version: 1.0\n", mail), ("X-Gmail-Labels: x\n", mail),
            ("From 1@xxx Sat Jan 01 00:00:00 +0000 2022\n", mail), ("BEGIN:VCALENDAR\n", "a calendar"),
            ("<!DOCTYPE html>\n", page), ("<html>\n", page), ("<head>\n", page), ("<body>\n", page),
            ("<table>\n", page), ("<div>\n", page), (" \t\r\n<HTML>\n", page), ("\u{FEFF}<html>\n", page),
            ("<?xml version=\"1.0\"?>\n<kml xmlns=\"x\">", "a map (KML); import a CSV"),
            ("<?xml version=\"1.0\"?>\n<gpx>", "a track (GPX)"),
            ("<archive xmlns=\"x\">\n", "the description of a Darwin Core Archive, in XML"),
            ("<?xml?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", "a spreadsheet in XML"),
            ("<office:document>\n", "a spreadsheet in XML"), ("<?xml version=\"1.0\"?>\n<a>", "XML; save the records"),
            ("<!ELEMENT a>\n", "XML; save the records"), ("[{\"a\": 1}]\n", json), ("[\n {\"a\": 1}]\n", json),
            ("{\"a\": [1]}\n", json), ("[]\n", json), ("[[1]]\n", json), ("{\n}\n", json), ("{\n", json), ("[", json),
            ("[\"a\"]\n", json),
            ("{\"type\": \"FeatureCollection\"}\n", "GeoJSON; save the records as CSV"),
        ] as [(String, String)]).map { (Array($0.0.utf8), $0.1) }

    private static func hex(_ digits: String) -> [UInt8] {
        digits.utf8.reduce(into: (bytes: [UInt8](), half: UInt8?.none)) { state, digit in
            let value = digit < 0x3A ? digit - 0x30 : digit - 0x37
            if let half = state.half { state.bytes.append(half << 4 | value) }
            state.half = state.half == nil ? value : nil
        }.bytes
    }

    @Test func namesEachKind() {
        for (bytes, words) in Self.kinds {
            #expect(said(bytes).hasPrefix(" is \(words)"), "\(words): \(said(bytes))")
            // Not where another byte comes first.
            #expect(!said([0x01] + bytes).contains(words), "\(words)")
        }
    }

    /// A whole file of zeros, and one that ends with them.
    @Test func namesDamage() {
        #expect(said([UInt8](repeating: 0, count: 100_000)).hasPrefix(" is damaged: it begins with zeros only;"))
        #expect(said([UInt8](repeating: 0, count: 16)).hasPrefix(" is damaged"))
        #expect(said([UInt8](repeating: 0, count: 15)).hasPrefix(" is not text"))
        #expect(said(Array(plainHeader.utf8.prefix(20)) + [UInt8](repeating: 0, count: 5000)).hasPrefix(" is not text"))
    }

    @Test func tellsUTF16WithoutAMark() {
        let words = " is UTF-16 text without a byte order mark; save it as UTF-8."
        for text in ["a,", plainHeader] {
            #expect(said(text.utf8.flatMap { [$0, 0] }) == words)
            #expect(said(text.utf8.flatMap { [0, $0] }) == words)
        }
        for bytes in [[0x61, 0], [0x61, 0, 0, 0x2C], [0x61, 0, 0x62, 0x63, 0x64, 0, 0x65, 0x66]] as [[UInt8]] {
            #expect(said(bytes).hasPrefix(" is not text"), "\(bytes)")
        }
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
