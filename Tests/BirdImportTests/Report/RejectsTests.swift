import FileSystem
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
            rows.first == "file,line,column,reason,row,header,read_as"
                && rows.last
                    == "\(path),3002,num,\"'2999 \"\"or\"\" 3000' is not a whole number; write one, or leave the cell empty and put the text into the comments\",\"L1,,,,2021,2,3,a,\"\"2999 \"\"\"\"or\"\"\"\" 3000\"\"\",\"\(plainHeader.dropLast())\",\"format=plain separator=, quotes=yes commas=none\""
        )
    }

    /// A file that was made only to find that out does not stay.
    @Test func aFileOfTheImportIsNotMade() throws {
        let fixture = try ImportFixture()
        #expect(
            throws: ChangeError.refused(
                "\(fixture.path("none.csv")) is a file of the import itself; give another file with --rejects.")
        ) { try fixture.run("none.csv") { $0.rejects = fixture.path("none.csv") } }
        #expect(fixture.names == [])
    }

    /// Rows of several files, each with its own separator and order of columns.
    @Test func correctedRowsCanBeImported() throws {
        let fixture = try ImportFixture()
        fixture.write(
            "a.csv", plainHeader + "L1,60,-135,,2021,2,3,a,1\n\"L,2\",60,-135,,2021,2,30,a,2\nL3,,,,2021,2,3,a,z\n")
        fixture.write(
            "b.txt",
            "eventDate\tscientificName\tlocality\n2021-02-31\tAvis una\tMarsh\n2021-02-03\tAvis una\tMarsh\n"
                + "2021-02-32\tAvis \"duo\"\tHill, north\n")
        let first = try fixture.run("a.csv", "b.txt") {
            ($0.dataset, $0.rejects, $0.skipErrors) = ("birds", fixture.path("r.csv"), true)
        }
        #expect(first.isStored && first.rowsInError == 4)
        var corrected = fixture.text("r.csv")
        for (wrong, right) in [
            ("2021,2,30,a", "2021,2,28,a"), ("a,z", "a,7"), ("2021-02-31\t", "2021-02-01\t"),
            ("2021-02-32\t", "2021-02-02\t"),
        ] { corrected = corrected.replacing(wrong, with: right) }
        fixture.write("r.csv", corrected)
        let second = try fixture.run("r.csv") { ($0.dataset, $0.append) = ("birds", true) }
        #expect(second.files.map(\.formatName) == ["plain", "dwc"], "\(second.text)")
        #expect(second.rowsInError == 0 && second.stored == 4, "\(second.text)")
        let select =
            "SELECT date, code FROM observation o JOIN location l ON l.id = location_id WHERE dataset_id = "
            + "(SELECT id FROM dataset WHERE name = 'birds') ORDER BY date, code"
        #expect(
            try fixture.rows(select) == [
                "20210201|Marsh", "20210202|Hill, north", "20210203|L1", "20210203|L3", "20210203|Marsh",
                "20210228|L,2",
            ])
        // As a spreadsheet saves it, with rows in another order.
        let lines = fixture.text("r.csv").split(separator: "\r\n")
        fixture.write("s.csv", ([lines[0], lines[2], lines[1]] + lines[3...]).joined(separator: "\n"))
        let third = try fixture.run("s.csv") { ($0.dataset, $0.append) = ("birds", true) }
        #expect(third.stored == second.stored)
    }

    /// The columns of an archive have another order than its terms, and the date of a visit is in another file.
    @Test func correctedRowsOfAnArchiveCanBeImported() throws {
        let fixture = try ImportFixture()
        var files = ArchiveImportTests.events
        files[2].1 += "e1\to4\tLarus argentatus\tmany\ne9\to5\tLarus argentatus\t1\n"
        fixture.write("a.zip", ZipWriter.archive(files))
        let first = try fixture.run("a.zip") { ($0.rejects, $0.skipErrors) = (fixture.path("r.csv"), true) }
        #expect(first.rowsInError == 2)
        var corrected = fixture.text("r.csv").replacing("many", with: "5")
        fixture.write("r.csv", corrected)
        // The event of this one is missing.
        let path = "\(fixture.path("a.zip"))/occurrence.txt"
        #expect(
            throws: ChangeError.refused(
                "\(fixture.path("r.csv")), line 3, has a row that can only be corrected in \(path): correct all rows of that "
                    + "file there and import it again, or remove this row here to leave it out.")
        ) { try fixture.run("r.csv") }
        corrected = corrected.split(separator: "\r\n").dropLast().joined(separator: "\r\n")
        fixture.write("r.csv", corrected)
        #expect(try fixture.run("r.csv") { ($0.dataset, $0.append) = ("a", true) }.stored == 1)
        #expect(
            try fixture.rows(
                """
                SELECT date, num, l.code, l.latitude FROM observation JOIN location l ON l.id = location_id
                WHERE source_id = 'o4'
                """) == ["20210203|5|Marsh|48.4"])
    }

    @Test func saysThatThereAreNone() throws {
        let fixture = try ImportFixture()
        fixture.write("r.csv", "\"file\";\"line\";column;reason;row;header;read_as\n")
        #expect(throws: ChangeError.refused("\(fixture.path("r.csv")) has no rejected rows.")) {
            try fixture.run("r.csv")
        }
    }

    /// Imports files with rows in error, and changes the rejected rows.
    private func reject(_ fixture: ImportFixture, _ files: String..., change: (inout [Substring]) -> Void) throws {
        try fixture.run(files: files) { ($0.rejects, $0.skipErrors) = (fixture.path("r.csv"), true) }
        var lines = fixture.text("r.csv").split(separator: "\r\n")
        change(&lines)
        fixture.write("r.csv", lines.map { "\($0)\r\n" }.joined())
    }

    @Test func anyRowMayBeRemoved() throws {
        for removed in 1...3 {
            let fixture = try ImportFixture()
            let bad = (1...3).map { "L1,,,,2021,2,\($0),a,many\n" }.joined()
            fixture.write("a.csv", plainHeader + bad + "L1,,,,2021,2,4,a,1\n")
            try reject(fixture, "a.csv") { lines in
                lines.remove(at: removed)
                lines = lines.map { $0.replacing("a,many", with: "a,7") }
            }
            let report = try fixture.run("r.csv") { ($0.dataset, $0.append) = ("a", true) }
            #expect(report.stored == 2 && report.rowsInError == 0, "\(report.text)")
        }
    }

    @Test func allRowsOfAFileOfRejectsAreCountedTogether() throws {
        let fixture = try ImportFixture()
        let row = { (day: Int, num: String) in "L1,,,,2021,2,\(day),a,\(num)\n" }
        fixture.write("a.csv", plainHeader + row(1, "q") + row(2, "q") + row(3, "1"))
        fixture.write("b.csv", plainHeader + row(4, "y") + row(5, "1"))
        try reject(fixture, "a.csv", "b.csv") { $0 = $0.map { $0.replacing("a,q", with: "a,7") } }
        let report = try fixture.run("r.csv") { ($0.dataset, $0.append, $0.skipErrors) = ("a", true, true) }
        #expect(report.isStored && report.stored == 2 && report.rowsInError == 1, "\(report.text)")
        fixture.write("r.csv", fixture.text("r.csv").replacing("a,7", with: "a,z"))
        let other = try fixture.run("r.csv") { ($0.dataset, $0.append, $0.skipErrors) = ("a", true, true) }
        #expect(
            !other.isStored
                && other.text.contains("Nothing was stored: all rows of \(fixture.path("r.csv")) are in error."))
    }

    /// A row may have several lines, and a quote that is not closed hides no other row.
    @Test func errorsHaveTheLinesOfTheFileOfRejects() throws {
        let fixture = try ImportFixture()
        let row = { (day: Int, num: String, note: String) in "L1,,,,2021,2,\(day),a,\(num),\(note)\n" }
        fixture.write(
            "a.csv",
            plainHeader.dropLast() + ",comments\n" + row(1, "q", "\"a\nb\"") + row(2, "q", "") + row(3, "q", "\"c")
                + row(4, "1", "") + row(5, "q", ""))
        try reject(fixture, "a.csv") { _ in }
        let file = fixture.path("r.csv") + fixture.path("a.csv")
        let report = try fixture.run("r.csv") { ($0.dataset, $0.append) = ("a", true) }
        #expect(report.firstErrors.map(\.line) == [2, 4, 5, 6] && report.firstErrors.allSatisfy { $0.file == file })
        fixture.write("r.csv", fixture.text("r.csv").replacing("a,q", with: "a,7"))
        let corrected = try fixture.run("r.csv") { ($0.dataset, $0.append, $0.skipErrors) = ("a", true, true) }
        #expect(corrected.stored == 3 && corrected.firstErrors.map(\.line) == [5], "\(corrected.text)")
    }

    @Test func warnsOfACodeThatARecordHas() throws {
        let fixture = try ImportFixture()
        let header = plainHeader.dropLast() + ",source_id\n"
        fixture.write("a.csv", header + "L1,,,,2021,2,3,a,1,o1\nL1,,,,2021,2,4,a,q,o2\nL1,,,,2021,2,5,a,q,o3\n")
        try reject(fixture, "a.csv") {
            $0 = $0.map { $0.replacing("q,o2", with: "7,o1").replacing("q,o3", with: "8,o3") }
        }
        let report = try fixture.run("r.csv") { ($0.dataset, $0.append) = ("a", true) }
        let file = fixture.path("r.csv")
        #expect(
            report.codesAgain == [
                ImportReport.CodesAgain(file: file, isCorrected: true, records: 1, otherDates: 1, code: "o1")
            ])
        #expect(
            report.text.contains(
                "Warning: corrected rows of \(file) have replaced 1 record with the same source_id, such as o1. "))
        // Records of other files are replaced as always, if they have the same date.
        fixture.write("a.csv", header + "L1,,,,2021,2,4,a,1,o1\n")
        #expect(try fixture.run("a.csv") { $0.append = true }.codesAgain.isEmpty)
    }

    /// Whose place nobody knows.
    @Test func warnsOfACodeThatADetectionHas() throws {
        let fixture = try ImportFixture()
        let row = "2021-02-03;06:41:09;Avis ignota;Odd Bird;"
        fixture.write("a.csv", "Date;Time;Sci_Name;Com_Name;Confidence\n\(row)0.7\n\(row)q\n")
        try reject(fixture, "a.csv") { $0 = $0.map { $0.replacing("Bird;q", with: "Bird;0.7") } }
        let report = try fixture.run("r.csv") { ($0.dataset, $0.append) = ("a", true) }
        #expect(report.stored == 1 && report.replaced == 1, "\(report.text)")
        #expect(
            report.codesAgain == [
                ImportReport.CodesAgain(
                    file: fixture.path("r.csv"), isCorrected: true, records: 1, otherDates: 0,
                    code: "20210203 06:41:09 Avis ignota 0.7")
            ])
    }

    @Test func aDataSetKeepsItsFormat() throws {
        let fixture = try ImportFixture()
        var files = ArchiveImportTests.events
        files[2].1 += "e1\to4\tLarus argentatus\tmany\n"
        fixture.write("a.zip", ZipWriter.archive(files))
        try reject(fixture, "a.zip") { $0 = $0.map { $0.replacing("many", with: "5") } }
        #expect(try fixture.run("r.csv") { ($0.dataset, $0.append) = ("a", true) }.stored == 1)
        #expect(try fixture.rows("SELECT format FROM dataset") == [Format.archive])
    }
}
