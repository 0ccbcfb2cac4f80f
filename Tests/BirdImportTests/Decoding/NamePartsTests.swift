import BirdImport
import Testing

@testable import Fixtures

/// Darwin Core with the parts of names in place of names.
@Suite struct NamePartsTests {
    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture(
            taxonomy: "1,species,eurbla,Eurasian Blackbird,Turdus merula\n2,species,gretit1,Great Tit,Parus major\n")
    }

    /// Genus, specific epithet, infraspecific epithet, species and vernacular name; the code of the species, and its
    /// remark.
    static let rows: [(cells: String, stored: String)] = [
        ("Turdus\tmerula\t\t\t", "eurbla|"),
        ("Turdus\tmerula\tmerula\t\t", "eurbla|identified as Turdus merula merula"),
        ("Turdus\tmerula\tNA\tParus major\tGreat Tit", "eurbla|"), ("Turdus\t\t\tParus major\t", "gretit1|"),
        ("Turdus\t\t\t\tGreat Tit", "gretit1|"), ("\t\t\t\tGreat Tit", "gretit1|"), ("Turdus\t\t\t\t", "Turdus|"),
        ("Turdus\tignotus\tnovus\t\t", "Turdus ignotus novus|"),
    ]

    private func stored() throws -> [String] {
        try fixture.rows(
            """
            SELECT s.code, d.comments FROM observation o JOIN species s ON s.id = o.species_id
            LEFT JOIN observation_detail d ON d.id = o.id
            """)
    }

    @Test(arguments: rows) func theyAreTheName(cells: String, stored: String) throws {
        let parts = "genus\tspecificEpithet\tinfraspecificEpithet\tspecies\tvernacularName"
        fixture.write("a.txt", "\(parts)\teventDate\n\(cells)\t2021-02-03\n")
        let report = try fixture.run("a.txt")
        #expect(try report.files.map(\.formatName) == ["dwc"] && self.stored() == [stored])
        fixture.write("a.txt", "scientificName\t\(parts)\teventDate\n\t\(cells)\t2021-02-03\n")
        try fixture.run("a.txt")
        #expect(try self.stored() == [stored])
        fixture.write("a.txt", "scientificName\t\(parts)\teventDate\nParus major\t\(cells)\t2021-02-03\n")
        try fixture.run("a.txt")
        #expect(try self.stored() == ["gretit1|"])
    }

    @Test func aRowWithoutAnyNameIsInError() throws {
        fixture.write(
            "a.txt", "genus\tspecificEpithet\teventDate\n\t\t2021-02-03\nTurdus\tmerula\t2021-02-03\n")
        let report = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(report.firstErrors.map { "\($0.column ?? "") \($0.reason)" } == ["genus is empty"])
    }
}
