import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// Lines may end in other ways than with LF or CRLF.
@Suite struct LineEndsTests {
    private static let text: String =
        plainHeader.dropLast() + ",comments\nL1,,,,2021,2,3,a,1,\"one\nTwo\"\nL2,,,,2021,2,4,b,2,\n"

    private func records(_ text: String) throws -> [String] {
        let fixture = try ImportFixture()
        fixture.write("a.csv", text)
        let report = try fixture.run("a.csv")
        #expect(report.rowsInError == 0, "\(report.text)")
        return try fixture.rows(
            """
            SELECT date, num, replace(comments, char(10), '/') FROM observation o
            LEFT JOIN observation_detail d ON d.id = o.id ORDER BY date
            """)
    }

    @Test(arguments: ["\n", "\r\n", "\r", "\r\r\n"]) func linesMayEndInThese(end: String) throws {
        for text in [Self.text, "sep=,\n" + Self.text] {
            #expect(
                try records(text.replacing("\n", with: end)).map { $0.replacing("\r", with: "") } == [
                    "20210203|1|one/Two", "20210204|2|",
                ])
        }
    }

    /// A cell keeps a line end of its own.
    @Test func cellsMayHaveOthers() throws {
        let text: String = Self.text.replacing("\n", with: "\r").replacing("one\rTwo", with: "one\nTwo")
        #expect(try records(text) == ["20210203|1|one/Two", "20210204|2|"])
    }

    /// Also where blocks end among them.
    @Test(arguments: ["\r", "\r\r\n"]) func largeFilesToo(end: String) throws {
        let fixture = try ImportFixture()
        let rows = (0..<60_000).map { "L\($0 % 7),,,,2021,2,3,a,\($0)\(end)" }.joined()
        fixture.write("a.csv", plainHeader.dropLast() + end + rows)
        #expect(try fixture.run("a.csv").stored == 60_000)
        #expect(try fixture.rows("SELECT sum(num) FROM observation") == ["1799970000"])
    }

    /// The outline of a place may be longer than a MiB, and so may a remark.
    @Test func longCellsCostNoRecord() throws {
        let fixture = try ImportFixture()
        let long = String(repeating: "1 2, ", count: 400_000)
        fixture.write(
            "a.txt",
            "occurrenceID\tscientificName\teventDate\tfootprintWKT\toccurrenceRemarks\n"
                + "1\tAvis una\t2021-02-03\t\(long)\tx\n2\tAvis una\t2021-02-04\t\t\(long)\n")
        let report = try fixture.run("a.txt")
        #expect((report.stored, report.files[0].cutRemarks) == (2, 1))
    }
}
