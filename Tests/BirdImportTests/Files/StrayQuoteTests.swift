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

    @Test func hidesNoRecordOfAnArchive() throws {
        let meta = """
            <archive><core rowType="Occurrence" fieldsTerminatedBy="," fieldsEnclosedBy="&quot;" ignoreHeaderLines="0">
            <files><location>o.txt</location></files><id index="0"/><field index="1" term="scientificName"/>
            <field index="2" term="eventDate"/><field index="3" term="occurrenceRemarks"/>
            <field index="4" term="locality"/></core></archive>
            """
        let rows = row(1, "\"heard") + row(2, "") + row(3, "saw\"") + row(4, "\"a\nb\"")
        fixture.write("a.zip", ZipWriter.archive([("meta.xml", meta), ("o.txt", rows)]))
        let report = try fixture.run("a.zip") { $0.skipErrors = true }
        #expect(report.stored == 3 && report.firstErrors.map(\.line) == [1])
    }
}
