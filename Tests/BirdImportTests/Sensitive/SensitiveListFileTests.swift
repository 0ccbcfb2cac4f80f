import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct SensitiveListFileTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private func read(_ text: String) throws -> [SensitiveEntry] {
        try SensitiveListFile.read(path: fixture.write("list.csv", text))
    }

    private func message(_ text: String) throws -> String {
        let path = fixture.write("list.csv", text)
        do throws(ChangeError) {
            _ = try SensitiveListFile.read(path: path)
            return "none"
        } catch {
            return error.message.replacing(path, with: "list.csv")
        }
    }

    @Test func readsEachColumn() throws {
        let entries = try read(
            """
            species,location,category,precision,scope,region,from,to,reason,review,contact
            goleag,,2,,,CA-YT,02-01,08-31,"nests, also of others",2027-01-31,wardens@example.org
            Strix nebulosa,,,0.05,checklist,,,,,,
            ,L1,0,,,,11-15,02-29,,,

            Peregrine Falcon,,1,,CELL,SE,,,,,
            """)
        let reason = "nests, also of others"
        let eagle = SensitiveEntry(
            subject: .species("goleag"), protection: .cell(.coarse), region: "CA-YT",
            season: SensitiveSeason(from: "02-01", to: "08-31"), reason: reason,
            review: PartialDate(year: 2027, month: 1, day: 31), contact: "wardens@example.org")
        let size = try #require(GridSize(microdegrees: 50_000))
        #expect(
            entries == [
                eagle,
                SensitiveEntry(subject: .species("Strix nebulosa"), protection: .cell(size), scope: .checklist),
                SensitiveEntry(
                    subject: .location("L1"), protection: .hidden, season: SensitiveSeason(from: "11-15", to: "02-29")),
                SensitiveEntry(subject: .species("Peregrine Falcon"), protection: .withoutPlace, region: "SE"),
            ])
    }

    /// As Excel saves it in Germany, with columns in another order.
    @Test func readsWhatASpreadsheetSaves() throws {
        let entries = try read("\u{FEFF}sep=;\r\nPrecision;Species;Contact\r\n0,1;Bubo bubo;Jürgen\r\n;;\r\n")
        #expect(
            entries == [
                SensitiveEntry(subject: .species("Bubo bubo"), protection: .cell(.coarse), contact: "Jürgen")
            ])
    }

    @Test(arguments: [
        (
            "species,category\n",
            "list.csv has a header and no entries; to remove a list, use 'rookery sensitive remove'."
        ),
        ("", "list.csv is empty."),
        (
            "name,category\nx,1\n",
            "has the column 'name', which a list of sensitive species and places does not have; the columns are species, location, "
        ),
        (
            "species,category,regoin\nx,1,CA\n",
            "the column 'regoin', which a list of sensitive species and places does not have; the columns are species,"
        ),
        ("category\n1\n", "has no column 'species' or 'location'"),
        ("species\nx\n", "has no column 'category' or 'precision'"),
        ("species,category,species\nx,1,y\n", "has the column species twice."),
        ("species,category\n,1\n", "line 2: it names no species and no location"),
        ("species,location,category\nx,L1,1\n", "line 2: it names a species and a location; write a line for each"),
        ("species,category\nx,\n", "line 2: it has no category and no precision"),
        ("species,category,precision\nx,1,0.1\n", "line 2: it has a category and a precision; keep one of them"),
        ("species,category\nx,5\n", "line 2: category '5' is not one of 0, 1, 2, 3 and 4"),
        ("species,category\nx,２\n", "category '２' is not one of"),
        ("species,precision\nx,0.25\n", "line 2: precision '0.25' is not one of 0.001, "),
        (
            "species,precision\nx,0.2\ny,0.5\n",
            "list.csv has the precisions 0.2 and 0.5, whose cells lie across each other; use only one of them."
        ),
        ("species,category,scope\nx,2,nest\n", "scope 'nest' is not one of cell, place and checklist"),
        ("species,category,scope\nx,0,place\n", "a scope is only for cells"),
        ("species,category,region\nx,2,ca-yt\n", "'ca-yt' is not the code of a region; write CA-YT"),
        ("species,category,region\nx,2,Yukon\n", "'Yukon' is not the code of a region, such as CA or CA-YT"),
        ("species,category,region\nx,2,CA-\n", "'CA-' is not the code of a region"),
        ("species,category,from\nx,2,02-01\n", "it has only one of from and to"),
        ("species,category,from,to\nx,2,02-30,03-01\n", "'02-30' is not a day of a year such as 03-01"),
        (
            "species,category,from,to\nx,2,2-1,3-1\n",
            "'2-1' and '3-1' are not days of a year such as 03-01, with month and day; where a spreadsheet"
        ),
        ("species,category,review\nx,2,2027-01\n", "review '2027-01' is not a date such as 2027-01-31"),
        ("species,category\nx,2,3\n", "line 2: it has 3 cells, and the header 2"),
        ("species,category\n\"a\nb\",2\n", "species contains a line end, a tab or another control character"),
        ("species,category\n\"a,2\n", "line 2: it can't be read: "),
    ])
    func refusesAMistake(text: String, part: String) throws {
        let message = try message(text)
        #expect(message.contains(part))
    }

    @Test func namesEachLineThatIsWrong() throws {
        let lines = (0..<12).map { "x\($0),\($0 == 3 ? "2" : "9")\n" }.joined()
        let message = try message("species,category\n" + lines)
        #expect(message.split(separator: ";").count == 11)
        #expect(message.hasPrefix("list.csv, line 2: ") && !message.contains("line 5:"))
        #expect(message.hasSuffix("; and 1 more."))
    }

    /// Days are months times 100 plus days, with 00 for what is unknown.
    private static let seasons: [(from: String, to: String, days: [Int], others: [Int])] = [
        ("02-01", "08-31", [201, 831, 500, 0, 200, 800], [131, 901, 100, 900, 1231]),
        ("11-15", "02-10", [1115, 1231, 101, 210, 1100, 200, 1200], [1114, 211, 300, 1000]),
        ("06-15", "06-15", [615, 600], [614, 616, 500]), ("01-01", "12-31", [101, 1231, 700], []),
        ("05-10", "05-09", [510, 509, 101], []),
    ]

    @Test(arguments: seasons)
    func aSeasonHasItsDays(from: String, to: String, days: [Int], others: [Int]) throws {
        let season = try #require(SensitiveSeason(from: from, to: to))
        let database = try Database(path: "", mode: .readWrite)
        func mayContain(_ date: Int64) throws -> Bool {
            try database.integer("SELECT \(season.mayContain("column1")) FROM (VALUES (\(date)))") == 1
        }
        for day in days { #expect(try mayContain(2021_00_00 + Int64(day)), "\(day)") }
        for day in others { #expect(try !mayContain(2021_00_00 + Int64(day)), "\(day)") }
        // What is no date may be any.
        for date in [StoredDate.unknown, 0, 2021_13_01, 2021_00_05] { #expect(try mayContain(date), "\(date)") }
        #expect(season.texts.from == from && season.texts.to == to)
    }

    /// Nothing that a file contains ends the program, and a list that is read has what its lines say.
    @Test func survivesRandomChanges() throws {
        var random = SplitMix(state: 9)
        let list = Array(
            "species,location,category,region,from,to,review\nx,,2,CA,02-01,03-01,2027-01-31\n,L1,0,,,,\n".utf8)
        for _ in 0..<2000 {
            var bytes = list
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                    [0, 0x0A, 0x0D, 0x22, 0x2C, 0x3B, 0x80, 0xFF, .random(in: 0...255, using: &random)]
                    .randomElement(using: &random) ?? 0
            }
            let path = fixture.write("list.csv", bytes)
            do throws(ChangeError) {
                let entries = try SensitiveListFile.read(path: path)
                #expect((1...3).contains(entries.count))
            } catch {
                #expect(error.kind == .refused)
            }
        }
    }
}
