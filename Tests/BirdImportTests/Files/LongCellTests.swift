import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

/// Quoted cells that are longer than any row may be.
@Suite struct LongCellTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private let row = "L1,60.5,1,,2021,2,3,a,1\n"

    /// Its lines are no rows. Only so many are tried.
    @Test func refusesACellThatIsLongerThanARow() throws {
        let line = String(repeating: "x", count: 99) + "\n"
        let cell = String(repeating: line, count: 3 * CSVReader.longestRow / 100)
        let path = fixture.write("a.csv", plainHeader + row + "\"\(cell)\",60.5,1,,2021,2,3,a,1\n" + row)
        #expect(
            throws: ChangeError.refused(
                "\(path), line 3, has a quoted cell that is longer than \(CSVReader.longestRow) bytes, or not closed, and none of the 1000 "
                    + "lines after it can be read as a row; close or remove its quote.")
        ) {
            try fixture.run("a.csv") { $0.skipErrors = true }
        }
        #expect(fixture.names == ["a.csv"])
    }

    /// It costs its row.
    @Test func aQuoteThatIsNotClosedHidesNoOtherRow() throws {
        let row = row.dropLast() + "," + String(repeating: "x", count: 9000) + "\n"
        let rows = String(repeating: row, count: CSVReader.longestRow / 9000)
        fixture.write("a.csv", plainHeader.dropLast() + ",comments\n" + row + "\"" + row + rows)
        let report = try fixture.run("a.csv") { $0.skipErrors = true }
        #expect(report.stored == CSVReader.longestRow / 9000 + 1)
        #expect(
            report.firstErrors.map { "\($0.line): \($0.reason)" } == [
                "3: a quoted cell is longer than \(CSVReader.longestRow) bytes, or not closed"
            ])
    }
}
