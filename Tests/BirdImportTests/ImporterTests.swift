import BirdImport
import Birds
import FileSystem
import Testing

@testable import Fixtures

@Suite struct ImporterTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private func refusal(_ files: String..., change: (inout ImportOptions) -> Void = { _ in }) -> ChangeError? {
        var options = ImportOptions(files: files.map(fixture.path), database: fixture.database)
        change(&options)
        do throws(ChangeError) {
            _ = try Importer.run(options)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Files and data sets

    @Test func reportsWhatItDid() throws {
        let birds = fixture.write(
            "birds.csv",
            plainHeader + "L1,60.5,-135.25,CA-YT,2021,2,3,stejay,3.0\nL1,60.5,-135.25,CA-YT,2021,2,3,comred,X\n"
                + "L2,61,-135,CA-YT,2021,2,4,nobird,\nL2,61,-135,CA-YT,2021,2,4,strange,1\n")
        let species = fixture.write(
            "species.csv",
            "species_id,sci_name,en_us\nstejay,Cyanocitta stelleri,Steller's Jay\ncomred,Acanthis flammea,Common Redpoll\n"
        )
        let report = try fixture.run("birds.csv", "species.csv")
        #expect(
            report.text == """
                \(birds): plain, data set birds
                  4 records read
                \(species): plain species table
                  2 species read
                Names of species: from \(species) (plain species table)
                Stored: 4 records on 2 checklists at 2 locations
                Named: 2 species
                1 species is in no species table: strange (1)

                """)
        #expect(try fixture.isSound())
        #expect(
            try fixture.rows("SELECT code, scientific_name, common_name, category FROM species ORDER BY id") == [
                "comred|Acanthis flammea|Common Redpoll|species", "nobird|||",
                "stejay|Cyanocitta stelleri|Steller's Jay|species", "strange|||",
            ])
        #expect(fixture.names == ["birds.csv", "birds.db", "species.csv"])
    }

    @Test func aFileWithRecordsAndSpeciesNamesIsReadAsRecords() throws {
        fixture.write(
            "a.csv",
            "species_code,scientific_name,american_english_name," + plainHeader
                + "stejay,Cyanocitta stelleri,Steller's Jay,L1,,,,2021,2,3,stejay,3\n")
        #expect(try fixture.run("a.csv").stored == 1)
    }

    @Test func keepsEqualRowsOfPlainFiles() throws {
        let row = "L1,60.5,-135.25,CA-YT,2021,2,3,stejay,3\n"
        fixture.write("a.csv", plainHeader + row + row)
        #expect(try fixture.run("a.csv").stored == 2)
        #expect(try fixture.records().count == 2)
        #expect(try fixture.rows("SELECT count(*) FROM checklist") == ["1"])
    }

    @Test func keepsTheLocationOfEachRecord() throws {
        fixture.write(
            "a.csv",
            plainHeader + "L1,60,-135,CA-YT,2021,2,3,a,1\nL1,61,-135,CA-YT,2021,2,3,b,1\nL1,61,-135,,2021,2,3,c,1\n")
        try fixture.run("a.csv")
        #expect(
            try fixture.records() == [
                "L1|60.0|-135.0|CA-YT|20210203|a|1", "L1|61.0|-135.0||20210203|c|1",
                "L1|61.0|-135.0|CA-YT|20210203|b|1",
            ])
        #expect(try fixture.rows("SELECT count(*) FROM checklist") == ["3"])
    }

    @Test func replacesADataSetThatIsImportedAgain() throws {
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,old,1\nL9,,,,2021,2,3,stejay,1\n")
        fixture.write("b.csv", plainHeader + "L5,,,,2021,2,3,stejay,7\n")
        try fixture.run("a.csv", "b.csv") {
            $0.source = "a club"
            $0.licence = "CC0"
        }
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,new,1\n")
        let report = try fixture.run("a.csv") { $0.citation = "Cite me" }
        #expect(report.replaced == 2)
        #expect(report.text.contains("Stored: 1 record on 1 checklist at 1 location, replacing 2 records\n"))
        #expect(try fixture.records() == ["L1||||20210203|new|1", "L5||||20210203|stejay|7"])
        #expect(try fixture.rows("SELECT code FROM species ORDER BY id") == ["new", "stejay"])
        #expect(try fixture.rows("SELECT code FROM location ORDER BY id") == ["L1", "L5"])
        #expect(
            try fixture.rows("SELECT name, format, source, licence, citation, imported_at FROM dataset ORDER BY name")
                == [
                    "a|plain|a club|CC0|Cite me|2024-05-06T07:08:09Z", "b|plain|a club|CC0||2024-05-06T07:08:09Z",
                ])
        #expect(try fixture.isSound())
    }

    @Test func appendsToADataSetAndItsChecklists() throws {
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,b,1\nL2,,,,2021,2,3,b,1\n")
        fixture.write("b.csv", plainHeader + "L1,,,,2021,2,3,a,1\nL3,,,,2021,2,3,a,1\nL1,,,,2021,2,3,b,1\n")
        try fixture.run("a.csv") { $0.dataset = "one" }
        let report = try fixture.run("b.csv") {
            $0.dataset = "one"
            $0.append = true
        }
        #expect(report.stored == 3 && report.replaced == 0 && report.checklists == 2)
        #expect(
            try fixture.records() == [
                "L1||||20210203|a|1", "L1||||20210203|b|1", "L1||||20210203|b|1", "L2||||20210203|b|1",
                "L3||||20210203|a|1",
            ])
        #expect(try fixture.rows("SELECT records, checklists FROM dataset") == ["5|3"])
        #expect(try fixture.isSound())
    }

    @Test func aSmallAdditionKeepsTheIndexes() throws {
        let many = (0..<400).map { "L\($0 % 20),,,,2021,2,\($0 % 28 + 1),s\($0 % 9),1\n" }.joined()
        fixture.write("a.csv", plainHeader + many)
        fixture.write("b.csv", plainHeader + "L7x,,,,2021,2,3,s4x,1\nL7,,,,2021,2,8,s4,1\n")
        try fixture.run("a.csv")
        try fixture.run("b.csv") {
            $0.dataset = "a"
            $0.append = true
        }
        #expect(try fixture.isSound())
        #expect(try fixture.rows("SELECT records FROM dataset") == ["402"])
        fixture.write("b.csv", plainHeader + "L1,,,,2021,2,3,s1,1\n")
        try fixture.run("b.csv")
        #expect(try fixture.isSound())
    }

    @Test func theOrderDoesNotDependOnTheOrderOfImports() throws {
        var random = SplitMix(state: 12)
        let rows = (0..<300).map { _ in
            "L\(random.next() % 9),\(random.next() % 3),1,\(random.next() % 2 == 0 ? "" : "R"),2021,\(random.next() % 12 + 1),1,"
                + "s\(random.next() % 30),\(random.next() % 4)\n"
        }
        let parts = [rows[..<100], rows[100..<200], rows[200...]].map { plainHeader + $0.joined() }
        for (number, part) in parts.enumerated() { fixture.write("\(number).csv", part) }
        for name in ["0.csv", "1.csv", "2.csv"] { try fixture.run(name) }
        let expected = try fixture.records()
        #expect(expected.count == 300)
        #expect(try fixture.isSound())
        let other = try ImportFixture()
        for (number, part) in parts.enumerated() { other.write("\(number).csv", part) }
        try other.run("2.csv", "0.csv", "1.csv")
        #expect(try other.records() == expected)
        #expect(try other.isSound())
        let whole = try ImportFixture()
        whole.write("whole.csv", plainHeader + rows.shuffled(using: &random).joined())
        try whole.run("whole.csv")
        #expect(try whole.records() == expected)
    }

    /// Each location comes directly before the last one, so that the gap is halved each time and runs out.
    @Test func renumbersLocationsAndSpeciesIfAGapRunsOut() throws {
        var expected: [String] = []
        for number in 0..<40 {
            let code = "a" + String(repeating: "a", count: 60 - number)
            fixture.write("f\(number).csv", plainHeader + "L\(code),,,,2021,2,3,s\(code),1\n")
            try fixture.run("f\(number).csv")
            expected.append("L\(code)||||20210203|s\(code)|1")
        }
        #expect(try fixture.isSound())
        #expect(try fixture.records() == expected.reversed())
    }

    @Test func filesWithTheSameNameNeedANamedDataSet() throws {
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\n")
        fixture.write("a.txt", plainHeader + "L2,,,,2021,2,3,a,1\n")
        #expect(refusal("a.csv", "a.txt")?.message.contains("are both named a.") == true)
        #expect(try fixture.run("a.csv", "a.txt") { $0.dataset = "both" }.stored == 2)
    }

    // MARK: Cells, bytes and errors

    @Test func readsWindows1252AndSaysSo() throws {
        let text = plainHeader + "Z\u{FC}rich,,,,2021,2,3,a,1\n"
        let path = fixture.write("a.csv", text.unicodeScalars.map { UInt8($0.value) })
        let report = try fixture.run("a.csv")
        #expect(report.text.hasPrefix("\(path): plain, data set a\n  read as: Windows-1252, since it is not UTF-8\n"))
        #expect(try fixture.records() == ["Zürich||||20210203|a|1"])
    }

    @Test func readsByteOrderMarksLineEndsQuotesAndColumnsInAnyOrder() throws {
        fixture.write(
            "a.csv",
            "\u{FEFF}\" NUM \", Species_ID,day,month,Year,region,longitude,latitude,LOC_ID,more\r\n"
                + "2,\"stejay\",3,2,2021,CA-YT,-135,60,\"L\"\"1\",\"two\r\nlines\"\r\n3,comred,3,2,2021,CA-YT,-135,60,L2,"
        )
        try fixture.run("a.csv")
        #expect(
            try fixture.records() == [
                "L\"1|60.0|-135.0|CA-YT|20210203|stejay|2", "L2|60.0|-135.0|CA-YT|20210203|comred|3",
            ])
    }

    @Test func reportsEveryRowInErrorAndStoresNothing() throws {
        let rows = (1...12).map { "L\($0),,,,2021,2,3,a,-1\n" }.joined()
        let path = fixture.write("a.csv", plainHeader + "L0,,,,2021,2,3,a,1\n" + rows + "\"L,x\",,,,2021,2,30,a,1\n")
        let report = try fixture.run("a.csv") { $0.rejects = fixture.path("rejects.csv") }
        #expect(!report.isStored && report.rowsInError == 13 && report.firstErrors.count == 10)
        #expect(report.text.contains("\(path), line 3, column num: -1 is negative\n"))
        #expect(report.text.contains("and 3 more rows in error\nNothing was stored: 13 rows are in error."))
        let rejects = fixture.text("rejects.csv").split(separator: "\r\n")
        #expect(rejects.count == 14)
        #expect(rejects.first == "file,line,column,reason,row,header,read_as")
        let readAs = "format=plain separator=, quotes=yes commas=none"
        let row = "\"\"\"L,x\"\",,,,2021,2,30,a,1\",\"\(plainHeader.dropLast())\",\"\(readAs)\""
        #expect(rejects.last.map(String.init) == "\(path),15,day,there is no day 30 in month 2 of 2021,\(row)")
        #expect(!fixture.names.contains("birds.db"))
    }

    @Test func rejectsReplaceALongerFile() throws {
        let path = fixture.write("a.csv", plainHeader + "L0,,,,2021,2,30,a,1\n")
        fixture.write("rejects.csv", String(repeating: "a row of an earlier import\r\n", count: 1000))
        try fixture.run("a.csv") { $0.rejects = fixture.path("rejects.csv") }
        #expect(
            fixture.text("rejects.csv")
                == "file,line,column,reason,row,header,read_as\r\n"
                + "\(path),2,day,there is no day 30 in month 2 of 2021,\"L0,,,,2021,2,30,a,1\","
                + "\"\(plainHeader.dropLast())\",\"format=plain separator=, quotes=yes commas=none\"\r\n")
    }

    @Test func storesTheOtherRowsIfErrorsAreSkipped() throws {
        fixture.write("a.csv", plainHeader + "L0,,,,2021,2,3,a,1\nL0,,,,2021,2,3,a,-1\n")
        let report = try fixture.run("a.csv") { $0.skipErrors = true }
        #expect(report.isStored && report.stored == 1 && report.rowsInError == 1)
        #expect(try fixture.records() == ["L0||||20210203|a|1"])
    }

    @Test func nothingOfARepeatedRecordIsStored() throws {
        let header = "occurrenceID\tscientificName\teventDate\tcountryCode\tlocality\n"
        fixture.write(
            "a.txt",
            header + "1\tAvis ignota\t2021-02-03\tSE\tMarsh\n1\tAvis secreta\t2021-02-03\tIS\tSecret nest\n"
                + "2\tAvis falsa\t2021-02-30\tNO\tHill\n")
        let report = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(report.stored == 1 && report.rowsInError == 2 && report.locations == 1)
        #expect(try fixture.rows("SELECT code, region FROM location") == ["Marsh|SE"])
        #expect(try fixture.rows("SELECT code FROM species") == ["Avis ignota"])
        #expect(report.unknownSpecies.map(\.code) == ["Avis ignota"])
    }

    @Test func aFileWithoutAValidRowDoesNotReplaceADataSet() throws {
        fixture.write("a.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
        try fixture.run("a.csv")
        let before = fixture.bytes("birds.db")
        fixture.write("a.csv", plainHeader + "L0,,,,2021,2,30,a,1\nL0,,,,2021,13,3,a,1\n")
        let report = try fixture.run("a.csv") { $0.skipErrors = true }
        #expect(!report.isStored && report.text.contains("Nothing was stored: all rows of "))
        #expect(fixture.bytes("birds.db") == before)
    }

    @Test func changesNothingInADryRun() throws {
        fixture.write("a.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
        let report = try fixture.run("a.csv") { $0.dryRun = true }
        #expect(report.isStored && report.stored == 1)
        #expect(report.text.contains("Would be stored: 1 record on"))
        #expect(fixture.names == ["a.csv"])
    }

    // MARK: FeederWatch

    @Test func readsFeederWatchWithItsChecklists() throws {
        let path = fixture.write(
            "fw.csv",
            feederWatchHeader + feederWatchRow(obs: "OBS1")
                + feederWatchRow(obs: "OBS2", species: "comred", count: "NA")
                + feederWatchRow(obs: "OBS3", species: "dowwoo", valid: "0")
                + feederWatchRow(sub: "S2", obs: "OBS4", halfDays: "NA,NA,NA,NA", effort: "NA", snow: "NA"))
        let report = try fixture.run("fw.csv")
        #expect(
            report.text == """
                \(path): Project FeederWatch raw, data set fw
                  4 records read
                  1 left out: did not pass review (--include-invalid keeps them), on line 4
                    L1,60.5,-135.25,CA-YT,WEB,S1,OBS3,2,3,2021,PFW_2021,dowwoo,NA,2,NA,0,0,1,0,NA,1,…
                Stored: 3 records on 2 checklists at 1 location
                2 species are in no species table: comred (1), stejay (2)
                \(noTaxonomy(fixture))

                """)
        #expect(
            try fixture.rows(
                "SELECT code, date, complete, half_days, effort_hours_atleast, snow_depth_atleast FROM checklist ORDER BY code"
            )
                == ["S1|20210203|1|9|1.001|0.0", "S2|20210203|1|||"])
        #expect(
            try fixture.rows("SELECT source_id, num, valid, reviewed FROM observation ORDER BY source_id")
                == ["OBS1|2|1|0", "OBS2||1|0", "OBS4|2|1|0"])
        #expect(try fixture.isSound())
        #expect(try fixture.run("fw.csv") { $0.includeInvalid = true }.stored == 4)
        #expect(try fixture.rows("SELECT valid FROM observation WHERE source_id = 'OBS3'") == ["0"])
    }

    @Test func readsOldFeederWatchFiles() throws {
        let old =
            "loc_id,latitude,longitude,subnational1_code,entry_technique,sub_id,obs_id,month,day,year,proj_period_id,"
            + "species_code,how_many,valid,reviewed,day1_am,day1_pm,day2_am,day2_pm,effort_hrs_atleast,"
            + "snow_dep_atleast,data_entry_method\n"
        fixture.write(
            "fw.csv", old + "L1,60,-135,CA-YT,MAP,S1,OBS1,11,14,1999,PFW_2000,stejay,4,1,0,1,1,0,0,1,5.001,paper\n")
        #expect(try fixture.run("fw.csv").files[0].format == "Project FeederWatch raw")
        #expect(try fixture.records() == ["L1|60.0|-135.0|CA-YT|19991114|stejay|4"])
        #expect(try fixture.rows("SELECT half_days, snow_depth_atleast FROM checklist") == ["3|5.001"])
    }

    @Test func refusesARecordThatIsRepeatedAndNamesTheFirst() throws {
        fixture.write(
            "fw.csv", feederWatchHeader + feederWatchRow(obs: "OBS1") + feederWatchRow(obs: "OBS1", count: "5"))
        let report = try fixture.run("fw.csv")
        #expect(report.firstErrors.map(\.reason) == ["the record OBS1 is already in line 2"])
        #expect(report.firstErrors.map(\.line) == [3])
    }

    /// Of several files, the message names the one that has the record first.
    @Test func namesTheFileOfARecordThatIsRepeatedInAnother() throws {
        for (name, obs) in [("a.csv", "OBS1"), ("b.csv", "OBS2"), ("c.csv", "OBS2")] {
            fixture.write(name, feederWatchHeader + feederWatchRow(obs: obs))
        }
        let report = try fixture.run("a.csv", "b.csv", "c.csv") { $0.dataset = "all" }
        #expect(
            report.firstErrors.map(\.reason) == ["the record OBS2 is already in \(fixture.path("b.csv")), line 2"])
        #expect(report.firstErrors.map(\.file) == [fixture.path("c.csv")])
    }

    @Test func replacesRecordsOfTheSameSourceWhenAppending() throws {
        fixture.write(
            "fw.csv", feederWatchHeader + feederWatchRow(obs: "OBS1") + feederWatchRow(sub: "S2", obs: "OBS2", day: "4")
        )
        try fixture.run("fw.csv")
        fixture.write(
            "more.csv", feederWatchHeader + feederWatchRow(obs: "OBS2", count: "9") + feederWatchRow(obs: "OBS3"))
        let report = try fixture.run("more.csv") {
            $0.dataset = "fw"
            $0.append = true
        }
        #expect(report.stored == 2 && report.replaced == 1)
        #expect(
            try fixture.rows("SELECT source_id, num, date FROM observation ORDER BY source_id")
                == ["OBS1|2|20210203", "OBS2|9|20210203", "OBS3|2|20210203"])
        #expect(try fixture.rows("SELECT code FROM checklist") == ["S1"])
        #expect(try fixture.isSound())
    }

    @Test func aRecordThatIsReplacedLosesItsRemarks() throws {
        let header = "occurrenceID\tscientificName\tlocality\teventDate\toccurrenceRemarks\n"
        func rows(_ remarks: [String]) -> String {
            zip(["a", "b", "c"], remarks).map { "\($0)\tAvis ignota\tMarsh\t2021-02-03\t\($1)\n" }.joined()
        }
        fixture.write("a.txt", header + rows(["old a", "old b", "old c"]))
        fixture.write("b.txt", header + rows(["new a", ""]))
        try fixture.run("a.txt")
        let report = try fixture.run("b.txt") {
            $0.dataset = "a"
            $0.append = true
        }
        #expect(report.stored == 2 && report.replaced == 2)
        #expect(
            try fixture.rows(
                "SELECT source_id, comments FROM observation LEFT JOIN observation_detail USING (id) ORDER BY source_id"
            ) == ["a|new a", "b|", "c|old c"])
        let remarks = "SELECT comments FROM observation_detail ORDER BY comments"
        #expect(try fixture.rows(remarks) == ["new a", "old c"])
        try fixture.run("b.txt") { $0.dataset = "a" }
        #expect(try fixture.rows(remarks) == ["new a"])
    }

    @Test func readsTheFeederWatchSpeciesTable() throws {
        fixture.write(
            "s.csv",
            "\u{FEFF}\"species_code\",\"alt_full_spp_code\",\"n_locations\",\"scientific_name\",\"american_english_name\","
                + "\"taxonomy_version\",\"taxonomic_sort_order\"\n\"stejay\",NA,5,\"Cyanocitta stelleri\","
                + "\"Steller's Jay\",\"2023\",20000.5\n")
        let report = try fixture.run("s.csv")
        #expect(report.speciesStored == 1)
        #expect(report.files[0].format == "Project FeederWatch species table")
        #expect(
            try fixture.rows("SELECT code, scientific_name, common_name, category, taxon_order FROM species")
                == ["stejay|Cyanocitta stelleri|Steller's Jay|species|20000.5"])
        #expect(try fixture.rows("SELECT count(*) FROM dataset") == ["0"])
        #expect(try fixture.run("s.csv").speciesStored == 0)
    }

    // MARK: SQLite

    @Test func readsASQLiteFile() throws {
        do {
            let source = try Database(path: fixture.path("old.sqlite"), mode: .readWrite)
            try source.execute(
                """
                CREATE TABLE birds (loc_id TEXT, latitude REAL, longitude REAL, region TEXT, year INT, month INT, day INT,
                    species_id TEXT, num REAL);
                INSERT INTO birds VALUES ('L1', 60.123456789012345, -135, 'CA-YT', 2021, 2, 3, 'stejay', 3.0),
                    ('L1', NULL, NULL, NULL, 2021, 2, 4, 'stejay', NULL);
                CREATE TABLE species (species_id TEXT, sci_name TEXT, en_us TEXT);
                INSERT INTO species VALUES ('stejay', 'Cyanocitta stelleri', 'Steller''s Jay'), ('nobird', NULL, NULL);
                """)
        }
        let report = try fixture.run("old.sqlite")
        #expect(report.files[0].format == "SQLite" && report.files[0].species == 2)
        #expect(report.files[0].leftOut == ["without a name": 1])
        #expect(
            try fixture.rows("SELECT latitude = 60.123456789012345 FROM location WHERE region IS NOT NULL") == ["1"])
        #expect(try fixture.rows("SELECT date, num FROM observation ORDER BY date") == ["20210203|3", "20210204|"])
        #expect(try fixture.rows("SELECT common_name FROM species") == ["Steller's Jay"])
        #expect(try fixture.rows("SELECT format FROM dataset") == ["sqlite"])
    }

    @Test func rejectedRowsOfASQLiteFileAreCSV() throws {
        do {
            let source = try Database(path: fixture.path("old.sqlite"), mode: .readWrite)
            try source.execute(
                """
                CREATE TABLE birds (loc_id TEXT, latitude REAL, longitude REAL, region TEXT, year INT, month INT, day INT,
                    species_id TEXT, num REAL);
                INSERT INTO birds VALUES ('L1, "north"', 1.5, 2, 'US', 2021, 13, 3, 'stejay', NULL);
                """)
        }
        try fixture.run("old.sqlite") { $0.rejects = fixture.path("rejects.csv") }
        let row = #""L1, ""north""",1.5,2.0,US,2021,13,3,stejay,"#
        let quoted = "\"" + row.replacing("\"", with: "\"\"") + "\""
        #expect(fixture.text("rejects.csv").contains(quoted))
    }

    @Test func readsOnlyTheNeededColumnsOfASQLiteFile() throws {
        do {
            let source = try Database(path: fixture.path("old.sqlite"), mode: .readWrite)
            try source.execute(
                """
                CREATE TABLE Birds (picture BLOB, "NUM" REAL, loc_id TEXT, latitude REAL, longitude REAL, region TEXT,
                    year INT, month INT, day INT, species_id TEXT, "a ""b" AS (zeroblob(3000000)));
                INSERT INTO birds VALUES (zeroblob(3000000), 3.0, 'L1', NULL, NULL, NULL, 2021, 2, 3, 'stejay');
                """)
        }
        #expect(try fixture.run("old.sqlite") { $0.format = "sqlite" }.stored == 1)
        #expect(try fixture.rows("SELECT num FROM observation") == ["3"])
        let error = refusal("old.sqlite") { $0.format = "plain" }
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("is a SQLite file, not of the format plain") == true)
    }

    @Test(arguments: [
        (
            "CREATE TABLE birds (\(columns)); INSERT INTO birds (loc_id) VALUES (zeroblob(70000000))",
            "of more than 64 MiB"
        ),
        ("CREATE VIEW birds AS SELECT 1 AS loc_id", "SELECT * FROM birds' > birds.csv"),
        (
            "CREATE TABLE species (species_id, sci_name, en_us); CREATE VIEW Birds AS SELECT 1 AS loc_id",
            "has birds as a view or a virtual table"
        ),
        ("CREATE TABLE other (a)", "is a SQLite file without tables birds, species or detections"),
        ("CREATE TABLE birds (loc_id)", "has a table birds without the column latitude"),
    ])
    func refusesASQLiteFile(sql: String, sentence: String) throws {
        do { try Database(path: fixture.path("old.sqlite"), mode: .readWrite).execute(sql) }
        let error = refusal("old.sqlite")
        #expect(error?.kind == .refused)
        #expect(error?.message.contains(sentence) == true, "\(error?.message ?? "stored")")
    }

    private static let columns = "loc_id, latitude, longitude, region, year, month, day, species_id, num"

    @Test func refusesADamagedSQLiteFile() throws {
        do {
            let source = try Database(path: fixture.path("old.sqlite"), mode: .readWrite)
            try source.execute("CREATE TABLE birds (\(Self.columns)); INSERT INTO birds (loc_id) VALUES ('L1')")
        }
        var bytes = fixture.bytes("old.sqlite")
        for index in 4096..<bytes.count { bytes[index] = 0xFF }
        fixture.write("old.sqlite", bytes)
        let error = refusal("old.sqlite")
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("old.sqlite can't be read: database disk image is malformed") == true)
    }

    // MARK: Refusals

    static let strangers: [(name: String, bytes: [UInt8], sentence: String)] = [
        ("empty.csv", [], "is empty."),
        ("a.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "is a picture."),
        (
            "a.xlsx", [0x50, 0x4B, 3, 4, 0, 0],
            "is a zip archive that can't be read: the list of entries at its end is missing or broken; get the file again."
        ),
        ("a.csv.gz", [0x1F, 0x8B, 8], "can't be decompressed: it is broken or cut off; get the file again."),
        ("a.csv", [0xFF, 0xFE, 0, 0, 0x6C, 0, 0, 0], "is UTF-32 text; save it as UTF-8."),
        ("a.csv", [0xFF, 0xFE, 0x6C, 0], "has no known format: its first line is 'l'. Known formats:"),
        (
            "a.csv", Array("TAXON_ORDER,CATEGORY\n1,species\n".utf8),
            "has no known format: its first line is 'TAXON_ORDER, CATEGORY'. Known formats:"
        ),
        ("a.csv", Array(plainHeader.utf8), "has a header but no rows."),
        ("a.csv", Array("loc_id,loc_id,\(plainHeader.dropFirst(7))".utf8), "has the column loc_id twice."),
        ("a.csv", Array("SQLite format 3\u{0}and no more".utf8), "can't be"),
        ("a.csv", Array("a\u{1B}[31m,b\n1,2\n".utf8), "its first line is 'a[31m, b'"),
        ("a.csv", Array("\"loc_id,latitude\n1,2\n".utf8), "has a first line that can't be read: a quoted cell is not"),
        ("a.csv", Array(String(repeating: "a,", count: 2000).utf8), "can't be read: it has more than 1024 cells"),
        ("a.csv", Array("\n\n".utf8), "has no header."),
        (
            "a.csv", Array(plainHeader.replacing("latitude", with: "lat").utf8),
            "its first line is 'loc_id, lat, longitude, region, year, month, …'. With the column latitude it would be plain."
        ),
        (
            "a.csv", Array(plainHeader.replacing("latitude,longitude", with: "lat,lon").replacing(",", with: ";").utf8),
            "its first line is 'loc_id, lat, lon, region, year, month, …'. With the columns latitude, longitude it would be plain."
        ),
        ("a.csv", Array(plainHeader.replacing(",", with: "\t").utf8), "has a header but no rows."),
    ]

    /// Old collections have records without any date. None is lost, and all that is derived agrees with them.
    @Test(arguments: [false, true]) func keepsRecordsWithoutADate(appends: Bool) throws {
        let rows = ["L1,,,,2021,2,3,a,1", "L1,,,,,,,a,2", "L2,,,CA-YT,NA,,,b,", "L1,,,,,,,a,2", "L3,,,,1889,,,a,1"]
        if appends {
            fixture.write("a.csv", plainHeader + rows[0] + "\n")
            try fixture.run("a.csv")
            fixture.write("a.csv", plainHeader + rows[1...].joined(separator: "\n"))
            try fixture.run("a.csv") { $0.append = true }
        } else {
            fixture.write("a.csv", plainHeader + rows.joined(separator: "\n"))
            try fixture.run("a.csv")
        }
        #expect(
            try fixture.rows("SELECT date, num FROM observation ORDER BY date, num")
                == ["18890000|1", "20210203|1", "99999999|", "99999999|2", "99999999|2"])
        let unknown = "first_key = \(SummaryKind.noYear) AND kind = \(SummaryKind.year.rawValue)"
        #expect(try fixture.rows("SELECT sum(records), sum(total) FROM summary WHERE \(unknown)") == ["3|4"])
        #expect(
            try fixture.rows(
                """
                SELECT records, first, last FROM summary JOIN species ON species.id = first_key
                WHERE kind = \(SummaryKind.species.rawValue) ORDER BY code
                """) == ["4|18890000|20210203", "1|99999999|99999999"])
        #expect(try fixture.isSound())
    }

    @Test(arguments: strangers)
    func refusesOtherKindsOfFiles(name: String, bytes: [UInt8], sentence: String) {
        fixture.write(name, bytes)
        let error = refusal(name)
        #expect(error?.kind == .refused)
        #expect(error?.message.hasPrefix(fixture.path(name)) == true)
        let ends = sentence.hasSuffix(".")
        #expect(
            (ends ? error?.message.hasSuffix(sentence) : error?.message.contains(sentence)) == true,
            "\(error?.message ?? "stored")")
        #expect(!fixture.names.contains("birds.db") && !fixture.names.contains("birds.db.new"))
    }

    @Test func refusesFilesAndOptionsThatItCanNotUse() throws {
        fixture.write("a.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
        #expect(refusal("none.csv")?.message.hasSuffix("none.csv can't be read: No such file or directory.") == true)
        #expect(refusal("")?.message.hasSuffix("is a folder; name the files in it.") == true)
        #expect(refusal("a.csv", "a.csv")?.message.hasSuffix("is named twice.") == true)
        #expect(
            refusal("a.csv") { $0.format = "plane" }?.message.hasPrefix("There is no format 'plane'; the formats are ")
                == true)
        let feederWatch = refusal("a.csv") { $0.format = "feederwatch" }
        #expect(
            feederWatch?.message.contains("is not Project FeederWatch raw: it has no column subnational1_code") == true)
        #expect(feederWatch?.message.hasSuffix("It looks like plain.") == true)
        #expect(refusal("a.csv") { $0.format = "sqlite" }?.message.hasSuffix("a.csv is not a SQLite file.") == true)
        #expect(refusal("a.csv") { $0.dataset = "a,b" }?.message.contains("can't be the name of a data set") == true)
        #expect(
            refusal("a.csv") { $0.database = "/nowhere/birds.db" }?.message.contains("there is no folder /nowhere")
                == true)
        #expect(
            refusal("a.csv") { $0.rejects = fixture.path("a.csv") }?.message.contains(
                "give another file with --rejects") == true
        )
        #expect(
            refusal("a.csv") { $0.rejects = fixture.database }?.message.contains("give another file with --rejects")
                == true)
        #expect(!fixture.names.contains("birds.db"))
        try fixture.run("a.csv")
        #expect(refusal("birds.db")?.message.hasSuffix("birds.db is the database itself.") == true)
    }

    @Test func takesEveryNameForTheNameOfAFile() throws {
        // For SQLite this name means a database in memory.
        #expect(throws: StoreError.self) { try Database(path: "file:birds?mode=memory", mode: .readOnly) }
        #expect(throws: StoreError.self) { try Database(path: ":memory:", mode: .readOnly) }
    }

    @Test func leavesOtherFilesAlone() throws {
        fixture.write("a.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
        fixture.write("birds.db", "my notes")
        #expect(
            refusal("a.csv")?.message.hasSuffix("birds.db is not a Rookery database; it was left as it is.") == true)
        #expect(fixture.text("birds.db") == "my notes")
        let other = try ImportFixture()
        do {
            let database = try Database(path: other.database, mode: .readWrite)
            try database.execute("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)")
        }
        let before = other.bytes("birds.db")
        other.write("a.csv", plainHeader + "L0,,,,2021,2,3,a,1\n")
        #expect(throws: ChangeError.self) { try other.run("a.csv") }
        #expect(other.bytes("birds.db") == before)
        #expect(other.names == ["a.csv", "birds.db"])
    }

    /// A database can be imported into after SQLite's own tools have maintained it.
    @Test(arguments: [
        "PRAGMA page_size = 8192; VACUUM", "PRAGMA auto_vacuum = FULL; VACUUM",
        "PRAGMA auto_vacuum = INCREMENTAL; VACUUM",
        "PRAGMA journal_mode = WAL", "ANALYZE", "DROP INDEX checklist_by_date",
    ])
    func importsIntoAMaintainedFile(how sql: String) throws {
        fixture.write("a.csv", plainHeader + "L1,60.5,-135.25,CA-YT,2021,2,3,a,2\n")
        fixture.write("b.csv", plainHeader + "L2,60.5,-135.25,CA-YT,2021,2,3,b,2\n")
        try fixture.run("a.csv")
        do {
            let database = try Database(path: fixture.database, mode: .readWrite)
            try database.execute(sql)
        }
        try fixture.run("b.csv")
        #expect(try fixture.records().count == 2)
        #expect(try fixture.rows("PRAGMA integrity_check") == ["ok"])
    }

    /// A file of plants is not the new version of a data set of birds.
    @Test func aDataSetIsNotReplacedByNothing() throws {
        let header = "occurrenceID\tscientificName\tkingdom\teventDate\n"
        fixture.write("a.txt", header + "o1\tLarus canus\tAnimalia\t2021-02-03\n")
        try fixture.run("a.txt")
        fixture.write("a.txt", header + "o1\tSorbus aucuparia\tPlantae\t2021-02-03\n")
        #expect {
            try fixture.run("a.txt")
        } throws: { error in
            (error as? ChangeError)?.message.contains("the data set a would lose its 1 record; to remove it") == true
        }
        #expect(try fixture.run("a.txt") { $0.append = true }.stored == 0)
        #expect(try fixture.run("a.txt") { $0.dataset = "other" }.stored == 0)
        #expect(try fixture.rows("SELECT records FROM dataset ORDER BY name") == ["1", "0"])
        // Two names that are equal as `String`, but not in the database.
        fixture.write("b.txt", header + "o1\tLarus canus\tAnimalia\t2021-02-03\n")
        try fixture.run("b.txt") { $0.dataset = "A\u{30A}bo" }
        #expect(try fixture.run("a.txt") { $0.dataset = "\u{212B}bo" }.stored == 0)
    }
}
