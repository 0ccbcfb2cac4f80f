import BirdImport
import Birds
import Testing

@testable import Fixtures

/// A text that is too long never costs the record.
@Suite struct LongTextTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private static let header =
        "occurrenceID\teventID\tlocationID\tlocality\tscientificName\teventDate\tsamplingProtocol\toccurrenceRemarks\teventRemarks\n"

    @Test func cutsTextsAndRemarksAtTheEndOfACharacter() throws {
        // The limit is within the second byte of the last é.
        let (text, remark) = ("x" + String(repeating: "é", count: 300), "x" + String(repeating: "é", count: 6_000))
        fixture.write(
            "a.txt",
            Self.header + "o1\te1\tl1\t\(text)\tAvis ignota\t2021-02-03\t\(text)\t\(remark)\t\(remark)\n"
                + "o2\te2\tl2\tMarsh\tAvis ignota\t2021-02-30\t\(text)\t\(remark)\t\n")
        let report = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(report.stored == 1)
        #expect(report.text.contains("  2 texts cut to 500 bytes\n  2 remarks cut to 10,000 bytes\n  1 row in error\n"))
        let cut = (String(text.prefix(250)), String(remark.prefix(5_000)))
        #expect(try fixture.rows("SELECT name FROM location_name") == [cut.0])
        #expect(try fixture.rows("SELECT protocol, comments FROM checklist") == ["\(cut.0)|\(cut.1)"])
        #expect(try fixture.rows("SELECT comments FROM observation_detail") == [cut.1])
    }

    /// These only help to find out which species it is, and which checklist.
    @Test func cutsNamesBesideTheScientificName() throws {
        let long = String(repeating: "Stellersjaja, ", count: 60)
        fixture.write(
            "a.txt",
            "occurrenceID\tscientificName\tvernacularName\tclass\tidentificationQualifier\teventDate\n"
                + "o1\tAvis ignota\t\(long)\t\t\t2021-02-03\no2\tAvis ignota\t\tAves \(long)\t\t2021-02-03\n"
                + "o3\tAvis ignota\t\tMammalia \(long)\t\t2021-02-03\no4\tAvis ignota\t\t\t\(long)\t2021-02-03\n")
        let report = try fixture.run("a.txt")
        #expect(report.stored == 3 && report.rowsInError == 0)
        #expect(report.files.first?.leftOut.map(\.value) == [1] && report.text.contains("  2 texts cut to 500 bytes\n"))
        #expect(try fixture.rows("SELECT code FROM species") == ["Avis ignota"])
    }

    @Test func shortensLongGroupsOfSharedChecklists() throws {
        var lines = FormatFixture.eBird.split(separator: "\n").map(String.init)
        let long = "\t" + String(repeating: "G", count: 600)
        for line in 1...2 { lines[line].replace("\tG1\t", with: long + "\t") }
        fixture.write("ebd.txt", lines[...2].joined(separator: "\n"))
        let report = try fixture.run("ebd.txt")
        #expect(report.rowsInError == 0 && report.stored == 1)
    }

    /// Cut codes could be equal, and the second record then a repetition of the first.
    @Test func shortensCodesSoThatTheyStayDifferent() throws {
        let long = String(repeating: "c", count: 600)
        let rows = ["a", "b"].map { "\(long)\($0)\t\(long)\($0)\t\(long)\($0)\t\tAvis ignota\t2021-02-03\t\t\t\n" }
        fixture.write("a.txt", Self.header + rows.joined())
        let report = try fixture.run("a.txt")
        #expect(report.stored == 2 && report.checklists == 2 && report.locations == 2)
        #expect(report.text.contains("  6 texts cut to 500 bytes\n"))
        let codes = try fixture.rows("SELECT source_id FROM observation ORDER BY id")
        #expect(codes.allSatisfy { $0.utf8.count == 500 && $0.hasPrefix("ccc") })
        // The same codes again: they are the same in each import.
        let again = try fixture.run("a.txt") { $0.append = true }
        #expect(again.stored == 2 && again.replaced == 2)
        #expect(try fixture.rows("SELECT source_id FROM observation ORDER BY id") == codes)
    }

    @Test func keepsLocationsApartWhoseLongNamesBeginAlike() throws {
        let long = String(repeating: "n", count: 600)
        let rows = ["a", "b"].map { "o\($0)\t\t\t\(long)\($0)\tAvis ignota\t2021-02-03\t\t\t\n" }
        fixture.write("a.txt", Self.header + rows.joined())
        let report = try fixture.run("a.txt")
        #expect(report.locations == 2 && report.text.contains("  2 texts cut to 500 bytes\n"))
        #expect(
            try fixture.rows(
                "SELECT DISTINCT length(name), length(code) FROM location JOIN location_name ON id = location_id") == [
                    "500|500"
                ])
    }

    /// It matches no species, and stays different from others that begin alike.
    @Test func shortensNamesAndCodesOfSpecies() throws {
        let long = "Avis " + String(repeating: "n", count: 600)
        let rows = ["a", "b"].map { "o\($0)\t\t\t\t\(long)\($0)\t2021-02-03\t\t\t\n" }
        fixture.write("a.txt", Self.header + rows.joined())
        #expect(try fixture.run("a.txt").text.contains("  2 texts cut to 500 bytes\n"))
        #expect(try fixture.rows("SELECT length(code) FROM species") == ["500", "500"])
        let code = String(repeating: "s", count: 501)
        fixture.write("b.csv", plainHeader + "L1,,,,2021,2,3,\(code),1\nL1,,,,2021,2,3,\(code)t,1\n")
        let report = try fixture.run("b.csv")
        #expect(report.stored == 2 && report.text.contains("  2 texts cut to 500 bytes\n"))
    }

    @Test func shortensTheLocationOfPlainFiles() throws {
        fixture.write("a.csv", plainHeader + "\(String(repeating: "L", count: 501)),,,,2021,2,3,stejay,1\n")
        #expect(try fixture.run("a.csv").text.contains("  1 text cut to 500 bytes\n"))
        #expect(try fixture.rows("SELECT length(code) FROM location") == ["500"])
    }
}
