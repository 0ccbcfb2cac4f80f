import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// What the rows of a checklist say of it together, and which time each record has.
@Suite struct ContradictedChecklistsTests {
    let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private static let header =
        "loc_id,latitude,longitude,region,date,time,species_id,num,checklist_id,minutes,observers,complete,protocol,source_id\n"

    /// Rows of a plain file. Each has the time, species, checklist, minutes, observers, complete and protocol.
    private func write(_ name: String, _ rows: [String]) {
        let lines = rows.map { row in
            var cells = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            cells.insert("1", at: 2)
            return "L1,55.4,12.8,SE,2021-02-03," + cells.joined(separator: ",") + ",\(cells[3])\(cells[1])\n"
        }
        fixture.write(name, Self.header + lines.joined())
    }

    @discardableResult
    private func run(_ rows: [String], append: Bool = false) throws -> ImportReport {
        write("birds.csv", rows)
        return try fixture.run("birds.csv") { $0.append = append }
    }

    /// Time, minutes, observers, complete and protocol of each checklist.
    private func checklists() throws -> [String] {
        try fixture.rows(
            "SELECT code, time, minutes, observers, complete, protocol FROM checklist ORDER BY code")
    }

    /// Each record with its time as it is served.
    private func times() throws -> [String] {
        try fixture.rows(
            """
            SELECT s.code, coalesce(d.time, c.time) FROM observation o JOIN species s ON s.id = o.species_id
            JOIN checklist c ON c.id = o.checklist_id LEFT JOIN observation_detail d ON d.id = o.id ORDER BY s.code
            """)
    }

    @Test func eachRecordKeepsItsOwnTime() throws {
        try run(["06:41,a,C1,60,,1,", "07:41,b,C1,60,,1,", ",c,C1,,,,", "06:41,d,C1,,,,"])
        #expect(try checklists() == ["C1||60||1|"])
        #expect(try times() == ["a|06:41", "b|07:41", "c|", "d|06:41"])
        #expect(try fixture.isSound())
    }

    /// The time of all rows is that of the checklist, and no record repeats it.
    @Test func theTimeOfAllRowsIsThatOfTheChecklist() throws {
        try run(["06:41,a,C1,60,,1,", ",b,C1,60,,1,", "06:41,c,C1,,,,"])
        #expect(try checklists() == ["C1|06:41|60||1|"])
        #expect(try times() == ["a|06:41", "b|06:41", "c|06:41"])
        #expect(try fixture.rows("SELECT count(*) FROM observation_detail") == ["0"])
    }

    /// In whichever row the details are.
    @Test(arguments: [false, true]) func anEmptyCellSaysNothing(isFirst: Bool) throws {
        let rows = ["06:41,a,C1,60,2,1,walk", ",b,C1,,,,", ",c,C1,,3,,"]
        let report = try run(isFirst ? rows : ["06:41,c,C1,60,2,1,walk", ",a,C1,,,,", ",b,C1,,2,,"])
        #expect(try checklists() == [isFirst ? "C1|06:41|60||1|walk" : "C1|06:41|60|2|1|walk"])
        #expect(report.files.first?.remarks[.contradictedChecklists]?.count == (isFirst ? 1 : nil))
    }

