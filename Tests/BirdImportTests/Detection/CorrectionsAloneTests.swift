import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

/// Corrected rows belong to the data set of the other rows of their file. They neither replace it nor make one.
@Suite struct CorrectionsAloneTests {
    let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture()
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\nL1,,,,2021,2,3,b,many\nL1,,,,2021,2,3,c,3\n")
        try fixture.run("a.csv") { ($0.skipErrors, $0.rejects) = (true, fixture.path("r.csv")) }
        fixture.write("r.csv", fixture.text("r.csv").replacing("many", with: "2"))
    }

    private func refusal(_ dataset: String?, append: Bool) -> String? {
        do throws(ChangeError) {
            try fixture.run("r.csv") { ($0.dataset, $0.append) = (dataset, append) }
            return nil
        } catch {
            return error.message
        }
    }

    private var command: String {
        "rookery import \(fixture.path("r.csv")) --dataset a --append --database \(fixture.database)"
    }

    @Test func theyDoNotReplaceTheirDataSet() throws {
        #expect(
            refusal("a", append: false)
                == "\(fixture.path("r.csv")) has corrected rows. They would replace all records of the data set a; add "
                + "them to the data set of these: \(command)")
        #expect(try fixture.records().count == 2)
        #expect(refusal("a", append: true) == nil)
        #expect(try fixture.records().count == 3)
    }

    @Test(arguments: [(nil, true), (nil, false), ("aa", true), ("aa", false)])
    func theyMakeNoDataSet(dataset: String?, append: Bool) throws {
        #expect(
            refusal(dataset, append: append)
                == "\(fixture.path("r.csv")) has corrected rows. There is no data set \(dataset ?? "r") with the other rows "
                + "of their files; add them to the data set of these: \(command)")
        #expect(try fixture.rows("SELECT name FROM dataset") == ["a"])
    }

    /// Together with the other rows they are whole.
    @Test func theyMayComeWithTheirFile() throws {
        try fixture.run("a.csv", "r.csv") { ($0.dataset, $0.skipErrors) = ("a", true) }
        #expect(try fixture.records().count == 3)
    }
}
