import Testing

@testable import BirdImport
@testable import Fixtures

/// Records without codes of their own that come twice.
@Suite struct RecordsAgainTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private func rows(_ days: some Sequence<Int>, species: String = "a") -> String {
        days.map { "L\($0 % 3),1,2,SE,2021,\($0 / 28 % 12 + 1),\($0 % 28 + 1),\(species)\($0 % 7),\($0)\n" }.joined()
    }

    private func warnings(_ report: ImportReport) -> [String] {
        report.text.split(separator: "\n").filter { $0.hasPrefix("Warning") }.map {
            String($0).replacing("\(fixture.folder)/", with: "")
        }
    }

    @Test func aFileThatIsAppendedAgainIsWarnedAbout() throws {
        fixture.write("a.csv", plainHeader + rows(0..<40))
        fixture.write("b.csv", plainHeader + rows(100..<120))
        #expect(try warnings(fixture.run("a.csv") { ($0.dataset, $0.append) = ("all", true) }) == [])
        #expect(try warnings(fixture.run("b.csv") { ($0.dataset, $0.append) = ("all", true) }) == [])
        for isDryRun in [true, false] {
            let report = try fixture.run("b.csv") { ($0.dataset, $0.append, $0.dryRun) = ("all", true, isDryRun) }
            #expect(
                warnings(report) == [
                    "Warning: all records of b.csv that have no source_id (20) were in all before, and "
                        + (isDryRun ? "would be there twice" : "are there twice now")
                        + ". To have them once, import all files of all again without --append."
                ])
        }
        #expect(try fixture.run("a.csv", "b.csv") { $0.dataset = "all" }.recordsAgain == [])
        // One new record, and one that is corrected.
        fixture.write("a.csv", plainHeader + rows(1..<41))
        fixture.write("b.csv", plainHeader + rows(100..<110))
        let report = try fixture.run("a.csv", "b.csv") { ($0.dataset, $0.append) = ("all", true) }
        #expect(report.recordsAgain.map(\.records) == [40, 10] && report.recordsAgain.map(\.isWhole) == [false, true])
    }

    /// Of many records only some are looked up, and none of those with codes.
    @Test func otherRecordsAreNot() throws {
        fixture.write("a.csv", plainHeader + rows(0..<300))
        try fixture.run("a.csv") { $0.dataset = "all" }
        for (name, text) in [
            ("other count", rows(0..<300).replacing(",a1,", with: ",a2,")), ("half", rows(150..<450)),
            ("other species", rows(0..<300, species: "b")),
        ] {
            fixture.write("b.csv", plainHeader + text)
            let report = try fixture.run("b.csv") { ($0.dataset, $0.append, $0.dryRun) = ("all", true, true) }
            #expect(report.recordsAgain == [], "\(name)")
            #expect(try fixture.run("b.csv").recordsAgain == [])
        }
        let header = plainHeader.replacing("\n", with: ",source_id\n")
        fixture.write("c.csv", header + "L1,,,,2021,2,3,a,1,x\nL1,,,,2021,2,3,a,1,\n")
        #expect(try fixture.run("c.csv") { $0.append = true }.recordsAgain == [])
        let report = try fixture.run("c.csv") { $0.append = true }
        #expect(report.replaced == 1 && report.recordsAgain.map(\.records) == [1])
    }

    @Test func recordsOfDarwinCoreWithoutAnOccurrenceIDAreWarnedAbout() throws {
        fixture.write(
            "a.txt",
            "catalogNumber\tscientificName\teventDate\tlocality\n1\tAvis una\t2021-02-03\tMarsh\n2\tAvis una\t\tMarsh\n"
        )
        try fixture.run("a.txt")
        #expect(try fixture.run("a.txt") { $0.append = true }.recordsAgain.map(\.records) == [2])
    }

    @Test func theSameFileUnderTwoNamesIsWarnedAbout() throws {
        fixture.write("a.csv", plainHeader + rows(0..<40))
        fixture.write("b.csv", plainHeader + rows((0..<40).reversed()))
        fixture.write("c.csv", plainHeader + rows(1..<41))
        let report = try fixture.run("a.csv", "c.csv", "b.csv") { $0.dataset = "all" }
        #expect(
            warnings(report) == [
                "Warning: all records of b.csv that have no source_id (40) are also in a.csv. To have them once in all, "
                    + "import only one of the two files."
            ])
    }
}
