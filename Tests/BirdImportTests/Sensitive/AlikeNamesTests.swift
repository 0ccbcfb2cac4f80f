import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

/// Names that a list does not cover, and that are like those that it covers.
@Suite struct AlikeNamesTests {
    private static let taxonomy = """
        1,species,goleag,Golden Eagle,Aquila chrysaetos
        2,species,amegos,American Goshawk,Astur atricapillus
        3,species,bkcchi,Black-capped Chickadee,Poecile atricapillus
        4,species,amgplo,American Golden-Plover,Pluvialis dominica
        5,species,eurgol,Golden Plover,Pluvialis apricaria
        6,species,blatern,Black Tern,Chlidonias niger
        7,species,cyan,Blue Bunting,Passerina cyanea
        8,species,norhar,Hen Harrier,Circus cyaneus
        9,species,impeag1,Imperial Eagle,Aquila heliaca
        11,species,falcol,Merlin,Falco columbarius
        10,slash,y00001,Golden/Imperial Eagle,Aquila chrysaetos/heliaca

        """
    private static let list =
        "species,category\ngoleag,2\nAmerican Goshawk,2\nChlidonias niger,2\nCircus cyaneus,2\nimpeag1,3\nfalcol,2\n"

    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture(taxonomy: Self.taxonomy)
        fixture.write("list.csv", Self.list)
        fixture.write(
            "first.csv",
            plainHeader + "L1,60.71,-135.01,CA-YT,2021,5,1,goleag,1\nL1,60.71,-135.01,CA-YT,2021,5,1,Xema local,1\n")
        try fixture.run("first.csv") { $0.sensitive = fixture.path("list.csv") }
    }

    private func refusal(_ names: [String], change: (inout ImportOptions) -> Void = { _ in }) throws -> String? {
        let rows = names.map { "L2,61.71,-135.01,CA-YT,2021,5,1,\"\($0)\",1\n" }
        fixture.write("new.csv", plainHeader + rows.joined())
        do {
            try fixture.run("new.csv", change: change)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(arguments: [
        ("Golden Eagel", "Golden Eagle"), ("Aquila chrysaetus", "Aquila chrysaetos"),
        ("Aquila chrysaetus (Linnaeus, 1758)", "Aquila chrysaetos"),
        ("Aquila chrysaetus canadensis", "Aquila chrysaetos"),
        ("Imm. Golden Eagles", "Golden Eagle"), ("Eagle, Golden", "Golden Eagle"),
        ("A. chrysaetus", "Aquila chrysaetos"),
        ("Astur a. striatulus", "Astur atricapillus"), ("Merlyn", "Merlin"), ("Merlins", "Merlin"),
        ("Golden/Imperal Eagle", "Golden/Imperial Eagle"),
        ("Eagle-Golden", "Golden Eagle"), ("Merlin-adult", "Merlin"), ("Eagle, American Golden", "Golden Eagle"),
        ("Golden&nbsp;Eagle", "Golden Eagle"), ("Golden x Bald Eagle", "Golden Eagle"),
        ("American or Eurasian Goshawk", "American Goshawk"),
    ])
    func aNewNameThatIsLikeAListedOneIsRefused(name: String, listed: String) throws {
        let message = try #require(try refusal([name]))
        #expect(message.contains("'\(name)' is like '\(listed)'. Nothing was stored."))
        #expect(message.contains("--sensitive") && message.contains("--accept-unprotected"))
        #expect(try fixture.rows("SELECT count(*) FROM observation") == ["2"])
    }

    /// They may be other birds: a small table does not know those.
    @Test(arguments: [
        ("Accipiter atricapillus", "Astur atricapillus"), ("Sterna nigra", "Chlidonias niger"),
        ("Falco cf. cyaneus", "Circus cyaneus"), ("Falko chrysaetus Linné", "Aquila chrysaetos"),
        ("Goshawk", "American Goshawk"),
    ])
    func aNewNameThatMayBeAListedOneIsTold(name: String, listed: String) throws {
        for isTrial in [true, false] {
            fixture.write("new.csv", plainHeader + "L2,61.71,-135.01,CA-YT,2021,5,1,\"\(name)\",1\n")
            let summary = try #require(try fixture.run("new.csv") { $0.dryRun = isTrial }.sensitive)
            #expect(summary.alike == [SensitiveSummary.Alike(name: name, listed: listed, records: 1)])
            #expect(
                summary.lines().contains(
                    "Warning: 1 new name is like one of the list and not covered: '\(name)' (1 record, like '\(listed)')"
                ))
        }
    }

    /// The report of an import says what its unknown names are similar to, by looser rules.
    @Test func whatTheReportNamesIsTold() throws {
        fixture.write("new.csv", plainHeader + "L2,61.71,-135.01,CA-YT,2021,5,1,Goden Eaglles n,1\n")
        let report = try fixture.run("new.csv")
        #expect(report.unknownSpecies.map(\.nearest) == ["Golden Eagle"])
        #expect(report.sensitive?.alike.map(\.listed) == ["Golden Eagle"])
    }

    @Test func whatIsAcceptedIsTold() throws {
        let names = ["Accipiter atricapillus", "Golden Eagel", "Golden Eagel", "Xema sabini"]
        fixture.write(
            "new.csv",
            plainHeader + names.map { "L2,61.71,-135.01,CA-YT,2021,5,1,\"\($0)\",1\n" }.joined())
        for isTrial in [true, false] {
            let report = try fixture.run("new.csv") { ($0.acceptsUnprotected, $0.dryRun) = (true, isTrial) }
            #expect(
                report.sensitive?.lines().contains(
                    "Warning: 2 new names are like those of the list and not covered: 'Golden Eagel' (2 records, like "
                        + "'Golden Eagle'), 'Accipiter atricapillus' (1 record, like 'Astur atricapillus')") == true)
        }
        // It is told once.
        #expect(try fixture.run("new.csv") { $0.acceptsUnprotected = true }.sensitive?.alike == [])
        fixture.write(
            "more.csv",
            plainHeader
                + "abcdefghijklmn".map { "L2,61.71,-135.01,CA-YT,2021,5,1,Golden Eagle\($0),1\n" }.joined())
        let summary = try fixture.run("more.csv") { $0.acceptsUnprotected = true }.sensitive
        #expect(summary?.alike.count == 10 && summary?.moreAlike == 4)
        #expect(summary?.lines().last?.hasSuffix("(1 record, like 'Golden Eagle'), and 4 more") == true)
    }

    /// A whole taxonomy knows the other species with an epithet.
    @Test func anEpithetIsSureWithAWholeTaxonomy() throws {
        let others = (1...AlikeNames.wholeTaxonomy).map { "\($0 + 100),species,o\($0),,Avis species\($0)\n" }
        let other = try ImportFixture(taxonomy: Self.taxonomy + others.joined())
        other.write("list.csv", Self.list)
        other.write("first.csv", plainHeader + "L1,60.71,-135.01,CA-YT,2021,5,1,goleag,1\n")
        try other.run("first.csv") { $0.sensitive = other.path("list.csv") }
        other.write("new.csv", plainHeader + "L2,61.71,-135.01,CA-YT,2021,5,1,Accipiter atricapillus,1\n")
        #expect {
            try other.run("new.csv")
        } throws: {
            ($0 as? ChangeError)?.message.contains("'Accipiter atricapillus' is like 'Astur atricapillus'") == true
        }
    }

    /// They are covered, or somebody else's name, or only a code.
    @Test(arguments: [
        "Aquila chrysaëtos", "GOLEAG", "Golden-Eagle", "ASTUR ATRICAPILLUS (WILSON, 1812)", "Poecile atricapillus",
        "Poecile atricapilla", "Poecile atricapillus x gambeli", "P. atricapillus", "Poecille atricapillus",
        "Golden Plover",
        "Golden Plovr", "goleab", "gole", "impeag2", "Passerrina cyanea", "Circus", "Aquila sp.", "Xema sabini",
        "Black Stork", "Martin", "merli1", "Imm. Golden Plovers", "Plover, Golden", "American Bittern (Atricapillus)",
        "Haliaeetus leucocephalus", "",
    ])
    func anotherNameIsNot(name: String) throws {
        #expect(try refusal([name, "robin"]) == nil)
    }

    @Test func aNameThatATableKnowsIsNot() throws {
        fixture.write(
            "table.csv",
            "species_code,alt_full_spp_code,n_locations,scientific_name,american_english_name,taxonomy_version,"
                + "taxonomic_sort_order\nsome,,1,Aquila chrysaetus,Golden Eagel,2024,1\n")
        try fixture.run("table.csv")
        #expect(try refusal(["some", "Golden Eagel", "Aquila chrysaetus"]) == nil)
    }

    @Test func aNameWithoutRecordsIsNot() throws {
        #expect(try refusal(["Golden Eagel", "Goldn Eagle"]) { $0.acceptsUnprotected = true } == nil)
        let database = try Database(path: fixture.database, mode: .readWrite)
        try database.execute(
            "DELETE FROM summary WHERE first_key = (SELECT id FROM species WHERE code = 'Goldn Eagle')")
        #expect(try SensitiveList.check(fixture.database).entries.first?.alike.map(\.name) == ["Golden Eagel"])
    }

    @Test func aNameIsAskedAboutOnce() throws {
        #expect(try refusal(["Golden Eagel"]) { $0.acceptsUnprotected = true } == nil)
        #expect(try refusal(["Golden Eagel"]) == nil)
        let other = try #require(try refusal(["Golden Eagel", "Goldn Eagle", "robin"]))
        #expect(other.contains("'Goldn Eagle' is like") && !other.contains("Eagel"))
        // A dry run tells it too.
        #expect(try refusal(["Goldn Eagle"]) { $0.dryRun = true } != nil)
    }

    @Test func aLineOfTheListCoversTheName() throws {
        fixture.write("longer.csv", Self.list + "GOLDEN EAGEL,2\n")
        #expect(try refusal(["Golden Eagel"]) { $0.sensitive = fixture.path("longer.csv") } == nil)
        #expect(try fixture.generalRecords().allSatisfy { $0.hasPrefix("cell_") })
        #expect(try refusal(["Golden Eagel", "golden-eagel"]) == nil)
    }

    @Test func aMessageNamesTheFirst() throws {
        let names = [
            "Goldn Eagle", "Golen Eagle", "Glden Eagle", "Olden Eagle", "Golden Eagl", "Golden Eage", "Golden Eale",
        ]
        let message = try #require(try refusal(names))
        #expect(message.contains("; and 2 more. Nothing was stored."))
        #expect(message.contains("'Glden Eagle' is like 'Golden Eagle'; 'Golden Eage' is like"))
    }

    /// A list with the first records is checked in the same way.
    @Test func theFirstImportIsChecked() throws {
        let other = try ImportFixture()
        other.write("taxonomy.csv", "TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME\n" + Self.taxonomy)
        let list = other.write("list.csv", Self.list)
        for (name, isRefused) in [("Golden Eagel", true), ("Golden Plover", false)] {
            other.write(
                "birds.csv",
                plainHeader
                    + ["goleag", "amegos", "blatern", "norhar", "impeag1", "falcol", name].map {
                        "L2,61.71,-135.01,CA-YT,2021,5,1,\"\($0)\",1\n"
                    }.joined())
            do throws(ChangeError) {
                try other.run("taxonomy.csv", "birds.csv") { $0.sensitive = list }
                #expect(!isRefused)
            } catch {
                #expect(isRefused && error.message.contains("'Golden Eagel' is like 'Golden Eagle'"))
                #expect(FileIdentity(path: other.database) == nil)
            }
        }
    }

    /// Names of a list that no table knows are compared as they are.
    @Test func aListNeedsNoTable() throws {
        let other = try ImportFixture()
        let list = other.write("list.csv", "species,category\nGolden Eagle,2\neagle,2\n")
        for (name, isRefused) in [("Golden Eagel", true), ("Imperial Eagle", false), ("eagel", false)] {
            other.write(
                "birds.csv",
                plainHeader
                    + ["Golden Eagle", "eagle", name].map { "L2,61.71,-135.01,CA-YT,2021,5,1,\"\($0)\",1\n" }
                    .joined())
            do throws(ChangeError) {
                try other.run("birds.csv") { $0.sensitive = list }
                #expect(!isRefused)
            } catch {
                #expect(isRefused && error.message.contains("'Golden Eagel' is like 'Golden Eagle'"))
            }
        }
    }

    @Test func aReportTellsWhatIsAlike() throws {
        let names = ["Golden Eagel", "Golden Eagel", "Accipiter atricapillus", "Golden Plovr"]
        #expect(try refusal(names) { $0.acceptsUnprotected = true } == nil)
        var report = try SensitiveList.check(fixture.database)
        #expect(
            report.entries.map { $0.alike.map(\.name) } == [
                ["Golden Eagel"], ["Accipiter atricapillus"], [], [], [], [],
            ])
        #expect(
            report.text().contains(
                "\n  not covered, but alike: 'Golden Eagel' (2 records); if it is the same bird, give the list a line for it\n"
            ))
        fixture.write("list.csv", Self.list + "Golden Eagel,2\ngoleag,3\n")
        report = try SensitiveList.replace(
            with: fixture.path("list.csv"), in: fixture.database, SensitiveList.Options())
        #expect(report.entries.map(\.alike.count) == [0, 1, 0, 0, 0, 0, 0, 0])
        let many = ["a", "b", "c", "d", "e", "f"].map { "Golden Eagle\($0)" }
        #expect(try refusal(many) { $0.acceptsUnprotected = true } == nil)
        report = try SensitiveList.check(fixture.database)
        #expect(report.entries.first?.alike.count == 5 && report.entries.first?.moreAlike == 1)
        #expect(report.entries.last?.alike.count == 5)
        #expect(
            report.text().contains(
                "'Golden Eaglee' (1 record) and 1 more; if they are the same bird, give the list a line for each"))
    }

    /// Names may have any bytes and any length.
    @Test func anyNameIsRead() throws {
        let names = [
            String(repeating: "Golden Eagel ", count: 5), String(repeating: "a ", count: 400),
            String(repeating: "é", count: 400),
            "\u{1F985}", "x\u{301}\u{301}\u{301}", "Golden\u{200D} Eagle",
        ]
        #expect(try refusal(names)?.contains("is like 'Golden Eagle'") == true)
        #expect(try refusal(Array(names.dropFirst())) == nil)
    }

    private static let darwinCore =
        "occurrenceID\tclass\tspecies\tscientificName\tverbatimIdentification\tidentificationQualifier\tvernacularName\tcountryCode\t"
        + "locality\tdecimalLatitude\tdecimalLongitude\teventDate\n"

    private func importDarwinCore(
        species: String = "", name: String, verbatim: String = "", qualifier: String = "", common: String = "",
        change: (inout ImportOptions) -> Void = { _ in }
    ) throws -> ImportReport {
        fixture.write(
            "dwc.txt",
            Self.darwinCore
                + "o1\tAves\t\(species)\t\(name)\t\(verbatim)\t\(qualifier)\t\(common)\tUS\tx\t45.123\t-100.5\t2021-05-01\n"
        )
        return try fixture.run("dwc.txt", change: change)
    }

    /// A file may have a listed name beside another one that counts, or beside a code that nobody knows.
    @Test(
        arguments: [
            ("", "Aquila", "", "cf. chrysaetos", ""), ("", "Aquila", "", "chrysaetos?", ""),
            ("", "Aquila sp.", "", "cf. chrysaetos", ""),
            ("Aquila chrysaetos", "BOLD:AAC1234", "", "", ""), ("Aquila chrysaetos", "Falco sp.", "", "", ""),
            ("", "Aquila", "Aquila chrysaetos", "", ""), ("", "Falco canadensis minor", "", "", "Golden Eagle"),
            ("", "BOLD:AAC1234", "", "", "Golden Eagle"),
        ] as [(String, String, String, String, String)])
    func aListedNameBesideAnotherIsRefused(
        species: String, name: String, verbatim: String, qualifier: String, common: String
    ) throws {
        func run(_ change: (inout ImportOptions) -> Void = { _ in }) throws -> ImportReport {
            try importDarwinCore(
                species: species, name: name, verbatim: verbatim, qualifier: qualifier, common: common, change: change)
        }
        let error = #expect(throws: ChangeError.self) { _ = try run() }
        #expect(error?.message.contains("is like 'goleag'") == true, "\(error?.message ?? "")")
        #expect(try fixture.rows("SELECT count(*) FROM observation") == ["2"])
        let accepted = try run { $0.acceptsUnprotected = true }
        #expect(accepted.sensitive?.alike.count == 1)
    }

    @Test func namesBesideAnUnknownCodeCount() throws {
        let header =
            "date,time,scientific_name,common_name,confidence,id,source_node,species_code,latitude,longitude\n"
        for name in ["Aquila chrysaetos canadensis,Golden Eagle (American)", "Aquila chrysaetus,", ",Golden Eagels"] {
            fixture.write("go.csv", header + "2021-05-01,07:00:00,\(name),0.9,1,node,goleag2,45.123,-100.5\n")
            let error = #expect(throws: ChangeError.self, "\(name)") { try fixture.run("go.csv") }
            #expect(error?.message.contains("'goleag2 (") == true, "\(name)")
        }
    }

    /// Columns of Darwin Core, and of files that have none for names.
    @Test(arguments: [
        ["scientificName": "Falco fulvus", "verbatimIdentification": "Golden Eagle"],
        ["scientificName": "Falco fulvus Linnaeus, 1758", "verbatimScientificName": "Aquila chrysaetos"],
        ["scientificName": "Aquila", "genus": "Aquila", "specificEpithet": "chrysaetos"],
        ["scientificName": "Aves", "genus": "Aquila", "specificEpithet": "chrysaetos"],
        ["scientificName": "BOLD:AAC1234", "genus": "Aquila", "specificEpithet": "chrysaetos"],
        ["scientificName": "Aquila", "species": "chrysaetos"],
        ["scientificName": "Aves", "genericName": "Aquila", "specificEpithet": "chrysaetos"],
        ["scientificName": "Aquila Brisson, 1760", "specificEpithet": "chrysaetos"],
        ["scientificName": "Falco fulvus", "canonicalName": "Aquila chrysaetos"],
        ["scientificName": "Falco fulvus", "acceptedNameUsage": "Aquila chrysaetos (Linnaeus, 1758)"],
        ["scientificName": "Falco fulvus", "acceptedScientificName": "Aquila\u{7}chrysaetos"],
        ["scientificName": "Falco fulvus", "originalNameUsage": "Golden Eagle"],
        ["scientificName": "Falco fulvus", "verbatimScientificName": "x", "verbatimIdentification": "Golden Eagle"],
        [
            "scientificName": "Aquila",
            "verbatimIdentification": "Aquila chrysaetos canadensis (Linnaeus, 1758), ad. female on nest by the river",
        ],
        ["scientificName": "Poecile atricapillus", "identificationQualifier": "or Golden Eagle"],
        ["scientificName": "Aquila chrysaetus", "vernacularName": "eagle sp."],
    ])
    func aListedNameInAnotherColumnIsRefused(cells: [String: String]) throws {
        fixture.write("more.csv", "species_id,sci_name,en_us\neagle1,Accipitridae sp.,eagle sp.\n")
        try fixture.run("more.csv")
        let row =
            [
                "occurrenceID": "o1", "class": "Aves", "countryCode": "US", "locality": "x",
                "decimalLatitude": "45.123", "decimalLongitude": "-100.5", "eventDate": "2021-05-01",
            ].merging(cells) { $1 }.sorted { $0.key < $1.key }
        fixture.write(
            "dwc.txt", row.map(\.key).joined(separator: "\t") + "\n" + row.map(\.value).joined(separator: "\t") + "\n")
        let error = #expect(throws: ChangeError.self) { try fixture.run("dwc.txt") }
        #expect(error?.message.contains("is like '") == true, "\(error?.message ?? "")")
    }

    @Test func namesInColumnsThatNobodyReadsCount() throws {
        let columns = plainHeader.dropLast() + ",scientific_name,common name,alt_full_spp_code\n"
        for name in ["Aquila chrysaetos,,", ",Golden Eagle,", ",,goleag"] {
            fixture.write("new.csv", columns + "L2,61.71,-135.01,CA-YT,2021,5,1,GOEA,1,\(name)\n")
            let error = #expect(throws: ChangeError.self, "\(name)") { try fixture.run("new.csv") }
            #expect(error?.message.contains("'GOEA (") == true, "\(error?.message ?? "")")
        }
        // Its code may begin with that of a listed species.
        fixture.write("new.csv", columns + "L2,61.71,-135.01,CA-YT,2021,5,1,goleag2,1,,,goleag\n")
        #expect(throws: ChangeError.self) { try fixture.run("new.csv") }
        // Nor does it need another name beside a code that is known.
        fixture.write(
            "new.csv", columns + "L2,61.71,-135.01,CA-YT,2021,5,1,bkcchi,1,Poecile atricapilla,Chickadee,goleag\n")
        #expect(try fixture.run("new.csv").sensitive?.alike == [])
    }

    /// A list may have a subspecies, or a group of them, of a species that is not listed.
    @Test(arguments: [
        ["scientificName": "Falco columbarius", "infraspecificEpithet": "suckleyi"],
        ["scientificName": "Falco columbarius", "vernacularName": "Merlin (Black)"],
        ["scientificName": "Falco columbarius", "identificationQualifier": "ssp. suckleyi"],
        ["scientificName": "Falco columbarius", "verbatimIdentification": "Falco columbarius suckleyi"],
        ["scientificName": "Falco columbarius aesalon"], ["scientificName": "Falco columbarius aesalon/subaesalon"],
        ["scientificName": "Merlin", "verbatimIdentification": "blkmer1"],
        [
            "scientificName": "Falco columbarius Linnaeus, 1758", "genus": "", "specificEpithet": "",
            "infraspecificEpithet": "suckleyi",
        ],
        ["scientificName": "Falco columbarius", "genus": "", "specificEpithet": "", "subspecies": "suckleyi"],
    ])
    func aListedPartOfASpeciesIsRefused(cells: [String: String]) throws {
        let fixture = try ImportFixture(
            taxonomy: """
                1,species,merlin,Merlin,Falco columbarius
                2,issf,merlin1,Merlin (Eurasian),Falco columbarius [aesalon Group]
                3,issf,blkmer1,Merlin (Black),Falco columbarius suckleyi
                4,issf,taimer1,Merlin (Taiga),Falco columbarius columbarius

                """)
        fixture.write("list.csv", "species,category\nblkmer1,2\nMerlin (Eurasian),2\n")
        fixture.write("first.csv", plainHeader + "L1,60.71,-135.01,CA-YT,2021,5,1,merlin,1\n")
        try fixture.run("first.csv") { $0.sensitive = fixture.path("list.csv") }
        func run(_ cells: [String: String]) throws -> ImportReport {
            let row =
                [
                    "occurrenceID": "o1", "class": "Aves", "genus": "Falco", "specificEpithet": "columbarius",
                    "countryCode": "US", "locality": "x", "decimalLatitude": "45.123", "decimalLongitude": "-100.5",
                    "eventDate": "2021-05-01",
                ].merging(cells) { $1 }.sorted { $0.key < $1.key }
            fixture.write(
                "dwc.txt",
                row.map(\.key).joined(separator: "\t") + "\n" + row.map(\.value).joined(separator: "\t") + "\n")
            return try fixture.run("dwc.txt")
        }
        #expect(throws: ChangeError.self) { _ = try run(cells) }
        for name in ["Merlin (Taiga)", "Merlin", "Falco columbarius columbarius", "Smerle", "adult"] {
            let report = try run(["scientificName": "Falco columbarius", "verbatimIdentification": name])
            #expect(report.sensitive?.alike == [], "\(name)")
        }
    }

    /// A file may have the species of another taxonomy beside the one that is named for certain.
    @Test func whatStandsBesideACertainNameDoesNotCount() throws {
        let report = try importDarwinCore(species: "Astur atricapillus", name: "Poecile atricapillus")
        #expect(report.sensitive?.alike == [])
        let other = try importDarwinCore(name: "Larus canus", verbatim: "gull", qualifier: "cf. canus", common: "Gull")
        #expect(other.sensitive?.alike == [])
    }

    /// What a text says beside the name that is found in it counts too.
    @Test(arguments: [
        "Aquila sp. (Golden Eagle)", "Aquila sp. cf. chrysaetos", "Poecile atricapillus (Golden Eagle)",
        "Poecile atricapillus [Aquila chrysaetos]",
    ])
    func aListedNameInARemarkIsRefused(text: String) throws {
        fixture.write("more.csv", "species_id,sci_name,en_us\naquila1,Aquila sp.,Aquila sp.\n")
        try fixture.run("more.csv")
        let message = try refusal([text])
        #expect(message?.contains("is like 'goleag'") == true || message == nil, "\(message ?? "")")
        if message == nil {
            #expect(try fixture.generalDump().allSatisfy { !$0.contains("61.71") }, "it is covered")
        }
    }
}
