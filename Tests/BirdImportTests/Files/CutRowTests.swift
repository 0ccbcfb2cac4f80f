import Testing

@testable import BirdImport
@testable import Fixtures

/// The last row of a file without a line end.
@Suite struct CutRowTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private static let myEBirdData =
        "Submission ID,Common Name,Scientific Name,Count,State/Province,Location,Latitude,Longitude,Date,Time,Protocol,"
        + "Observation Details\n"
    private static let short = "S1,Bird,Avis ignota,1,GB-ENG,Marsh,51,0,2021-02-03"

    /// Twenty rows, with different species and checklists.
    private static func many(_ row: String) -> String {
        (0..<20).map { row.replacing("stejay", with: "s\($0)").replacing("S1", with: "S1\($0)") }.joined()
    }

    static let cut: [(text: String, cells: String)] = [
        (plainHeader + "L1,60.5,1,,2021,2,3,stejay,1\nL1,60.5,1,,2021,2,3,ste", "8 of 9"),
        (plainHeader + "L1,60.5,1,,2021,2,3,stejay,1\nL1,60.5,1,,2021,2,", "7 of 9"),
        (plainHeader + "L1,60.5,1,,2021,2,3,stejay,1\nL", "1 of 9"),
        (plainHeader + "\"L\",60.5,1,,2021,2,3,stejay,1\n\"L\",60.5,1,,2021,2,3,\"ste\"", "8 of 9"),
        (plainHeader + "L1,60.5,1,,2021,2,3,ste", "8 of 9"),
        (plainHeader + many("L1,60.5,1,,2021,2,3,stejay\n") + "L1,60.5,1,,2021,2,3", "7 of 9"),
        (myEBirdData + many(short + "\n") + "S2,Bird,Avis igno", "3 of 12"),
        ("species_id,sci_name,en_us\nstejay,Cyanocitta stelleri,Steller's Jay\ncomrav,Corvus co", "2 of 3"),
    ]

    @Test(arguments: cut) func aCutRowIsInError(text: String, cells: String) throws {
        fixture.write("a.csv", text)
        let report = try fixture.run("a.csv") { ($0.skipErrors, $0.rejects) = (true, fixture.path("r.csv")) }
        let reason =
            "it has \(cells) cells and no line end, so the file seems cut off: get it again, or add a line end if the row "
            + "is whole"
        #expect(report.firstErrors.map(\.reason) == [reason])
        #expect(report.isStored == (report.pathOfErrors == nil))
        #expect(fixture.text("r.csv").contains(",\"\(reason)\","))
        // The advice works.
        fixture.write("a.csv", text + "\n")
        #expect(!(try fixture.run("a.csv") { $0.skipErrors = true }.firstErrors.contains { $0.reason.contains("cut") }))
    }

    static let whole = [
        plainHeader + "L1,60.5,1,,2021,2,3,stejay,1", plainHeader + "L1,60.5,1,,2021,2,3,\"stejay\",\"1\"",
        plainHeader + "L1,60.5,1,,2021,2,3,stejay,", plainHeader + "L1,60.5,1,,2021,2,3,stejay,1\n   ",
        plainHeader + "L1,60.5,1,,2021,2,3,stejay,1\n,,",
        // Those who leave out empty cells at the ends of rows do so in many.
        myEBirdData + "\(short)\n\(short.replacing("S1", with: "S2"))",
        myEBirdData + "\(short)\n\(short.replacing("S1", with: "S2")),06:41 AM,Stationary\n"
            + "\(short.replacing("S1", with: "S3")),06:41 AM",
        myEBirdData + "\(short)\n\(short.replacing("S1", with: "S2")),06:41 AM,Stationary\n" + "S3,Bird,Avis ignota",
        // A separator at the end of the header.
        plainHeader.replacing("num\n", with: "num,\n") + "L1,60.5,1,,2021,2,3,stejay,1",
    ]

    @Test(arguments: whole) func aWholeRowNeedsNoLineEnd(text: String) throws {
        fixture.write("a.csv", text)
        let report = try fixture.run("a.csv")
        #expect(report.rowsInError == 0 && report.isStored)
    }

    @Test func aCutRowOfAnArchiveIsInError() throws {
        let meta = """
            <archive><core rowType="Occurrence" fieldsTerminatedBy="\\t" fieldsEnclosedBy="" ignoreHeaderLines="1">
            <files><location>o.txt</location></files><id index="0"/><field index="1" term="scientificName"/>
            <field index="2" term="eventDate"/></core></archive>
            """
        let rows = "id\tname\tdate\no1\tAvis ignota\t2021-02-03\no2\tAvis ig"
        fixture.write("a.zip", ZipWriter.archive([("meta.xml", meta), ("o.txt", rows)]))
        let report = try fixture.run("a.zip") { $0.skipErrors = true }
        #expect(report.stored == 1 && report.firstErrors.map(\.line) == [3])
        #expect(report.firstErrors.first?.reason.hasPrefix("it has 2 of 3 cells and no line end") == true)
    }
}
