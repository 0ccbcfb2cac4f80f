import Testing

@testable import Birds

/// Imports into files that were changed with SQLite's own tools: what the import was not asked to touch stays as it is.
@Suite struct EditedFilesTests {
    /// The columns of records, checklists and details that may hold anything of their type, with values at the ends of it.
    private static let extremes: [(table: String, column: String, values: [String])] = {
        let integers = ["9223372036854775807", "-9223372036854775808", "40000000", "20000000", "-5", "0", "NULL"]
        let required = Array(integers.dropLast())
        let reals = ["1e308", "-1e308", "5e-324", "9e999", "-0.0", "NULL"]
        let texts = ["''", "'a' || char(10) || 'b,\"'", "CAST(x'00ff' AS TEXT)", "printf('%.100000c', 'x')", "NULL"]
        return [
            ("observation", "num", integers), ("observation", "date", required), ("observation", "valid", integers),
            ("observation", "reviewed", integers), ("observation", "checklist_id", required),
            ("observation", "location_id", required), ("observation", "species_id", required),
            ("observation", "dataset_id", ["9223372036854775807", "-1", "0", "4", "5"]),
            ("checklist", "dataset_id", ["4", "5", "-1"]),
            ("observation", "source_id", ["'x' || id", "NULL"]),
            ("observation", "id", ["9223372036854775807", "-7", "4503599627370496", "0"]),
            ("checklist", "date", required), ("checklist", "location_id", required), ("checklist", "minutes", integers),
            ("checklist", "observers", integers), ("checklist", "complete", integers),
            ("checklist", "species_count", required), ("checklist", "half_days", integers),
            ("checklist", "distance_km", reals), ("checklist", "area_ha", reals),
            ("checklist", "effort_hours_atleast", reals), ("checklist", "snow_depth_atleast", reals),
            ("checklist", "code", texts), ("checklist", "time", texts), ("checklist", "protocol", texts),
            ("checklist", "comments", texts), ("checklist", "id", ["9223372036854775807", "-9223372036854775808"]),
            ("observation_detail", "confidence", reals), ("observation_detail", "comments", texts),
            ("observation_detail", "time", texts), ("observation_detail", "breeding_code", texts),
            ("observation_detail", "id", ["9223372036854775807", "77"]),
        ]
    }()

    private static let tools = [
        "", "PRAGMA page_size = 512; VACUUM", "PRAGMA page_size = 65536; VACUUM", "PRAGMA auto_vacuum = FULL; VACUUM",
        "PRAGMA journal_mode = WAL", "DROP INDEX observation_by_date", "ANALYZE",
        "DELETE FROM observation WHERE id % 3 = 0 AND dataset_id = 1",
        "DELETE FROM summary WHERE kind = 4", "UPDATE summary SET records = 9223372036854775807, total = -5",
        "UPDATE location SET code = 'Z' || code WHERE id = (SELECT min(id) FROM location)",
        "UPDATE location SET latitude = 1.5, longitude = 2.5",
        "DROP INDEX location_by_region; DROP INDEX location_by_code", "DROP TABLE region",
        "UPDATE region SET id = id + 100",
        "DELETE FROM region", "DELETE FROM location_box", "DROP TABLE location_box", "DROP TABLE summary",
        "UPDATE observation SET dataset_id = 4 WHERE id % 3 = 0", "DELETE FROM dataset WHERE id = 3",
        "UPDATE dataset SET records = 9223372036854775807, checklists = -1",
    ]

    private static func plainRows(_ count: Int, seed: UInt64) -> String {
        var random = SplitMix(state: seed)
        return plainHeader
            + (0..<count).map { _ in
                "L\(random.next() % 9),6\(random.next() % 3),1,CA-YT,202\(random.next() % 3),\(random.next() % 12 + 1),1,"
                    + "s\(random.next() % 30),\(["", "0", "1", "12"][Int(random.next() % 4)])\n"
            }.joined()
    }

