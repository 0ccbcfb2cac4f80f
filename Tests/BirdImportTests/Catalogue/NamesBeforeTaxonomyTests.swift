import BirdImport
import Fixtures
import Testing

@testable import Fixtures

/// Whether a table of species comes before or after the records that name its species, the same is stored.
@Suite struct NamesBeforeTaxonomyTests {
    private static let names = [
        "Great Tit", "great tit", "Parus major", "PARUS MAJOR", "Parus major Linnaeus, 1758", "gretit1", "Blue Tit",
        "Cyanistes caeruleus", "Parus (Cyanistes) caeruleus", "nobird", "Larus canus/fuscus", "Parus cf. major",
        "cf. Parus major", "Parus major?", "Parus major (male)", "Parus major agg.", "Parus major ssp.",
        "PARUS MAJOR MAJOR", "Parus major major Linnaeus, 1758", "Parus major major", "Parus major (L.)",
        "Parus major newtoni", "Parus major newtoni?", "Parus major, juvenilis", "Parus major or caeruleus",
        "Parus major - Cyanistes caeruleus", "Parus major e uova", "Parus major x Cyanistes caeruleus", "Parus",
        "Parus sp.",
        "Parus aff. major", "Parus major f. domestica", "Parus major (feral)", "Parus ignotus", "Parus ignotus novus",
        "Steller’s Jay", "Steller's Jay", "Unknown thing",
    ]
    private static let tables = [
        "species.csv": """
        species_id,sci_name,en_us
        gretit1,Parus major,Great Tit
        blutit,Cyanistes caeruleus,Blue Tit
        stejay,Cyanocitta stelleri,Steller's Jay

        """,
        "taxonomy.csv": """
        TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME
        1,species,gretit1,Great Tit,Parus major
        2,species,blutit,Blue Tit,Cyanistes caeruleus
        3,species,stejay,Steller’s Jay,Cyanocitta stelleri

        """,
    ]

    private func stored(_ table: String, _ commands: [[String]], _ records: String) throws -> [String] {
        let fixture = try ImportFixture()
        fixture.write(table, Self.tables[table] ?? "")
        fixture.write("birds.csv", records)
        for command in commands { try fixture.run(files: command) }
        #expect(try fixture.isSound())
        return try fixture.rows(
            """
            SELECT s.code, s.scientific_name, s.category, o.num, d.comments, c.species_count FROM observation o
            JOIN species s ON s.id = o.species_id JOIN checklist c ON c.id = o.checklist_id
            LEFT JOIN observation_detail d ON d.id = o.id ORDER BY o.num
            """)
    }

    @Test(arguments: ["species.csv", "taxonomy.csv"], [true, false])
    func theOrderDoesNotMatter(table: String, isPlain: Bool) throws {
        var records = isPlain ? plainHeader : "scientificName\teventDate\tindividualCount\toccurrenceRemarks\n"
        for (index, name) in Self.names.enumerated() where isPlain || name != "gretit1" && name != "nobird" {
            records +=
                isPlain
                ? "L1,55.4,12.8,,2021,2,3,\"\(name)\",\(index + 1)\n"
                : "\(name)\t2021-02-03\t\(index + 1)\t\(index % 2 == 0 ? "calling" : "")\n"
        }
        let first = try stored(table, [[table], ["birds.csv"]], records)
        #expect(try stored(table, [["birds.csv"], [table]], records) == first)
        #expect(try stored(table, [["birds.csv", table]], records) == first)
        #expect(first.contains { $0.hasPrefix("gretit1|Parus major|species|5|") })
        #expect(first.contains { $0.hasPrefix("Unknown thing|") })
    }

