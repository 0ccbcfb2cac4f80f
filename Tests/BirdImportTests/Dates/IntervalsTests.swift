import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// Dates that are intervals of a few days, as of a night of ringing or recording.
@Suite struct IntervalsTests {
    private func dates(_ texts: [String]) throws -> (rows: [String], report: ImportReport) {
        let fixture = try ImportFixture()
        fixture.write(
            "a.txt",
            "occurrenceID\tscientificName\teventDate\n"
                + texts.enumerated().map { "\($0)\tAvis una\t\($1)\n" }.joined())
        let report = try fixture.run("a.txt")
        let rows = try fixture.rows(
            """
            SELECT date, coalesce(d.time, '') FROM observation o LEFT JOIN observation_detail d ON d.id = o.id
            ORDER BY CAST(source_id AS INTEGER)
            """)
        return (rows, report)
    }

    /// It is the night that begins on the first day.
    @Test(arguments: [
        ("2021-02-03T22:00/2021-02-04T05:00", "20210203|22:00"), ("2021-02-03/04", "20210203|"),
        ("2021-02-28/2021-03-01", "20210228|"), ("2021-12-31/2022-01-01", "20211231|"),
        ("2020-02-28/2020-02-29", "20200228|"), ("2021-12-31T21:30/2022-01-01T04:00", "20211231|21:30"),
    ])
    func anIntervalOfTwoDaysIsTheFirst(text: String, expected: String) throws {
        let (rows, report) = try dates(["2021-05-06", text])
        #expect(rows == ["20210506|", expected])
        #expect(report.files[0].remarks[.intervals]?.count == 1)
        #expect(
            report.text.contains(
                "  1 date is an interval: its first day was taken if it has two, else its month or year, on line 3\n"))
    }

    /// A longer one has what its ends have in common, and is counted too.
    @Test func longerIntervalsAreCounted() throws {
        let (rows, report) = try dates([
            "2021-02-03/2021-02-05", "2021-02-27/2021-03-01", "2021-02-03/2021-02-03", "2021-02-03T06:00/08:00",
            "2021-02-04/2021-02-03", "2021-02",
        ])
        #expect(rows == ["20210200|", "20210000|", "20210203|", "20210203|06:00", "20210200|", "20210200|"])
        #expect(report.files[0].remarks[.intervals]?.count == 2)
        #expect(report.files[0].remarks[.intervals]?.first.line == 2)
    }

    /// Words are no times, and cost no record.
    @Test func wordsForTimesAreLeftOut() throws {
        let fixture = try ImportFixture()
        fixture.write(
            "a.txt",
            "occurrenceID\tscientificName\teventDate\teventTime\n1\tAvis una\t2021-02-03\tmorning\n"
                + "2\tAvis una\t2021-02-03\t06:41\n3\tAvis una\t2021-02-03\tunknown\n4\tAvis una\t2021-02-03\t6.30\n")
        let report = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(report.stored == 3)
        #expect(report.files[0].remarks[.unreadTimes]?.count == 2)
        #expect(report.text.contains("  2 times left out, which are words, first on line 2\n    1 Avis una"))
        #expect(report.errors.map(\.reason) == ["'6.30' is not a time of day; write it as hh:mm, with a colon"])
    }
}
