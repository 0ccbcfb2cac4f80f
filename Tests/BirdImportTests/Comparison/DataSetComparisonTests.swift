import BirdImport
import Birds
import Testing

@testable import Fixtures

/// A database contains the same data, whichever way the records were imported.
@Suite struct DataSetComparisonTests {
    private static func file(_ seed: UInt64, _ count: Int) -> String {
        var random = SplitMix(state: seed)
        var text = feederWatchHeader
        for index in 0..<count {
            let day = Int.random(in: 1...9, using: &random)
            text += feederWatchRow(
                sub: "S\(Int.random(in: 1...12, using: &random))", obs: "OBS\(seed)-\(index)",
                species: ["stejay", "nobird", "dowwoo", "b\(index % 7)"].randomElement(using: &random) ?? "",
                count: ["1", "0", "NA", "12"].randomElement(using: &random) ?? "",
                valid: "1", day: String(day))
        }
        return text
    }

    /// All data that does not depend on the ids of records and checklists.
    private func content(_ fixture: ImportFixture) throws -> [[String]] {
        try [
            """
            SELECT d.name, o.date, l.code, s.code, num, source_id, valid, reviewed, c.code, c.species_count, c.half_days,
                c.complete, c.effort_hours_atleast
            FROM observation o JOIN dataset d ON d.id = o.dataset_id JOIN location l ON l.id = o.location_id
                JOIN species s ON s.id = species_id JOIN checklist c ON c.id = checklist_id ORDER BY 1, source_id
            """,
            """
            SELECT d.name, c.code, c.date, count(*) FROM checklist c JOIN dataset d ON d.id = c.dataset_id
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """,
            "SELECT name, records, checklists FROM dataset ORDER BY 1",
            """
            SELECT kind, s.code, first_key * (s.id IS NULL AND kind <> 11), second_key * (kind <> 10), r.code, d.name,
                m.records, m.total, m.max, m.first, m.last
            FROM summary m LEFT JOIN species s ON s.id = first_key AND kind <> 11 LEFT JOIN region r ON r.id = region_id
                JOIN dataset d ON d.id = m.dataset_id ORDER BY 1, 2, 3, 4, 5, 6
            """,
        ].map(fixture.rows)
    }

    @Test(arguments: [1, 40, 900]) func doNotDependOnTheOrderOfImports(count: Int) throws {
        let fixtures = try (0..<4).map { _ in try ImportFixture() }
        for fixture in fixtures {
            fixture.write("a.csv", Self.file(1, count))
            fixture.write("b.csv", Self.file(2, 300))
            fixture.write("a-old.csv", Self.file(1, count / 2 + 1))
        }
        // At once; one after the other; replacing a data set that was smaller; adding to it.
        try fixtures[0].run("a.csv", "b.csv")
        try fixtures[1].run("a.csv")
        try fixtures[1].run("b.csv")
        try fixtures[2].run("b.csv")
        try fixtures[2].run("a-old.csv") { $0.dataset = "a" }
        try fixtures[2].run("a.csv")
        try fixtures[3].run("a-old.csv") { $0.dataset = "a" }
        try fixtures[3].run("b.csv")
        try fixtures[3].run("a.csv") { $0.append = true }
        let expected = try content(fixtures[0])
        #expect(expected.allSatisfy { !$0.isEmpty })
        for (number, fixture) in fixtures.enumerated() {
            for (found, expected) in zip(try content(fixture), expected) {
                let difference = found.difference(from: expected).map { "\($0)" }
                #expect(difference.isEmpty, "way \(number)")
            }
            #expect(try fixture.isSound())
        }
    }

    /// A data set, ids included, does not change when another one is imported, whatever the order of their locations
    /// and species.
    @Test(arguments: [3, 500]) func doNotChangeWithAnotherDataSet(count: Int) throws {
        let fixture = try ImportFixture()
        fixture.write("own.csv", FormatFixture.myEBirdData)
        fixture.write("heard.csv", FormatFixture.birdNETGo)
        fixture.write("a.csv", Self.file(1, 40))
        try fixture.run("own.csv", "heard.csv", "a.csv")
        let own = try fixture.rows("SELECT id FROM dataset").joined(separator: ", ")
        func kept() throws -> [[String]] {
            try [
                """
                SELECT o.id, checklist_id, o.dataset_id, o.date, l.code, (SELECT name FROM location_name n WHERE n.location_id = l.id AND n.dataset_id = o.dataset_id), l.region, s.code, num, source_id, valid,
                    reviewed, d.*
                FROM observation o JOIN location l ON l.id = o.location_id JOIN species s ON s.id = species_id
                    LEFT JOIN observation_detail d ON d.id = o.id WHERE o.dataset_id IN (\(own)) ORDER BY o.id
                """,
                """
                SELECT c.*, l.code FROM checklist c JOIN location l ON l.id = location_id WHERE dataset_id IN (\(own)) ORDER BY c.id
                """,
                "SELECT * FROM dataset WHERE id IN (\(own))",
                "SELECT kind, records, total, max, first, last FROM summary WHERE dataset_id IN (\(own))",
            ].map(fixture.rows)
        }
        let before = try kept()
        #expect(before.allSatisfy { !$0.isEmpty })
        for round in 0..<3 {
            var rows = plainHeader
            for index in 0..<count {
                rows += "A\(round)-\(index % 50),\(index % 50),,CA-YT,2021,2,3,\(round)b\(index % 9),1\n".replacing(
                    ",,", with: ",1,")
            }
            fixture.write("other.csv", rows)
            try fixture.run("other.csv")
            // If locations have got new ids, checklists have got them too.
            #expect(try kept().map { $0.map(Self.withoutPlaceIDs) } == before.map { $0.map(Self.withoutPlaceIDs) })
            #expect(try fixture.isSound())
        }
        #expect(try fixture.rows("SELECT count(*) FROM location WHERE code LIKE 'A%'") == ["\(min(count, 50))"])
    }

    /// A row of `checklist.*` without the id of its location, which is its fourth cell.
    private static func withoutPlaceIDs(_ row: String) -> String {
        var cells = row.split(separator: "|", omittingEmptySubsequences: false)
        if cells.count == 18 { cells.remove(at: 3) }
        return cells.joined(separator: "|")
    }
}
