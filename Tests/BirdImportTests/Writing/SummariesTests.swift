import Testing

@testable import BirdImport
@testable import Birds
@testable import Fixtures

@Suite struct SummariesTests {
    private static let year = "date / 10000"
    private static let month = "date / 100 % 100"
    private static let week = """
        CASE WHEN date % 100 = 0 THEN 0 ELSE
        (strftime('%j', printf('%04d-%02d-%02d', date / 10000, date / 100 % 100, date % 100), '-3 days', 'weekday 4') - 1)
        / 7 + 1 END
        """
    private static let keys: [(SummaryKind, String, String)] = [
        (.species, "species_id", "0"), (.year, year, "0"), (.month, month, "0"), (.week, week, "0"),
        (.date, "date", "0"), (.speciesYear, "species_id", year), (.speciesMonth, "species_id", month),
        (.speciesWeek, "species_id", week), (.speciesDate, "species_id", "date"),
        (.speciesLocation, "species_id", "location_id"), (.locationYear, "location_id", year),
    ]

    private func rows(_ database: Database, _ sql: String) throws -> [[Int64?]] {
        let select = try database.prepare(sql)
        var rows: [[Int64?]] = []
        while try select.step() { rows.append((0..<9).map { select.optionalInt64($0) }) }
        return rows
    }

    @Test func agreeWithSumsMadeInSQL() throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 5, records: 4000).write(to: folder.path("birds.db"))
        let database = try Database(path: folder.path("birds.db"), mode: .readOnly)
        for (kind, first, second) in Self.keys {
            let made = try rows(
                database,
                """
                SELECT first_key, second_key, region_id, dataset_id, records, total, max, first, last
                FROM summary WHERE kind = \(kind.rawValue) ORDER BY 1, 2, 3, 4
                """)
            let expected = try rows(
                database,
                """
                SELECT \(first), \(second), coalesce(r.id, 0), dataset_id, count(*), sum(num), max(num), min(date), max(date)
                FROM observation o JOIN location l ON l.id = o.location_id LEFT JOIN region r ON r.code = l.region
                GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
                """)
            #expect(!made.isEmpty && made == expected, "\(kind)")
        }
        let wrong = try database.integer(
            """
            SELECT count(*) FROM checklist c WHERE species_count <> (
                SELECT count(DISTINCT species_id) FROM observation o WHERE o.checklist_id = c.id AND num IS NOT 0)
            """)
        #expect(wrong == 0)
    }

    @Test func putEveryDayIntoItsWeek() throws {
        let folder = try TemporaryFolder()
        let database = try Database(path: folder.path("days.db"), mode: .readWrite)
        let select = try database.prepare(
            """
            WITH RECURSIVE day (d) AS (VALUES ('1799-01-01') UNION ALL SELECT date(d, '1 day') FROM day WHERE d < '2110')
            SELECT replace(d, '-', '') + 0, (strftime('%j', d, '-3 days', 'weekday 4') - 1) / 7 + 1 FROM day
            """)
        var wrong: [Int64] = []
        while try select.step() {
            if ISOWeek(select.int64(0))?.number == select.int64(1) { continue }
            wrong.append(select.int64(0))
        }
        #expect(wrong.isEmpty)
        #expect(ISOWeek(20_210_200) == nil)
    }
}
