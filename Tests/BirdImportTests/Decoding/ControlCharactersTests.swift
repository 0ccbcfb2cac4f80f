import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

/// Control characters in cells, which old programs and broken transfers leave there, and no-break and other odd spaces,
/// which web pages and spreadsheets do.
@Suite struct ControlCharactersTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    static let cells: [(cell: String, text: String)] = [
        ("L\u{7}1", "L1"), ("L\u{7F}1", "L1"), ("L\u{0}1", "L1"), ("\u{0}L1\u{0}\u{0}", "L1"), ("\"L\t1\"", "L 1"),
        ("\"L\r\n1\"", "L 1"), ("\"\tL1\t\"", "L1"), ("\"L \u{B}\"\"1\"\"\"", "L \"1\""),
    ]

    @Test(arguments: cells) func areTakenOut(cell: String, text: String) throws {
        fixture.write("a.csv", plainHeader + "\(cell),60.5,1,,2021,2,3,ste\u{1}jay,1\nL2,,,,2021,2,3,b,1\n")
        let report = try fixture.run("a.csv")
        #expect(try fixture.rows("SELECT code FROM location ORDER BY code <> 'L2'") == ["L2", text])
        #expect(try fixture.rows("SELECT code FROM species ORDER BY code DESC LIMIT 1") == ["stejay"])
        #expect(report.text.contains("  2 texts with control characters or no-break spaces, which were taken out\n"))
        #expect(String(decoding: report.json, as: UTF8.self).contains("\"cleaned_texts\":2"))
    }

    @Test func areTakenOutOfNumbersAndDates() throws {
        fixture.write("a.csv", plainHeader + "L1,60.5\u{0},1,,2021,\u{0}2,3,a,1\u{7F}\n")
        #expect(try fixture.run("a.csv").files.map(\.cleanedTexts) == [3])
        #expect(try fixture.records() == ["L1|60.5|1.0||20210203|a|1"])
    }

    /// It is not guessed whether the day or the month comes first.
    @Test func aDateInWhichTheyHideThatItNeedsAnOrderIsAnError() throws {
        let header = "scientificName,eventDate\nAvis una,\u{1}03/02/2021\n"
        fixture.write("a.csv", header)
        #expect(
            try fixture.run("a.csv").firstErrors.map(\.reason) == [
                "contains control characters or no-break spaces; remove them"
            ])
        // Another date has told it.
        fixture.write("a.csv", header.replacing("\nAvis", with: "\nAvis duo,31/01/2021\nAvis"))
        try fixture.run("a.csv")
        #expect(try fixture.rows("SELECT date FROM observation ORDER BY date") == ["20210131", "20210203"])
    }

    @Test func remarksKeepTheirLines() throws {
        let header = "occurrenceID,scientificName,eventDate,occurrenceRemarks,locality\n"
        fixture.write("a.csv", header + "1,Avis\u{0} ignota,2021-02-03\u{0},\"a\tb\u{8}\nc\",\"x\ny\"\n")
        try fixture.run("a.csv")
        #expect(try fixture.rows("SELECT comments FROM observation_detail") == ["a\tb\nc"])
        #expect(
            try fixture.rows("SELECT date, code FROM observation o JOIN location l ON l.id = location_id") == [
                "20210203|x y"
            ])
    }

    @Test func areTakenOutOfNamesAndHeaders() throws {
        fixture.write(
            "a.csv",
            "species_id,\u{FEFF}sci_name,en_us\nst\u{0}ejay,Cyanocitta\tstelleri,Steller's\u{7} Jay\nb,,c\n")
        #expect(try fixture.run("a.csv").files.map(\.cleanedTexts) == [3])
        #expect(
            try fixture.rows("SELECT code, scientific_name, common_name FROM species ORDER BY code DESC LIMIT 1")
                == ["stejay|Cyanocitta stelleri|Steller's Jay"])
        fixture.write("a.csv", "species_id\u{7},sci_name,en_us\u{7F}\na,b,c\n")
        #expect(try fixture.run("a.csv").speciesStored == 1)
    }

    /// The rejected row is as it is in the file.
    @Test func aRowInErrorKeepsThem() throws {
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\nL\u{7}1,,,,2021,2,3,a,-1\n")
        let report = try fixture.run("a.csv") { ($0.skipErrors, $0.rejects) = (true, fixture.path("r.csv")) }
        #expect(report.firstErrors.map(\.reason) == ["-1 is negative"] && report.files.map(\.cleanedTexts) == [0])
        #expect(fixture.text("r.csv").contains("L\u{7}1,"))
    }

    static let spaces = [
        "\u{A0}", "\u{2000}", "\u{2009}", "\u{200A}", "\u{202F}", "\u{205F}", "\u{3000}", "\u{FEFF}", "\u{200B}",
        "\u{200E}", "\u{200F}", "\u{2060}", " \u{A0} \u{FEFF}",
    ]

    /// They are no part of codes, numbers and dates, as plain spaces are none.
    @Test(arguments: spaces) func oddSpacesAroundCells(space: String) throws {
        let header = plainHeader.replacing("year,month,day", with: "date")
        let row = "L1,60.5,-135.25,CA-YT,03/02/2021,a,1".split(separator: ",").map { space + $0 + space }
        fixture.write(
            "a.csv",
            space + header.replacing(",", with: space + ",") + row.joined(separator: ",")
                + "\nL2,,,,13/02/2021,b,\(space)\n")
        let report = try fixture.run("a.csv")
        #expect(report.firstErrors == [] && report.files.map(\.cleanedTexts) == [0])
        #expect(try fixture.records() == ["L1|60.5|-135.25|CA-YT|20210203|a|1", "L2||||20210213|b|"])
    }

    @Test func oddSpacesWithinCells() throws {
        let header = plainHeader.replacing("year,month,day", with: "date").replacing("num", with: "num,comments")
        fixture.write(
            "a.csv",
            header + "Fish\u{A0}Lake,60.5,1,,3\u{A0}févr.\u{202F}2021,a\u{200B}b,1\u{202F}234,x\u{A0}y\n"
                + "Fish Lake,60.5,1,,\u{200E}2021-\u{200E}02-\u{200E}04,ab,1 234 567,\n")
        let report = try fixture.run("a.csv")
        #expect(report.firstErrors == [] && report.files.map(\.cleanedTexts) == [5])
        #expect(
            try fixture.records() == [
                "Fish Lake|60.5|1.0||20210203|ab|1234", "Fish Lake|60.5|1.0||20210204|ab|1234567",
            ])
        #expect(try fixture.rows("SELECT comments FROM observation_detail") == ["x\u{A0}y"])
    }

    /// As Windows writes dates.
    @Test func marksWithinDatesDoNotHideTheirOrder() throws {
        let header = "scientificName,eventDate\n"
        fixture.write(
            "a.csv",
            header + "Avis una,\u{200E}3/\u{200E}2/\u{200E}2021\nAvis una,\u{200E}13/\u{200E}2/\u{200E}2021 06:41\n")
        try fixture.run("a.csv")
        #expect(try fixture.rows("SELECT date FROM observation ORDER BY date") == ["20210203", "20210213"])
    }

    @Test(arguments: ["12 34", "1234 567", "1 2345", " 1 234 5", "1  234", "- 234", "a 234", "1 23a"])
    func otherSpacesInNumbersAreErrors(text: String) throws {
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,\(text)\n")
        #expect(try fixture.run("a.csv").firstErrors.map(\.column) == ["num"])
    }

    @Test func spacesAreBetweenGroupsWithDecimalCommasToo() throws {
        fixture.write(
            "a.csv",
            "loc_id;latitude;longitude;region;year;month;day;species_id;num;minutes\nL1;;;;2021;2;3;a;1 234;1 234,5\n")
        try fixture.run("a.csv")
        #expect(try fixture.records() == ["L1||||20210203|a|1234"])
    }

    /// A file that is no text is refused, but not one in which a few bytes are broken.
    @Test(arguments: [1, 4, 6, 40, 63]) func aNULNearTheBeginning(offset: Int) throws {
        var bytes = Array((plainHeader + "L1,60.5,1,,2021,2,3,a,1\n").utf8)
        bytes.insert(0, at: offset)
        fixture.write("a.csv", bytes)
        try fixture.run("a.csv")
        #expect(try fixture.records() == ["L1|60.5|1.0||20210203|a|1"])
        fixture.write("b.csv", [0] + bytes)
        #expect(try fixture.run("b.csv").stored == 1)
        bytes.insert(contentsOf: [UInt8](repeating: 0, count: 20), at: offset)
        let path = fixture.write("a.csv", bytes)
        #expect(
            throws: ChangeError.refused(
                "\(path) is not text, nor a file of another kind that is known; save the records as CSV.")
        ) {
            try fixture.run("a.csv")
        }
    }
}
