import Foundation
import Testing

@testable import Birds
@testable import Fixtures

/// A file may have been made by anybody.
@Suite struct HostileFilesTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("birds.db")
        try Fixture.random(seed: 61, records: 60).write(to: path)
    }

    private func edit(_ sql: String) throws { try Database(path: path, mode: .readWrite).execute(sql) }

    /// Why a file is refused; nil if it is not.
    private func refusal() -> String? {
        do throws(StoreError) {
            _ = try ObservationStore(path: path)
            return nil
        } catch {
            return error.sentence
        }
    }

    private static let tables = [
        "generation", "secret", "dataset", "species", "retired_code", "location", "location_name", "region",
        "checklist", "observation", "observation_detail", "summary", "checklist_exactness", "dataset_location",
        "holding",
        "record_run", "sensitive", "sensitive_point", "general_location", "general_edition",
    ]

    /// The query of the view never ends.
    @Test(arguments: tables)
    func aViewInPlaceOfATableIsRefused(table: String) throws {
        let database = try Database(path: path, mode: .readOnly)
        let names = try database.prepare("SELECT * FROM \(table)").columnNames
        try edit(
            """
            ALTER TABLE \(table) RENAME TO old_\(table);
            CREATE VIEW \(table) AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
                SELECT \(names.map { "x AS \($0)" }.joined(separator: ", ")) FROM n WHERE x < 0;
            """)
        #expect(refusal()?.contains("it has no table \(table); import into a new file") == true)
    }

    @Test func aVirtualTableInPlaceOfATableIsRefused() throws {
        try edit("DROP TABLE region; CREATE VIRTUAL TABLE region USING rtree (id, code, other)")
        #expect(refusal()?.contains("it has no table region") == true)
        try edit("DROP TABLE region; CREATE TABLE region (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE) STRICT")
        #expect(refusal() == nil)
        try edit(
            "DROP TABLE location_box; CREATE VIRTUAL TABLE location_box USING rtree_i32 (id, west, east, south, north)")
        #expect(refusal()?.contains("table location_box") == true)
    }

    @Test(arguments: [
        ("id INTEGER PRIMARY KEY, code TEXT NOT NULL", "has no UNIQUE constraint on code"),
        ("id INTEGER PRIMARY KEY, code TEXT AS (hex(id)) UNIQUE NOT NULL", "defines the column code differently"),
        ("id INTEGER PRIMARY KEY, code BLOB NOT NULL UNIQUE", "defines the column code differently"),
        ("id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE", "has no column code"),
    ])
    func aTableWithOtherColumnsIsRefused(columns: String, reason: String) throws {
        try edit("DROP TABLE region; CREATE TABLE region (\(columns)) STRICT")
        #expect(refusal()?.contains("its table region \(reason); import into a new file") == true)
    }

    @Test func anIndexOfOtherColumnsIsRefused() throws {
        for columns in ["(species_id, date)", "(date DESC)", "(abs(date))"] {
            try edit("DROP INDEX observation_by_date; CREATE INDEX observation_by_date ON observation \(columns)")
            #expect(refusal()?.contains("its index observation_by_date is another one") == true, "\(columns)")
        }
        try edit(
            """
            DROP INDEX observation_by_date;
            CREATE INDEX "observation_by_date" ON observation(date,location_id,species_id,num,dataset_id);
            """)
        #expect(refusal() == nil)
        try edit("DROP INDEX location_by_code; CREATE INDEX location_by_code ON location (code) WHERE id > 0")
        #expect(refusal()?.contains("its index location_by_code is another one") == true)
    }

    /// Other programs add such things, and nothing of them runs.
    @Test func whatElseIsInAFileDoesNoHarm() throws {
        try edit(
            """
            CREATE INDEX more ON observation (num);
            CREATE TABLE notes (text);
            CREATE VIEW recent AS SELECT * FROM observation WHERE date > 20200101;
            CREATE TRIGGER note AFTER DELETE ON species BEGIN INSERT INTO notes VALUES (old.code); END;
            ALTER TABLE location ADD COLUMN height REAL;
            ALTER TABLE location ADD COLUMN label TEXT AS (code || ' ' || coalesce(region, ''));
            ANALYZE;
            """)
        #expect(refusal() == nil)
        let reader = try Database(path: path, mode: .readOnly)
        #expect(throws: StoreError.self) { try reader.integer("SELECT count(*) FROM recent") }
        try edit("DROP INDEX checklist_by_location")
        #expect(refusal() == nil)
    }

    @Test func toOpenAFileHasATimeLimit() throws {
        #expect(throws: StoreError.overBudget) { try ObservationStore(path: path, limit: 0, fragmentBound: 0) }
        let canceller = Canceller()
        canceller.cancel()
        #expect(throws: StoreError.cancelled) { try ObservationStore(path: path, canceller: canceller) }
        // What follows has its own.
        #expect(try !ObservationStore(path: path).ids(ObservationQuery()).isEmpty)
    }

    @Test func theIdOfAGenerationIsNothingElse() throws {
        for id in ["", "x", "0123456789abcdef0123456789ABCDEF", "0123456789abcdef0123456789abcde\n"] {
            try edit("UPDATE generation SET id = '\(id)'")
            #expect(refusal()?.contains("its generation is missing") == true)
        }
    }

    /// The store of a loop is that of the old file while another thread opens the new one.
    @Test func aNewFileIsOpenedElsewhere() throws {
        let watch = try StoreWatch(path: path, patience: 0)
        let old = watch.current(now: 0)
        try Fixture.random(seed: 62, records: 7).write(to: folder.path("new.db"))
        try #require(rename(folder.path("new.db"), path) == 0)
        var (now, new) = (0 as UInt64, old)
        while new === old {
            now += 50_000_000
            new = watch.current(now: now)
            usleep(1000)
        }
        #expect(try new.ids(ObservationQuery()).count == 7)
        #expect(watch.lastRefusal == nil)
    }

    /// SQLite would go on with the pages that it remembers.
    @Test func aFileThatIsCutOffIsNotServed() throws {
        let watch = try StoreWatch(path: path, patience: .max)
        let pool = StorePool(path: path)
        try pool.withdraw(Canceller()).end()
        let store = watch.current(now: 0)
        let ids = try store.ids(ObservationQuery())
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try #require(truncate(path, off_t(whole.count / 2)) == 0)
        #expect(watch.current(now: 1_000_000_000) === store)
        #expect(throws: StoreError.self) { try store.ids(ObservationQuery()) }
        #expect(throws: StoreError.self) { try pool.withdraw(Canceller()).end() }
        // The file is never changed, and one that is whole again is served.
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole.prefix(whole.count / 2))
        try whole.write(to: URL(fileURLWithPath: path))
        #expect(try watch.current(now: 3_000_000_000).ids(ObservationQuery()) == ids)
    }

    /// Another copy of the exact edition has the right generation too.
    @Test func theExactEditionIsNotTakenForTheGeneralOne() throws {
        let fixture = Fixture.random(seed: 63, records: 10)
        try TwoEditions.write(exact: fixture, general: fixture, to: path)
        #expect(refusal() == nil)
        try TwoEditions.join([path + ".exact", path + ".exact"], to: path)
        #expect(refusal()?.contains("is not their general edition") == true)
        try TwoEditions.join([path + ".general", path + ".general"], to: path)
        #expect(refusal()?.contains("is not their general edition") == true)
    }

    private static let extremes: [Int64] = [.min, -1, 1 << 52, .max]

    /// Whatever numbers are in a file, each question has an answer or an error.
    @Test(arguments: extremes)
    func noNumberEndsTheProcess(number: Int64) throws {
        let columns = [
            ("observation", ["id", "checklist_id", "dataset_id", "date", "location_id", "species_id", "num", "valid"]),
            ("checklist", ["id", "dataset_id", "location_id", "date", "minutes", "species_count", "half_days"]),
            ("summary", ["first_key", "second_key", "region_id", "records", "total", "max", "first", "last"]),
            ("holding", ["id", "dataset_id", "mark", "checklists", "records", "sequence", "changed_at"]),
            ("record_run", ["holding_id", "first_id", "first_number"]), ("dataset", ["id", "checklists", "records"]),
            ("species", ["id", "listed"]), ("location", ["id", "latitude", "longitude"]), ("region", ["id"]),
            ("dataset_location", ["location_id", "dataset_id", "generalised"]),
        ]
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        for (table, names) in columns {
            for name in names {
                try good.write(to: URL(fileURLWithPath: path))
                try edit("UPDATE OR IGNORE \(table) SET \(name) = \(number)")
                guard let store = try? ObservationStore(path: path) else { continue }
                for view in [View.everything, View(regions: ["CA"], datasets: ["atlas"])] { ask(store, view) }
            }
        }
    }

    private func ask(_ store: ObservationStore, _ view: View) {
        var counted = ObservationQuery()
        (counted.page.countsAll, counted.page.limit) = (true, 3)
        var sorted = counted
        sorted.sort = [SortKey(field: .num, isDescending: true), SortKey(field: .date, isDescending: false)]
        var ofSpecies = ObservationQuery()
        ofSpecies.filter.species = ["sp100", "sp101"]
        let requests: [RecordRequest.Rows] = [
            .observations(ObservationQuery()), .observations(counted), .observations(sorted), .zeroFilled(ofSpecies),
            .checklists(ofSpecies, ChecklistField.allCases), .locations(counted), .regions, .species, .datasets,
            .summary([.species, .year], ObservationQuery()), .summary([.location, .month], ofSpecies),
            .summary([.region, .dataset, .week, .isoYear], counted), .summary([.date], ofSpecies),
        ]
        for request in requests {
            _ = try? store.rows(request, view: view, format: .json).lines()
            _ = try? store.nextPage(request, view: view)
        }
        for id in [0, 1, 1 << 51] as [Int64] {
            _ = try? store.document(.observation(id: id, Field.allCases), view: view)
        }
        _ = try? store.document(.species(code: "sp100"), view: view)
        _ = try? store.document(.location(code: "L100"), view: view)
        _ = try? store.revision(of: view)
    }
}
