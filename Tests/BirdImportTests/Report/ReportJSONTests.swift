import BirdImport
import Birds
import FileSystem
import Testing

@testable import Fixtures

@Suite struct ReportJSONTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// A value of the report, by SQLite's JSON path such as `$.files[0].path`.
    private func value(_ path: String, _ file: String = "report.json") throws -> String? {
        let database = try Database(path: "", mode: .readWrite)
        let select = try database.prepare("SELECT json_valid(?1), json_extract(?1, ?2)")
        select.bind(1, fixture.text(file))
        select.bind(2, path)
        guard try select.step(), select.int64(0) == 1 else { return "not JSON" }
        return select.text(1)
    }

    @discardableResult
    private func run(_ files: String..., change: (inout ImportOptions) -> Void = { _ in }) throws -> ImportReport {
        try fixture.run(files: files) {
            $0.report = fixture.path("report.json")
            change(&$0)
        }
    }

    @Test func tellsWhatWasDetectedAndStored() throws {
        let table = fixture.write(
            "species.csv", "species_id,sci_name,en_us\nstejay,Cyanocitta stelleri,Steller's Jay\n")
        fixture.write(
            "a.csv",
            [UInt8](
                "Submission ID;Common Name;Scientific Name;Count;Date;Time;Location;Latitude;Longitude;State/Province\n"
                    .utf8)
                + [UInt8]("S1;Steller's Jay;Cyanocitta stelleri;2;25/02/2021;;Wood;60,5;-135;CA-YT\n".utf8)
                + [UInt8]("S1;Odd Bird;Cyanocitta stellari;X;25/02/2021;;Wood;60,5;-135;CA-YT\n".utf8)
                + [UInt8]("S1;Caf".utf8) + [0xE9] + [UInt8](";Avis ignota;1;25/02/2021;;Wood;60,5;-135;CA-YT\n".utf8))
        try run("species.csv", "a.csv")
        let expected: [(String, String?)] = [
            ("$.version", "1"), ("$.stored", "1"), ("$.dry_run", "0"), ("$.files[0].path", table),
            ("$.files[0].format", "plain-species"), ("$.files[0].dataset", nil), ("$.files[0].species", "1"),
            ("$.files[1].format", "ebird-mydata"), ("$.files[1].format_title", "My eBird Data"),
            ("$.files[1].dataset", "a"), ("$.files[1].separator", ";"), ("$.files[1].encoding.name", "Windows-1252"),
            ("$.files[1].encoding.reason", "not-utf-8"), ("$.files[1].date_order.order", "day-first"),
            ("$.files[1].date_order.reason", "date"), ("$.files[1].date_order.date", "25/02/2021"),
            ("$.files[1].date_order.line", "2"), ("$.files[1].records", "3"), ("$.files[1].left_out", "[]"),
            ("$.names.files[0]", table), ("$.names.stored_species", "0"), ("$.rows_in_error.count", "0"),
            ("$.records.stored", "3"), ("$.records.checklists", "1"), ("$.records.locations", "1"),
            ("$.species_named", "1"), ("$.unknown_species.count", "2"),
            ("$.unknown_species.species[1].code", "Cyanocitta stellari"), ("$.unknown_species.species[1].records", "1"),
            ("$.unknown_species.species[1].nearest", "Cyanocitta stelleri"), ("$.same_data", "[]"), ("$.preview", nil),
        ]
        for (path, wanted) in expected { #expect(try value(path) == wanted, "\(path)") }
        #expect(fixture.names == ["a.csv", "birds.db", "report.json", "species.csv"])
        try run("a.csv") { $0.dryRun = true }
        #expect(try value("$.names.stored_species") == "1")
        #expect(try value("$.dry_run") == "1" && value("$.stored") == "1" && value("$.preview[2].species_id") != nil)
    }

    @Test func tellsWhatIsLeftOutWithARowOfEach() throws {
        let row = feederWatchRow(obs: "OBS2", valid: "0").replacing("WEB", with: "\u{1B}[31m\u{202E}W")
        fixture.write(
            "a.csv", feederWatchHeader + feederWatchRow(obs: "OBS1") + row + feederWatchRow(obs: "OBS3", valid: "0"))
        let report = try run("a.csv")
        #expect(try value("$.files[0].left_out[0].reason") == "did not pass review (--include-invalid keeps them)")
        #expect(try value("$.files[0].left_out[0].count") == "2")
        #expect(try value("$.files[0].left_out[0].first_line") == "3")
        let example = try #require(try value("$.files[0].left_out[0].example"))
        #expect(example == "L1,60.5,-135.25,CA-YT, [31m W,S1,OBS2,2,3,2021,PFW_2021,stejay,NA,2,NA,0,0,1,0,N…")
        #expect(report.text.contains(", first on line 3\n    \(example)\n"))
    }

    @Test func countsUnknownSpeciesThatItDoesNotList() throws {
        fixture.write("a.csv", plainHeader + (0..<1002).map { "L1,,,,2021,2,3,zz\($0),1\n" }.joined())
        _ = try run("a.csv")
        #expect(try value("$.unknown_species.count") == "1002" && value("$.unknown_species.species[1000]") == nil)
        #expect(try value("$.unknown_species.species[999].records") == "1")
    }

    @Test func isWrittenIfRowsAreInError() throws {
        let rows = (0..<1200).map { "L1,,,,2021,2,30,a,\($0)\n" }.joined()
        let path = fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\n" + rows)
        let report = try run("a.csv")
        #expect(!report.isStored && report.firstErrors.count == 10)
        #expect(try value("$.stored") == "0" && value("$.records.stored") == "0")
        #expect(try value("$.files[0].rows_in_error") == "1200" && value("$.rows_in_error.count") == "1200")
        #expect(try value("$.rows_in_error.rows[999].line") == "1002" && value("$.rows_in_error.rows[1000]") == nil)
        #expect(
            try value("$.rows_in_error.rows[0]")
                == "{\"file\":\"\(path)\",\"line\":3,\"column\":\"day\",\"reason\":\"there is no day 30 in month 2 of 2021\"}"
        )
        // So has an import that is refused, with the reason.
        #expect(try value("$.error") == nil)
        fixture.write("b.csv", "no records\n")
        let refusal = #expect(throws: ChangeError.self) { try run("b.csv") }
        #expect(try value("$.error.message") == refusal?.message && value("$.error.status") == "2")
        #expect(try value("$.stored") == "0" && value("$.files[0]") == nil)
    }

    @Test func isAnotherFileThanTheOthers() throws {
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\n")
        for path in ["a.csv", "birds.db", "rejects.csv"] {
            let refusal = #expect(throws: ChangeError.self) {
                try run("a.csv") { ($0.rejects, $0.report) = (fixture.path("rejects.csv"), fixture.path(path)) }
            }
            #expect(
                refusal?.message.hasSuffix("is a file of the import itself; give another file with --report.") == true)
        }
        #expect(fixture.names == ["a.csv"])
    }
}
