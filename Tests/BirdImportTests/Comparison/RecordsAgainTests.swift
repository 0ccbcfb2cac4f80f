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
                        + ". To have them once, import the files of all again without --append."
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
                    + "leave out b.csv."
            ])
    }

    /// Rows for a file with a column `source_id`.
    private func coded(_ days: some Sequence<Int>) -> String {
        plainHeader.replacing("\n", with: ",source_id\n")
            + days.map { rows([$0]).replacing("\n", with: ",o\($0)\n") }.joined()
    }

    /// The new rows may come first, and be more than those that are stored.
    @Test(arguments: [0..<22, 0..<400, -380..<20])
    func aFileThatHasGrownIsWarnedAbout(days: Range<Int>) throws {
        fixture.write("a.csv", plainHeader + rows(1000..<1020))
        try fixture.run("a.csv") { $0.dataset = "all" }
        fixture.write("b.csv", plainHeader + rows(days.map { $0 + 1000 }))
        for isDryRun in [true, false] {
            let report = try fixture.run("b.csv") { ($0.dataset, $0.append, $0.dryRun) = ("all", true, isDryRun) }
            #expect(
                warnings(report) == [
                    "Warning: all records of all that had no source_id (20) are also in b.csv, and "
                        + (isDryRun ? "would be there twice" : "are there twice now")
                        + ". To have them once, import the files of all again without --append, leaving out those "
                        + "contained in b.csv."
                ])
        }
        #expect(try warnings(fixture.run("b.csv") { $0.dataset = "all" }) == [])
    }

    /// What is stored with codes and without is compared apart.
    @Test func aFileThatHasGrownBesideOthersWithCodesIsWarnedAbout() throws {
        fixture.write("a.csv", plainHeader + rows(1000..<1020))
        fixture.write("c.csv", coded(0..<200))
        for (stored, others, appended, haveCodes) in [
            ("a.csv", coded(0..<200), plainHeader + rows(1000..<1022), false),
            ("c.csv", plainHeader + rows(1000..<1300), plainHeader + rows(0..<220), true),
        ] {
            fixture.write("others.csv", others)
            fixture.write("appended.csv", appended)
            try fixture.run(stored, "others.csv") { $0.dataset = "all" }
            let again = try fixture.run("appended.csv") { ($0.dataset, $0.append) = ("all", true) }.recordsAgain
            #expect(again.map(\.isOfDataset) == [true] && again.map(\.haveSourceIDs) == [haveCodes], "\(stored)")
            #expect(again.map(\.records) == [haveCodes ? 200 : 20])
        }
    }

    /// Also if it was corrected.
    @Test func aFileThatHasGrownMayDifferALittle() throws {
        fixture.write("a.csv", plainHeader + rows(0..<40))
        fixture.write("b.csv", plainHeader + rows(1..<60))
        fixture.write("c.csv", plainHeader + rows(20..<80))
        try fixture.run("a.csv") { $0.dataset = "all" }
        for (file, isWhole) in [("b.csv", [false]), ("c.csv", [])] {
            let report = try fixture.run(file) { ($0.dataset, $0.append, $0.dryRun) = ("all", true, true) }
            #expect(report.recordsAgain.map(\.isWhole) == isWhole)
        }
    }

    @Test func aFileWithinAnotherIsWarnedAbout() throws {
        fixture.write("a.csv", plainHeader + rows(0..<40))
        fixture.write("b.csv", plainHeader + rows(10..<30))
        fixture.write("c.csv", plainHeader + rows(30..<60))
        for files in [["a.csv", "b.csv", "c.csv"], ["c.csv", "b.csv", "a.csv"]] {
            for appends in [false, true] {
                let report = try fixture.run(files: files) { ($0.dataset, $0.append) = ("all\(files[0])", appends) }
                let again = report.recordsAgain.filter { $0.other != nil }
                #expect(again.map(\.file) == [fixture.path("b.csv")] && again.map(\.records) == [20])
                #expect(again.map(\.other) == [fixture.path("a.csv")])
                // With --append, all are stored too.
                #expect(report.recordsAgain.count == (appends ? 4 : 1))
            }
        }
        #expect(try fixture.run("a.csv", "b.csv", "c.csv").recordsAgain == [])
        // A row twice is not the same as one.
        fixture.write("b.csv", plainHeader + rows(10..<30) + rows(10..<11))
        #expect(try fixture.run("a.csv", "b.csv") { $0.dataset = "all" }.recordsAgain == [])
    }

    @Test func eachCopyOfAFileIsWarnedAboutOnce() throws {
        let files = (0..<30).map { "\($0).csv" }
        for file in files { fixture.write(file, plainHeader + rows(0..<40)) }
        let again = try fixture.run(files: files) { $0.dataset = "all" }.recordsAgain
        #expect(again.map(\.file) == files.dropFirst().map(fixture.path))
        #expect(Set(again.map(\.other)) == [fixture.path("0.csv")])
    }

    @Test func theSameRecordsWithCodesAreWarnedAbout() throws {
        fixture.write("a.csv", plainHeader + rows(0..<20))
        fixture.write("b.csv", coded(0..<20))
        fixture.write("c.csv", coded(0..<30))
        fixture.write("d.csv", coded(5..<15))
        func append(_ file: String) throws -> [String] {
            try fixture.run("a.csv") { $0.dataset = "all" }
            return try warnings(fixture.run(file) { ($0.dataset, $0.append) = ("all", true) })
        }
        #expect(
            try append("b.csv") == [
                "Warning: all records of b.csv that have a source_id (20) were in all before without one, and are there "
                    + "twice now. To have them once, import the files of all again without --append, leaving out either "
                    + "b.csv or those with the same records."
            ])
        #expect(
            try append("c.csv") == [
                "Warning: all records of all that had no source_id (20) are also in c.csv, and are there twice now. To "
                    + "have them once, import the files of all again without --append, leaving out those contained in c.csv."
            ])
        #expect(try append("d.csv").count == 1)
        // The other way round.
        try fixture.run("d.csv") { $0.dataset = "all" }
        #expect(
            try warnings(fixture.run("a.csv") { ($0.dataset, $0.append) = ("all", true) }) == [
                "Warning: all records of all that had a source_id (10) are also in a.csv without one, and are there twice "
                    + "now. To have them once, import the files of all again without --append, leaving out those "
                    + "contained in a.csv."
            ])
        // In one command.
        #expect(
            try warnings(fixture.run("d.csv", "a.csv") { $0.dataset = "all" }) == [
                "Warning: all records of d.csv that have a source_id (10) are also in a.csv without one. To have them once "
                    + "in all, leave out d.csv."
            ])
        #expect(try fixture.run("a.csv", "c.csv") { $0.dataset = "all" }.recordsAgain.map(\.haveSourceIDs) == [false])
        // What has other codes is something else.
        fixture.write("e.csv", coded(0..<30).replacing(",o", with: ",p"))
        #expect(try fixture.run("c.csv", "e.csv") { $0.dataset = "all" }.recordsAgain == [])
        #expect(try fixture.run("e.csv") { ($0.dataset, $0.append) = ("all", true) }.recordsAgain == [])
    }

    /// One record is not many that say the same.
    @Test func severalRecordsAreNotOne() throws {
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,\n")
        fixture.write("b.csv", plainHeader + String(repeating: "L1,,,,2021,2,3,a,\n", count: 3))
        try fixture.run("a.csv") { $0.dataset = "all" }
        let again = try fixture.run("b.csv") { ($0.dataset, $0.append) = ("all", true) }.recordsAgain
        #expect(again.map(\.isOfDataset) == [true] && again.map(\.records) == [1])
        fixture.write("c.csv", plainHeader + String(repeating: "L1,,,,2021,2,3,a,\n", count: 5))
        try fixture.run("b.csv") { $0.dataset = "all" }
        #expect(try fixture.run("a.csv", "c.csv") { ($0.dataset, $0.append) = ("more", true) }.recordsAgain.count == 1)
    }

    /// Memory is bounded, and records from all over a group are compared.
    @Test func samplesAreSpreadOverTheirGroups() throws {
        let count = 3 * RecordSamples.mostOfGroup
        func value(_ number: Int) -> RecordSamples.Value? {
            RecordSamples.Value(date: 20_210_203, location: number, species: 0, num: nil, dataset: 0)
        }
        for shared in [count, count / 2, 10] {
            var samples = RecordSamples([
                RecordSamples.Group(file: 0, dataset: 0, isCoded: false, records: count),
                RecordSamples.Group(file: nil, dataset: 0, isCoded: true, records: count),
            ])
            for number in 0..<count {
                samples.add(value(number), to: 0)
                samples.add(value(number), to: 1)
            }
            #expect(samples.groups.map(\.compared) == [count / 3, count / 3])
            for number in 0..<shared {
                let value = try #require(value(number))
                for isCoded in [false, true] { samples.match(value, isCoded: isCoded, of: 1) }
                samples.match(value, isCoded: false, of: 1)
            }
            let matched = samples.takeMatched()
            #expect(matched.map(\.group) == [0, 1] && matched.allSatisfy { $0.shared == shared / 3 })
            #expect(samples.takeMatched().isEmpty)
        }
    }
}
