import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// Counts the species of checklists, after an addition and in a file that another program has edited.
@Suite struct ChecklistCountsTests {
    private let folder: TemporaryFolder
    private let database: Database

    init() throws {
        folder = try TemporaryFolder()
        database = try Database(path: folder.path("birds.db"), mode: .readWrite)
        try Schema.create(in: database)
        try database.execute(
            """
            BEGIN;
            INSERT INTO dataset SELECT value, 'set ' || value, '', NULL, NULL, NULL, '', 100, 0, 0, 0, 0
                FROM (SELECT 1 AS value UNION SELECT 2 UNION SELECT 3);
            INSERT INTO species (id, code) VALUES (-9, 'a'), (0, 'b'), (5, 'nobird'), (9223372036854775807, 'c');
            """)
    }

    /// The same counts by a simple and slow query.
    private static let species = """
        (SELECT count(DISTINCT species_id) FROM observation o
            WHERE o.location_id = checklist.location_id AND o.date = checklist.date AND o.checklist_id = checklist.id
                AND o.dataset_id = checklist.dataset_id AND num IS NOT 0 AND species_id NOT IN (SELECT id FROM species WHERE code = 'nobird'))
        """
    private static let hasRecords = """
        EXISTS (SELECT 1 FROM observation o WHERE o.checklist_id = checklist.id)
        """

    private static let ids: [Int64] = [.min, -5, 0, 1, 2, 3, 40, 41, 42, 1 << 52, .max]

