import BirdImport
import Testing

@testable import Fixtures

/// Control characters in cells, which old programs and broken transfers leave there.
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
        #expect(report.text.contains("  2 texts with control characters, which were taken out\n"))
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
            try fixture.run("a.csv").firstErrors.map(\.reason) == ["contains control characters; remove them"])
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
}
