import FileSystem
import Glibc
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct DataSetNamesTests {
    @Test(arguments: [
        ("a.csv", "a"), ("/x/y.z/a.csv", "a"), ("a", "a"), ("a.b.csv", "a.b"), ("a.csv.gz", "a"), ("a.CSV.GZ", "a"),
        ("a.tar.gz", "a"), ("a.b.csv.gz", "a.b"), ("a.gz", "a"), (".hidden", ".hidden"), (".csv.gz", ".csv"),
        ("my birds.txt", "my birds"), ("été.csv", "été"), ("a.zip", "a"),
    ])
    func aDataSetHasTheNameOfItsFileWithoutItsEnding(path: String, name: String) throws {
        #expect(try DataSets.name(of: path) == name)
    }

    @Test(arguments: [
        "", " ", " a", "a ", "a,b", "a\nb", "a\tb", "a\u{7F}", "a\u{0}", String(repeating: "a", count: 201),
        String(repeating: "é", count: 100) + "a",
    ])
    func someNamesAreRefused(name: String) {
        let reason =
            "'\(name)' can't be the name of a data set: it needs 1 to 200 bytes, with no comma or control character, and no space at its ends."
        #expect(throws: ChangeError.refused(reason)) { try DataSets.checkName(name) }
        #expect(throws: ChangeError.refused(reason + " Name the data set of \(name) with --dataset.")) {
            try DataSets.name(of: name)
        }
    }

    @Test(arguments: [
        "a", "a b", "!", "a.csv", "\"a\"", String(repeating: "a", count: 200), String(repeating: "é", count: 100),
    ])
    func otherNamesAreNot(name: String) throws { try DataSets.checkName(name) }

    @Test func anUnknownNameHasAnAdvice() throws {
        let fixture = try ImportFixture()
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\n")
        try fixture.run("a.csv") { $0.dataset = "a data set with a long name" }
        #expect(throws: ChangeError.refused("There is no data set 'other'; 'rookery datasets list' shows all of them."))
        {
            try DataSets.remove(name: "other", path: fixture.database)
        }
        #expect(
            DataSets.table(try DataSets.list(path: fixture.database)) == """
                name                         records  checklists  format  imported              licence
                a data set with a long name        1           1  plain   2024-05-06T07:08:09Z

                """)
        #expect(try DataSets.remove(name: "a data set with a long name", path: fixture.database) == 1)
        #expect(throws: ChangeError.refused("There is no data set 'other'; the database has no data sets.")) {
            try DataSets.remove(name: "other", path: fixture.database)
        }
        #expect(throws: ChangeError.refused("\(fixture.path("none.db")) does not exist.")) {
            try DataSets.remove(name: "other", path: fixture.path("none.db"))
        }
        #expect(!fixture.names.contains { $0.hasPrefix("none") })
    }

    @Test func twoFilesOfOneNameAreRefused() throws {
        let fixture = try ImportFixture()
        let first = fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\n")
        let second = fixture.write("a.txt", plainHeader + "L1,,,,2021,2,3,a,1\n")
        #expect(
            throws: ChangeError.refused(
                "\(second) and another file are both named a. Import them one at a time, or both into one data set with --dataset."
            )
        ) { try fixture.run(files: ["a.csv", "a.txt"]) }
        #expect(link(first, fixture.path("b.csv")) == 0)
        #expect(throws: ChangeError.refused("\(fixture.path("b.csv")) is named twice, also as \(first).")) {
            try fixture.run(files: ["a.csv", "b.csv"])
        }
    }
}