    /// Checklists and records of few dates and locations, some of records not those of their checklist. Numbers have
    /// the extremes of their columns.
    private func fill(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let (dates, locations) = ([Int64.min, 0, 20_210_203], [Int64.max, -1, 7])
        func pick<Value>(_ values: [Value]) throws -> Value { try #require(values.randomElement(using: &random)) }
        let checklist = try database.prepare(
            "INSERT INTO checklist (id, dataset_id, location_id, date, species_count) VALUES (?1, ?2, ?3, ?4, ?5)")
        var places: [Int64: (location: Int64, date: Int64)] = [:]
        for id in Self.ids {
            places[id] = (try pick(locations), try pick(dates))
            checklist.bind(1, id)
            checklist.bind(2, try pick([Int64(1), 2, 3]))
            checklist.bind(3, places[id]?.location)
            checklist.bind(4, places[id]?.date)
            checklist.bind(5, try pick([Int64(0), 1, 2, .max, .min]))
            try checklist.run()
        }
        let observation = try database.prepare(
            """
            INSERT INTO observation (id, checklist_id, dataset_id, location_id, date, species_id, num)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        for id in 0..<Int.random(in: 0...60, using: &random) {
            // Some have lost their checklist.
            let checklist = try pick(Self.ids + [77])
            let isMoved = try pick([true, false, false, false])
            observation.bind(1, id)
            observation.bind(2, checklist)
            observation.bind(3, try pick([Int64(1), 2, 3]))
            observation.bind(4, isMoved ? try pick(locations) : places[checklist]?.location ?? 7)
            observation.bind(5, isMoved ? try pick(dates) : places[checklist]?.date ?? 0)
            observation.bind(6, try pick([Int64(-9), 0, 5, .max, 123]))
            observation.bind(7, try pick([nil, 0, 0, 1, Int64.min, .max]))
            try observation.run()
        }
    }

    private func rows(_ sql: String) throws -> [String] { try database.rows(sql, null: "-") }

    @Test(arguments: 0..<60 as Range<UInt64>) func correctsEveryCount(seed: UInt64) throws {
        try fill(seed: seed)
        let expected = try rows("SELECT id, dataset_id, location_id, date, \(Self.species) FROM checklist ORDER BY id")
        try ChecklistCounts.mend(in: database)
        #expect(
            try rows("SELECT id, dataset_id, location_id, date, species_count FROM checklist ORDER BY id") == expected)
        // The second time nothing differs, so nothing is written.
        try database.execute(
            "CREATE TRIGGER written BEFORE UPDATE ON checklist BEGIN SELECT raise(ABORT, 'written'); END")
        try ChecklistCounts.mend(in: database)
    }

    @Test(arguments: 0..<100 as Range<UInt64>) func countsOrRemovesTouchedChecklists(seed: UInt64) throws {
        try fill(seed: seed)
        var random = SplitMix(state: seed + 1000)
        // One id that does not exist, and all ids several times.
        let noted = (Self.ids + [78]).filter { _ in Bool.random(using: &random) }
        let isSettled = "dataset_id IN (1, 3) AND checklist.id IN \(Schema.list(noted))"
        let expected = try rows(
            """
            SELECT id, dataset_id, CASE WHEN \(isSettled) THEN \(Self.species) ELSE species_count END FROM checklist
            WHERE NOT (\(isSettled)) OR \(Self.hasRecords) ORDER BY id
            """)
        let counts = try rows(
            """
            SELECT id, 100 - (SELECT count(*) FROM checklist WHERE dataset_id = dataset.id AND \(isSettled)
                AND NOT \(Self.hasRecords)) FROM dataset
            """)
        let touched = TouchedChecklists(in: folder.url.path)
        for id in (noted + noted).shuffled(using: &random) { try touched.add(id, .moreRecords) }
        try touched.settle(in: database, of: [3, 1], identified: [], new: 0..<0)
        #expect(try rows("SELECT id, dataset_id, species_count FROM checklist ORDER BY id") == expected)
        #expect(try rows("SELECT id, checklists FROM dataset") == counts)
    }

    /// A minute is enough if the time grows with the number of records, but not if it grows with its square.
    @Test(.timeLimit(.minutes(1))) func countsManyChecklistsOfOneDateAndLocation() throws {
        let count = 60_000
        try database.execute(
            """
            WITH RECURSIVE series (value) AS (VALUES (1) UNION ALL SELECT value + 1 FROM series WHERE value < \(count))
            INSERT INTO checklist (id, dataset_id, location_id, date, species_count) SELECT value, 1, 7, 0, 5 FROM series;
            INSERT INTO observation (id, checklist_id, dataset_id, location_id, date, species_id, num)
            SELECT id, id, 1, 7, 0, id % 3, 1 FROM checklist WHERE id % 4 > 0;
            """)
        let touched = TouchedChecklists(in: folder.url.path)
        for id in 1...count where id % 4 < 2 { try touched.add(Int64(id), .moreRecords) }
        try touched.settle(in: database, of: [1], identified: [], new: 0..<0)
        #expect(
            try rows("SELECT species_count, count(*) FROM checklist GROUP BY 1") == [
                "1|\(count / 4)", "5|\(count / 2)",
            ])
        try ChecklistCounts.mend(in: database)
        #expect(try rows("SELECT species_count, count(*) FROM checklist GROUP BY 1") == ["1|\(count / 4 * 3)"])
    }
}

/// An addition can move records from one checklist to another.
@Suite struct MovedRecordsTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private func append(_ rows: String...) throws -> ImportReport {
        fixture.write("b.csv", feederWatchHeader + rows.joined())
        return try fixture.run("b.csv") {
            $0.dataset = "a"
            $0.append = true
        }
    }

    private func edit(_ sql: String) throws { try Database(path: fixture.database, mode: .readWrite).execute(sql) }

    private var checklists: [String] {
        get throws { try fixture.rows("SELECT code, date, species_count FROM checklist ORDER BY code, date") }
    }

    @Test func recordsCountForTheirNewChecklist() throws {
        fixture.write(
            "a.csv",
            feederWatchHeader + feederWatchRow(sub: "S1", obs: "O1", species: "a")
                + feederWatchRow(sub: "S1", obs: "O2", species: "b")
                + feederWatchRow(sub: "S2", obs: "O3", species: "a")
                + feederWatchRow(sub: "S3", obs: "O4", species: "c", day: "4"))
        try fixture.run("a.csv")
        #expect(try checklists == ["S1|20210203|2", "S2|20210203|1", "S3|20210204|1"])

        // Within a date and location, with another species; and to another date, so that a checklist has nothing left.
        let report = try append(
            feederWatchRow(sub: "S2", obs: "O2", species: "d"), feederWatchRow(sub: "S3", obs: "O4", species: "c"))
        #expect(report.stored == 2 && report.replaced == 2 && report.checklists == 2)
        #expect(try checklists == ["S1|20210203|1", "S2|20210203|2", "S3|20210203|1"])
        #expect(try fixture.isSound())

        // To a checklist that loses its own records, with counts of 0.
        _ = try append(
            feederWatchRow(sub: "S1", obs: "O3", species: "nobird"), feederWatchRow(sub: "S2", obs: "O1", count: "0"))
        #expect(try checklists == ["S1|20210203|0", "S2|20210203|1", "S3|20210203|1"])
        #expect(try fixture.isSound())

        // A record that another program has moved to another date, though it still names its checklist.
        try edit("UPDATE observation SET date = 20210210 WHERE source_id = 'O3'")
        _ = try append(feederWatchRow(sub: "S3", obs: "O2", species: "c"))
        let named = "SELECT source_id, code FROM observation o JOIN checklist c ON c.id = checklist_id ORDER BY 1"
        #expect(try fixture.rows(named) == ["O1|S2", "O2|S3", "O3|S1", "O4|S3"])
        #expect(try checklists == ["S1|20210203|0", "S2|20210203|0", "S3|20210203|1"])
        try edit("UPDATE observation SET date = 20210203 WHERE source_id = 'O3'")

        // All to one new checklist.
        _ = try append(
            feederWatchRow(sub: "S9", obs: "O1"), feederWatchRow(sub: "S9", obs: "O2"),
            feederWatchRow(sub: "S9", obs: "O3"), feederWatchRow(sub: "S9", obs: "O4", species: "x"))
        #expect(try checklists == ["S9|20210203|2"])
        #expect(try fixture.rows("SELECT records, checklists FROM dataset") == ["4|1"])
        #expect(try fixture.isSound())
    }
}