    /// All that is kept of records, as SQLite quotes it.
    private func kept(_ fixture: ImportFixture) throws -> [[String]] {
        func quoted(_ columns: String) -> String {
            columns.split(separator: " ").map { "quote(\($0))" }.joined(separator: ", ")
        }
        return try [
            """
            SELECT \(quoted("o.id o.checklist_id o.dataset_id o.date o.num o.source_id o.valid o.reviewed")),
                coalesce(l.code, o.location_id), coalesce(s.code, o.species_id)
            FROM observation o LEFT JOIN location l ON l.id = o.location_id LEFT JOIN species s ON s.id = o.species_id
            WHERE dataset_id IS NOT (SELECT id FROM dataset WHERE name = 'new') ORDER BY o.id
            """,
            """
            SELECT \(quoted("c.id c.dataset_id c.code c.date c.time c.minutes c.distance_km c.area_ha c.observers c.complete")),
                \(quoted("c.protocol c.comments c.half_days c.effort_hours_atleast c.snow_depth_atleast")),
                coalesce(l.code, c.location_id)
            FROM checklist c LEFT JOIN location l ON l.id = c.location_id
            WHERE dataset_id IS NOT (SELECT id FROM dataset WHERE name = 'new') ORDER BY c.id
            """,
            "SELECT \(quoted("d.id d.time d.confidence d.breeding_code d.comments")) FROM observation_detail d ORDER BY id",
        ].map(fixture.rows)
    }

    private static func fixture(_ seed: UInt64) throws -> ImportFixture {
        let fixture = try ImportFixture()
        fixture.write("plain.csv", plainRows(60, seed: seed))
        fixture.write("heard.csv", FormatFixture.birdNETGo)
        fixture.write("own.csv", FormatFixture.myEBirdData)
        fixture.write("new.csv", plainRows(Int(seed % 80) + 1, seed: seed &+ 100))
        try fixture.run("plain.csv", "heard.csv", "own.csv")
        return fixture
    }

    private static func edit(_ fixture: ImportFixture, _ sql: String) throws {
        let database = try Database(path: fixture.database, mode: .readWrite)
        try database.execute(sql)
    }

    /// Each column gets one value after the other, in some rows. Which values rows may not have is left to SQLite: a change that
    /// it refuses is not made.
    @Test(arguments: 0..<7) func keepWhatAnyColumnHolds(round: Int) throws {
        let fixture = try Self.fixture(UInt64(round))
        for (table, column, values) in Self.extremes {
            let value = values[round % values.count]
            let rows = column == "id" ? "id = (SELECT max(id) FROM \(table))" : "id % 5 = \(column.utf8.count % 5)"
            try? Self.edit(fixture, "UPDATE \(table) SET \(column) = \(value) WHERE \(rows)")
        }
        try check(fixture, "round \(round)")
    }

    @Test(arguments: tools) func doNotMindWhatSQLitesToolsDo(sql: String) throws {
        let fixture = try Self.fixture(UInt64(sql.utf8.count))
        try Self.edit(fixture, sql)
        try check(fixture, sql)
    }

    /// A small addition sums up what it touches alone; so an edit elsewhere must be noticed.
    @Test(arguments: [
        "UPDATE location SET region = 'CA-BC' WHERE code = 'L3'", "UPDATE observation SET num = 1000 WHERE id % 40 = 0",
        "UPDATE observation SET date = 20190101 WHERE id % 40 = 0",
        "UPDATE observation SET species_id = (SELECT max(id) FROM species) WHERE id = 7",
        "UPDATE observation SET dataset_id = 2 WHERE id = 7", "DELETE FROM observation WHERE id = 7",
    ])
    func areSummedUpAgainByASmallAddition(sql: String) throws {
        let fixture = try ImportFixture()
        fixture.write("a.csv", Self.plainRows(600, seed: 1))
        fixture.write("b.csv", Self.plainRows(20, seed: 2))
        fixture.write("one.csv", plainHeader + "X,60,1,US-WA,2021,2,3,s1,1\n")
        try fixture.run("a.csv", "b.csv")
        try Self.edit(fixture, sql)
        try fixture.run("one.csv") {
            $0.dataset = "b"
            $0.append = true
        }
        #expect(try isSummedUp(fixture))
        #expect(try fixture.rows("PRAGMA integrity_check") == ["ok"])
    }

