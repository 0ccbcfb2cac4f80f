import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct ArchiveDescriptionTests {
    @Test func readsElementsAttributesAndText() throws {
        let root = try XMLElement.parse(
            Array(
                """
                \u{FEFF}<?xml version="1.0"?><!-- a - b -->
                <a:root one='1 &lt; 2' xmlns:two="&quot;&#x41;&#66;&amp;"><child/>text &gt; <![CDATA[<raw>&amp;]]><!-- no --><child x="y"></child ></a:root>

                """.utf8))
        #expect(root.name == "root" && root.attributes == ["one": "1 < 2", "two": "\"AB&"])
        #expect(root.text == "text > <raw>&amp;" && root.children("child").map(\.attributes) == [[:], ["x": "y"]])
    }

    @Test(arguments: [
        "", "text", "<a>", "<a></b>", "<a", "<a b></a>", "<a b=c></a>", "<a b='c></a>", "<a>&nbsp;</a>", "<a>&#0;</a>",
        "<a>&#xD800;</a>", "<a>&amp</a>", "<!DOCTYPE a><a/>", "<a/><b/>", "<a><!-- </a>", "<a><![CDATA[</a>", "<></>",
        "<a/>x", String(repeating: "<a>", count: 50_000), "<a>&" + String(repeating: "x", count: 1000),
    ])
    func refusesTextsThatAreNotXML(text: String) {
        #expect(throws: XMLElement.Fault.self) { try XMLElement.parse(Array(text.utf8)) }
    }

    @Test func refusesDocumentsThatWouldGrowOrReadOtherFiles() throws {
        let laughs = (1...30).map { "<!ENTITY l\($0) \"\(String(repeating: "&l\($0 - 1);", count: 10))\">" }
        for text in [
            "<!DOCTYPE a [<!ENTITY l0 \"ha\">\(laughs.joined())]><a>&l30;</a>",
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
            "<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://127.0.0.1/\">%x;]><a/>", "<!DOCTYPE a SYSTEM \"a.dtd\"><a/>",
        ] {
            #expect(throws: XMLElement.Fault(reason: "it has a document type, which is not supported")) {
                try XMLElement.parse(Array(text.utf8))
            }
        }
        let (begin, end) = (String(repeating: "<a>", count: 32), String(repeating: "</a>", count: 32))
        #expect(try XMLElement.parse(Array((begin + end).utf8)).name == "a")
        #expect(throws: XMLElement.Fault(reason: "it is nested deeper than 32")) {
            try XMLElement.parse(Array((begin + "<b/>" + end).utf8))
        }
        let long = "<a>" + String(repeating: " ", count: 1 << 20) + "</a>"
        #expect(throws: XMLElement.Fault(reason: "it is longer than 1048576 bytes")) {
            try XMLElement.parse(Array(long.utf8))
        }
    }

    @Test func saysWhereADocumentIsBroken() {
        #expect(throws: XMLElement.Fault(reason: "it is not well-formed XML: mismatched tag in line 2")) {
            try XMLElement.parse(Array("<a>\n</b>".utf8))
        }
    }

    /// The last two declare an encoding that they do not have.
    @Test(arguments: ["UTF-8", "UTF-16", "UTF-16LE", "ISO-8859-1", "windows-1252", "utf-16"])
    func readsTheEncodingOfTheDocument(encoding: String) throws {
        let text = "<?xml version=\"1.0\" encoding=\"\(encoding)\"?><a b=\"Étang\">ö</a>"
        let bytes: [UInt8] =
            switch encoding {
            case "UTF-16": UTF16Bytes.big(text)
            case "UTF-16LE": UTF16Bytes.little(text)
            case "ISO-8859-1": text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            default: Array(text.utf8)
            }
        let root = try XMLElement.parse(bytes)
        #expect(root.attributes == ["b": "Étang"] && root.text == "ö")
    }

    @Test func readsADescriptionInUTF16() throws {
        #expect(
            try ArchiveDescription.parse(UTF16Bytes.little(Self.meta))
                == ArchiveDescription.parse(Array(Self.meta.utf8)))
    }

    static let meta = """
        <archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">
          <core encoding="utf-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" fieldsEnclosedBy="" ignoreHeaderLines="1"
              rowType="http://rs.tdwg.org/dwc/terms/Occurrence">
            <files><location> occurrence.txt
            </location></files>
            <id index="0" />
            <field index="2" term="http://rs.tdwg.org/dwc/terms/scientificName"/>
            <field default="CA" term="http://rs.tdwg.org/dwc/terms/countryCode"/>
            <field index="1" default="1" term="http://rs.tdwg.org/dwc/terms/individualCount"/>
          </core>
          <extension rowType="http://rs.gbif.org/terms/1.0/Multimedia">
            <files><location>m.csv</location></files><coreid index="3"/>
          </extension>
        </archive>
        """

    @Test func readsTablesAndTheirColumns() throws {
        let description = try ArchiveDescription.parse(Array(Self.meta.utf8))
        #expect(
            description.core
                == ArchiveDescription.Table(
                    rowType: "occurrence", locations: ["occurrence.txt"], syntax: .tab, headerLines: 1, idIndex: 0,
                    fields: [
                        .init(term: "scientificname", index: 2, value: nil),
                        .init(term: "countrycode", index: nil, value: "CA"),
                        .init(term: "individualcount", index: 1, value: "1"),
                    ]))
        #expect(
            description.extensions == [
                ArchiveDescription.Table(
                    rowType: "multimedia", locations: ["m.csv"], syntax: .comma, headerLines: 0, idIndex: 3, fields: [])
            ])
    }

    @Test func readsThePatternOfDates() throws {
        let text = Self.meta.replacing("<core ", with: "<core dateFormat=\"DD/MM/YYYY\" ")
        let description = try ArchiveDescription.parse(Array(text.utf8))
        #expect(description.core.dateFormat == "DD/MM/YYYY" && description.extensions.first?.dateFormat == nil)
    }

    @Test(arguments: [
        ("<archive", "<other"), ("index=\"2\"", "index=\"-2\""), ("index=\"2\"", "index=\"99999\""), ("\\t", "ab"),
        ("\\t", ""), ("\\t", "\\n"), ("linesTerminatedBy=\"\\n\"", "linesTerminatedBy=\"|\""),
        ("fieldsEnclosedBy=\"\"", "fieldsEnclosedBy=\"'\""), ("ignoreHeaderLines=\"1\"", "ignoreHeaderLines=\"-1\""),
        ("ignoreHeaderLines=\"1\"", "ignoreHeaderLines=\"99999999999999999999\""),
        ("<location> occurrence.txt", "<other>"),
        ("term=\"http://rs.tdwg.org/dwc/terms/countryCode\"", ""), ("core", "cor"),
    ])
    func refusesDescriptionsThatItCanNotUse(old: String, new: String) {
        let text = Self.meta.replacing(old, with: new)
        #expect(throws: XMLElement.Fault.self) { try ArchiveDescription.parse(Array(text.utf8)) }
    }

    @Test func survivesDescriptionsThatAreBroken() {
        var random = SplitMix(state: 9)
        for _ in 0..<2000 {
            var bytes = Array(Self.meta.utf8)
            for _ in 0..<3 {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = Array("<>&;\"'/!-[]=\\ \u{0}x".utf8).randomElement(using: &random) ?? 0
            }
            _ = try? ArchiveDescription.parse(bytes)
        }
    }
}

/// Texts in UTF-16 with a byte order mark.
enum UTF16Bytes {
    static func big(_ text: String) -> [UInt8] {
        [0xFE, 0xFF] + text.utf16.flatMap { (unit) -> [UInt8] in [UInt8(unit >> 8), UInt8(unit & 0xFF)] }
    }

    static func little(_ text: String) -> [UInt8] {
        [0xFF, 0xFE] + text.utf16.flatMap { (unit) -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    }
}
