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
                "The location is shown as a cell of 0.1°, to protect sensitive species or places. For the exact place ask warden@example.org."
            ])
    }

    /// The visits to a cell on one day are complete if each of them was. Whether one has the bird does not matter.
    @Test(arguments: [
        (["1", "1", "1"], "1"), (["1", "0", "1"], "0"), (["1", "", "1"], "0"), (["", "", ""], ""),
        (["0", "", ""], "0"),
        (["0", "0", "0"], "0"), (["", "1", ""], "0"),
    ])
    func aDayInACellIsCompleteIfEachVisitWas(visits: [String], complete: String) throws {
        fixture.write(
            "birds.csv",
            "loc_id,latitude,longitude,region,date,species_id,num,checklist_id,complete\n"
                + zip(["eagle", "robin", "wren"], visits).enumerated().map { number, visit in
                    "L\(number),60.7\(number),-135.01,CA-YT,2021-05-01,\(visit.0),1,S\(number),\(visit.1)\n"
                }.joined())
        fixture.write("list.csv", "species,category\neagle,2\n")
        try fixture.run("birds.csv") { $0.sensitive = fixture.path("list.csv") }
        #expect(
            try fixture.general().rows("SELECT coalesce(complete, ''), species_count FROM checklist") == [
                "\(complete)|3"
            ])
    }

    /// A place that is less certain than its cell has a cell that is as coarse.
    @Test(arguments: [
        ("100", "cell_60.71N_135.02W_0.01_CA-YT|800.0"), ("801", "cell_60.7N_135.1W_0.1_CA-YT|7900.0"),
        ("7901", "cell_60N_136W_1_CA-YT|78700.0"), ("100000", "unplaced_CA-YT|"),
        ("", "cell_60.71N_135.02W_0.01_CA-YT|800.0"),
    ])
    func aPlaceIsNoMoreCertainThanItIs(uncertainty: String, cell: String) throws {
        fixture.write(
            "birds.csv",
            "loc_id,latitude,longitude,region,date,species_id,num,coordinate_uncertainty_m\n"
                + "L1,60.712,-135.013,CA-YT,2021-05-01,eagle,1,\(uncertainty)\nL2,61.5,-135.5,CA-YT,2021-05-01,wren,1,50000\n"
        )
        fixture.write("list.csv", "species,category\neagle,3\n")
        try fixture.run("birds.csv") { $0.sensitive = fixture.path("list.csv") }
        #expect(
            try fixture.general().rows(
                "SELECT code, uncertainty_m FROM general_location JOIN location USING (id)") == [cell])
        #expect(try fixture.general().rows("SELECT coordinate_uncertainty_m FROM observation_detail") == ["50000.0"])
    }

    /// Of a record without place there is the year, and no checklist.
    @Test func aWithheldPlaceLeavesRegionAndYear() throws {
        try store(
            [
                "L1,60.71,-135.01,CA-YT-001,2021,5,1,crane,3,S1,06:10,nest",
                "L1,60.71,-135.01,CA-YT-001,2021,5,1,robin,2,S1,06:10,x",
                "L2,60.79,-135.09,,,,,crane,,S2,,", "L3,60.79,-135.09,CA-YT,2021,6,1,crane,4,,,",
            ], list: "species,category\ncrane,1\n")
        #expect(
            try fixture.generalRecords(", o.checklist_id, c.complete") == [
                "withheld_CA-YT|||CA-YT|20210000|crane|3|0|", "withheld_CA-YT|||CA-YT|20210000|crane|4|0|",
                "L1|60.71|-135.01|CA-YT-001|20210501|robin|2|1|", "withheld||||99999999|crane||0|",
            ])
        #expect(try fixture.general().rows("SELECT records, checklists FROM dataset") == ["4|1"])
        #expect(try fixture.general().rows("SELECT code FROM checklist") == [""])
        // Whatever is asked, only one checklist is there.
        let store = try ObservationStore(path: fixture.database)
        var queries = [ObservationQuery](repeating: ObservationQuery(), count: 3)
        queries[1].filter.leastNum = 1
        queries[2].filter.species = ["crane"]
        for (query, count) in zip(queries, [1, 1, 0]) {
            let rows = try store.rows(.checklists(query, [.locationID]), view: View(), format: .ndjson)
            var bytes: [UInt8] = []
            while try !rows.fill(&bytes, limit: .max) {}
            #expect(bytes.count { $0 == UInt8(ascii: "\n") } == count)
        }
    }

    /// Nothing is left of a hidden location, also where visits have no records. In a cell they are visits to that.
    @Test(arguments: [
        ("0", ["L2"]), ("1", ["L2"]), ("2", ["cell_60.7N_135.1W_0.1_CA-YT", "cell_60.7N_135.1W_0.1_CA-YT"]),
    ])
    func visitsWithoutRecordsAreProtected(category: String, shown: [String]) throws {
        let header =
            "COUNTRY CODE\tSTATE CODE\tLOCALITY\tLOCALITY ID\tLATITUDE\tLONGITUDE\tOBSERVATION DATE\tTIME OBSERVATIONS STARTED\t"
            + "SAMPLING EVENT IDENTIFIER\tALL SPECIES REPORTED\n"
        fixture.write(
            "visits.txt",
            header + "CA\tCA-YT\tNest hill\tL1\t60.71\t-135.01\t2021-05-01\t06:41:00\tS1\t1\n"
                + "CA\tCA-YT\tLake\tL2\t60.72\t-135.02\t2021-05-02\t06:41:00\tS2\t1\n")
        fixture.write("list.csv", "location,category\nL1,\(category)\n")
        try fixture.run("visits.txt") { $0.sensitive = fixture.path("list.csv") }
        #expect(
            try fixture.general().rows(
                "SELECT l.code FROM checklist c JOIN location l ON l.id = c.location_id ORDER BY c.id") == shown)
        #expect(try fixture.general().rows("SELECT DISTINCT code FROM location") == Array(Set(shown)))
        let names = try fixture.general().rows("SELECT name FROM location_name")
        #expect(names == [category == "2" ? "60.7N 135.1W to 60.8N 135.0W" : "Lake"])
    }

    /// Copies of a shared checklist at other places give no place to each other's records. Where nothing of a hidden
    /// copy is shown, it is as if it had never been written.
    @Test(arguments: ["Nest", "Marsh"], [false, true])
    func aCopyThatIsHiddenGivesNoPlace(place: String, isLowest: Bool) throws {
        let header =
            "GLOBAL UNIQUE IDENTIFIER\tCOMMON NAME\tSCIENTIFIC NAME\tOBSERVATION COUNT\tAPPROVED\tCOUNTRY CODE\t"
            + "STATE CODE\tLOCALITY\tLOCALITY ID\tLATITUDE\tLONGITUDE\tOBSERVATION DATE\tTIME OBSERVATIONS STARTED\t"
            + "SAMPLING EVENT IDENTIFIER\tALL SPECIES REPORTED\tGROUP IDENTIFIER\n"
        func row(_ species: String, _ place: String, _ copy: String) -> String {
            "URN:\(species)\t\(species)\t\(species)\t1\t1\tCA\tCA-YT\t\(place)\t\(place)\t60.\(place.utf8.count)\t-135.01\t"
                + "2021-05-01\t06:41:00\t\(copy)\t1\tG1\n"
        }
        let (hidden, shown) = (row("owl", place, isLowest ? "S10" : "S30"), row("robin", "Marsh", "S20"))
        fixture.write("list.csv", "species,category\nowl,0\n")
        let columns = ", c.code, c.time, c.complete, c.species_count"
        let expected = ["Marsh|60.5|-135.01|CA-YT|20210501|robin|1||06:41|1|1"]
        func run(_ rows: String, append: Bool = false) throws {
            fixture.write("birds.txt", header + rows)
            try fixture.run("birds.txt") {
                ($0.sensitive, $0.dataset, $0.append) = (fixture.path("list.csv"), "ebd", append)
                $0.acceptsUnprotected = true
            }
            #expect(try fixture.isSound())
        }
        try run(hidden + shown)
        #expect(try fixture.generalRecords(columns) == expected)
        for rows in [[hidden, shown], [shown, hidden]] {
            try run(rows[0])
            try run(rows[1], append: true)
            #expect(try fixture.generalRecords(columns) == expected)
        }
    }
}
