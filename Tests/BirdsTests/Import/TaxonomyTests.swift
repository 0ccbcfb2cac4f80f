import Testing

@testable import Birds

/// eBird's taxonomy as reference data.
@Suite struct TaxonomyTests {
    static let header =
        "\u{FEFF}TAXON_ORDER,CATEGORY,SPECIES_CODE,TAXON_CONCEPT_ID,PRIMARY_COM_NAME,SCI_NAME,ORDER,FAMILY,"
        + "SPECIES_GROUP,REPORT_AS\n"

    @Test func namesSpeciesWithTheCategoryOfTheFile() throws {
        let fixture = try ImportFixture()
        fixture.write(
            "t.csv",
            Self.header + "2,species,ostric2,,Common Ostrich,Struthio camelus,Struthioniformes,"
                + "\"Struthionidae (Ostriches)\",Ostriches,\n"
                // The name alone would make it a subspecies.
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

    @Test func isNotTakenForObservations() throws {
        let fixture = try ImportFixture()
        fixture.write("t.csv", Self.header + "2,species,ostric2,,Common Ostrich,Struthio camelus,,,,\n")
        let error = #expect(throws: ImportError.self) { try fixture.run("t.csv") { $0.format = "plain" } }
        #expect("\(error.map { "\($0)" } ?? "")".contains("It looks like eBird taxonomy."))
    }
}
