import FileSystem
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

    private static let ofGBIF =
        "gbifID\tdatasetKey\tclass\tspecies\tscientificName\tcountryCode\tlocality\toccurrenceStatus\tindividualCount\t"
        + "decimalLatitude\tdecimalLongitude\teventDate\tyear\tmonth\tday\n"

    /// A GBIF simple download with these dates and columns.
    private func gbif(_ rows: [(date: String, columns: String)]) -> String {
        Self.ofGBIF
            + rows.enumerated().map {
                "\($0)\tk\tAves\tAvis una\tAvis una\t\t\t\t\t\t\t\($1.date)\t\($1.columns.replacing(",", with: "\t"))\n"
            }.joined()
    }

    private func dates() throws -> [String] {
        try fixture.rows("SELECT date FROM observation ORDER BY CAST(source_id AS INTEGER)")
    }

    /// The first date leaves the order open, the second one alone too.
    @Test(arguments: [
        ("03/02/2021", "2021,2,3", "20210405"), ("03/02/2021", ",2,", "20210405"), ("03/02/2021", ",,3", "20210405"),
        ("03/02/2021 24:00", "2021,2,3", "20210405"), ("03/02/2021", "2021,13,3", nil),
        ("03/02/2021", "2021,2.0,3.0", "20210405"), ("3-2-2021 06:41", "NA,02,NA", "20210405"),
        ("03-02-2021/07-02-2021", "2021,2,", "20210405"), ("03/02/2021", "2021,03,02", "20210504"),
        ("03/02/2021", ",3,", "20210504"), ("03/02/2021", "2021,3,x", nil), ("03/02/2021", "2021,,", nil),
        ("03/02/2021", "2021,4,", nil), ("03/02/2021", "2020,2,3", nil), ("02/02/2021", "2021,2,2", nil),
        ("03/02/2021", "99999999999999999,2,", nil), ("03/02/2021", "2021,0,0", nil),
    ])
    func tellTheOrderOfDayAndMonth(date: String, columns: String, first: String?) throws {
        fixture.write("a.csv", gbif([("05/04/2021", ",,"), (date, columns)]))
        guard let first else {
            #expect {
                try fixture.run("a.csv")
            } throws: {
                ($0 as? ChangeError)?.message.contains("line 2, has the date '05/04/2021', and no date") == true
            }
            return
        }
        let report = try fixture.run("a.csv")
        #expect(try dates().first == first)
        let order = first == "20210405" ? "day" : "month"
        #expect(
            report.text.contains(
                "  read as: dates with the \(order) first, because of '\(date)' in line 3, whose own columns tell\n"),
            "\(report.text)")
        #expect(
            String(decoding: report.json, as: UTF8.self).contains(
                #""date_order":{"order":"\#(order)-first","reason":"columns","date":"\#(date)","line":3}"#))
    }

    /// More dates tell the other order, or the file is in one of the other formats.
    @Test func tellItAsOtherDatesDo() throws {
        fixture.write(
            "a.csv",
            gbif([("03/02/2021", "2021,2,3"), ("02/25/2021", ""), ("02/26/2021", ""), ("05/04/2021", "")]))
        try fixture.run("a.csv")
        #expect(try dates() == ["20210302", "20210225", "20210226", "20210504"])
        fixture.write(
            "b.csv", "occurrenceID,scientificName,eventDate,month\n1,Avis una,05/04/2021,\n2,Avis una,03/02/2021,2\n")
        try fixture.run("b.csv") { $0.dataset = "a" }
        #expect(try dates() == ["20210405", "20210203"])
    }

    /// The date is taken, and the report says so.
    @Test(arguments: [
        ("2021-02-03", "2021,5,3", "20210203"), ("2021-02-03", ",,4", "20210203"), ("2021-02-03", "2020,,", "20210203"),
        ("2021-02-03T06:41", ",5,", "20210203"), ("2021-02", "2021,5,3", "20210200"), ("2021", "2020,2,3", "20210000"),
        ("2021-02-03/2021-02-07", "2021,2,8", "20210200"), ("1890/1895", "1896,,", "99999999"),
        ("2021-02-03/2021-02-07", ",,15", "20210200"), ("2020-11-01/2021-02-01", ",3,", "99999999"),
        ("2021-02-03T24:00", "2021,2,5", "20210204"),
        // No date has these parts.
        ("2021-02-03", ",13,", "20210203"), ("2021-02-03", "2021,2,40", "20210203"), ("2021-02-03", "-1,,", "20210203"),
        ("2021-02-03", "99999,,", "20210203"), ("2021", "2021,2,30", "20210000"), ("2021-02", ",,30", "20210200"),
        ("2021", ",2,30", "20210000"), ("0000-00-00", "1890,2,30", "99999999"), ("1890/1895", ",13,", "99999999"),
    ])
    func thatContradictTheDateAreReported(date: String, columns: String, stored: String) throws {
        fixture.write("a.csv", gbif([("2021-02-03", "2021,2,3"), (date, columns), (date, columns)]))
        let report = try fixture.run("a.csv")
        #expect(try dates() == ["20210203", stored, stored])
        let row = "1 k Aves Avis una Avis una \(date) \(columns.split(separator: ",").joined(separator: " "))"
        #expect(
            report.text.contains(
                "  2 dates taken although columns for year, month or day say something else, first on line 3\n    \(row)"
            ),
            "\(report.text)")
        #expect(
            String(decoding: report.json, as: UTF8.self).contains(
                #""contradicted_dates":{"count":2,"first_line":3,"example":"\#(row)"#))
    }

    @Test(arguments: [
        ("2021-02-03", "2021,2,3"), ("2021-02-03", ",,"), ("2021-02-03", "2021,NA,"), ("2021-02-03", "2021,02,03"),
        ("2021-02-03", "2021,x,"), ("2021-02", "2021,2,3"), ("2021", "2021,2,"), ("2021-02-03/2021-02-07", "2021,2,5"),
        ("2021-02-28/2021-03-02", "2021,,"), ("1890/1895", "1891,,"), ("0000-00-00", "1890,6,7"),
        ("2020-11-01/2021-02-01", ",1,"), ("2021-02-28/2021-03-02", ",,1"), ("1890/1895", ",6,7"), ("2020", ",2,29"),
        ("2021-02-03T24:00", "2021,2,3"), ("2021-02-03T24:00", "2021,2,4"), ("2021-12-31T24:00", ",12,31"),
        ("2021-02-03T24:00/2021-02-04T02:00", "2021,2,3"), ("0000-00-00", ",,"),
        ("2005/06", "2006,2,"),
        ("Feb/2021", "2021,2,3"), ("3 Feb 2021", "2021,2,3"), ("", "2021,2,3"), ("2021-02-03", "2021,0,0"),
    ])
    func thatAgreeAreNotReported(date: String, columns: String) throws {
        fixture.write("a.csv", gbif([(date, columns)]))
        let report = try fixture.run("a.csv")
        #expect(report.stored == 1 && !report.text.contains("taken although"), "\(report.text)")
    }

    /// Its parts agree with it in the other order, which more dates tell.
    @Test func thatContradictTheOrderOfTheColumnAreReported() throws {
        fixture.write("a.csv", gbif([("03/02/2021", "2021,2,3")]))
        let report = try fixture.run("a.csv") { $0.dateOrder = .monthFirst }
        #expect(try dates() == ["20210302"])
        #expect(
            report.text.contains(
                "  1 date taken although columns for year, month or day say something else, on line 2\n"))
    }
}
