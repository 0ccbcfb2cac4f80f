import BirdImport
import Testing

@testable import Fixtures

/// Tables that name a species twice, or name several species alike.
@Suite struct RepeatedNamesTests {
    private let fixture: ImportFixture
    private static let header = "TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME\n"

    init() throws { fixture = try ImportFixture() }

    private func species() throws -> [String] {
        try fixture.rows("SELECT code, scientific_name, common_name, category, taxon_order FROM species ORDER BY code")
    }

    private func codes() throws -> [String] {
        try fixture.rows(
            "SELECT s.code, count(*) FROM observation o JOIN species s ON s.id = o.species_id GROUP BY 1 ORDER BY 1")
    }

    /// A row that says the same of a species may add what the earlier one left out.
    @Test(arguments: [
        ([",,a,One,Avis una", "5,form,a,One,Avis una"], "form|5.0"),
        (["5,form,a,One,Avis una", ",,a,One,Avis una"], "form|5.0"),
        (["5,form,a,One,Avis una", "6,slash,a,One,Avis una"], "form|5.0"),
        ([",form,a,One,Avis una", "6,,a,One,Avis una"], "species|6.0"),
    ])
    func aRepeatedRowAddsToTheFirst(rows: [String], stored: String) throws {
        fixture.write("t.csv", Self.header + rows.joined(separator: "\n"))
        let report = try fixture.run("t.csv")
        #expect(report.files.first?.leftOut == ["the same as an earlier row": 1])
        #expect(try species() == ["a|Avis una|One|\(stored)"])
    }

    /// A table without categories or orders leaves those of the taxonomy.
    @Test func otherTablesKeepTheOrderOfATaxonomy() throws {
        fixture.write("t.csv", Self.header + "5,form,a,One,Avis una\n")
        fixture.write("names.csv", "species_id,sci_name,en_us\na,Avis altera (x),Other\nb,Avis duo,\n")
        try fixture.run("t.csv")
        #expect(try fixture.run("names.csv").speciesStored == 2)
        #expect(try species() == ["a|Avis altera (x)|Other|form|5.0", "b|Avis duo||species|"])
        // What is there already is not counted as named.
        #expect(try fixture.run("names.csv").speciesStored == 0)
    }

    /// A record whose name is the code of a species says nothing of the names of that species.
    @Test func recordsDoNotNameSpeciesThatHaveNames() throws {
        fixture.write("names.csv", "species_id,sci_name,en_us\nLarus sp. 2,Larus secundus,Second Gull\n")
        fixture.write("o.txt", "scientificName\teventDate\nLarus sp. 2\t2021-02-03\nLarus sp. 3\t2021-02-03\n")
        try fixture.run("names.csv")
        try fixture.run("o.txt")
        #expect(
            try species() == [
                "Larus sp. 2|Larus secundus|Second Gull|species|", "Larus sp. 3|||spuh|",
            ])
        #expect(try codes() == ["Larus sp. 2|1", "Larus sp. 3|1"])
    }

    @Test func codesAreRetiredThroughSeveralTaxonomies() throws {
        for (name, code) in [("1.csv", "first"), ("2.csv", "second"), ("3.csv", "third")] {
            fixture.write(name, Self.header + "1,species,\(code),Gull,Larus exemplaris\n")
        }
        fixture.write(
            "a.csv", plainHeader + "L1,,,,2021,2,3,first,1\nL1,,,,2021,2,3,second,2\nL1,,,,2021,2,3,third,3\n")
        let report = try fixture.run("1.csv", "2.csv", "a.csv", "3.csv")
        #expect(try codes() == ["third|3"])
        #expect(report.retiredCodes.map { "\($0.old) \($0.new)" } == ["first second", "second third"])
        #expect(try fixture.rows("SELECT code FROM species") == ["third"])
    }

    /// Where a name does not tell a single species, the records keep their code.
    @Test(arguments: [
        // Two taxa with the scientific name, or with the common name.
        ("1,species,new1,Gull One,Larus exemplaris\n2,species,new2,Gull Two,Larus exemplaris\n", ["old|1"]),
        ("1,species,new1,Gull,Larus novus\n2,species,new2,Gull,Larus alter\n", ["old|1"]),
        // The common name alone, or the scientific name alone.
        ("1,species,new1,Gull,Larus novus\n", ["new1|1"]),
        ("1,species,new1,Other Gull,Larus exemplaris\n", ["new1|1"]),
        // The scientific name decides.
        ("1,species,new1,Gull,Larus novus\n2,species,new2,Mew,Larus exemplaris\n", ["old|1"]),
        // The code is still in use.
        ("1,species,new1,Gull,Larus exemplaris\n2,species,old,Mew,Larus novus\n", ["old|1"]),
        ("1,species,new1,gull,LARUS EXEMPLARIS\n", ["new1|1"]),
    ])
    func aCodeIsRetiredByOneSpeciesOnly(taxonomy: String, codes expected: [String]) throws {
        fixture.write("old.csv", Self.header + "1,species,old,Gull,Larus exemplaris\n")
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,old,1\n")
        fixture.write("new.csv", Self.header + taxonomy)
        for file in ["old.csv", "a.csv", "new.csv"] { try fixture.run(file) }
        #expect(try codes() == expected)
        #expect(try fixture.isSound())
    }
}
