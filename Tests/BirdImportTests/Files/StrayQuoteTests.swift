import Testing

@testable import BirdImport
@testable import Fixtures

/// Whole imports of files with quotes that are only characters. `CSVReaderTests` has more of them.
@Suite struct StrayQuoteTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private let header = "occurrenceID,scientificName,eventDate,occurrenceRemarks,locality\n"
    private func row(_ id: Int, _ remark: String) -> String { "\(id),Avis una,2021-02-03,\(remark),Lake\n" }

    /// What is between the quotes of two rows must not become a remark.
    @Test(arguments: ["\n", "\r\n"]) func hidesNoRecord(lineEnd: String) throws {
        let text = header + row(1, "") + row(2, "\"heard") + row(3, "") + row(4, "saw\"") + row(5, "\"a\nb\"")
        fixture.write("a.csv", text.replacing("\n", with: lineEnd))
        #expect(try !fixture.run("a.csv").isStored)
        let report = try fixture.run("a.csv") { ($0.skipErrors, $0.rejects) = (true, fixture.path("r.csv")) }
        #expect(report.stored == 4 && report.rowsInError == 1)
        #expect(
            report.firstErrors.map { "\($0.line): \($0.reason)" } == [
                "3: a quoted cell is closed on line 5, with rows in it; close it on its line, or remove its quote"
            ])
        #expect(
            try fixture.rows(
                "SELECT source_id, comments FROM observation o LEFT JOIN observation_detail d ON d.id = o.id ORDER BY source_id"
            ) == ["1|", "3|", "4|saw\"", "5|a\(lineEnd)b"])
        #expect(fixture.text("r.csv").contains("\"2,Avis una,2021-02-03,\"\"heard,Lake\""))
        // The corrected row.
        fixture.write("r.csv", fixture.text("r.csv").replacing("\"\"heard", with: "heard"))
        try fixture.run("r.csv") { ($0.append, $0.dataset) = (true, "a") }
        #expect(try fixture.rows("SELECT count(*) FROM observation") == ["5"])
    }

    @Test func aRowThatIsRejectedAgainStaysAsItIs() throws {
        fixture.write("0.csv", header + row(1, "") + row(2, "\"heard"))
        for number in 1...3 {
            let report = try fixture.run("\(number - 1).csv") {
                ($0.skipErrors, $0.append, $0.dataset) = (true, true, "a")
                $0.rejects = fixture.path("\(number).csv")
            }
            #expect(report.rowsInError == 1)
            #expect(fixture.text("\(number).csv").contains(",\"2,Avis una,2021-02-03,\"\"heard,Lake\","))
        }
    }

    /// The next quote begins a cell, so there is text after it.
    @Test func aRowInErrorCostsItselfOnly() throws {
        fixture.write("a.csv", header + row(1, "\"heard") + row(2, "") + row(3, "\"saw, twice\"") + row(4, "\"x"))
        let report = try fixture.run("a.csv") { $0.skipErrors = true }
        #expect(report.stored == 2 && report.rowsInError == 2)
        #expect(
            report.firstErrors.map { "\($0.line): \($0.reason)" } == [
                "2: there is text after the closing quote of a cell, on line 4", "5: a quoted cell is not closed",
            ])
    }

    /// The cells after a remark have a date where records have theirs. With a text before it, they are no bird.
    @Test(arguments: [
        ("order,eventDate,occurrenceRemarks,modified,scientificName", ",2021-02-03,\"a\nb\",2021-02-01,Avis una"),
        ("scientificName,eventDate,occurrenceRemarks,modified,x", "Avis una,2021-02-03,\"a\nb\",2021-02-01,y"),
    ])
    func otherCellsMayHaveDates(header: String, row: String) throws {
        fixture.write("a.csv", "\(header)\n\(row)\n\(row)\n")
        let report = try fixture.run("a.csv")
        #expect(report.stored == 2, "\(report.text)")
    }

    private static let shapes = [3, 5, 7, 10, 40].flatMap { width in
        [",", ";", "\t"].flatMap { separator in [0, 1, width - 1].map { (width, separator, $0) } }
    }

    /// A file with these remarks in one of its columns. A name in quotes tells that cells between tabs may be quoted.
    private func file(_ remarks: [String], _ width: Int, _ separator: String, _ position: Int, date: String) -> String {
        let names = ["scientificName", "eventDate"] + (3..<max(3, width)).map { $0 == 3 ? "locality" : "x\($0)" }
        func line(_ cells: [String], _ remark: String) -> String {
            var cells = cells
            cells.insert(remark, at: position)
            return cells.joined(separator: separator) + "\n"
        }
        let rest = (3..<max(3, width)).map { "y\($0)" }
        return line(names, "occurrenceRemarks").replacing("scientificName", with: "\"scientificName\"")
            + remarks.map { line(["Avis una", date] + rest, $0) }.joined()
    }

    private let comments = "SELECT comments FROM observation o LEFT JOIN observation_detail d ON d.id = o.id ORDER BY 1"

    /// Whatever its lines look like, they are no records.
    @Test(arguments: shapes)
    func aRemarkMayHaveLinesAsWideAsRows(width: Int, separator: String, position: Int) throws {
        let line = (1...width).map { "w\($0)" }.joined(separator: separator)
        for remark in [line + "\n" + line, "a\n\(line)\n\(line)\n\(line)", "heard\n2021, later\n\n" + line] {
            fixture.write("a", file(["\"\(remark)\"", "x"], width, separator, position, date: "2021-02-03"))
            let report = try fixture.run("a")
            #expect(report.stored == 2 && report.rowsInError == 0, "\(report.text)")
            #expect(try fixture.rows(comments) == [remark, "x"])
        }
    }

    @Test(arguments: shapes)
    func hidesNoRecordOfAnyShape(width: Int, separator: String, position: Int) throws {
        for date in ["2021-02-03", "25/02/2021", "2021", ""] {
            for remarks in [
                ["\"heard", "1", "saw\"", "2"], ["\"heard", "saw\"", "1", "2"], ["1", "\"", "saw\"", "2"],
            ] {
                fixture.write("a", file(remarks, width, separator, position, date: date))
                #expect(try !fixture.run("a").isStored, "\(remarks)")
                let report = try fixture.run("a") { $0.skipErrors = true }
                #expect(report.stored == 3 && report.rowsInError == 1, "\(date) \(remarks) \(report.text)")
                #expect(try fixture.rows(comments) == ["1", "2", "saw\""])
            }
        }
    }

    @Test func hidesNoRecordOfAnArchive() throws {
        let meta = """
            <archive><core rowType="Occurrence" fieldsTerminatedBy="," fieldsEnclosedBy="&quot;" ignoreHeaderLines="0">
            <files><location>o.txt</location></files><id index="0"/><field index="1" term="scientificName"/>
            <field index="2" term="eventDate"/><field index="3" term="occurrenceRemarks"/>
            <field index="4" term="locality"/></core></archive>
            """
        let rows = row(1, "\"heard") + row(2, "") + row(3, "saw\"") + row(4, "\"a\nb,c,d,e,f\"")
        fixture.write("a.zip", ZipWriter.archive([("meta.xml", meta), ("o.txt", rows)]))
        let report = try fixture.run("a.zip") { $0.skipErrors = true }
        #expect(report.stored == 3 && report.firstErrors.map(\.line) == [1])
    }
}
