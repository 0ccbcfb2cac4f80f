import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct RejectsTests {
    /// More than is held in memory.
    @Test func allRejectedRowsAreWritten() throws {
        let fixture = try ImportFixture()
        let bad = (0..<3000).map { "L1,,,,2021,2,3,a,\"\($0) \"\"or\"\" \($0 + 1)\"\n" }
        let path = fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\n" + bad.joined())
        let report = try fixture.run("a.csv") { ($0.rejects, $0.skipErrors) = (fixture.path("r.csv"), true) }
        #expect(report.stored == 1 && report.rowsInError == 3000 && report.firstErrors.count == 10)
        let rows = fixture.text("r.csv").split(separator: "\r\n")
        #expect(rows.count == 3001)
        #expect(
            rows.first == "file,line,column,reason,row"
                && rows.last
                    == "\(path),3002,num,\"'2999 \"\"or\"\" 3000' is not a whole number\",\"L1,,,,2021,2,3,a,\"\"2999 \"\"\"\"or\"\"\"\" 3000\"\"\""
        )
    }

    /// A file that was made only to find that out does not stay.
    @Test func aFileOfTheImportIsNotMade() throws {
        let fixture = try ImportFixture()
        #expect(
            throws: ImportError.refused(
                "\(fixture.path("none.csv")) is a file of the import itself; give another file with --rejects.")
        ) { try fixture.run("none.csv") { $0.rejects = fixture.path("none.csv") } }
        #expect(fixture.names == [])
    }
}
