import Testing

@testable import BirdImport
@testable import Fixtures

/// What spreadsheets make of empty cells of dates, and of cells with only a time.
@Suite struct EmptyDatesTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private func run(_ date: String, _ time: String = "", columns: String = ",,", beside: String = "2021-02-03") throws
        -> ImportReport
    {
        fixture.write(
            "a.csv",
            "occurrenceID,scientificName,eventDate,eventTime,year,month,day,eventID\n1,Avis una,\(beside),,,,,\n"
                + "2,Avis una,\(date),\(time),\(columns),E1\n")
        return try fixture.run("a.csv")
    }

    /// The other date decides whether the day or the month is first.
    @Test(arguments: [
        ("00/01/1900", "13/02/2021"), ("1/0/1900", "2/13/2021"), ("00.01.1900", "13.02.2021"),
        ("00/01/1900", "2/13/2021"), ("1900-01-00 ", "2021-02-03"), ("1900-01-00 00:00", "2021-02-03"),
        ("1900-01-00 00:00:00", "2021-02-03"), ("1899-12-30", "2021-02-03"), ("1899-12-31", "2021-02-03"),
        ("1899-12-30T00:00:00", "2021-02-03"), ("30.12.1899", "13.02.2021"), ("12/31/1899", "2/13/2021"),
        ("30/12/1899", "2/13/2021"), ("1/0/1900 0:00", "2/13/2021"), ("30 Dec 1899", "2021-02-03"),
    ])
    func areErrors(date: String, beside: String) throws {
        let shown = date.hasSuffix(" ") ? String(date.dropLast()) : date
        #expect(
            try run(date, beside: beside).firstErrors.map(\.reason) == [
                "'\(shown)' is a spreadsheet's empty date; leave the cell empty if the date is unknown"
            ])
    }

    @Test(arguments: [
        ("1900-01-05", ",,", "19000105"), ("1900-01-01", ",,", "19000101"), ("1899-12-29", ",,", "18991229"),
        ("1900-02-00", ",,", "19000200"), ("1890-01-00", ",,", "18900100"), ("1900-00-00", ",,", "19000000"),
        ("0000-00-00", ",,", "99999999"), ("1900-01", ",,", "19000100"),
        // Columns of their own say that it is one.
        ("1899-12-31", "1899,12,31", "18991231"), ("1900-01-00", "1900,1,", "19000100"),
    ])
    func otherDatesStay(date: String, columns: String, stored: String) throws {
        #expect(try run(date, columns: columns).firstErrors == [])
        #expect(try fixture.rows("SELECT date FROM observation WHERE source_id = '2'") == [stored])
    }

    @Test(arguments: [
        ("1899-12-30 06:41:00", "06:41|20210203"), ("12/30/1899 6:41:00 AM", "06:41|20210203"),
        ("1900-01-00 06:41:00", "06:41|20210203"), ("30.12.1899 06:41", "06:41|20210203"),
        ("1899-12-30T06:41:00Z", "06:41|20210203"), ("1899-12-31 18:41", "18:41|20210203"),
        ("24:00", "00:00|20210204"), ("24:00:00", "00:00|20210204"), ("1899-12-30 00:00:00", "00:00|20210203"),
    ])
    func onlyTheirTimeCounts(time: String, stored: String) throws {
        #expect(try run("2021-02-03", time).firstErrors == [])
        #expect(
            try fixture.rows(
                "SELECT c.time, o.date FROM observation o JOIN checklist c ON c.id = checklist_id WHERE source_id = '2'"
            )
                == [stored])
    }

    @Test(arguments: ["24:01", "24:00:01", "25:00", "2021-02-03 06:41", "1899-12-30", "1899-12-29 06:41", "24"])
    func otherTextsAreNoTimes(time: String) throws {
        #expect(
            try run("2021-02-03", time).firstErrors.map(\.reason) == [
                "'\(time)' is not a time of day; write it as hh:mm, with a colon"
            ])
    }

    /// 24:00 of a month has no next day.
    @Test func theEndOfAnUnknownDayStaysInItsMonth() throws {
        #expect(try run("2021-12", "24:00").firstErrors == [])
        #expect(try fixture.rows("SELECT date FROM observation WHERE source_id = '2'") == ["20211200"])
        #expect(try run("2021-12-31", "24:00").firstErrors == [])
        #expect(try fixture.rows("SELECT date FROM observation WHERE source_id = '2'") == ["20220101"])
    }

    @Test(arguments: [
        ("unknown", "write it as YYYY-MM-DD, or leave the cell empty if there is none"),
        ("1890s", "write 1890 if it was in that year, or leave it empty and write it into the comments"),
        ("ca. 1890", "write 1890 if it was in that year, or leave it empty and write it into the comments"),
        ("1921?", "write 1921 if it was in that year, or leave it empty and write it into the comments"),
        ("[1921]", "write 1921 if it was in that year, or leave it empty and write it into the comments"),
        ("winter 1890/91", "write it as YYYY-MM-DD"), ("ca. 12 1890", "write it as YYYY-MM-DD"),
    ])
    func errorsSayWhatToWrite(date: String, advice: String) throws {
        #expect(try run(date).firstErrors.map(\.reason) == ["'\(date)' is not a date; \(advice)"])
    }
}
