import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct SensitiveListTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private func store(_ rows: [String], change: (inout ImportOptions) -> Void = { _ in }) throws {
        fixture.write("birds.csv", plainHeader + rows.map { $0 + "\n" }.joined())
        try fixture.run("birds.csv", change: change)
    }

    private func list(_ text: String) -> String { fixture.write("list.csv", text) }

    private func replace(_ text: String, dryRun: Bool = false) throws -> SensitiveReport {
        var options = SensitiveList.Options()
        (options.dryRun, options.now) = (dryRun, 1_800_000_000)
        return try SensitiveList.replace(with: list(text), in: fixture.database, options)
    }

    private func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ChangeError)?.message
        }
    }

    @Test func aListTellsWhatItProtectsAndLeavesOpen() throws {
        try store([
            "L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1", "L1,60.71,-135.01,CA-YT,2021,5,2,robin,1",
            "L2,60.72,-135.02,CA-YT,2021,5,1,robin,2", "L3,60.81,-135.01,CA-YT,2021,5,1,robin,3",
            "L4,,,CA-YT,2021,5,1,eagle,3",
        ])
        for dryRun in [true, false] {
            let report = try replace("species,category,review\neagle,2,2020-01-01\n", dryRun: dryRun)
            let entry = try #require(report.entries.first)
            #expect(entry.species == ["eagle"] && entry.records == 2 && entry.places == 2 && entry.cells == 1)
            #expect(entry.placesWithoutPoint == 1 && entry.thinCells == 1 && entry.others == 2)
            #expect(entry.leftOpen == nil && entry.openUntilNow == 2 && entry.isOverdue)
            #expect(report.exact == 1 && report.generalised == 4 && report.hidden == 0)
            #expect(report.text().contains("could be read exactly until now, at least since 2024-05-06"))
        }
        // It is protected now.
        #expect(try SensitiveList.check(fixture.database).entries.first?.openUntilNow == 0)
        var entry = try #require(try replace("species,category,scope\neagle,2,place\n").entries.first)
        #expect(entry.leftOpen == 1 && entry.others == 1 && entry.openUntilNow == 0)
        entry = try #require(try replace("species,category,scope\neagle,2,checklist\n").entries.first)
        #expect(entry.leftOpen == 2 && entry.others == 0)
        #expect(try replace("species,category\neagle,0\n").hidden == 2)
    }

    @Test func theListShowsWhatIsDueFirst() throws {
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1", "L1,60.71,-135.01,CA-YT,2021,5,1,owl,1"])
        _ = try replace(
            "species,location,category,review,from,to,contact\nowl,,3,2099-01-01,02-01,07-31,a\neagle,,0,,,,\n,L1,2,2020-01-01,,,\n"
        )
        let lines = try SensitiveList.list(fixture.database, now: 1_800_000_000).table().split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[1].contains("location L1") && lines[1].contains("2020-01-01 (due)"))
        #expect(
            lines[2].hasPrefix("owl") && lines[2].contains("a cell of 0.01°") && lines[2].contains("02-01 to 07-31"))
        #expect(lines[3].hasPrefix("eagle"))
        let report = try SensitiveList.remove(from: fixture.database, SensitiveList.Options())
        #expect(report.exact == 2 && report.entries.isEmpty)
        #expect(FileHeaderOfPath.size(fixture.database) == nil)
        #expect(
            message { _ = try SensitiveList.remove(from: fixture.database, SensitiveList.Options()) }?.contains(
                "has no list") == true)
    }

    @Test func whatNothingHasIsRefused() throws {
        // Before there is any record, nobody can tell.
        _ = try replace("species,category\neagel,2\n")
        #expect(try SensitiveList.list(fixture.database).entries.map(\.name) == ["eagel"])
        // The import would leave the eagle open.
        let rows = ["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1"]
        #expect(message { try store(rows) }?.contains("would protect less: species 'eagel' is not known") == true)
        #expect(try fixture.records().isEmpty)
        try store(rows) { $0.acceptsUnprotected = true }
        #expect(
            message { _ = try replace("species,category\neagel,2\n") }?.contains(
                "has no species 'eagel' (the nearest name is 'eagle'). Nothing") == true)
        #expect(
            message { _ = try replace("location,category\nL2,2\n", dryRun: true) }?.contains(
                "has no location 'L2'. Nothing was changed. Correct the list.")
                == true)
        _ = try replace("species,category\neagle,2\n")
        #expect(try fixture.generalRecords().first?.hasPrefix("cell_60.7N_135.1W_0.1_CA-YT") == true)
    }

    @Test func anImportThatProtectsLessIsRefused() throws {
        let eagles = ["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1", "L2,61.71,-135.01,CA-YT,2021,5,1,eagle,1"]
        try store(eagles) { $0.sensitive = list("species,category\neagle,2\n") }
        for rows in [[eagles[0]], ["L1,60.71,-135.01,CA-YT,2021,5,1,Aquila,1", eagles[1]]] {
            #expect(
                message { try store(rows) }?.contains(
                    "species 'eagle' matches 1 record, and matched 2 before") == true)
        }
        #expect(try fixture.records().count == 2)
        try store(eagles + ["L3,60.71,-135.01,CA-YT,2021,5,1,eagle,1"])
        try store(eagles) { $0.acceptsUnprotected = true }
        #expect(try fixture.generalRecords().allSatisfy { $0.hasPrefix("cell_") })
    }

    /// Removing is no import. But it does not let the next one protect less.
    @Test func anImportAfterARemovalMustProtectAsMuch() throws {
        let eagle = "L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1"
        try store([eagle]) { $0.sensitive = list("species,category\neagle,2\n") }
        fixture.write("other.csv", plainHeader + "L1,60.71,-135.01,CA-YT,2021,5,1,robin,1\n")
        try fixture.run("other.csv")
        var summary: SensitiveSummary?
        try DataSets.remove(name: "birds", path: fixture.database, tell: { summary = $0 })
        #expect(try fixture.generalRecords() == ["L1|60.71|-135.01|CA-YT|20210501|robin|1"])
        #expect(summary?.lowered == ["L1"] && summary?.idle == ["species 'eagle'"])
        #expect(
            summary?.lines() == [
                "The list of sensitive species and places is in force: 1 line",
                "Warning: 1 line of it matches no record, and so protects nothing: species 'eagle'",
                "Warning: 1 location is shown more exactly than before: L1",
            ])
        let renamed = [eagle.replacing("eagle", with: "GOEA")]
        #expect(message { try store(renamed) }?.contains("species 'eagle' is not known") == true)
        try store([eagle])
        try DataSets.remove(name: "birds", path: fixture.database)
        try store(renamed) { $0.acceptsUnprotected = true }
        // It was accepted once and for all.
        try store(renamed)
    }

    /// A location that was protected may not be open after an import, though as many records match as before.
    @Test(arguments: ["2", "3", "0", "1"])
    func anImportOpensNoLocation(category: String) throws {
        let rows = ["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1", "L1,60.71,-135.01,CA-YT,2021,5,1,robin,1"]
        try store(rows) { $0.sensitive = list("species,category\neagle,\(category)\n") }
        let other = "L2,61.71,-135.01,CA-YT,2021,5,1,eagle,1"
        for changed in [[rows[0].replacing("eagle", with: "Aquila"), rows[1], other], [rows[1], other]] {
            #expect(
                message { try store(changed) }?.contains("location 'L1' would be shown more exactly than before")
                    == true)
        }
        try store([other])
        try store(rows + [other])
        // A list that leaves out an entry opens it too.
        let shorter = list("species,category\nrobin,4\n")
        #expect(
            message { try store(rows + [other]) { $0.sensitive = shorter } }?.contains(
                "2 locations would be shown more exactly than before, such as 'L1'") == true)
        try store(rows + [other]) {
            $0.sensitive = shorter
            $0.acceptsUnprotected = true
        }
    }

    /// What one entry protects does not hide that another one protects less there, nor does a place that has moved, has
    /// another region or another code.
    @Test(
        arguments: ["0", "1", "2"],
        [
            "L1,60.7111,-135.0111,CA-YT,", "L1,60.71112,-135.0111,CA-YT,", "L1,60.7111,-135.0111,CA-YT-001,",
            "L9,60.7112,-135.0112,CA-YT,",
        ])
    func anEntryDoesNotHideTheLossOfAnother(category: String, place: String) throws {
        let old = "L1,60.7111,-135.0111,CA-YT,2021,5,1,"
        let others = (1...3).map { "L2,10.5,10.5,CA-YT,202\($0),5,1,eagle,1" }
        let protection = list("species,category\neagle,\(category)\nowl,0\n")
        try store([old + "eagle,1", old + "owl,1", old + "robin,1"] + others) { $0.sensitive = protection }
        let more = others + ["L2,10.5,10.5,CA-YT,2020,5,1,eagle,1"]
        let renamed = [place + "2021,5,1,Aquila,1", place + "2021,5,1,owl,1", place + "2021,5,1,robin,1"] + more
        #expect(message { try store(renamed) }?.contains("would be shown more exactly than before") == true)
        // So does a list that has lost the entry.
        let shorter = list("species,category\nowl,0\n")
        #expect(
            message {
                try store([old + "eagle,1", old + "owl,1", old + "robin,1"] + more) { $0.sensitive = shorter }
            }?.contains("would be shown more exactly than before") == true)
        // What stays protected is no loss, nor is what is new beside it.
        fixture.write("new.csv", plainHeader + "N1,60.7112,-135.0112,CA-YT,2021,5,1,robin,1\n")
        try fixture.run("new.csv")
        try store([place + "2021,5,1,eagle,1", place + "2021,5,1,owl,1", place + "2021,5,1,robin,1"] + more)
    }

    @Test func aListThatAnotherProgramHasRemovedIsNotForgotten() throws {
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1"]) { $0.sensitive = list("species,category\neagle,2\n") }
        let bytes = fixture.bytes("birds.db")
        try Database(path: fixture.database, mode: .readWrite).execute("DELETE FROM sensitive")
        #expect(
            message { try store(["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1"]) }?.contains(
                "another program has removed its list") == true)
        #expect(bytes.count == fixture.bytes("birds.db").count)
        _ = try replace("species,category\neagle,2\n")
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1"])
    }

    /// What counts is what an entry matches, not what else the list says of it.
    @Test func aChangedContactDoesNotUnprotect() throws {
        let rows = ["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1", "L2,61.71,-135.01,CA-YT,2021,5,1,eagle,1"]
        try store(rows) { $0.sensitive = list("species,category,contact\neagle,2,me\n") }
        let renamed = [rows[0], rows[1].replacing("eagle", with: "Aquila")]
        #expect(
            message {
                try store(renamed) { $0.sensitive = list("species,category,contact,reason\neagle,2,you,nest\n") }
            }?.contains("matches 1 record, and matched 2 before") == true)
    }

    /// A species that a newer table has under another name, before it has any record.
    @Test func aNameThatIsNotKnownAnyMoreIsRefused() throws {
        for (file, name) in [("t1.csv", "Accipiter gentilis"), ("t2.csv", "Astur atricapillus")] {
            fixture.write(
                file,
                "species_code,alt_full_spp_code,n_locations,scientific_name,american_english_name,taxonomy_version,"
                    + "taxonomic_sort_order\nnorgos,,1,\(name),,2024,1\nrobin,,1,Turdus migratorius,,2024,2\n")
        }
        try fixture.run("t1.csv")
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,robin,1"])
        _ = try replace("species,category\nAccipiter gentilis,2\n")
        #expect(
            message { try fixture.run("t2.csv") }?.contains("species 'Accipiter gentilis' is not known") == true)
        // Both at once.
        try fixture.run("t2.csv") {
            $0.sensitive = list("species,category\nastur ATRICAPILLUS,2\n")
        }
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,norgos,1"])
        #expect(try fixture.generalRecords().first?.hasPrefix("cell_60.7N_135.1W_0.1_CA-YT") == true)
    }

    @Test func aCodeMayBeInCapitals() throws {
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,norgos,1"])
        #expect(try replace("species,category\nNORGOS,2\n").generalised == 1)
    }

    /// A list that opens something tells so.
    @Test func aListTellsWhatItOpens() throws {
        try store([
            "L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1", "L1,60.71,-135.01,CA-YT,2021,5,1,robin,1",
            "L2,10.71,-135.01,CA-YT,2021,5,1,owl,1",
        ])
        _ = try replace("species,category\neagle,2\nowl,0\n")
        for (text, opened) in [
            ("eagle,3\nowl,0\n", "2 records are shown more exactly than until now: eagle (1), robin (1)"),
            ("eagle,3\n", "1 record is shown more exactly than until now: owl (1)"),
        ] {
            let trial = try replace("species,category\n" + text, dryRun: true).text()
            #expect(trial.contains(opened.replacing(" is ", with: " would be ").replacing(" are ", with: " would be ")))
            #expect(trial.contains("people without the right 'precise' would see"))
            #expect(try replace("species,category\n" + text).text().contains(opened))
        }
        let report = try SensitiveList.remove(from: fixture.database, SensitiveList.Options())
        #expect(report.text().contains("2 records are shown more exactly than until now: eagle (1), robin (1)"))
    }

    @Test func aListCanBeWrittenAndReadAgain() throws {
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1"])
        let text = """
            species,location,category,precision,scope,region,from,to,reason,review,contact
            eagle,,0,,,,,,"nest, robbed",2027-01-31,"a ""b"" c"
            eagle,,1,,,CA-YT,11-15,02-10,,,
            ,L1,,0.05,place,,,,,,

            """
        _ = try replace(text)
        #expect(try SensitiveList.csv(fixture.database) == text)
        _ = try replace("species,category\neagle,2\n")
        #expect(
            try SensitiveList.csv(fixture.database)
                == text.prefix { $0 != "\n" } + "\neagle,,,0.1,cell,,,,,,\n")
    }

    /// A new code for a place does not open it.
    @Test func aPlaceIsItsPointToo() throws {
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,robin,1", "L2,61.71,-135.01,CA-YT,2021,5,1,robin,1"]) {
            $0.sensitive = list("location,category,scope\nL1,3,place\n")
        }
        try store(["L7,60.71,-135.01,CA-YT,2021,5,1,robin,1", "L2,61.71,-135.01,CA-YT,2021,5,1,robin,1"])
        #expect(
            try fixture.generalRecords() == [
                "L2|61.71|-135.01|CA-YT|20210501|robin|1",
                "cell_60.71N_135.01W_0.01_CA-YT|60.715|-135.005|CA-YT|20210501|robin|1",
            ])
        // Nor does the same list, given again.
        try store(["L7,60.71,-135.01,CA-YT,2021,5,1,robin,1", "L2,61.71,-135.01,CA-YT,2021,5,1,robin,1"]) {
            $0.sensitive = list("location,category,scope\nL1,3,place\n")
        }
        #expect(try fixture.generalRecords().last?.hasPrefix("cell_") == true)
        #expect(message { try store(["L8,60.72,-135.01,CA-YT,2021,5,1,robin,1"]) }?.contains("location 'L1'") == true)
    }

    @Test func aNewerTaxonomyKeepsASpeciesProtected() throws {
        let header = "TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME\n"
        fixture.write("taxonomy.csv", header + "1,species,eagle1,Great Eagle,Aquila magna\n")
        fixture.write("birds.csv", plainHeader + "L1,60.71,-135.01,CA-YT,2021,5,1,eagle1,1\n")
        try fixture.run("birds.csv", "taxonomy.csv") { $0.sensitive = list("species,category\neagle1,2\n") }
        fixture.write("taxonomy.csv", header + "1,species,eagle2,Great Eagle,Aquila magna\n")
        try fixture.run("taxonomy.csv")
        #expect(try fixture.rows("SELECT code FROM species") == ["eagle2"])
        #expect(
            try fixture.generalRecords().first?.hasPrefix(
                "cell_60.7N_135.1W_0.1_CA-YT|60.75|-135.05|CA-YT|20210501|eagle2") == true)
    }

    @Test func theReportNamesOpenDataSets() throws {
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1"]) { $0.sensitive = list("species,category\neagle,2\n") }
        #expect(try !SensitiveList.check(fixture.database).text().contains("They also see"))
        var description = DataSets.Description()
        description.opensComments = true
        try DataSets.describe(name: "birds", description, path: fixture.database)
        #expect(
            try SensitiveList.check(fixture.database).text().hasSuffix(
                "They also see the comments and protocols of birds\n"))
        // So does an import into them, and no other.
        let row = plainHeader + "L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1\n"
        fixture.write("other.csv", row)
        #expect(try fixture.run("other.csv").sensitive?.openComments == [])
        let summary = try #require(try fixture.run("birds.csv").sensitive)
        #expect(summary.openComments == ["birds"] && summary.openCodes == [])
        #expect(
            summary.lines().last
                == "People without the right 'precise' see the comments and protocols of birds, as set with 'rookery datasets describe'"
        )
    }

    /// A record that is hidden may have given a place its name.
    @Test func whereRecordsAreHiddenNamesOfPlacesAreShownOnlyIfTheyAreOpen() throws {
        fixture.write(
            "birds.csv",
            "loc_id,location_name,latitude,longitude,region,date,species_id,num\n"
                + "L1,Owl rock,60.71,-135.01,CA-YT,2021-05-01,owl,1\nL1,Rock,60.71,-135.01,CA-YT,2021-05-02,robin,1\n"
                + "L2,Lake,61.71,-135.01,CA-YT,2021-05-01,wren,1\n")
        try fixture.run("birds.csv") { $0.sensitive = list("species,category\nwren,2\n") }
        func names() throws -> [String] {
            try fixture.general().rows(
                "SELECT DISTINCT name FROM location_name WHERE name NOT LIKE '% to %' ORDER BY 1")
        }
        #expect(try names() == ["Owl rock"])
        #expect(try !SensitiveList.check(fixture.database).text().contains("names"))
        // With the scope `checklist`, a record that is shown elsewhere may have given one.
        for line in ["0,", "1,", "2,checklist"] {
            _ = try replace("species,category,scope\nwren,2,\nowl,\(line)\n")
            #expect(try names() == [])
            #expect(
                try SensitiveList.check(fixture.database).text().hasSuffix(
                    "rookery datasets describe NAME --open-names\n"))
        }
        var description = DataSets.Description()
        description.opensNames = true
        try DataSets.describe(name: "birds", description, path: fixture.database)
        #expect(try names() == ["Owl rock"])
        #expect(
            try SensitiveList.check(fixture.database).text().hasSuffix("They also see the names of places of birds\n"))
        #expect(try fixture.isSound())
    }

    @Test func onlyOpenDataSetsShowCodesAndComments() throws {
        fixture.write(
            "birds.csv",
            "loc_id,latitude,longitude,region,date,species_id,num,checklist_id,comments,protocol,source_id,breeding_code\n"
                + "L1,60.71,-135.01,CA-YT,2021-05-01,eagle,1,S1,nest,Nest visit,O1,NY\n"
                + "L2,61.71,-135.01,CA-YT,2021-05-01,robin,1,S2,fine,Stationary,O2,NY\n")
        try fixture.run("birds.csv") { $0.sensitive = list("species,category\neagle,2\n") }
        let columns = ", c.code, c.protocol, t.comments, o.source_id, t.breeding_code"
        func rows() throws -> [String] {
            try fixture.generalRecords(columns).map { String($0.split(separator: "20210501|")[1]) }
        }
        #expect(try rows() == ["robin|1|||||NY", "eagle|1|||||"])
        var description = DataSets.Description()
        (description.opensCodes, description.licence) = (true, "CC0")
        try DataSets.describe(name: "birds", description, path: fixture.database)
        #expect(try rows() == ["robin|1|S2|||O2|NY", "eagle|1|||||"])
        #expect(try fixture.general().rows("SELECT licence FROM dataset") == ["CC0"])
        description = DataSets.Description()
        (description.opensCodes, description.opensComments) = (false, true)
        try DataSets.describe(name: "birds", description, path: fixture.database)
        #expect(try rows() == ["robin|1||Stationary|fine||NY", "eagle|1|||||"])
        // An import keeps it.
        try fixture.run("birds.csv")
        #expect(try rows() == ["robin|1||Stationary|fine||NY", "eagle|1|||||"])
        #expect(
            message { try DataSets.describe(name: "bird", description, path: fixture.database) }?.contains("'birds'")
                == true)
        #expect(try fixture.isSound())
    }
}
