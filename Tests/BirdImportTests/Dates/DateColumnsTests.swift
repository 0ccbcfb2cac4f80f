import Testing

@testable import BirdImport
@testable import Fixtures

/// Year, month and day in columns of their own, beside a date.
@Suite struct DateColumnsTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    static let rows: [(date: String, columns: String, stored: String, isTooLong: Bool)] = [
        // They are more exact, and agree.
        ("1890-05-03/1895-07-01", "1891,6,7", "18910607", false), ("1890/1895", "1890,6,", "18900600", false),
        ("1890-1895", "1895,,", "18950000", false), ("1890-05-03/1891-02-01", "1890,5,", "18900500", false),
        ("1890-05-03/1890-07-01", "1890,6,", "18900600", false), ("1890-05-03/07", "1890,5,4", "18900504", false),
        ("1890", "1890,6,7", "18900607", false), ("1890-06", "1890,6,7", "18900607", false),
        ("1890-00-00", "1890,6,7", "18900607", false), ("0000-00-00", "1890,6,7", "18900607", false),
        ("1890/06", "1890,6,", "18900600", false), ("2005/06", "2006,2,", "20060200", false),
        ("0000-00-00 00:00:00", "1890,6,7", "18900607", false), ("00/00/0000", "1890,6,7", "18900607", false),
        // They contradict it.
        ("1890/1895", "1896,6,7", "99999999", true), ("1890-05-03/1891-02-01", "1890,4,", "99999999", true),
        ("1890-05-03/1890-07-01", "1890,8,", "18900000", false), ("1890", "1891,6,7", "18900000", false),
        ("1890-06", "1890,5,7", "18900600", false),
        // They say no more, or nothing that exists.
        ("1890-06-07", "1891,1,1", "18900607", false), ("1890-06", "1890,,", "18900600", false),
        ("1890/1895", ",,", "99999999", true), ("1890/1895", "1891,13,1", "99999999", true),
        ("1890/1895", ",6,7", "99999999", true), ("", "1890,6,7", "18900607", false),
    ]

    @Test(arguments: rows)
    func areTakenWhereTheyAreMoreExact(date: String, columns: String, stored: String, isTooLong: Bool) throws {
        fixture.write(
            "a.csv", "occurrenceID,scientificName,eventDate,year,month,day\n1,Avis una,\(date),\(columns)\n")
        let report = try fixture.run("a.csv")
        #expect(try fixture.rows("SELECT date FROM observation") == [stored])
        #expect(report.files.map(\.tooLongDates) == [isTooLong ? 1 : 0])
    }

    /// June 2005, or 2005 and 2006.
    @Test(arguments: ["2005,,", "2004,6,", "2007,6,", ",,", "2005,13,"])
    func aDateThatMayBeAMonthOrYearsIsAnError(columns: String) throws {
        fixture.write("a.csv", "occurrenceID,scientificName,eventDate,year,month,day\n1,Avis una,2005/06,\(columns)\n")
        #expect(
            try fixture.run("a.csv").firstErrors.map(\.reason)
                == ["'2005/06' may be a month or several years; write it as 2005-06, or all digits of both years"])
    }
}