    /// Only a code of one word, or a common name, has no category.
    @Test func aNameInPlaceOfACodeIsTreatedAsInDarwinCore() throws {
        var stored: [[String]] = []
        for isPlain in [true, false] {
            let fixture = try ImportFixture()
            fixture.write("taxonomy.csv", Self.tables["taxonomy.csv"] ?? "")
            let rows = Self.names.filter { $0 != "gretit1" && $0 != "nobird" }.map {
                isPlain ? "L1,,,,2021,2,3,\"\($0)\",1\n" : "\($0)\t2021-02-03\n"
            }
            fixture.write("birds.csv", (isPlain ? plainHeader : "scientificName\teventDate\n") + rows.joined())
            try fixture.run("taxonomy.csv")
            try fixture.run("birds.csv")
            stored.append(
                try fixture.rows(
                    """
                    SELECT s.code, s.category, d.comments FROM observation o JOIN species s ON s.id = o.species_id
                    LEFT JOIN observation_detail d ON d.id = o.id ORDER BY 1, 2, 3
                    """))
        }
        #expect(stored.first == stored.last)
        let fixture = try ImportFixture()
        let codes = ["Robin", "robin", "black headed gull", "mallar3"]
        fixture.write("birds.csv", plainHeader + codes.map { "L1,,,,2021,2,3,\($0),1\n" }.joined())
        try fixture.run("birds.csv")
        #expect(try fixture.rows("SELECT DISTINCT category FROM species") == [""])
    }

    /// A file of the eBird Basic Dataset with a record of a subspecies that has names of its own.
    private static func subspecies(_ commonName: String) -> String {
        "GLOBAL UNIQUE IDENTIFIER\tCATEGORY\tCOMMON NAME\tSCIENTIFIC NAME\tSUBSPECIES COMMON NAME\t"
            + "SUBSPECIES SCIENTIFIC NAME\tOBSERVATION COUNT\tCOUNTRY CODE\tSTATE CODE\tLOCALITY\tLOCALITY ID\tLATITUDE\t"
            + "LONGITUDE\tOBSERVATION DATE\tTIME OBSERVATIONS STARTED\tSAMPLING EVENT IDENTIFIER\tPROTOCOL TYPE\tALL SPECIES REPORTED\tAPPROVED\n"
            + "URN:1\tissf\tDark-eyed Junco\tJunco hyemalis\t\(commonName)\tJunco hyemalis oreganus\t1\t"
            + "SE\tSE-N\tplace\tL1\t55.4\t12.8\t2021-05-01\t06:41:00\tS1\tTraveling\t1\t1\n"
    }

    /// Names that the records of another data set give to a code decide nothing for its own.
    @Test(arguments: [
        ("old2,species,Larus argentatus,Herring Gull", "Herring Gull"),
        ("orejun,issf,Junco hyemalis [oreganus Group],Oregon Junco", "Oregon Junco"),
    ])
    func namesOfOtherRecordsDecideNothing(row: String, commonName: String) throws {
        for others in [[], ["nests.txt"]] as [[String]] {
            let fixture = try ImportFixture()
            fixture.write("atlas.csv", plainHeader + "L1,,,,2021,2,3,Junco hyemalis oreganus,1\n")
            fixture.write("nests.txt", Self.subspecies(commonName))
            fixture.write("taxonomy.csv", "species_code,category,sci_name,primary_com_name,taxon_order\n\(row),1\n")
            for file in others + ["atlas.csv"] { try fixture.run(file) }
            if !others.isEmpty {
                #expect(try fixture.rows("SELECT common_name FROM species WHERE listed = 0") == [commonName])
            }
            try fixture.run("taxonomy.csv")
            let codes = "SELECT DISTINCT code FROM observation o JOIN species s ON s.id = o.species_id"
            #expect(try fixture.rows(codes) == ["Junco hyemalis oreganus"])
        }
    }

