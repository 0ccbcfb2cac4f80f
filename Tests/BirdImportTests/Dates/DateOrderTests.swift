import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

/// Whether the day or the month comes first is judged by all dates of a file.
@Suite struct DateOrderTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// Darwin Core occurrences with these dates.
    private func occurrences(_ dates: [String]) -> String {
        "occurrenceID\tscientificName\teventDate\n"
            + dates.enumerated().map { "\($0)\tAvis ignota\t\($1)\n" }.joined()
    }

    private func dates() throws -> [String] {
        try fixture.rows("SELECT date FROM observation ORDER BY CAST(source_id AS INTEGER)")
    }

    @Test(arguments: [
        ("DD/MM/YYYY", DateOrder.dayFirst), ("d.m.yyyy", .dayFirst), ("MM-DD-YY", .monthFirst), ("M/D/Y", .monthFirst),
        ("YYYY-MM-DD", nil), ("YYYYDDMM", nil), ("DD/MM", nil), ("", nil), ("d", nil), ("%", nil),
    ])
    func aPatternHasAnOrder(pattern: String, order: DateOrder?) {
        #expect(DateOrder(pattern: pattern) == order)
    }

    /// The end of an interval may have another form than its start, whose day is known by the order.
    @Test func theTimeIsThatOfTheDay() throws {
        fixture.write("a.txt", occurrences(["25-02-2021", "03-02-2021T06:41/2021-02-03T08:00"]))
        try fixture.run("a.txt")
        #expect(try dates() == ["20210225", "20210203"])
        #expect(try fixture.rows("SELECT time FROM observation_detail") == ["06:41"])
    }

    static let columns: [(dates: [String], stored: [String], said: String?)] = [
        (
            ["03/02/2021", "25/02/2021"], ["20210203", "20210225"],
            "dates with the day first, because of '25/02/2021' in line 3"
        ),
        (
            ["2021-02-03", "3-2-2021", "2/3/2021", "31-1-2021"], ["20210203", "20210203", "20210302", "20210131"],
            "dates with the day first, because of '31-1-2021' in line 5"
        ),
        (
            ["03/02/2021", "02/25/2021"], ["20210302", "20210225"],
            "dates with the month first, because of '02/25/2021' in line 3"
        ),
        (
            ["03/02/2021", "12/02/2021"], ["20210302", "20211202"],
            "dates with the month first, since no date tells (--date-order overrules)"
        ),
        (
            ["3.2.2021", "12.2.2021"], ["20210203", "20210212"],
            "dates with the day first, because of the points in them"
        ),
        (
            ["03/02/2021 06:41:00.000", "12/02/2021T06:41:00.5Z"], ["20210302", "20211202"],
            "dates with the month first, since no date tells (--date-order overrules)"
        ),
        (["2021-02-03", "2021/02/03", "2021", "2021.02.03"], ["20210203", "20210203", "20210000", "20210203"], nil),
    ]

    @Test(arguments: columns)
    func judgesTheWholeColumn(dates: [String], stored: [String], said: String?) throws {
        let path = fixture.write("a.txt", occurrences(dates))
        let report = try fixture.run("a.txt")
        #expect(try self.dates() == stored)
        let line = said.map { "  read as: \($0)\n" } ?? ""
        #expect(
            report.text.hasPrefix(
                "\(path): Darwin Core occurrences, data set a\n\(line)  \(dates.count) records read\n"),
            "\(report.text)")
    }

    /// Blocks of the file, and rows before the first date that needs the order, are read again.
    @Test func judgesALargeColumnByItsLastDate() throws {
        let many = Array(repeating: "2021-05-06", count: 9_000) + Array(repeating: "03/02/2021", count: 9_000)
        fixture.write("a.txt", occurrences(many + ["25/02/2021"]))
        #expect(try fixture.run("a.txt").stored == 18_001)
        #expect(
            try fixture.rows("SELECT date, count(*) FROM observation GROUP BY date")
                == ["20210203|9000", "20210225|1", "20210506|9000"])
    }

    @Test(arguments: [(DateOrder.dayFirst, "20210203", "day"), (.monthFirst, "20210302", "month")])
    func theOptionOverrules(order: DateOrder, date: String, word: String) throws {
        fixture.write("a.txt", occurrences(["03/02/2021"]))
        let report = try fixture.run("a.txt") { $0.dateOrder = order }
        #expect(try dates() == [date])
        #expect(report.text.contains("  read as: dates with the \(word) first, as --date-order says\n"))
    }

    /// The dates that do not fit the order of most are in error.
    @Test func reportsDatesThatContradictTheOthers() throws {
        fixture.write("a.txt", occurrences(["03/02/2021", "25/02/2021", "02/25/2021", "26/02/2021"]))
        let report = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(try dates() == ["20210203", "20210225", "20210226"])
        #expect(
            report.firstErrors.map { "\($0.line) \($0.column ?? "") \($0.reason)" } == [
                "4 eventDate '02/25/2021' has no month 25: the dates of this file are read with the day first; "
                    + "write it as YYYY-MM-DD, or give --date-order month-first"
            ])
    }

    @Test func readsTheMonthFirstIfAsManyDatesTellEitherOrder() throws {
        fixture.write("a.txt", occurrences(["25/02/2021", "02/25/2021", "03/02/2021", "13/13/2021"]))
        let report = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(try dates() == ["20210225", "20210302"])
        #expect(report.text.contains("dates with the month first, because of '02/25/2021' in line 3"))
        #expect(report.firstErrors.map(\.line) == [2, 5])
        #expect(report.firstErrors.last?.reason == "13 is not a month")
    }

    /// A date that exists in neither order may be wrong in any part.
    @Test(arguments: [
        (["03/02/2021", "02/30/2021"], "20210302"),
        (["03/02/2021", "31/04/2021", "30/02/2021", "02/25/2021"], "20210302"),
        (["03/02/2021", "02/30/2021", "25/02/2021"], "20210203"), (["03/02/2021", "29/02/2021"], "20210302"),
        (["03/02/2021", "25/02/1021", "25/02/9021"], "20210302"), (["3/2/2021", "30.2.2021"], "20210302"),
    ])
    func onlyADateThatExistsTellsTheOrder(dates: [String], first: String) throws {
        fixture.write("a.txt", occurrences(dates))
        let report = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(try self.dates().first == first)
        // No advice that does not help.
        #expect(report.firstErrors.allSatisfy { !$0.reason.contains("--date-order") } || dates.count > 3)
        for text in ["02/30/2021", "30/02/2021", "31/04/2021"] where report.text.contains("because of") {
            #expect(!report.text.contains("because of '\(text)'"))
        }
    }

    /// A record is kept, with what is certain of its date.
    @Test func keepsRecordsWithDatesThatAreNotExact() throws {
        let texts = [
            "1890/1895", "1890-00-00", "1890-05-00", "0000-00-00", "1890-05-03/", "1890-12-30/1891-01-01", "May 1890",
            "0000-00-00 00:00:00",
        ]
        fixture.write("a.txt", occurrences(texts))
        let report = try fixture.run("a.txt")
        #expect(report.firstErrors == [])
        let unknown = "\(StoredDate.unknown)"
        #expect(
            try dates() == [unknown, "18900000", "18900500", unknown, "18900503", unknown, "18900500", unknown])
        #expect(
            report.text.contains("  2 records kept without a date, since the date is an interval of several years\n"))
        #expect(String(decoding: report.json, as: UTF8.self).contains("\"too_long_dates\":2"))
    }

    @Test(arguments: [
        ("1890-00-05", "0 is not a month"), ("1890-05-32", "there is no day 32 in month 5 of 1890"),
        ("1890/1790", "'1890/1790' is not an interval between 1800 and 2025"),
        ("1895/1890", "'1895/1890' is not an interval between 1800 and 2025"),
        ("1890/9895", "'1890/9895' is not an interval between 1800 and 2025"),
        ("0000-05-00", "the year 0 is not between 1800 and 2025"),
    ])
    func refusesDatesThatDoNotExist(date: String, reason: String) throws {
        fixture.write("a.txt", occurrences([date]))
        #expect(try fixture.run("a.txt").firstErrors.map(\.reason) == [reason])
    }

    private func myEBirdData(_ dates: [String]) -> String {
        "Submission ID,Common Name,Scientific Name,Count,State/Province,Location,Latitude,Longitude,Date,Time\n"
            + dates.enumerated().map { "S\($0),Bird,Avis ignota,1,GB-ENG,Marsh,51,0,\($1),06:41 AM\n" }.joined()
    }

    /// eBird writes dates with the month first between hyphens; those with slashes are of a spreadsheet.
    @Test func refusesMyEBirdDataOfASpreadsheetThatLeavesTheOrderOpen() throws {
        let path = fixture.write("a.csv", myEBirdData(["03/02/2021", "11/02/2021"]))
        #expect(
            throws: ChangeError.refused(
                "\(path), line 2, has the date '03/02/2021', and no date in the file tells whether the day or the month "
                    + "comes first; give --date-order day-first or --date-order month-first.")
        ) {
            try fixture.run("a.csv")
        }
        try fixture.run("a.csv") { $0.dateOrder = .dayFirst }
        #expect(try fixture.rows("SELECT date FROM observation ORDER BY date") == ["20210203", "20210211"])
        fixture.write("a.csv", myEBirdData(["03/02/2021", "31/01/2021"]))
        try fixture.run("a.csv")
        #expect(try fixture.rows("SELECT date FROM observation ORDER BY date") == ["20210131", "20210203"])
        fixture.write("a.csv", myEBirdData(["03-02-2021"]))
        try fixture.run("a.csv")
        #expect(try fixture.rows("SELECT date FROM observation") == ["20210302"])
    }

    /// Programs write the year first in these formats, or the month by name.
    @Test(arguments: FormatFixture.withTheYearFirst, ["03/02/2021", "3-2-2021"])
    func refusesDatesOfASpreadsheetThatLeaveTheOrderOpen(
        fixtureOfFormat: (format: String, text: String, date: String), date: String
    ) throws {
        let (format, text, original) = fixtureOfFormat
        let days = text.replacing(original, with: date)
        #expect(days != text)
        let path = fixture.write("a.csv", days)
        #expect {
            try fixture.run("a.csv")
        } throws: {
            ($0 as? ChangeError)?.message.hasPrefix("\(path), line 2, has the date '\(date)', and no date") == true
        }
        let report = try fixture.run("a.csv") { $0.dateOrder = .dayFirst }
        #expect(report.isStored && report.files.map(\.formatName) == [format])
        #expect(
            try fixture.rows("SELECT DISTINCT date FROM \(format == "ebird-sampling" ? "checklist" : "observation")")
                .contains("20210203"))
    }

    /// Its cells may be those of other columns.
    @Test func aRowWithTooManyCellsTellsNoOrder() throws {
        fixture.write("a.txt", occurrences(["03/02/2021", "25/02/2021\tmore"]))
        let report = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(report.firstErrors.map(\.reason) == ["it has 4 cells for 3 columns"])
        #expect(try dates() == ["20210302"])
        fixture.write("b.txt", occurrences(["25/02/2021\tmore", "2021-02-03"]))
        #expect(try fixture.run("b.txt") { $0.skipErrors = true }.files.map(\.dateOrder) == [nil])
    }

    @Test func readsTheTimeOfADateIfThereIsNoOther() throws {
        fixture.write(
            "a.txt",
            "occurrenceID\tscientificName\teventDate\teventTime\n1\tAvis ignota\t2021-02-03T06:41:00+02:00\t\n"
                + "2\tAvis ignota\t2021-02-03T06:41\t07:30\n3\tAvis ignota\t2021-02-03T00:00:00\t\n")
        try fixture.run("a.txt")
        let query =
            "SELECT source_id, time FROM observation o LEFT JOIN observation_detail d ON d.id = o.id ORDER BY source_id"
        #expect(try fixture.rows(query) == ["1|06:41", "2|07:30", "3|"])
    }

    /// The order is told only where a stored date depends on it.
    @Test(
        arguments: [
            ["2021-02-03", "02/02/2021"], ["02-02-2021/02-02-2021"], ["2021-02-03", "30/02/2021"],
            ["2021-02-03", "3/2/2021\tMammalia"], ["08.08.2024"], ["2021-02-03", "3.2.2021\tMammalia"],
        ], [nil, DateOrder.dayFirst])
    func saysNothingOfTheOrderIfNoDateDependsOnIt(dates: [String], given: DateOrder?) throws {
        fixture.write(
            "a.txt",
            "occurrenceID\tscientificName\teventDate\tclass\n"
                + dates.enumerated().map { "\($0)\tAvis ignota\t\($1)\n" }.joined())
        let report = try fixture.run("a.txt") { ($0.skipErrors, $0.dateOrder) = (true, given) }
        #expect(report.isStored && report.files.map(\.dateOrder) == [nil], "\(report.text)")
        // Nor is it asked for.
        fixture.write("b.csv", myEBirdData(["02/02/2021"]))
        #expect(try fixture.run("b.csv").files.map(\.dateOrder) == [nil])
    }

    @Test(arguments: [
        ("2021-05-03/2021-05-01", "20210500"), ("2021-05-03/01", "20210500"), ("2021-05-03/2021-03-05", "20210000"),
        ("2021-05/2021-03", "20210000"), ("03.05.2021/01.05.2021", "20210500"),
    ])
    func saysThatAnIntervalIsReversed(date: String, stored: String) throws {
        fixture.write("a.txt", occurrences(["2021-05-01/2021-05-03", "2021-05/2021", "2021/2021-05", date]))
        let report = try fixture.run("a.txt")
        #expect(try dates().last == stored)
        #expect(
            report.text.contains(
                "  1 date is an interval that ends before it begins, on line 5\n    3 Avis ignota \(date)\n"),
            "\(report.text)")
    }

    /// Records and sampling events of the eBird Basic Dataset are parts of one download, whichever of them tells.
    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)], [true, false])
    func theOtherPartOfADownloadTellsTheOrder(parts: (recordsTell: Bool, recordsFirst: Bool), isPacked: Bool) throws {
        let (recordsTell, recordsFirst) = parts
        var texts = [FormatFixture.eBird, FormatFixture.eBirdSampling].map {
            $0.replacing("2021-02-03", with: "03/02/2021")
        }
        let telling = recordsTell ? 0 : 1
        let row = texts[telling].split(separator: "\n")[1]
        texts[telling] +=
            row.replacing("03/02/2021", with: "25/02/2021").replacing("O1", with: "O5").replacing("S10", with: "S14")
            .replacing("\tG1\t", with: "\t\t") + "\n"
        var files = [("ebd.txt", texts[0]), ("ebd_sampling.txt", texts[1])]
        if !recordsFirst { files.reverse() }
        if isPacked { fixture.write("ebd.zip", ZipWriter.archive(files)) }
        for (name, text) in files where !isPacked { fixture.write(name, text) }
        let report = try fixture.run(files: isPacked ? ["ebd.zip"] : files.map(\.0))
        #expect(report.isStored, "\(report.text)")
        #expect(
            try fixture.rows("SELECT DISTINCT date FROM checklist ORDER BY date") == ["20210203", "20210225"])
        #expect(report.files.map(\.dateOrder?.order) == [.dayFirst, .dayFirst])
        let other = fixture.path((isPacked ? "ebd.zip/" : "") + (recordsTell ? "ebd.txt" : "ebd_sampling.txt"))
        #expect(report.files.count { $0.dateOrder?.reason == .beside(other) } == 1)
    }

    /// Each data set has its own download.
    @Test func theOtherPartOfEachDataSetTellsTheOrder() throws {
        var files: [String] = []
        for (name, telling) in [("one", "25/02/2021"), ("two", "02/25/2021")] {
            for number in 1...2 {
                files.append("\(name)\(number).txt")
                fixture.write("\(name)\(number).txt", FormatFixture.eBird.replacing("2021-02-03", with: "03/02/2021"))
                files.append("\(name)\(number)_sampling.txt")
                fixture.write(
                    "\(name)\(number)_sampling.txt", FormatFixture.eBirdSampling.replacing("2021-02-03", with: telling))
            }
        }
        let report = try fixture.run(files: files)
        #expect(
            report.files.map(\.dateOrder?.order) == [DateOrder](repeating: .dayFirst, count: 4)
                + [DateOrder](repeating: .monthFirst, count: 4))
        #expect(
            report.files.map(\.dateOrder?.reason).enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
                == ["one1", "one2", "two1", "two2"].map { .beside(fixture.path("\($0)_sampling.txt")) })
    }

    /// That of another data set, or one that leaves it open too, tells nothing.
    @Test(arguments: [
        ("other_sampling.txt", "25/02/2021"), ("ebd_sampling.txt", "03/02/2021"), ("ebd_sampling.txt", "2021-02-03"),
    ])
    func otherFilesTellNoOrder(name: String, date: String) throws {
        fixture.write("ebd.txt", FormatFixture.eBird.replacing("2021-02-03", with: "03/02/2021"))
        fixture.write(name, FormatFixture.eBirdSampling.replacing("2021-02-03", with: date))
        #expect {
            try fixture.run("ebd.txt", name)
        } throws: {
            ($0 as? ChangeError)?.message.contains("has the date '03/02/2021', and no date") == true
        }
    }
}