    @Test func whatRowsContradictIsNotKnownAndCounted() throws {
        let report = try run([
            "06:41,z,N1,60,1,1,walk", "06:41,a,N2,5,1,0,", "06:41,a,N1,30,1,0,walk", "06:41,b,N2,5,1,0,car",
            "06:41,b,N3,1,,,", "06:41,a,N3,2,,,",
        ])
        #expect(try checklists() == ["N1|06:41||1||walk", "N2|06:41|5|1|0|car", "N3|06:41||||"])
        let noted = try #require(report.files.first?.remarks[.contradictedChecklists])
        #expect(noted.count == 2)
        #expect(noted.first == ImportReport.Example(line: 4, row: "N1: complete, minutes"))
        #expect(
            report.text.contains(
                "  2 checklists lack what their rows contradict each other in, first on line 4\n    N1: complete, minutes\n"
            ))
    }

    /// Rows of one place and day without a code are one checklist too.
    @Test func rowsWithoutACodeAreOneChecklist() throws {
        let report = try run(["06:41,a,,60,,1,walk", "07:41,b,,30,,1,walk", ",c,,,,,"])
        #expect(try checklists() == ["||||1|walk"])
        #expect(try times() == ["a|06:41", "b|07:41", "c|"])
        #expect(report.files.first?.remarks[.contradictedChecklists]?.first.row == "without a code: minutes")
    }

    @Test func eventsOfDarwinCoreAreChecklistsToo() throws {
        fixture.write(
            "occurrence.txt",
            "occurrenceID\tscientificName\teventDate\teventTime\tlocality\teventID\tsamplingProtocol\n"
                + "1\ta\t2021-02-03\t06:41\tF\tE1\twalk\n2\tb\t2021-02-03\t07:41\tF\tE1\tnet\n")
        let report = try fixture.run("occurrence.txt")
        #expect(try checklists() == ["E1|||||"])
        #expect(try times() == ["a|06:41", "b|07:41"])
        #expect(report.files.first?.remarks[.contradictedChecklists]?.first.row == "E1: protocol")
    }

    /// More checklists than are held in memory.
    @Test func manyChecklistsOfOneDayKeepTheRules() throws {
        var rows: [String] = []
        for number in 0..<17_000 {
            rows.append("06:4\(number % 2),a,C\(number),60,,1,")
            rows.append("06:41,b,C\(number),\(number % 3 == 0 ? "30" : "60"),2,,")
        }
        let report = try run(rows)
        #expect(
            try fixture.rows(
                "SELECT time, minutes, observers, complete, count(*) FROM checklist GROUP BY 1, 2 ORDER BY 1, 2")
                == ["||2|1|2834", "|60|2|1|5666", "06:41||2|1|2833", "06:41|60|2|1|5667"])
        #expect(report.files.first?.remarks[.contradictedChecklists]?.count == 5667)
        #expect(
            try fixture.rows(
                """
                SELECT s.code, coalesce(d.time, c.time), count(*) FROM observation o JOIN species s ON s.id = o.species_id
                JOIN checklist c ON c.id = o.checklist_id LEFT JOIN observation_detail d ON d.id = o.id GROUP BY 1, 2
                """) == ["a|06:40|8500", "a|06:41|8500", "b|06:41|17000"])
    }

    // MARK: With --append

    /// Other records of a stored checklist: the records that are there keep their time.
    @Test func storedRecordsKeepTheirTime() throws {
        try run(["06:41,a,C1,60,1,1,walk", ",b,C1,,,,"])
        let report = try run(["07:41,c,C1,,,,", "06:41,d,C1,,,,", ",e,C1,,,,"], append: true)
        #expect(try checklists() == ["C1||60|1|1|walk"])
        #expect(try times() == ["a|06:41", "b|06:41", "c|07:41", "d|06:41", "e|"])
        #expect(report.files.first?.remarks.isEmpty == true)
        #expect(try fixture.isSound())
    }

    /// A checklist that is imported again may have been corrected.
    @Test func aCorrectionIsTakenAndReported() throws {
        try run(["06:41,a,C1,60,1,1,walk", "06:41,b,C1,60,1,1,walk"])
        let report = try run(["07:41,a,C1,90,,0,walk", "07:41,b,C1,90,,0,walk"], append: true)
        #expect(try checklists() == ["C1|07:41|90|1|0|walk"])
        #expect(try times() == ["a|07:41", "b|07:41"])
        let noted = try #require(report.files.first?.remarks[.correctedChecklists])
        #expect(noted.count == 1)
        #expect(noted.first == ImportReport.Example(line: 2, row: "C1: complete, minutes"))
        #expect(
            report.text.contains("  1 stored checklist has other details now, on line 2\n    C1: complete, minutes\n"))
    }

    @Test func anAdditionMayContradictItself() throws {
        try run(["06:41,a,C1,60,1,1,walk"])
        let report = try run(["06:41,b,C1,5,1,1,walk", "06:41,c,C1,6,1,1,walk"], append: true)
        #expect(try checklists() == ["C1|06:41||1|1|walk"])
        #expect(report.files.first?.remarks[.contradictedChecklists]?.first.row == "C1: minutes")
        #expect(report.files.first?.remarks[.correctedChecklists] == nil)
    }

    /// Without a code nothing says that the same checklist is meant.
    @Test func anAdditionWithoutACodeCorrectsNothing() throws {
        try run([",a,,60,,1,walk"])
        let report = try run([",b,,60,2,0,walk"], append: true)
        #expect(try checklists() == ["||60|2||walk"])
        #expect(report.files.first?.remarks[.contradictedChecklists]?.first.row == "without a code: complete")
    }
}