    /// Only the record whose file gives its subspecies names of its own keeps it, also within a data set.
    @Test(arguments: [false, true])
    func onlyARecordWithNamesOfItsOwnKeepsThem(isOneDataSet: Bool) throws {
        let rows = """
            SELECT s.code, s.common_name, s.category, d.comments, c.species_count FROM observation o
            JOIN species s ON s.id = o.species_id JOIN checklist c ON c.id = o.checklist_id
            LEFT JOIN observation_detail d ON d.id = o.id ORDER BY o.source_id, d.comments DESC
            """
        let plain = "L1,55.4,12.8,,2021,2,3,Junco hyemalis oreganus,1\nL1,55.4,12.8,,2021,2,3,daejun,1\n"
        var stored: Set<[String]> = []
        for order in [
            ["taxonomy.csv", "atlas.csv", "nests.txt"], ["atlas.csv", "nests.txt", "taxonomy.csv"],
            ["nests.txt", "atlas.csv", "taxonomy.csv"], ["nests.txt", "taxonomy.csv", "atlas.csv"],
        ] {
            let fixture = try ImportFixture()
            fixture.write("atlas.csv", plainHeader + plain)
            fixture.write("nests.txt", Self.subspecies("Oregon Junco"))
            fixture.write(
                "taxonomy.csv",
                "species_code,category,sci_name,primary_com_name,taxon_order\ndaejun,species,Junco hyemalis,Dark-eyed Junco,1\n"
            )
            for file in order {
                try fixture.run(file) {
                    if isOneDataSet, file != "taxonomy.csv" { ($0.dataset, $0.append) = ("all", true) }
                }
            }
            #expect(try fixture.isSound())
            stored.insert(try fixture.rows(rows))
        }
        #expect(
            stored == [
                [
                    "daejun|Dark-eyed Junco|species|identified as Junco hyemalis oreganus|1",
                    "daejun|Dark-eyed Junco|species||1", "Junco hyemalis oreganus|Oregon Junco|issf||1",
                ]
            ])
    }

    /// Who may see none of these records must not learn that their code is retired.
    @Test func codesThatOnlyRecordsHadAreNotKept() throws {
        let fixture = try ImportFixture()
        fixture.write("birds.csv", plainHeader + "L1,,,,2021,2,3,Parus major,1\n")
        fixture.write(
            "taxonomy.csv",
            "TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME\n1,species,gretit1,Great Tit,Parus major\n")
        try fixture.run("birds.csv")
        let report = try fixture.run("taxonomy.csv")
        #expect(report.text.contains("Parus major is now gretit1"))
        #expect(try fixture.rows("SELECT count(*) FROM retired_code") == ["0"])
        // It is found by its name.
        try fixture.run("birds.csv")
        #expect(
            try fixture.rows("SELECT code FROM observation o JOIN species s ON s.id = o.species_id") == ["gretit1"])
    }

    @Test func theReportNamesThem() throws {
        let fixture = try ImportFixture()
        fixture.write("birds.csv", plainHeader + "L1,,,,2021,2,3,Great Tit,1\nL1,,,,2021,2,3,gretit1,2\n")
        fixture.write("species.csv", Self.tables["species.csv"] ?? "")
        try fixture.run("birds.csv")
        let report = try fixture.run("species.csv")
        #expect(report.text.contains("1 code was replaced by the taxonomy imported last: Great Tit is now gretit1\n"))
        #expect(try fixture.rows("SELECT species_count FROM checklist") == ["1"])
        #expect(try fixture.rows("SELECT count(*) FROM retired_code") == ["0"])
    }

    /// The common name that stood beside an unknown name is gone, so the report says what to do.
    @Test func theReportCountsThoseThatStay() throws {
        let fixture = try ImportFixture()
        fixture.write(
            "occurrence.txt",
            "scientificName\tvernacularName\teventDate\nAvis prisca\tGreat Tit\t2021-02-03\n"
                + "Avis prisca\tGreat Tit\t2021-02-04\nParus major\tGreat Tit\t2021-02-04\n")
        fixture.write("species.csv", Self.tables["species.csv"] ?? "")
        try fixture.run("occurrence.txt")
        let report = try fixture.run("species.csv")
        #expect(report.unnamed?.species == 1 && report.unnamed?.records == 2)
        #expect(
            report.text.contains(
                "2 records of 1 name are in no species table. If their files have other names of the species too, such as "
                    + "common names, import them again.\n"))
        #expect(try !fixture.run("occurrence.txt").text.contains("in no species table"))
    }

    /// More names than are held at a time.
    @Test func manyNamesAreMatched() throws {
        let fixture = try ImportFixture()
        let names = (0..<2500).map { "Parus major s\($0)" } + (0..<100).map { "Xyz \($0)" }
        fixture.write("birds.csv", plainHeader + names.map { "L1,,,,2021,2,3,\($0),1\n" }.joined())
        fixture.write("species.csv", Self.tables["species.csv"] ?? "")
        try fixture.run("birds.csv")
        let report = try fixture.run("species.csv")
        #expect(report.text.contains("2,500 codes were replaced"))
        #expect(report.retiredCodes.count <= ImportReport.mostListed)
        #expect(
            try fixture.rows(
                """
                SELECT count(*), count(DISTINCT comments) FROM observation o JOIN species s ON s.id = o.species_id
                JOIN observation_detail d ON d.id = o.id WHERE s.code = 'gretit1'
                """) == ["2500|2500"])
        #expect(try fixture.isSound())
    }
}
