import Birds
import FileSystem
import Glibc
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct DataSetsTests {
    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture()
        fixture.write("one.csv", plainHeader + "L1,,,,2021,2,3,a,1\nL2,,,,2021,2,3,b,1\n")
        fixture.write("two.csv", plainHeader + "L2,,,,2021,2,3,b,5\n")
        try fixture.run("one.csv", "two.csv") { $0.licence = "CC \"BY\"" }
    }

    @Test func listsThemByName() throws {
        let list = try DataSets.list(path: fixture.database)
        #expect(list.map(\.name) == ["one", "two"])
        #expect(
            DataSets.table(list) == """
                name  records  checklists  format  imported              licence
                one         2           2  plain   2024-05-06T07:08:09Z  CC "BY"
                two         1           1  plain   2024-05-06T07:08:09Z  CC "BY"

                """)
        #expect(
            DataSets.json(Array(list.prefix(1))) == """
                [{"name":"one","records":2,"checklists":2,"format":"plain","imported_at":"2024-05-06T07:08:09Z",\
                "source":null,"licence":"CC \\"BY\\"","citation":null}]

                """)
        #expect(DataSets.json([]) == "[]\n")
    }

    @Test func removesADataSetWithItsLocationsAndSpecies() throws {
        #expect(try DataSets.remove(name: "one", path: fixture.database) == 2)
        #expect(try DataSets.list(path: fixture.database).map(\.name) == ["two"])
        #expect(try fixture.records() == ["L2||||20210203|b|5"])
        #expect(try fixture.rows("SELECT code FROM species") == ["b"])
        #expect(try fixture.isSound())
        try DataSets.remove(name: "two", path: fixture.database)
        #expect(try fixture.rows("SELECT count(*) FROM location") == ["0"])
        #expect(try fixture.isSound())
    }

    /// A species that a table names stays, whichever of its names that is.
    @Test func leavesTheSpeciesThatHaveNames() throws {
        let names = "species_id,sci_name,en_us\na,Avis prima,\nb,,Second Bird\n"
        fixture.write("names.csv", names)
        fixture.write("more.csv", plainHeader + "L1,,,,2021,2,3,c,1\n")
        try fixture.run("names.csv", "more.csv")
        for name in ["one", "two", "more"] { try DataSets.remove(name: name, path: fixture.database) }
        #expect(
            try fixture.rows("SELECT code, scientific_name, common_name FROM species ORDER BY id")
                == ["a|Avis prima|", "b||Second Bird"])
    }

    @Test func suggestsTheNearestNameOfAnUnknownDataSet() {
        #expect(throws: ChangeError.refused("There is no data set 'tow'; the nearest name is 'two'.")) {
            try DataSets.remove(name: "tow", path: fixture.database)
        }
        #expect(throws: ChangeError.refused("/nowhere/birds.db does not exist.")) {
            try DataSets.list(path: "/nowhere/birds.db")
        }
    }

    @Test func refusesPathsThatAreNotFiles() {
        mkfifo(fixture.path("pipe"), 0o600)
        for path in [fixture.folder, fixture.path("pipe")] {
            #expect(throws: ChangeError.refused("\(path) is not a file; give the path of a database.")) {
                try DataSets.list(path: path)
            }
        }
    }

    @Test func namesInDifferentNormalFormsAreDifferent() throws {
        let fixture = try ImportFixture()
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\n")
        try fixture.run("a.csv") { $0.dataset = "caf\u{E9}" }
        let before = fixture.bytes("birds.db")
        #expect(throws: ChangeError.self) { try DataSets.remove(name: "cafe\u{301}", path: fixture.database) }
        #expect(fixture.bytes("birds.db") == before)
        for name in ["caf\u{E9}.csv", "cafe\u{301}.csv"] {
            fixture.write(name, plainHeader + "L1,,,,2021,2,3,a,1\n")
        }
        try fixture.run("caf\u{E9}.csv", "cafe\u{301}.csv")
        #expect(try fixture.rows("SELECT count(*) FROM dataset") == ["2"])
    }
}
