import Birds
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

    @Test func isNotTakenForObservations() throws {
        let fixture = try ImportFixture()
        fixture.write("t.csv", Self.header + "2,species,ostric2,,Common Ostrich,Struthio camelus,,,,\n")
        let error = #expect(throws: ImportError.self) { try fixture.run("t.csv") { $0.format = "plain" } }
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
}
