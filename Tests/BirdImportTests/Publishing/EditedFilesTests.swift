import BirdImport
import Birds
import FileSystem
import Testing

@testable import Fixtures

/// Imports into files that were edited with SQLite's own tools. Data that the import was not asked to change stays as
/// it is.
@Suite struct EditedFilesTests {
    /// The columns of records, checklists and details that may have any value of their type, with extreme values.
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
            ("observation_detail", "confidence", reals), ("observation_detail", "coordinate_uncertainty_m", reals),
            ("observation_detail", "generalised", integers), ("checklist", "group_code", texts),
            ("observation_detail", "comments", texts),
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
        "UPDATE observation SET dataset_id = 4 WHERE id % 3 = 0",
        "DELETE FROM dataset WHERE id = (SELECT max(id) FROM dataset)",
        "UPDATE dataset SET records = 9223372036854775807, checklists = -1", "PRAGMA user_version = 1",
        "ALTER TABLE checklist RENAME TO c; ALTER TABLE c RENAME TO CheckList",
    ]

    private static func plainRows(_ count: Int, seed: UInt64) -> String {
        var random = SplitMix(state: seed)
        return plainHeader
            + (0..<count).map { _ in
                "L\(random.next() % 9),6\(random.next() % 3),1,CA-YT,202\(random.next() % 3),\(random.next() % 12 + 1),1,"
                    + "s\(random.next() % 30),\(["", "0", "1", "12"][Int(random.next() % 4)])\n"
            }.joined()
    }

    /// All values of records, quoted by SQLite.
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
                \(quoted("c.protocol c.comments c.half_days c.effort_hours_atleast c.snow_depth_atleast c.group_code")),
                coalesce(l.code, c.location_id)
            FROM checklist c LEFT JOIN location l ON l.id = c.location_id
            WHERE dataset_id IS NOT (SELECT id FROM dataset WHERE name = 'new') ORDER BY c.id
            """,
            "SELECT \(quoted("d.id d.time d.confidence d.breeding_code d.comments d.coordinate_uncertainty_m d.generalised")) FROM observation_detail d ORDER BY id",
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

    /// As the message says that refuses such a file.
    @Test(arguments: ["UPDATE secret SET key = x'00'", "DELETE FROM secret", "INSERT INTO secret VALUES (x'00')"])
    func aDamagedSecretIsMadeAgain(sql: String) throws {
        let fixture = try Self.fixture(1)
        try Self.edit(fixture, sql)
        try fixture.run("new.csv")
        #expect(try fixture.rows("SELECT length(key) FROM secret") == ["112"])
        _ = try ObservationStore(path: fixture.database)
    }

    private static func edit(_ fixture: ImportFixture, _ sql: String) throws {
        let database = try Database(path: fixture.database, mode: .readWrite)
        try database.execute(sql)
    }

    /// Each column gets one value after the other, in some rows. Which values rows may not have is left to SQLite: a
    /// change that it refuses is not made.
    @Test(arguments: 0..<7) func keepAnyValueOfAColumn(round: Int) throws {
        let fixture = try Self.fixture(UInt64(round))
        var refused = 0
        for (table, column, values) in Self.extremes {
            let value = values[round % values.count]
            let rows = column == "id" ? "id = (SELECT max(id) FROM \(table))" : "id % 5 = \(column.utf8.count % 5)"
            do {
                try Self.edit(fixture, "UPDATE \(table) SET \(column) = \(value) WHERE \(rows)")
            } catch {
                refused += 1
                #expect("\(error)".contains("constraint failed"))
            }
        }
        #expect(refused < Self.extremes.count / 3)
        try check(fixture, "round \(round)")
    }

    @Test(arguments: tools) func acceptMaintenanceBySQLitesTools(sql: String) throws {
        let fixture = try Self.fixture(UInt64(sql.utf8.count))
        try Self.edit(fixture, sql)
        try check(fixture, sql)
    }

    /// A small addition updates only the summaries of its own records, so it must notice that others were edited.
    @Test(arguments: [
        "UPDATE location SET region = 'CA-BC' WHERE code = 'L3'", "UPDATE observation SET num = 1000 WHERE id % 40 = 0",
        "UPDATE observation SET date = 20190101 WHERE id % 40 = 0",
        "UPDATE observation SET species_id = (SELECT max(id) FROM species) WHERE id = 7",
        "UPDATE observation SET dataset_id = 9 WHERE id = 7", "DELETE FROM observation WHERE id = 7",
        "UPDATE observation SET num = 31 - num WHERE id IN (7, 8)",
        "UPDATE summary SET max = 99 WHERE first_key % 7 = 0",
        "UPDATE summary SET first = 1, last = 2 WHERE kind = 4",
        "PRAGMA journal_mode = WAL; DELETE FROM summary WHERE kind = 4",
        "UPDATE summary SET region_id = 1 WHERE kind = 1 AND region_id = (SELECT max(region_id) FROM summary)",
        "BEGIN; UPDATE observation SET num = 5 WHERE id = 7; COMMIT; VACUUM",
    ])
    func getAllSummariesAgainFromASmallAddition(sql: String) throws {
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

    /// A file may be made so that it looks unchanged. An import relies on all its tables then.
    @Test(arguments: [
        "UPDATE holding SET id = 9223372036854775807 WHERE id = (SELECT max(id) FROM holding)",
        "UPDATE holding SET id = -9223372036854775808 WHERE id = (SELECT max(id) FROM holding)",
        "UPDATE holding SET changed_at = 9223372036854775807, records = -9223372036854775808",
        "UPDATE dataset SET checklists = 9223372036854775807, records = 9223372036854775807",
        "UPDATE summary SET records = 9223372036854775807, total = 9223372036854775807",
        "UPDATE location SET id = 9223372036854775807 WHERE id = (SELECT max(id) FROM location)",
        "UPDATE region SET id = 9223372036854775807 WHERE id = (SELECT max(id) FROM region)",
        "UPDATE record_run SET first_id = -9223372036854775808, first_number = 9223372036854775807",
    ])
    func aSealedFileMayHoldAnyNumbers(sql: String) throws {
        let fixture = try Self.fixture(2)
        let database = try Database(path: fixture.database, mode: .readWrite)
        try database.execute(sql)
        try Seal.set(in: database)
        // Each ends, with an error or without.
        _ = try? fixture.run("new.csv")
        _ = try? fixture.run("new.csv") {
            $0.dataset = "plain"
            $0.append = true
        }
        _ = try? DataSets.list(path: fixture.database)
    }

    @Test func aStoreTellsWhetherItsFileWasEdited() throws {
        let fixture = try Self.fixture(2)
        #expect(try !ObservationStore(path: fixture.database).isEdited)
        try Self.edit(fixture, "UPDATE observation SET num = 7 WHERE id = 1")
        #expect(try ObservationStore(path: fixture.database).isEdited)
        try Self.edit(fixture, "UPDATE observation SET num = NULL WHERE id = 1; DELETE FROM seal")
        #expect(try ObservationStore(path: fixture.database).isEdited)
        try Self.edit(fixture, "DROP TABLE seal")
        #expect(try ObservationStore(path: fixture.database).isEdited)
        try fixture.run("new.csv")
        #expect(try !ObservationStore(path: fixture.database).isEdited)
    }

    @Test func whatAnEditHasLeftHasNotChanged() throws {
        let other = try ImportFixture()
        for name in ["one", "two", "three"] {
            other.write("\(name).csv", plainHeader + "L1,1,2,CA-YT,2022,2,3,\(name),1\n")
            try other.run("\(name).csv")
        }
        do {
            let database = try Database(path: other.database, mode: .readWrite)
            try database.execute(
                """
                UPDATE holding SET changed_at = 1700000000;
                UPDATE holding SET mark = mark + 65536 WHERE mark > 0
                    AND dataset_id = (SELECT id FROM dataset WHERE name = 'three');
                UPDATE observation SET num = 2 WHERE dataset_id = (SELECT id FROM dataset WHERE name = 'two');
                VACUUM
                """)
        }
        other.write("new.csv", plainHeader + "L1,1,2,CA-YT,2022,2,3,new,1\n")
        try other.run("new.csv")
        #expect(try other.isSound())
        #expect(
            try other.rows(
                """
                SELECT name, changed_at = 1700000000 FROM holding h JOIN dataset d ON d.id = dataset_id
                WHERE description = 0 ORDER BY name
                """) == ["new|0", "one|1", "three|0", "two|0"])
    }

    @Test func speciesOfChecklistsAreCountedAgain() throws {
        let fixture = try Self.fixture(3)
        let counts = "SELECT id, species_count FROM checklist ORDER BY id"
        let before = try fixture.rows(counts)
        try Self.edit(fixture, "UPDATE checklist SET species_count = species_count + id % 3")
        fixture.write("one.csv", plainHeader + "X,60,1,US-WA,2023,11,30,s1,1\n")
        try fixture.run("one.csv") {
            $0.dataset = "plain"
            $0.append = true
        }
        #expect(try fixture.rows(counts).dropLast() == before[...])
    }

    /// Triggers of the file must not run.
    @Test func noTriggerRuns() throws {
        let fixture = try Self.fixture(4)
        try Self.edit(
            fixture,
            """
            CREATE TRIGGER a AFTER INSERT ON observation BEGIN UPDATE observation SET num = 99 WHERE id < 9; END;
            CREATE TRIGGER b AFTER DELETE ON observation BEGIN DELETE FROM checklist WHERE id < 9; END;
            CREATE TRIGGER c AFTER INSERT ON summary BEGIN DELETE FROM observation WHERE id < 9; END;
            CREATE TRIGGER d BEFORE UPDATE ON dataset BEGIN SELECT raise(ABORT, 'no'); END;
            """)
        try check(fixture, "triggers")
        #expect(try fixture.rows("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'") == ["3"])
    }

    /// SQLite would not check the rows of such tables by the rules of ours.
    @Test(arguments: [
        ("observation", "is not STRICT", ") STRICT", ")"),
        ("observation", "defines the column num differently", "num INTEGER", "num ANY"),
        (
            "checklist", "defines the column location_id differently", "location_id INTEGER NOT NULL",
            "location_id INTEGER"
        ),
        ("species", "has no UNIQUE constraint on code", "code TEXT NOT NULL UNIQUE", "code TEXT NOT NULL"),
        (
            "dataset", "defines the column name differently", "name TEXT NOT NULL UNIQUE",
            "name TEXT NOT NULL UNIQUE COLLATE NOCASE"
        ),
        ("location", "defines the column code differently", "code TEXT NOT NULL", "code TEXT NOT NULL COLLATE NOCASE"),
        ("location", "defines the column id differently", "id INTEGER PRIMARY KEY", "id INTEGER"),
        ("observation_detail", "has no column breeding_code", "breeding_code TEXT,", ""),
        ("location", "has an ON CONFLICT clause", "longitude REAL,", "longitude REAL UNIQUE ON CONFLICT REPLACE,"),
        ("species", "has an ON CONFLICT clause", "common_name TEXT,", "common_name TEXT UNIQUE on/**/conflict ignore,"),
        (
            "dataset", "has an ON CONFLICT clause", "name TEXT NOT NULL UNIQUE",
            "name TEXT NOT NULL UNIQUE ON CONFLICT REPLACE"
        ),
        (
            "location_name", "has an ON CONFLICT clause", "name TEXT NOT NULL,",
            "name TEXT NOT NULL, extra TEXT NOT NULL ON CONFLICT IGNORE,"
        ),
    ])
    func refuseTablesThatAreNotOurs(table: String, difference: String, from: String, to: String) throws {
        let fixture = try Self.fixture(5)
        let sql = try #require(try fixture.rows("SELECT sql FROM sqlite_schema WHERE name = '\(table)'").first)
        #expect(sql.contains(from))
        try Self.edit(fixture, "ALTER TABLE \(table) RENAME TO former; \(sql.replacing(from, with: to))")
        if table == "dataset" { try Self.edit(fixture, "INSERT INTO dataset SELECT * FROM former") }
        try expectRefusal(fixture, "its table \(table) \(difference)")
    }

    @Test(arguments: [
        ("ALTER TABLE checklist RENAME TO visit", "it has no table checklist"),
        ("ALTER TABLE species RENAME TO s; CREATE VIEW species AS SELECT * FROM s", "it has no table species"),
        (
            "DROP TABLE observation_detail; CREATE VIRTUAL TABLE observation_detail USING fts5 (id, time)",
            "it has no table observation_detail"
        ),
        ("ALTER TABLE observation DROP COLUMN valid", "its table observation has no column valid"),
        ("PRAGMA user_version = 0", "its layout number is 0"), ("PRAGMA user_version = -5", "its layout number is -5"),
    ])
    func refuseFilesWithoutOurTables(sql: String, sentence: String) throws {
        let fixture = try Self.fixture(6)
        try Self.edit(fixture, sql)
        try expectRefusal(fixture, sentence)
    }

    private func expectRefusal(_ fixture: ImportFixture, _ sentence: String) throws {
        let before = fixture.bytes("birds.db")
        for step in 0..<2 {
            let refusal = #expect(throws: ChangeError.self) {
                if step == 0 {
                    try fixture.run("new.csv")
                } else {
                    try DataSets.remove(name: "plain", path: fixture.database)
                }
            }
            #expect(refusal?.message.contains(sentence) == true, "\(refusal?.message ?? "")")
            #expect(refusal?.kind == .refused)
        }
        let isUnchanged = fixture.bytes("birds.db") == before
        #expect(isUnchanged)
    }

    /// The order and the pages of answers rely on ids, so every command that changes the file must restore it.
    @Test(arguments: [0, 1, 2]) func idsAscendAgain(command: Int) throws {
        let fixture = try Self.fixture(7)
        fixture.write(
            "taxa.csv", "TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME\n7,species,zz,Zed,Zed zed\n")
        try Self.edit(
            fixture,
            """
            ALTER TABLE location ADD COLUMN old TEXT; ALTER TABLE location ADD COLUMN new TEXT DEFAULT 'n';
            ALTER TABLE species ADD COLUMN "a ""b" TEXT;
            UPDATE location SET code = 'Z' || code WHERE id % 2 = 0; UPDATE species SET code = 'Z' || code WHERE id % 2 = 0;
            UPDATE observation SET location_id = -7 WHERE location_id = (SELECT min(id) FROM location);
            UPDATE checklist SET location_id = -7 WHERE location_id = (SELECT min(id) FROM location);
            UPDATE location SET id = -7 WHERE id = (SELECT min(id) FROM location)
            """)
        let before = try kept(fixture)
        switch command {
        case 0: try fixture.run("taxa.csv")
        case 1: try DataSets.remove(name: "heard", path: fixture.database)
        default: try fixture.run("new.csv") { $0.append = true }
        }
        if command == 0 { #expect(try kept(fixture) == before) }
        let disorder = try fixture.rows(
            """
            SELECT a.code FROM location a JOIN location b ON a.id < b.id AND a.code > b.code UNION ALL
            SELECT a.code FROM species a JOIN species b ON a.id < b.id AND a.code > b.code
            """)
        #expect(disorder.isEmpty)
        #expect(try fixture.rows("SELECT 1 FROM location WHERE id NOT BETWEEN 1 AND 2147483647 OR new <> 'n'").isEmpty)
        #expect(try isSummedUp(fixture))
    }

    /// Ids outside of the range of ours are given others, also where they ascend as they should.
    @Test(arguments: ["-7", "0", "2147483648", "9223372036854775807"]) func idsOutOfRangeMove(id: String) throws {
        let fixture = try Self.fixture(11)
        for table in ["location", "species"] {
            let end = id == "-7" || id == "0" ? "min(id)" : "max(id)"
            let moved = "(SELECT \(end) FROM \(table))"
            let referring = table == "location" ? ["observation", "checklist"] : ["observation"]
            let edits = referring.map { "UPDATE \($0) SET \(table)_id = \(id) WHERE \(table)_id = \(moved)" }
            try Self.edit(
                fixture, (edits + ["UPDATE \(table) SET id = \(id) WHERE id = \(moved)"]).joined(separator: ";"))
        }
        let before = try kept(fixture)
        try fixture.run("new.csv") { $0.append = true }
        #expect(try kept(fixture) == before)
        for table in ["location", "species"] {
            #expect(try fixture.rows("SELECT id FROM \(table) WHERE id NOT BETWEEN 1 AND 2147483647").isEmpty)
        }
        #expect(try fixture.isSound())
        #expect(try isSummedUp(fixture))
    }

    /// A new name or location without room between two ids gives new ids to all, with or without records.
    @Test(arguments: [false, true]) func idsWithoutRoomMove(appends: Bool) throws {
        let fixture = try ImportFixture()
        let rows = (0..<40).map { "L\($0 % 4),60,1,CA-YT,202\($0 % 3),2,\($0 % 28 + 1),s\($0 % 5),\($0)\n" }
        fixture.write("a.csv", plainHeader + rows.joined())
        fixture.write("b.csv", plainHeader + rows.prefix(7).joined())
        fixture.write("one.csv", plainHeader + "L15,60,1,CA-YT,2021,2,3,s25,1\nL1,60,1,CA-YT,2021,2,3,s2,1\n")
        fixture.write(
            "taxa.csv", "TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME\n7,species,s15,Zed,Zed zed\n")
        try fixture.run("a.csv", "b.csv")
        // Consecutive ids, in the same order.
        for table in ["species", "location"] {
            let rank = "(SELECT count(*) FROM \(table) t WHERE t.id <= \(table)_id)"
            try Self.edit(fixture, "UPDATE observation SET \(table)_id = \(rank)")
            if table == "location" { try Self.edit(fixture, "UPDATE checklist SET location_id = \(rank)") }
            try Self.edit(
                fixture,
                """
                CREATE TABLE ranks AS SELECT code, (SELECT count(*) FROM \(table) t WHERE t.id <= \(table).id) AS rank FROM \(table);
                UPDATE \(table) SET id = -id;
                UPDATE \(table) SET id = (SELECT rank FROM ranks WHERE ranks.code = \(table).code);
                DROP TABLE ranks
                """)
        }
        // Now there is nothing left to repair.
        fixture.write("known.csv", plainHeader + rows[0])
        try fixture.run("known.csv")
        #expect(try fixture.rows("SELECT group_concat(id) FROM species") == ["1,2,3,4,5"])
        let before = try kept(fixture)
        try fixture.run("taxa.csv", "one.csv") {
            $0.dataset = "new"
            $0.append = appends
        }
        #expect(try kept(fixture) == before)
        #expect(try fixture.isSound())
        #expect(try isSummedUp(fixture))
        #expect(try fixture.rows("SELECT total(records) FROM summary WHERE kind = 1") == ["50.0"])
    }

    @Test func indexesAreWhatTheyShouldBe() throws {
        let fixture = try Self.fixture(8)
        let indexes =
            "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        let before = try fixture.rows(indexes)
        try Self.edit(
            fixture,
            """
            DROP INDEX observation_by_date; CREATE INDEX observation_by_date ON observation (date, location_id);
            DROP INDEX observation_by_source_id; CREATE INDEX observation_by_source_id ON observation (dataset_id, source_id);
            DROP INDEX observation_by_species; CREATE INDEX observation_by_species ON observation
                (species_id, date, location_id, num, dataset_id) WHERE id > 7;
            DROP INDEX checklist_by_date; CREATE INDEX checklist_by_date ON observation (date, location_id, dataset_id);
            DROP INDEX location_by_code; CREATE INDEX location_by_code ON location (code COLLATE NOCASE);
            """)
        try check(fixture, "indexes")
        #expect(try fixture.rows(indexes) == before)
    }

    /// As earlier versions could leave files.
    @Test func incompleteIndexesAreMadeAgain() throws {
        let fixture = try Self.fixture(9)
        try Self.edit(
            fixture,
            """
            CREATE INDEX short ON observation (date, location_id, species_id, num, dataset_id) WHERE id % 2 = 0;
            PRAGMA writable_schema = 1;
            UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'short')
                WHERE name = 'observation_by_date';
            DELETE FROM sqlite_schema WHERE name = 'short';
            """)
        #expect(
            try fixture.rows("PRAGMA integrity_check").contains {
                $0.contains("missing from index observation_by_date")
            })
        fixture.write("one.csv", plainHeader + "X,60,1,US-WA,2023,11,30,s1,1\n")
        try fixture.run("one.csv")
        #expect(try !fixture.rows("PRAGMA integrity_check").contains { $0.contains("missing from index") })
        #expect(try isSummedUp(fixture))
    }

    /// An id near the end of the range must not use up the ids.
    @Test func idsNearTheEndDoNotStopAnImport() throws {
        let fixture = try Self.fixture(10)
        try Self.edit(
            fixture,
            """
            UPDATE observation SET id = 4503599627370495 WHERE id = (SELECT max(id) FROM observation);
            UPDATE checklist SET id = 4503599627370495 WHERE id = (SELECT max(id) FROM checklist);
            UPDATE dataset SET id = 4503599627370495 WHERE id = 3
            """)
        try check(fixture, "ids")
    }

    /// A record may name a location, species or checklist that was removed. A new row must not get that id.
    @Test func newRowsGetNoIDThatARecordStillNames() throws {
        let fixture = try ImportFixture()
        let rows = (0..<40).map { "L\($0),60,1,CA-YT,2021,2,\($0 % 28 + 1),s\($0),1\n" }
        fixture.write("a.csv", plainHeader + rows.joined())
        fixture.write("b.csv", plainHeader + rows.reversed().joined())
        fixture.write("c.csv", plainHeader + rows.joined().replacing("L", with: "M").replacing(",s", with: ",t"))
        try fixture.run("a.csv")
        try Self.edit(
            fixture,
            """
            DELETE FROM location WHERE id % 3 = 0; DELETE FROM species WHERE id % 3 = 1;
            DELETE FROM checklist WHERE id > 30; UPDATE observation SET checklist_id = checklist_id + 5 WHERE id = 39;
            """)
        let named = """
            SELECT o.id, c.id, l.code, s.code FROM observation o LEFT JOIN checklist c ON c.id = checklist_id
                LEFT JOIN location l ON l.id = o.location_id LEFT JOIN species s ON s.id = o.species_id
            WHERE o.dataset_id = 1 ORDER BY o.id
            """
        let before = try fixture.rows(named)
        for file in ["b.csv", "c.csv"] {
            try fixture.run(file) { $0.append = true }
            #expect(try fixture.rows(named) == before)
        }
    }

    /// Locations that an edit has made equal, or that differ only in members that an import does not compare, stay
    /// separate.
    @Test(arguments: [
        "UPDATE location SET region = 'CA-YT' WHERE region = 'CA-XX'",
        "UPDATE location SET longitude = NULL, code = 'zz' WHERE latitude = 60",
        "UPDATE location SET region = '', latitude = 60, longitude = 1, code = 'L1'; UPDATE location SET region = NULL WHERE id % 3 = 0",
        "UPDATE location SET code = 'L1', region = NULL",
    ])
    func keepEqualLocationsSeparate(sql: String) throws {
        let fixture = try ImportFixture()
        fixture.write(
            "a.csv",
            plainHeader + "L1,60,1,CA-YT,2021,2,3,a,1\nL1,60,1,CA-XX,2021,2,3,a,1\nL1,61,1,CA-XX,2021,2,4,b,1\n"
                + "L2,60,1,CA-YT,2021,2,3,a,1\nL3,,,,2021,2,3,a,1\n")
        fixture.write("b.csv", plainHeader + "L1,60,1,CA-YT,2021,2,3,a,1\nKK,,,,2021,2,3,a,1\n")
        try fixture.run("a.csv")
        try Self.edit(fixture, sql)
        let rows = """
            SELECT o.id, quote(code), quote(latitude), quote(longitude), quote(region)
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

    /// Whether the summaries equal those that are made from all records.
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
