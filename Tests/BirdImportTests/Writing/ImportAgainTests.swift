import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// What a later import changes of what is there.
@Suite struct ImportAgainTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    @Test(arguments: [false, true]) func aDataSetHasTheFormatAndTimeOfItsLastImport(appends: Bool) throws {
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\n")
        fixture.write("fw.csv", feederWatchHeader + feederWatchRow(obs: "O1"))
        let stored = "SELECT name, format, source, licence, citation, imported_at FROM dataset"
        try fixture.run("a.csv") {
            ($0.dataset, $0.source, $0.licence) = ("x", "a friend", "CC0")
            $0.now = 1_700_000_000
        }
        #expect(try fixture.rows(stored) == ["x|plain|a friend|CC0||2023-11-14T22:13:20Z"])
        try fixture.run("fw.csv") {
            ($0.dataset, $0.licence, $0.citation, $0.append) = ("x", "CC BY", "Cite me", appends)
            $0.now = 1_704_164_645
        }
        #expect(try fixture.rows(stored) == ["x|feederwatch|a friend|CC BY|Cite me|2024-01-02T03:04:05Z"])
        #expect(try DataSets.list(path: fixture.database).map(\.records) == [appends ? 2 : 1])
    }

    /// Codes that begin again with each year or each file are no identity.
    @Test func warnsWhereOtherRecordsHaveTheSameCodes() throws {
        let header = String(plainHeader.dropLast()) + ",source_id\n"
        func row(_ day: Int, _ species: String, _ code: Int) -> String { "L1,,,,2021,2,\(day),\(species),1,\(code)\n" }
        fixture.write("a.csv", header + row(3, "a", 1) + row(3, "b", 2) + row(4, "a", 3))
        fixture.write("b.csv", header + row(5, "c", 1) + row(6, "d", 2) + row(4, "a", 4))
        fixture.write("c.csv", header + row(3, "c", 1) + row(6, "d", 2) + row(7, "a", 3) + row(4, "x", 4))
        try fixture.run("a.csv")
        let report = try fixture.run("b.csv") { ($0.dataset, $0.append) = ("a", true) }
        let file = fixture.path("b.csv")
        #expect(
            report.codesAgain
                == [ImportReport.CodesAgain(file: file, isCorrected: false, records: 2, otherDates: 2, code: "1")])
        #expect(
            report.text.contains(
                "Warning: \(file) has replaced 2 records with the same source_id, such as 1; 2 of them had another date. "
                    + "If those were other records, import both files again, each with a --dataset of its own.\n"))
        // Some dates may be corrected.
        #expect(try fixture.run("c.csv") { ($0.dataset, $0.append) = ("a", true) }.codesAgain.isEmpty)
        // Without --append, the data set is replaced as a whole.
        #expect(try fixture.run("b.csv") { $0.dataset = "a" }.codesAgain.isEmpty)
    }

    /// The last year that a record may have is that after the import.
    @Test(arguments: [(1_704_067_199, 2024), (1_704_067_200, 2025)])
    func recordsOfNextYearAreTheLast(now: Int, year: Int) throws {
        fixture.write("a.csv", plainHeader + "L1,,,,\(year),12,31,a,1\nL1,,,,\(year + 1),1,1,a,1\n")
        let report = try fixture.run("a.csv") { ($0.now, $0.skipErrors) = (now, true) }
        #expect(report.firstErrors.map(\.reason) == ["the year \(year + 1) is not between 1800 and \(year)"])
        #expect(report.stored == 1)
    }

    @Test func aLocationGetsTheNameOfALaterImport() throws {
        func run(_ name: String) throws {
            fixture.write(
                "o.txt",
                "occurrenceID\tlocationID\tlocality\tscientificName\teventDate\no1\tL1\t\(name)\tAvis una\t2021-02-03\n"
            )
            try fixture.run("o.txt")
        }
        for (name, stored) in [("Marsh", ["Marsh"]), ("", []), ("North Marsh", ["North Marsh"])] {
            try run(name)
            #expect(try fixture.rows("SELECT name FROM location_name") == stored)
        }
    }

    /// Also where there are too many of one place and date to be held in memory.
    @Test func onlyChecklistsWithNewRecordsAreReported() throws {
        let header = "occurrenceID\teventID\tlocationID\tscientificName\teventDate\n"
        func row(_ id: Int, _ event: Int) -> String { "o\(id)\te\(event)\tL1\tAvis una\t2021-02-03\n" }
        let count = Checklists.mostHeld + 10
        fixture.write("o.txt", header + (0..<count).map { row($0, $0) }.joined())
        #expect(try fixture.run("o.txt").checklists == count)
        fixture.write("more.txt", header + row(count, 5) + row(count + 1, count) + row(count + 2, 5))
        let report = try fixture.run("more.txt") { ($0.dataset, $0.append) = ("o", true) }
        #expect(report.stored == 3 && report.checklists == 2)
        #expect(try DataSets.list(path: fixture.database).map(\.checklists) == [count + 1])
        #expect(try fixture.isSound())
    }

    /// The space of many removed records is given back, that of a few is kept for the next import.
    @Test func aFileGetsSmallerWhenMostOfItIsRemoved() throws {
        var rows: [String] = []
        for index in 0..<50_000 {
            rows.append(
                "L\(index % 500),60,\(index % 90),CA-YT,\(1990 + index % 30),\(index % 12 + 1),\(index % 28 + 1),s\(index % 300),\(index % 40)\n"
            )
        }
        fixture.write("big.csv", plainHeader + rows.joined())
        fixture.write("small.csv", plainHeader + rows.prefix(500).joined())
        fixture.write("tiny.csv", plainHeader + rows.prefix(5).joined())
        try fixture.run("small.csv", "tiny.csv")
        let small = fixture.bytes("birds.db").count
        try fixture.run("big.csv")
        let large = fixture.bytes("birds.db").count
        #expect(large > 8 * small)
        try DataSets.remove(name: "tiny", path: fixture.database)
        #expect(fixture.bytes("birds.db").count == large)
        #expect(try DataSets.remove(name: "big", path: fixture.database) == 50_000)
        #expect(fixture.bytes("birds.db").count < 2 * small)
        #expect(try fixture.rows("PRAGMA freelist_count") == ["0"])
        #expect(try fixture.isSound())
        #expect(try ObservationStore(path: fixture.database).isEdited == false)
    }
}
