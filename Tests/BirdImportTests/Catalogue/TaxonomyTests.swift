import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

/// Imports of eBird's taxonomy.
@Suite struct TaxonomyTests {
    static let header =
        "\u{FEFF}TAXON_ORDER,CATEGORY,SPECIES_CODE,TAXON_CONCEPT_ID,PRIMARY_COM_NAME,SCI_NAME,ORDER,FAMILY,"
        + "SPECIES_GROUP,REPORT_AS\n"

    @Test func storesTheCategoryOfTheFile() throws {
        let fixture = try ImportFixture()
        fixture.write(
            "t.csv",
            Self.header + "2,species,ostric2,,Common Ostrich,Struthio camelus,Struthioniformes,"
                + "\"Struthionidae (Ostriches)\",Ostriches,\n"
                // By its name it would be a subspecies.
                + "40.5,form,rook1,avibase-1,Rook (dark),Corvus frugilegus (dark),Passeriformes,,,rook\n"
                + "41,,rook,,Rook,Corvus frugilegus\n")
        let report = try fixture.run("t.csv")
        #expect(report.files.map(\.format) == ["eBird taxonomy"])
        #expect(report.firstErrors == [])
        #expect(report.speciesStored == 3)
        #expect(
            try fixture.rows("SELECT code, scientific_name, common_name, category, taxon_order FROM species") == [
                "ostric2|Struthio camelus|Common Ostrich|species|2.0", "rook|Corvus frugilegus|Rook|species|41.0",
                "rook1|Corvus frugilegus (dark)|Rook (dark)|form|40.5",
            ])
    }

    @Test func codesInDifferentNormalFormsAreDifferentSpecies() throws {
        let fixture = try ImportFixture()
        fixture.write(
            "names.csv", "species_id,sci_name,en_us\ncaf\u{E9},Avis una,One\ncafe\u{301},Avis duo,Two\n")
        let report = try fixture.run("names.csv")
        #expect(report.rowsInError == 0 && report.speciesStored == 2)
        #expect(try fixture.rows("SELECT common_name FROM species ORDER BY common_name") == ["One", "Two"])
    }

    @Test func namesWithoutCodesAreMatchedInAnyCaseAndNormalForm() throws {
        let fixture = try ImportFixture()
        fixture.write(
            "names.csv",
            "species_id,sci_name,en_us\narcter,Sterna paradisaea,Küstenseeschwalbe\nother,Avis ñandu,Other\n")
        let header =
            "Submission ID,Common Name,Scientific Name,Count,State/Province,Location ID,Location,Latitude,Longitude,Date,Time\n"
        let names = ["KÜSTENSEESCHWALBE", "ku\u{308}stenseeschwalbe", "Küstenseeschwalbe"].map {
            ($0, "Avis incognita")
        }
        let rows = (names + [("Unbekannt", "AVIS N\u{303}ANDU")]).enumerated().map { index, name in
            "S\(index),\(name.0),\(name.1),1,CA-BC,L1,Home,48.5,-123.5,2021-02-0\(index + 1),\n"
        }
        fixture.write("own.csv", header + rows.joined())
        #expect(try fixture.run("names.csv", "own.csv").rowsInError == 0)
        #expect(
            try fixture.rows(
                "SELECT s.code, count(*) FROM observation o JOIN species s ON s.id = o.species_id GROUP BY 1 ORDER BY 1"
            )
                == ["arcter|3", "other|1"])
    }

    /// Names are put together from rows of several ranks.
    @Test func readsTheMasterListOfIOC() throws {
        let fixture = try ImportFixture()
        fixture.write("ioc.csv", FormatFixture.iocMaster)
        let report = try fixture.run("ioc.csv")
        #expect(report.files.map(\.format) == ["IOC master list"])
        #expect(report.files.first?.leftOut == ["not a species (a higher rank)": 5])
        #expect(
            try fixture.rows(
                "SELECT code, scientific_name, common_name, category FROM species ORDER BY taxon_order") == [
                    "Cyanocitta stelleri|Cyanocitta stelleri|Steller's Jay|species",
                    "Cyanocitta stelleri stelleri|Cyanocitta stelleri stelleri||issf",
                    "Cyanocitta cristata|Cyanocitta cristata|Blue Jay|species",
                    "Pinguinus impennis|Pinguinus impennis|Great Auk|species",
                ])
        // Each row may have all parts.
        fixture.write(
            "flat.csv",
            "Order,Genus,Species,Subspecies,English name\nP,Corvus,corax,,Common Raven\nP,Corvus,corax,corax,\n")
        #expect(try fixture.run("flat.csv").speciesStored == 2)
        #expect(try fixture.rows("SELECT code FROM species WHERE code LIKE 'Corvus corax corax'").count == 1)
        // The first rows are missing.
        fixture.write(
            "part.csv", "Order,Genus,Species,Subspecies,English name\n,,corax,,Raven\n,Corvus,,,\n,,,corax,\n")
        #expect(
            try fixture.run("part.csv") { $0.skipErrors = true }.firstErrors.map { "\($0.line) \($0.column ?? "")" }
                == [
                    "2 Genus", "4 Species",
                ])
    }

    @Test func isNotTakenForObservations() throws {
        let fixture = try ImportFixture()
        fixture.write("t.csv", Self.header + "2,species,ostric2,,Common Ostrich,Struthio camelus,,,,\n")
        let error = #expect(throws: ChangeError.self) { try fixture.run("t.csv") { $0.format = "plain" } }
        #expect("\(error.map { "\($0)" } ?? "")".contains("It looks like eBird taxonomy."))
    }

    /// If several tables of an import name a species, a taxonomy takes precedence.
    @Test(arguments: [["taxonomy.csv", "names.csv"], ["names.csv", "taxonomy.csv"]])
    func takesPrecedenceOverOtherNames(files: [String]) throws {
        let fixture = try ImportFixture()
        fixture.write(
            "taxonomy.csv",
            """
            TAXON_ORDER,CATEGORY,SPECIES_CODE,TAXON_CONCEPT_ID,PRIMARY_COM_NAME,SCI_NAME
            7,species,a,,New Name,Avis nova
            8,slash,b,,Either or Other,Avis una
            """)
        fixture.write("names.csv", "species_id,sci_name,en_us\na,Avis vetus,Old Name\nb,Avis una,Either or Other\n")
        let report = try fixture.run(files[0], files[1])
        #expect(report.rowsInError == 0 && report.speciesStored == 2)
        #expect(
            try fixture.rows(
                "SELECT code, scientific_name, common_name, category, taxon_order FROM species ORDER BY code")
                == ["a|Avis nova|New Name|species|7.0", "b|Avis una|Either or Other|slash|8.0"])
        fixture.write("others.csv", "species_id,sci_name,en_us\na,Avis vetus,Other Name\n")
        #expect(try fixture.run("names.csv", "others.csv").rowsInError == 1)
        // Within one table neither of two goes before the other.
        fixture.write(
            "taxonomy.csv",
            """
            TAXON_ORDER,CATEGORY,SPECIES_CODE,TAXON_CONCEPT_ID,PRIMARY_COM_NAME,SCI_NAME
            7,species,a,,New Name,Avis nova
            ,species,a,,Old Name,Avis vetus
            """)
        let twice = try fixture.run("taxonomy.csv")
        #expect(twice.firstErrors.map(\.reason) == ["the species a has other names in line 2"])
    }

    /// The species of all records.
    private func codes(_ fixture: ImportFixture) throws -> [String] {
        try fixture.rows(
            "SELECT s.code, count(*) FROM observation o JOIN species s ON s.id = o.species_id GROUP BY 1 ORDER BY 1")
    }

    private static let short = "TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME\n"

    /// In one import or several, in whatever order the records come.
    @Test(
        arguments: [["old.csv", "new.csv", "a.csv", "own.csv"], ["old.csv", "a.csv", "own.csv", "new.csv"]],
        [true, false])
    func aRetiredCodeGivesWayToTheNewOne(order: [String], isOneImport: Bool) throws {
        let fixture = try ImportFixture()
        fixture.write(
            "old.csv", Self.short + "1,species,oldgul1,Old Gull,Larus exemplaris\n2,species,kept1,Kept,Avis una\n")
        fixture.write(
            "new.csv", Self.short + "1,species,newgul1,New Gull,Larus exemplaris\n2,species,kept1,Kept,Avis una\n")
        fixture.write(
            "a.csv", plainHeader + "L1,,,,2021,2,3,newgul1,1\nL1,,,,2021,2,3,kept1,1\nL1,,,,2021,2,3,oldgul1,2\n")
        fixture.write(
            "own.csv",
            "Submission ID,Common Name,Scientific Name,Count,State/Province,Location ID,Location,Latitude,Longitude,Date,Time\n"
                + "S1,Any Gull,Larus exemplaris,1,CA-BC,L1,Home,48.5,-123.5,2021-02-03,\n")
        if isOneImport {
            #expect(try fixture.run(files: order).rowsInError == 0)
        } else {
            for file in order { try fixture.run(file) }
        }
        #expect(try codes(fixture) == ["kept1|1", "newgul1|3"])
        #expect(try fixture.rows("SELECT code, common_name FROM species") == ["kept1|Kept", "newgul1|New Gull"])
        #expect(try fixture.isSound())
        #expect(try fixture.rows("SELECT species_count FROM checklist ORDER BY 1") == ["1", "2"])
        let sums = try fixture.rows("SELECT * FROM summary ORDER BY 1, 2, 3, 4, 5")
        let database = try Database(path: fixture.database, mode: .readWrite)
        try DerivedTables.rebuild(in: database, isKnown: false)
        #expect(try fixture.rows("SELECT * FROM summary ORDER BY 1, 2, 3, 4, 5") == sums)
    }

    /// A code may be retired several times, and come back. A query with a retired code means the new one.
    @Test func retiredCodesAreKept() throws {
        let fixture = try ImportFixture()
        for code in ["a1", "b1", "c1"] {
            fixture.write(
                "tax.csv", Self.short + "1,species,\(code),Gull \(code),Larus exemplaris\n2,species,z1,Z,Avis una\n")
            try fixture.run("tax.csv")
        }
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a1,1\nL1,,,,2021,2,3,b1,1\nL1,,,,2021,2,3,c1,1\n")
        try fixture.run("a.csv")
        #expect(try codes(fixture) == ["c1|3"])
        let store = try ObservationStore(path: fixture.database)
        for code in ["a1", "b1", "c1"] {
            var query = ObservationQuery()
            query.filter.species = [code]
            #expect(try store.ids(query).count == 3, "\(code)")
            #expect(throws: StoreError.self) {
                query.filter.species = ["d1"]
                _ = try store.ids(query)
            }
        }
        // The first taxonomy again: its code is the right one now.
        fixture.write("tax.csv", Self.short + "1,species,a1,Gull a1,Larus exemplaris\n2,species,z1,Z,Avis una\n")
        try fixture.run("tax.csv")
        try fixture.run("a.csv")
        #expect(try codes(fixture) == ["a1|3"])
        #expect(try fixture.isSound())
    }

    /// A table of species that is older than the taxonomy does not bring a retired code back.
    @Test func aPlainTableDoesNotReviveARetiredCode() throws {
        let fixture = try ImportFixture()
        fixture.write("old.csv", Self.short + "1,species,oldjay,Jay,Garrulus novus\n")
        fixture.write("new.csv", Self.short + "1,species,newjay,Jay,Garrulus novus\n")
        fixture.write("sp.csv", "species_id,sci_name,en_us\noldjay,Garrulus novus,Jay\nb,Avis una,Una\n")
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,oldjay,1\n")
        for file in ["old.csv", "new.csv", "sp.csv", "a.csv"] { try fixture.run(file) }
        #expect(try codes(fixture) == ["newjay|1"])
        #expect(try fixture.rows("SELECT code FROM species ORDER BY code") == ["b", "newjay"])
    }

    /// People write names where a plain file has codes.
    @Test(arguments: [true, false]) func aNameInPlaceOfACodeIsItsSpecies(isOneImport: Bool) throws {
        let fixture = try ImportFixture()
        fixture.write(
            "tax.csv",
            Self.short + "1,species,gretit1,Great Tit,Parus major\n2,species,blutit,Blue Tit,Cyanistes caeruleus\n")
        fixture.write(
            "a.csv",
            plainHeader
                + ["Parus major", "gretit1", "Great Tit", "great tit", "Avis ignota"].map { "L1,,,,2021,2,3,\($0),1\n" }
                .joined())
        if isOneImport {
            try fixture.run("a.csv", "tax.csv")
        } else {
            for file in ["tax.csv", "a.csv"] { try fixture.run(file) }
        }
        #expect(try codes(fixture) == ["Avis ignota|1", "gretit1|4"])
        fixture.write("b.txt", "scientificName\teventDate\nblue tit\t2021-02-03\n")
        try fixture.run("b.txt")
        #expect(try codes(fixture) == ["Avis ignota|1", "blutit|1", "gretit1|4"])
    }

    /// An edit may leave codes that stand for each other, or a retired code beside its species.
    @Test func oddRetiredCodesHarmNothing() throws {
        let fixture = try ImportFixture()
        fixture.write("old.csv", Self.short + "1,species,a1,A,Larus exemplaris\n")
        fixture.write("new.csv", Self.short + "1,species,b1,A,Larus exemplaris\n")
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,x,1\nL1,,,,2021,2,3,a1,1\n")
        try fixture.run("old.csv")
        try Database(path: fixture.database, mode: .readWrite).execute(
            "INSERT INTO retired_code VALUES ('x', 'y'), ('y', 'x'), ('a1', 'zzz')")
        for file in ["a.csv", "new.csv", "a.csv"] { try fixture.run(file) }
        #expect(try fixture.rows("SELECT count(*) FROM observation") == ["2"])
        var query = ObservationQuery()
        query.filter.species = ["a1"]
        #expect(try ObservationStore(path: fixture.database).ids(query).count == 1)
        #expect(try fixture.isSound())
    }

    @Test func aReportNamesRetiredCodes() throws {
        let fixture = try ImportFixture()
        fixture.write("old.csv", Self.short + "1,species,oldgul1,Old Gull,Larus exemplaris\n")
        fixture.write("new.csv", Self.short + "1,species,newgul1,New Gull,Larus exemplaris\n")
        try fixture.run("old.csv")
        let report = try fixture.run("new.csv")
        #expect(report.retiredCodes == [.init(old: "oldgul1", new: "newgul1")])
        #expect(report.text.contains("1 code was replaced by the taxonomy imported last: oldgul1 is now newgul1\n"))
    }

    /// Birds of a species that was split may belong to any of its parts. Names mean the new species from now on,
    /// whichever of the codes comes first.
    @Test(arguments: ["euhgul1", "zuhgul1"]) func codesOfSplitSpeciesStay(code: String) throws {
        let fixture = try ImportFixture()
        fixture.write("old.csv", Self.short + "1,species,hergul,Herring Gull,Larus argentatus\n")
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,hergul,1\n")
        fixture.write(
            "new.csv",
            Self.short + "1,species,\(code),European Herring-Gull,Larus argentatus\n"
                + "2,species,amhgul1,American Herring-Gull,Larus smithsonianus\n")
        fixture.write("occurrence.txt", "scientificName\teventDate\nLarus argentatus\t2021-02-03\n")
        for file in ["old.csv", "a.csv", "new.csv", "occurrence.txt"] { try fixture.run(file) }
        #expect(try codes(fixture) == ["\(code)|1", "hergul|1"].sorted())
        #expect(try fixture.rows("SELECT code FROM retired_code").isEmpty)
    }

    /// Codes of other tables are not those of a taxonomy.
    @Test func codesOfOtherSpeciesTablesStay() throws {
        let fixture = try ImportFixture()
        fixture.write("names.csv", "species_id,sci_name,en_us\nmine,Larus exemplaris,Gull\n")
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,mine,1\n")
        fixture.write("new.csv", Self.short + "1,species,newgul1,Gull,Larus exemplaris\n")
        for file in ["names.csv", "a.csv", "new.csv"] { try fixture.run(file) }
        #expect(try codes(fixture) == ["mine|1"])
    }

    /// Records that came before a taxonomy get its code, and a renamed genus keeps them.
    @Test func namesAsCodesGiveWayToCodes() throws {
        let fixture = try ImportFixture()
        fixture.write(
            "occurrence.txt", "scientificName\teventDate\nLarus exemplaris\t2021-02-03\nAvis rara\t2021-02-03\n")
        fixture.write(
            "new.csv", Self.short + "1,species,newgul1,Gull,Larus exemplaris\n2,species,rare1,Rare Bird,Avis rara\n")
        fixture.write(
            "newer.csv", Self.short + "1,species,newgul1,Gull,Larus exemplaris\n2,species,rare2,Rare Bird,Rara rara\n")
        try fixture.run("occurrence.txt")
        #expect(try codes(fixture) == ["Avis rara|1", "Larus exemplaris|1"])
        try fixture.run("new.csv")
        #expect(try codes(fixture) == ["newgul1|1", "rare1|1"])
        try fixture.run("newer.csv")
        #expect(try codes(fixture) == ["newgul1|1", "rare2|1"])
    }

    /// The row that counts is that of the later taxonomy, and messages name it.
    @Test func aRowRepeatsThatOfTheLaterTaxonomy() throws {
        let fixture = try ImportFixture()
        fixture.write("old.csv", Self.short + "1,species,a,Old Name,Avis vetus\n")
        fixture.write(
            "new.csv",
            Self.short
                + "1,species,b,Other,Avis altera\n5,species,a,New Name,Avis nova\n6,species,a,Newer,Avis novior\n")
        let report = try fixture.run("old.csv", "new.csv") { $0.skipErrors = true }
        #expect(
            report.firstErrors.map { "\($0.file) \($0.line): \($0.reason)" }
                == ["\(fixture.path("new.csv")) 4: the species a has other names in line 3"])
        #expect(
            report.files[0].firstLeftOut == [
                "named differently in a later taxonomy": ImportReport.Example(line: 2, row: "a, Avis vetus, Old Name")
            ])
        #expect(try fixture.rows("SELECT common_name FROM species ORDER BY code") == ["New Name", "Other"])
        // The names of two other tables are in error, with the path of the first.
        fixture.write("names.csv", "species_id,sci_name,en_us\nc,Avis una,One\n")
        fixture.write("others.csv", "species_id,sci_name,en_us\nc,Avis una,Two\n")
        #expect(
            try fixture.run("names.csv", "others.csv").firstErrors.map(\.reason)
                == ["the species c has other names in \(fixture.path("names.csv")), line 2"])
    }

    /// The words for ranks of the lists.
    @Test func knowsTheWordsForRanks() throws {
        let fixture = try ImportFixture()
        let words = [
            ("species", "species"), ("subspecies", "issf"), ("SSP", "issf"), ("ssp.", "issf"),
            ("group (polytypic)", "issf"), ("Group (monotypic)", "issf"),
        ]
        for (word, category) in words {
            fixture.write("c.csv", "category,English name,scientific name\n\(word),A Bird,Avis una\n")
            fixture.write("i.csv", "Rank,English name,Scientific Name\n\(word),A Bird,Avis duo\nGenus,,Avis\n")
            let report = try fixture.run("c.csv", "i.csv")
            #expect(report.files.map(\.formatName) == ["clements", "ioc"])
            #expect(report.files[1].leftOut == ["not a species (genus)": 1])
            #expect(try fixture.rows("SELECT category FROM species") == [category, category], "\(word)")
        }
        // Those of eBird stay as they are.
        for category in ["spuh", "slash", "hybrid", "intergrade", "domestic", "form", "issf", "new"] {
            fixture.write("c.csv", "category,English name,scientific name\n\(category),A Bird,Avis una\n")
            try fixture.run("c.csv")
            #expect(try fixture.rows("SELECT category FROM species WHERE code = 'Avis una'") == [category])
        }
    }

    @Test func laterOfTwoTaxonomiesDecides() throws {
        let fixture = try ImportFixture()
        fixture.write("old.csv", Self.short + "1,species,a,Old Name,Avis vetus\n")
        fixture.write("new.csv", Self.short + "5,species,a,New Name,Avis nova\n")
        #expect(try fixture.run("old.csv", "new.csv").rowsInError == 0)
        #expect(try fixture.rows("SELECT code, common_name, taxon_order FROM species") == ["a|New Name|5.0"])
        try fixture.run("old.csv")
        #expect(try fixture.rows("SELECT code, common_name, taxon_order FROM species") == ["a|Old Name|1.0"])
    }

    static let others: [(format: String, text: String, species: [String])] = [
        (
            "ebird-taxonomy", FormatFixture.eBirdAPITaxonomy,
            [
                "stejay|Cyanocitta stelleri|Steller's Jay|species|20000.0",
                "y00478|Larus glaucoides thayeri|Iceland Gull (Thayer's)|issf|4349.0",
            ]
        ),
        (
            "clements", FormatFixture.clements,
            [
                "Cyanocitta stelleri carbonacea|Cyanocitta stelleri carbonacea||issf|20002.0",
                "stejay|Cyanocitta stelleri|Steller's Jay|species|20000.0",
                "stejay1|Cyanocitta stelleri [stelleri Group]|Steller's Jay (Coastal)|issf|20001.0",
            ]
        ),
        (
            "clements", FormatFixture.oldClements,
            ["Cyanocitta stelleri|Cyanocitta stelleri|Steller's Jay|species|20000.0"]
        ),
        (
            "ioc", FormatFixture.ioc,
            [
                "Cyanocitta stelleri|Cyanocitta stelleri|Steller's Jay|species|7.0",
                "Pinguinus impennis|Pinguinus impennis|Great Auk|species|8.0",
            ]
        ),
        (
            "ioc", FormatFixture.iocNames,
            [
                "Cyanocitta stelleri|Cyanocitta stelleri|Steller's Jay|species|",
                "Cyanocitta stelleri stelleri|Cyanocitta stelleri stelleri||issf|",
            ]
        ),
        ("ioc", FormatFixture.iocLanguages, ["Cyanocitta stelleri|Cyanocitta stelleri|Steller's Jay|species|1.0"]),
    ]

    @Test(arguments: others)
    func readsOtherTaxonomies(format: String, text: String, species: [String]) throws {
        let fixture = try ImportFixture()
        let path = fixture.write("t.csv", text)
        #expect(try Detection.open(SourceFile(path: path), as: nil, folder: fixture.folder).map(\.name) == [format])
        #expect(try fixture.run("t.csv") { $0.format = format }.rowsInError == 0)
        #expect(
            try fixture.rows("SELECT code, scientific_name, common_name, category, taxon_order FROM species") == species
        )
    }

    /// The list has no codes, so it changes the names of species that have one.
    @Test(arguments: [["taxonomy.csv", "ioc.csv"], ["ioc.csv", "taxonomy.csv"]], [true, false])
    func theIOCListKeepsCodes(files: [String], isOneImport: Bool) throws {
        let fixture = try ImportFixture()
        fixture.write("taxonomy.csv", Self.short + "1,species,stejay,Steller's Blue Jay,Cyanocitta stelleri\n")
        fixture.write("ioc.csv", FormatFixture.ioc)
        if isOneImport { try fixture.run(files: files) } else { for file in files { try fixture.run(file) } }
        let name = files.last == "ioc.csv" ? "Steller's Jay" : "Steller's Blue Jay"
        #expect(
            try fixture.rows("SELECT code, common_name FROM species") == [
                "Pinguinus impennis|Great Auk", "stejay|\(name)",
            ])
    }
}
