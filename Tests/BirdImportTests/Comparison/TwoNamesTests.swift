import Testing

@testable import BirdImport
@testable import Birds
@testable import Fixtures

/// Data sets that hold the same records under two names.
@Suite struct TwoNamesTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private func plain(_ numbers: some Sequence<Int>, num: Int = 1) -> String {
        plainHeader
            + numbers.map {
                "L\($0 % 7),,,CA-YT,\(2000 + $0 % 3),\($0 % 12 + 1),\($0 % 28 + 1),s\($0 % 5),\($0 % 9 + num)\n"
            }.joined()
    }

    /// Counts may be corrected between two downloads, so the identifier of a record decides.
    private func feederWatch(_ numbers: some Sequence<Int>, count: Int = 2, day: Int = 0) -> String {
        feederWatchHeader
            + numbers.map {
                feederWatchRow(
                    sub: "S\($0 / 4)", obs: "OBS\($0)", species: "s\($0 % 5)", count: "\(count)",
                    day: "\(1 + ($0 / 4 + day) % 28)")
            }.joined()
    }

    /// Imports `old` and then `new`, and tells what is said of the second.
    private func pairs(_ old: String, _ new: String) throws -> [ImportReport.SameData] {
        fixture.write("old.csv", old)
        fixture.write("new.csv", new)
        #expect(try fixture.run("old.csv").sameData == [])
        let tried = try fixture.run("new.csv") { $0.dryRun = true }
        let report = try fixture.run("new.csv")
        #expect(tried.sameData == report.sameData)
        #expect(report.text.contains("Warning: ") == !report.sameData.isEmpty)
        // Only a new name is suspicious.
        #expect(try fixture.run("new.csv").sameData == [])
        return report.sameData
    }

    private func same(_ small: String, in large: String, _ records: Int, isWhole: Bool = true) -> [ImportReport
        .SameData]
    {
        [ImportReport.SameData(dataset: small, other: large, records: records, isWhole: isWhole)]
    }

    @Test func findsThemInEitherDirection() throws {
        #expect(try pairs(plain(0..<500), plain(0..<500)) == same("new", in: "old", 500))
    }

    @Test func findsALaterDownload() throws {
        #expect(try pairs(plain(0..<500), plain(0..<800)) == same("old", in: "new", 500))
    }

    @Test func findsAnEarlierDownload() throws {
        #expect(try pairs(plain(0..<500), plain(100..<200)) == same("new", in: "old", 100))
    }

    @Test func findsACorrectedDownloadByItsIdentifiers() throws {
        let pairs = try pairs(feederWatch(0..<500), feederWatch(20..<700, count: 3))
        #expect(pairs == same("old", in: "new", 500, isWhole: false))
    }

    @Test func findsNothingInOtherRecords() throws {
        #expect(try pairs(plain(0..<500), plain(0..<500, num: 2)) == [])
    }

    /// Some programs count their records from 1.
    @Test func sameIdentifiersAreNotEnough() throws {
        #expect(try pairs(feederWatch(0..<500), feederWatch(0..<500, day: 9)) == [])
    }

    @Test func findsNothingWhereEveryTenthRecordDiffers() throws {
        #expect(try pairs(plain(0..<500), plain(0..<500).replacing("L3,", with: "K3,")) == [])
    }

    /// A record that is there once in one data set and twice in the other.
    @Test func countsRepeatedRecords() throws {
        let one = plain(0..<50)
        #expect(try pairs(one, one + one.dropFirst(plainHeader.count)) == same("old", in: "new", 50))
    }

    @Test func findsTwoOfOneImport() throws {
        fixture.write("a.csv", plain(0..<50))
        fixture.write("b.csv", plain(0..<60))
        fixture.write("c.csv", plain(1000..<1060))
        #expect(try fixture.run("a.csv", "b.csv", "c.csv").sameData == same("a", in: "b", 50))
    }

    @Test func findsOnesWithoutADate() throws {
        let gbif = "gbifID\tclass\tscientificName\teventDate\n1\tAves\tAvis ignota\t\n2\tAves\tAvis una\t\n"
        #expect(try pairs(gbif, gbif) == same("new", in: "old", 2))
    }

    /// Records without a date are those of one date, however many there are.
    @Test func comparesABoundedNumberOfRecordsOfOneDate() throws {
        func undated(_ places: [String]) -> String {
            plainHeader + places.map { "\($0),,,CA-YT,,,,stejay,1\n" }.joined()
        }
        let first = (0..<10).map { "A\($0)" }
        fixture.write("old.csv", undated(first + (0..<50).map { "B\($0)" }))
        fixture.write("new.csv", undated(first + (0..<50).map { "C\($0)" }))
        try fixture.run("old.csv", "new.csv")
        let database = try Database(path: fixture.database, mode: .readOnly)
        func pairs(_ most: Int) throws -> [ImportReport.SameData] {
            try DataSetComparison(database: database, mostCompared: most).pairs(of: ["new"])
        }
        #expect(try pairs(60) == [])
        // The first ten are the same, and no more are looked at.
        #expect(try pairs(10) == same("new", in: "old", 60))
    }

    /// A place that was not known at one of the imports does not make them others, but another place does.
    @Test(arguments: [
        ("-1;-1", "55.5;12.5", true), ("55.5;12.5", "-1;-1", true), ("55.5;12.5", "56;12.5", false),
    ]) func findsDetectionsWithoutTheirPlace(one: String, other: String, isFound: Bool) throws {
        func detections(_ place: String) -> String {
            "Date;Time;Sci_Name;Com_Name;Confidence;Lat;Lon\n"
                + (10..<40).map { "2021-02-03;06:41:\($0);Avis ignota;Odd Bird;0.7;\(place)\n" }.joined()
        }
        #expect(try pairs(detections(one), detections(other)) == (isFound ? same("new", in: "old", 30) : []))
    }

    /// Two recordings of one night have the same species at one place, and nothing is counted.
    @Test func detectionsOfTwoRecordingsDiffer() throws {
        func results(_ second: Int) -> String {
            "Start (s),End (s),Scientific name,Common name,Confidence\n"
                + (0..<30).map { "\(second + $0 * 3),\(second + $0 * 3 + 3),Avis species\($0),Bird \($0),0.7\n" }
                .joined()
        }
        fixture.write("STA1_20210203_213000.csv", results(0))
        fixture.write("STA1_20210203_220000.csv", results(600))
        #expect(try fixture.run("STA1_20210203_213000.csv").stored == 30)
        #expect(try fixture.run("STA1_20210203_220000.csv").sameData == [])
    }
}
