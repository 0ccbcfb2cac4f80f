import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct GeneralEditionTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private static let header =
        "loc_id,latitude,longitude,region,year,month,day,species_id,num,checklist_id,time,comments\n"

    private func store(_ rows: [String], list: String) throws {
        fixture.write("birds.csv", Self.header + rows.map { $0 + "\n" }.joined())
        fixture.write("list.csv", list)
        try fixture.run("birds.csv") { $0.sensitive = fixture.path("list.csv") }
    }

    @Test func allThatIsInAMarkedCellHasTheCellForItsPlace() throws {
        try store(
            [
                "L1,60.71,-135.01,CA-YT-001,2021,5,1,eagle,1,S1,06:10,nest",
                "L2,60.79,-135.09,CA-YT,2021,5,1,robin,2,S2,07:10,x",
                "L3,60.81,-135.01,CA-YT,2021,5,1,robin,3,S3,08:10,y",
                "L1,60.71,-135.01,CA-YT-001,2021,5,1,robin,4,S4,09:10,z",
            ], list: "species,category,contact\neagle,2,warden@example.org\n")
        let cell = "cell_60.7N_135.1W_0.1_CA-YT|60.75|-135.05|CA-YT|20210501"
        #expect(
            try fixture.generalRecords(", c.id, c.code, c.time, t.comments, g.uncertainty_m, g.id") == [
                "L3|60.81|-135.01|CA-YT|20210501|robin|3|1||08:10|||",
                cell + "|eagle|1|2||||7900.0|2", cell + "|robin|2|2||||7900.0|2", cell + "|robin|4|2||||7900.0|2",
            ])
        #expect(try fixture.isSound())
        #expect(
            try fixture.general().rows("SELECT generalisation FROM general_location") == [
                "This is a cell of 0.1° that stands for all places in it, to protect what was found there. For the exact place ask warden@example.org."
            ])
    }
}
