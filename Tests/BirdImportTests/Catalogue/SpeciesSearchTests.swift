import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// The species of records that name it, in a database with a taxonomy.
@Suite struct SpeciesSearchTests {
    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture(
            taxonomy: """
                1,species,wooduk,Wood Duck,Aix sponsa
                2,species,comwhi,Common Whitethroat,Curruca communis
                3,species,eurnut,Eurasian Nuthatch,Sitta europaea
                4,issf,eurnut3,Eurasian Nuthatch (Western),Sitta europaea caesia
                5,spuh,sitta1,nuthatch sp.,Sitta sp.
                6,hybrid,x00001,Wood Duck x Mallard (hybrid),Aix sponsa x Anas platyrhynchos
                7,species,mallar,Mallard,Anas platyrhynchos
                8,domestic,mallar2,Mallard (Domestic type),Anas platyrhynchos (Domestic type)
                9,species,rocdov,Rock Pigeon,Columba livia
                10,species,sparub,Küstenvogel,Avis ñandu
                11,slash,slash1,This/That Bird,Avis alia/europaea
                12,issf,slash2,One Bird (moffitti/maxima),Avis una moffitti/maxima

                """)
    }

    /// Of several species with a name, one of a taxonomy is meant, and then the first by its code.
    @Test(
        arguments: [
            ("m1,Avis ignota,One\nm2,Avis ignota,Two\nm3,Avis alia,Three\n", "m1|species|"),
            ("m3,Avis ignota,One\nm2,Avis ignota,Two\nm1,Avis alia,Three\n", "m2|species|"),
            ("a1,Aix sponsa,One\nz1,Aix sponsa,Two\n", nil),
        ] as [(String, String?)])
    func theFirstOfSeveralSpeciesIsMeant(rows: String, found: String?) throws {
        fixture.write("names.csv", "species_id,sci_name,en_us\n" + rows)
        try fixture.run("names.csv")
        #expect(try record(found == nil ? "Aix sponsa" : "Avis ignota") == found ?? "wooduk|species|")
    }

    /// The code, category and comments of one record with a name.
    private func record(_ name: String, common: String = "", remarks: String = "", species: String = "") throws
        -> String
    {
        fixture.write(
            "occurrence.txt",
            "scientificName\tspecies\tvernacularName\teventDate\toccurrenceRemarks\n"
                + "\(name)\t\(species)\t\(common)\t2021-02-03\t\(remarks)\n")
        let report = try fixture.run("occurrence.txt")
        #expect(report.rowsInError == 0)
        return try fixture.rows(
            """
            SELECT s.code, s.category, d.comments FROM observation o JOIN species s ON s.id = o.species_id
            LEFT JOIN observation_detail d ON d.id = o.id
            """
        ).joined(separator: "\n")
    }

    @Test(arguments: [
        ("Sylvia (Curruca) communis Latham, 1787", "comwhi|species|"), ("AIX SPONSA", "wooduk|species|"),
        ("Aix Sponsa", "wooduk|species|"), ("aix sponsa", "wooduk|species|"), ("Aix  sponsa", "wooduk|species|"),
        ("Aix_sponsa", "wooduk|species|"), ("Aix\u{A0}sponsa (Linnaeus, 1758)", "wooduk|species|"),
        ("Aix sponsa, Linnaeus 1758", "wooduk|species|"), ("\"Aix sponsa\"", "wooduk|species|"),
        ("AIX SPONSA LINNAEUS, 1758", "wooduk|species|"), ("AVIS ÑANDU Meyer", "sparub|species|"),
        ("Sitta cf. europaea", "eurnut|species|identified as Sitta cf. europaea"),
        ("Sitta europaea?", "eurnut|species|identified as Sitta europaea?"),
        ("Sitta europaea cf. caesia Wolf, 1810", "eurnut3|issf|identified as Sitta europaea cf. caesia Wolf, 1810"),
        ("Sitta europaea ssp. caesia", "eurnut3|issf|"),
        ("Sitta europaea subsp. nova Wolf", "eurnut|species|identified as Sitta europaea subsp. nova"),
        ("Curruca ignota communis", "comwhi|species|identified as Curruca ignota communis"),
        (
            "Curruca ignota ssp. communis Latham, 1787",
            "comwhi|species|identified as Curruca ignota ssp. communis"
        ),
        ("Curruca ignota var. communis", "Curruca ignota var. communis|issf|"),
        ("Sitta europaea europaea", "eurnut|species|identified as Sitta europaea europaea"),
        ("Sitta sp", "sitta1|spuh|"), ("Sitta aff. europaea", "Sitta aff. europaea||"),
        ("Anas platyrhynchos f. domestica", "mallar2|domestic|"),
        ("Columba livia f. domestica", "Columba livia f. domestica|domestic|"),
        ("Columba livia forma domestica", "Columba livia forma domestica|domestic|"),
        ("Columba livia f. urbana", "Columba livia f. urbana|domestic|"),
        ("Columba livia forma urbana Gmelin, 1789", "Columba livia forma urbana Gmelin, 1789|domestic|"),
        ("Columba livia domest.", "Columba livia domest.|domestic|"),
        ("Columba livia var. domestica", "Columba livia var. domestica|domestic|"),
        ("Columba livia f. nova", "rocdov|species|identified as Columba livia f. nova"),
        ("Avis urbana", "Avis urbana||"), ("Aix sponsa Urban, 1900", "wooduk|species|"),
        ("BOLD:AAA1234", "BOLD:AAA1234||"), ("Sitta-europaea", "eurnut|species|"), ("Avis-ignota", "Avis-ignota||"),
        ("Sitta", "Sitta|spuh|"), ("Avis europaea/alia", "slash1|slash|"), ("Avis alia/europaea", "slash1|slash|"),
        ("Avis alia / Avis europaea", "slash1|slash|"), ("Avis una moffitti/maxima", "slash2|issf|"),
        ("Avis una maxima/moffitti", "slash2|issf|"),
        ("Anas platyrhynchos × Aix sponsa", "x00001|hybrid|"),
        ("Aix sponsa × Aix galericulata", "Aix sponsa × Aix galericulata|hybrid|"),
        ("Sitta ignota ssp. nova", "Sitta ignota ssp. nova|issf|"),
        ("Larus (Chroicocephalus) ignotus Author, 1900", "Larus (Chroicocephalus) ignotus||"),
    ])
    func isFoundByEachFormOfItsName(name: String, record: String) throws {
        #expect(try self.record(name) == record)
    }

    @Test func keepsTheRemarksOfTheFileBesideTheName() throws {
        #expect(
            try record("Sitta cf. europaea", remarks: "calling; far away")
                == "eurnut|species|calling; far away; identified as Sitta cf. europaea")
    }

    @Test(arguments: [
        ("cf.", "eurnut|species|identified as cf. Sitta europaea"),
        ("?", "eurnut|species|identified as ? Sitta europaea"),
        ("cf. europaea", "eurnut|species|identified as Sitta europaea, cf. europaea"),
        ("cf. var. minor", "eurnut|species|identified as Sitta europaea, cf. var. minor"),
        ("possible", "eurnut|species|identified as Sitta europaea, possible"),
        ("Uncertain", "eurnut|species|identified as Sitta europaea, Uncertain"),
        ("confirmed", "eurnut|species|identified as Sitta europaea, confirmed"), ("", "eurnut|species|"),
        ("aff. europaea", "Sitta aff. europaea||"), ("aff.", "Sitta aff. europaea||"),
        ("aff. nova", "Sitta europaea aff. nova||"),
    ])
    func readsDoubtsFromTheirOwnColumn(qualifier: String, record: String) throws {
        fixture.write(
            "occurrence.txt",
            "scientificName\tidentificationQualifier\teventDate\nSitta europaea\t\(qualifier)\t2021-02-03\n")
        try fixture.run("occurrence.txt")
        #expect(
            try fixture.rows(
                """
                SELECT s.code, s.category, d.comments FROM observation o JOIN species s ON s.id = o.species_id
                LEFT JOIN observation_detail d ON d.id = o.id
                """) == [record])
    }

    /// A doubt never makes a name of its own, and is not said twice.
    @Test(arguments: [
        ("", "Eurasian Nuthatch", "?", "eurnut|identified as ? Eurasian Nuthatch"),
        ("?", "Eurasian Nuthatch", "", "eurnut|identified as ?"),
        ("", "Odd Bird", "cf.", "Odd Bird|identified as cf. Odd Bird"),
        ("Avis ignota", "", "cf.", "Avis ignota|identified as cf. Avis ignota"),
        ("Avis ignota Author, 1900", "", "probable", "Avis ignota|identified as Avis ignota Author, 1900, probable"),
        ("Sitta cf. europaea", "", "cf.", "eurnut|identified as Sitta cf. europaea"),
        ("Sitta europaea caesia", "", "cf. caesia", "eurnut3|identified as Sitta europaea caesia, cf. caesia"),
        ("Sitta", "", "aff. europaea", "Sitta aff. europaea|"),
        ("Sitta aff. europaea", "", "aff. europaea", "Sitta aff. europaea|"),
        ("", "Eurasian Nuthatch", "aff.", "aff. Eurasian Nuthatch|"),
    ])
    func keepsDoubtsBesideAnyName(name: String, common: String, qualifier: String, record: String) throws {
        fixture.write(
            "occurrence.txt",
            "scientificName\tvernacularName\tidentificationQualifier\teventDate\n"
                + "\(name)\t\(common)\t\(qualifier)\t2021-02-03\n")
        try fixture.run("occurrence.txt")
        #expect(
            try fixture.rows(
                """
                SELECT s.code, d.comments FROM observation o JOIN species s ON s.id = o.species_id
                LEFT JOIN observation_detail d ON d.id = o.id
                """) == [record])
    }

    /// A column with the species is used where the more exact name is unknown.
    @Test func speciesOfTheFileIsTheLastResort() throws {
        #expect(try record("Sitta europaea caesia Wolf, 1810", species: "Sitta europaea") == "eurnut3|issf|")
        #expect(try record("Sylvia communis Latham, 1787", species: "Curruca communis") == "comwhi|species|")
        #expect(
            try record("Sylvia communis volgensis", species: "Curruca communis")
                == "comwhi|species|identified as Sylvia communis volgensis")
        #expect(
            try record("Columba livia f. domestica", species: "Columba livia") == "Columba livia f. domestica|domestic|"
        )
        #expect(
            try record("Columba livia, domestica", species: "Columba livia") == "Columba livia, domestica|domestic|")
        #expect(
            try record("Avis ignota e uova", species: "Avis ignota") == "Avis ignota||identified as Avis ignota e uova")
        #expect(try record("Avis synonyma Author, 1900", species: "Avis accepta") == "Avis accepta||")
        #expect(try record("Avis accepta nova Author, 1900", species: "Avis accepta") == "Avis accepta nova|issf|")
    }

    /// What the taxonomy has made a species comes before the species of the file.
    @Test func aSubspeciesThatIsASpeciesNowIsThatSpecies() throws {
        fixture.write(
            "t.csv",
            TaxonomyTests.header + "1,species,carcro1,,Carrion Crow,Corvus corone,,,,\n"
                + "2,species,hoocro1,,Hooded Crow,Corvus cornix,,,,\n3,species,comwhi,,Common Whitethroat,Curruca communis,,,,\n"
        )
        try fixture.run("t.csv")
        #expect(
            try record("Corvus corone cornix Linnaeus, 1758", species: "Corvus corone")
                == "hoocro1|species|identified as Corvus corone cornix")
        #expect(try record("Corvus corone corone", species: "Corvus corone").hasPrefix("carcro1|"))
        #expect(try record("Sylvia communis volgensis", species: "Curruca communis").hasPrefix("comwhi|"))
    }

    /// The common name of the wild species does not make a domestic bird wild.
    @Test func commonNameCountsIfItIsAsExact() throws {
        #expect(try record("Avis alia", common: "Wood Duck") == "wooduk|species|")
        #expect(
            try record("Columba livia f. domestica", common: "Rock Pigeon") == "Columba livia f. domestica|domestic|")
        #expect(try record("Sittidae sp.", common: "nuthatch sp.") == "sitta1|spuh|")
    }

    /// The eBird Basic Dataset names species and subspecies. Those that the taxonomy lacks keep their names.
    @Test func subspeciesOfTheEBirdBasicDatasetStayApart() throws {
        let header = FormatFixture.eBird.prefix { $0 != "\n" }.split(separator: "\t", omittingEmptySubsequences: false)
            .dropLast()
        func row(_ id: String, _ category: String, _ common: String, _ scientific: String) -> String {
            header.map { name in
                switch name {
                case "GLOBAL UNIQUE IDENTIFIER": id
                case "CATEGORY": category
                case "COMMON NAME": "Eurasian Nuthatch"
                case "SCIENTIFIC NAME": "Sitta europaea"
                case "OBSERVATION COUNT": "2"
                case "LOCALITY ID", "LOCALITY": "L1"
                case "OBSERVATION DATE": "2021-02-03"
                case "SAMPLING EVENT IDENTIFIER": "S1"
                default: ""
                }
            }.joined(separator: "\t") + "\t\(common)\t\(scientific)\n"
        }
        fixture.write(
            "ebd.txt",
            header.joined(separator: "\t") + "\tSUBSPECIES COMMON NAME\tSUBSPECIES SCIENTIFIC NAME\n"
                // A row without names of its own for the subspecies takes none from a row that has them.
                + row("U0", "issf", "", "").replacing("Sitta europaea", with: "Avis ignota nova")
                + row("U1", "species", "", "")
                + row("U2", "issf", "Eurasian Nuthatch (Western)", "Sitta europaea caesia")
                + row("U3", "issf", "Eurasian Nuthatch (Far)", "Sitta europaea [remota Group]")
                // It has the common name of its species.
                + row("U4", "issf", "", "Sitta europaea nova")
                + row("U5", "issf", "Odd Bird (New)", "Avis ignota nova"))
        let report = try fixture.run("ebd.txt")
        #expect(report.unknownSpecies == [])
        #expect(
            try fixture.rows(
                """
                SELECT source_id, code, scientific_name, common_name, category
                FROM observation o JOIN species s ON s.id = o.species_id ORDER BY source_id
                """) == [
                    "U0|Avis ignota nova|Avis ignota nova|Odd Bird (New)|issf",
                    "U1|eurnut|Sitta europaea|Eurasian Nuthatch|species",
                    "U2|eurnut3|Sitta europaea caesia|Eurasian Nuthatch (Western)|issf",
                    "U3|Sitta europaea [remota Group]|Sitta europaea [remota Group]|Eurasian Nuthatch (Far)|issf",
                    "U4|Sitta europaea nova|Sitta europaea nova|Eurasian Nuthatch|issf",
                    "U5|Avis ignota nova|Avis ignota nova|Odd Bird (New)|issf",
                ])
        #expect(try fixture.isSound())
    }

    /// Somebody may see one of two data sets. What its records say must not depend on the other.
    @Test func namesThatOnlyRecordsGiveDecideNothing() throws {
        let header = FormatFixture.eBird.prefix { $0 != "\n" }
        let ofRecord = [
            "COMMON NAME": "Odd Bird", "SCIENTIFIC NAME": "Avis ignota", "CATEGORY": "form", "OBSERVATION COUNT": "2",
            "LOCALITY ID": "L1", "LOCALITY": "L1", "OBSERVATION DATE": "2021-02-03", "SAMPLING EVENT IDENTIFIER": "S1",
            "GLOBAL UNIQUE IDENTIFIER": "U1",
        ]
        let cells = header.split(separator: "\t", omittingEmptySubsequences: false).dropLast()
        fixture.write(
            "ebd.txt",
            cells.joined(separator: "\t") + "\tSUBSPECIES COMMON NAME\tSUBSPECIES SCIENTIFIC NAME\n"
                + cells.map { ofRecord[String($0)] ?? "" }.joined(separator: "\t")
                + "\tOdd Bird (New)\tAvis ignota nova\n")
        fixture.write(
            "birds.csv",
            "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
                + ["Odd Bird (New)", "avis ignota nova", "Avis sp."].map { "L1,,,,2021,2,3,\($0),1\n" }.joined())
        let codes = "SELECT DISTINCT code FROM observation o JOIN species s ON s.id = o.species_id WHERE num = 1"
        try fixture.run("birds.csv")
        let alone = try fixture.rows(codes)
        try fixture.run("ebd.txt")
        try fixture.run("birds.csv")
        #expect(try fixture.rows(codes) == alone)
        // A table that comes later takes nothing from them either.
        fixture.write("species.csv", "species_id,sci_name,en_us\nAvis ignota nova,Avis ignota nova,New Bird\n")
        try fixture.run("species.csv")
        let names = "SELECT common_name, category FROM species WHERE code = 'Avis ignota nova'"
        #expect(try fixture.rows(names) == ["New Bird|"])
    }

    /// Data of `rgbif` that R has saved.
    @Test func aMissingSpeciesOfGBIFIsNoName() throws {
        fixture.write(
            "gbif.tsv",
            FormatFixture.gbif.replacing("\tCyanocitta stelleri\t", with: "\tNA\t")
                .replacing("Cyanocitta stelleri (Gmelin, 1788)", with: "Avis ignota Gmelin, 1788"))
        try fixture.run("gbif.tsv")
        #expect(try fixture.rows("SELECT code FROM species WHERE code IN ('NA', 'Avis ignota')") == ["Avis ignota"])
    }

    @Test func unknownSpeciesAreReportedWithTheNearestName() throws {
        fixture.write(
            "occurrence.txt",
            "scientificName\teventDate\nSitta europea\t2021-02-03\nSitta europea\t2021-02-04\nXyz abcdefgh\t2021-02-03\n"
        )
        let report = try fixture.run("occurrence.txt")
        #expect(
            report.unknownSpecies == [
                .init(code: "Sitta europea", records: 2, nearest: "Sitta europaea"),
                .init(code: "Xyz abcdefgh", records: 1),
            ])
        #expect(
            report.text.contains(
                "2 species are in no species table: Sitta europea (2, similar to Sitta europaea), Xyz abcdefgh (1)\n"))
    }
}