    /// Rows of places that an edit made alike, or that differ in what an import does not tell places apart by, stay what they are.
    @Test(arguments: [
        "UPDATE location SET region = 'CA-YT' WHERE region = 'CA-XX'",
        "UPDATE location SET longitude = NULL, code = 'zz' WHERE latitude = 60",
        "UPDATE location SET region = '', latitude = 60, longitude = 1, code = 'L1'; UPDATE location SET region = NULL WHERE id % 3 = 0",
        "UPDATE location SET name = 'one ' || id, code = 'L1', region = NULL",
    ])
    func keepPlacesThatAreAlike(sql: String) throws {
        let fixture = try ImportFixture()
        fixture.write(
            "a.csv",
            plainHeader + "L1,60,1,CA-YT,2021,2,3,a,1\nL1,60,1,CA-XX,2021,2,3,a,1\nL1,61,1,CA-XX,2021,2,4,b,1\n"
                + "L2,60,1,CA-YT,2021,2,3,a,1\nL3,,,,2021,2,3,a,1\n")
        fixture.write("b.csv", plainHeader + "L1,60,1,CA-YT,2021,2,3,a,1\nKK,,,,2021,2,3,a,1\n")
        try fixture.run("a.csv")
        try Self.edit(fixture, sql)
        let rows = """
            SELECT o.id, quote(code), quote(latitude), quote(longitude), quote(region), quote(l.name)
            FROM observation o JOIN location l ON l.id = location_id WHERE dataset_id = 1 ORDER BY o.id
            """
        let before = try fixture.rows(rows)
        #expect(before.count == 5)
        for appends in [false, true] {
            try fixture.run("b.csv") { $0.append = appends }
            #expect(try fixture.rows(rows) == before)
            #expect(try fixture.rows("PRAGMA integrity_check") == ["ok"])
            #expect(try isSummedUp(fixture))
        }
    }

    /// Whether the summaries are what they would be if they were made from nothing.
    private func isSummedUp(_ fixture: ImportFixture) throws -> Bool {
        let rows = """
            SELECT kind, first_key, second_key, coalesce(r.code, ''), dataset_id, records, total, max, first, last
            FROM summary s LEFT JOIN region r ON r.id = region_id ORDER BY 1, 2, 3, 4, 5
            """
        let found = try fixture.rows(rows)
        try Self.edit(fixture, "PRAGMA journal_mode = DELETE; DELETE FROM summary; DELETE FROM region")
        do {
            let database = try Database(path: fixture.database, mode: .readWrite)
            try DerivedTables.rebuild(in: database)
        }
        return try fixture.rows(rows) == found
    }

    private func check(_ fixture: ImportFixture, _ what: String) throws {
        let before = try kept(fixture)
        for step in 0..<3 {
            do {
                switch step {
                case 0: try fixture.run("new.csv")
                case 1: try fixture.run("new.csv") { $0.append = true }
                default: try DataSets.remove(name: "new", path: fixture.database)
                }
            } catch {
                Issue.record("\(what), step \(step): \(error)")
                return
            }
            let after = try kept(fixture)
            for (before, after) in zip(before, after) {
                let difference = after.difference(from: before).map { "\($0)".prefix(400) }
                #expect(difference.isEmpty, "\(what), step \(step)")
            }
            #expect(try fixture.rows("PRAGMA integrity_check") == ["ok"], "\(what), step \(step)")
            #expect(try isSummedUp(fixture), "\(what), step \(step)")
        }
        #expect(try !fixture.rows("SELECT name FROM dataset").contains("new"))
    }
}
