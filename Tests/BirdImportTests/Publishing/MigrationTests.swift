import BirdImport
import Birds
import Testing

@testable import Fixtures

@Suite struct MigrationTests {
    /// The tables and indexes of layout 1, and one checklist with two records.
    private static let layout1 = """
        CREATE TABLE dataset (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            format TEXT NOT NULL,
            source TEXT,
            licence TEXT,
            citation TEXT,
            imported_at TEXT NOT NULL,
            checklists INTEGER NOT NULL,
            records INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE species (
            id INTEGER PRIMARY KEY,
            code TEXT NOT NULL UNIQUE,
            scientific_name TEXT,
            common_name TEXT,
            category TEXT,
            taxon_order REAL
        ) STRICT;
        CREATE INDEX species_by_scientific_name ON species (scientific_name COLLATE NOCASE);
        CREATE INDEX species_by_common_name ON species (common_name COLLATE NOCASE);
        CREATE TABLE location (
            id INTEGER PRIMARY KEY,
            code TEXT NOT NULL,
            latitude REAL,
            longitude REAL,
            region TEXT,
            name TEXT
        ) STRICT;
        CREATE INDEX location_by_code ON location (code);
        CREATE INDEX location_by_region ON location (region);
        CREATE TABLE checklist (
            id INTEGER PRIMARY KEY,
            dataset_id INTEGER NOT NULL,
            code TEXT,
            location_id INTEGER NOT NULL,
            date INTEGER NOT NULL,
            time TEXT,
            minutes INTEGER,
            distance_km REAL,
            observers INTEGER,
            complete INTEGER,
            half_days INTEGER,
            effort_hours_atleast REAL,
            snow_depth_atleast REAL
        ) STRICT;
        CREATE TABLE observation (
            id INTEGER PRIMARY KEY,
            checklist_id INTEGER NOT NULL,
            dataset_id INTEGER NOT NULL,
            date INTEGER NOT NULL,
            location_id INTEGER NOT NULL,
            species_id INTEGER NOT NULL,
            num INTEGER,
            source_id TEXT,
            valid INTEGER,
            reviewed INTEGER
        ) STRICT;
            CREATE INDEX observation_by_date ON observation (date, location_id, species_id, num, dataset_id);
            CREATE INDEX observation_by_species ON observation (species_id, date, location_id, num, dataset_id);
            CREATE INDEX observation_by_location ON observation (location_id, date, species_id, num, dataset_id);
            CREATE UNIQUE INDEX observation_by_source_id ON observation (dataset_id, source_id)
                WHERE source_id IS NOT NULL;
            CREATE INDEX checklist_by_dataset ON checklist (dataset_id, code);
            PRAGMA application_id = 1383034731;
            PRAGMA user_version = 1;
            INSERT INTO dataset VALUES (1, 'old', 'plain', NULL, NULL, NULL, '2024-05-06T07:08:09Z', 1, 2);
            INSERT INTO species (id, code) VALUES (1000, 'nobird'), (2000, 'stejay');
            INSERT INTO location VALUES (1000, 'L1', 60.5, -135.25, 'CA-YT', NULL);
            INSERT INTO checklist (id, dataset_id, location_id, date, time) VALUES (1, 1, 1000, 20210203, '06:41');
            INSERT INTO observation (checklist_id, dataset_id, date, location_id, species_id, num)
                VALUES (1, 1, 20210203, 1000, 2000, 3), (1, 1, 20210203, 1000, 1000, NULL);
        """

    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture()
        let database = try Database(path: fixture.database, mode: .readWrite)
        try database.execute(Self.layout1)
    }

    @Test func anOldFileIsNotServed() {
        #expect {
            try ObservationStore(path: fixture.database)
        } throws: { error in
            (error as? StoreError)?.sentence.contains("import a file into it to bring it up to date") == true
        }
    }

    @Test func anImportBringsAnOldFileUpToDate() throws {
        fixture.write("new.csv", plainHeader + "L2,,,,2022,2,3,stejay,1\n")
        try fixture.run("new.csv")
        try check(records: 3)
        let store = try ObservationStore(path: fixture.database)
        var query = ObservationQuery()
        query.fields = [.date, .time, .locationID, .speciesID, .num]
        #expect(
            try store.text(query, format: .csv).split(separator: "\r\n").dropFirst() == [
                "2021-02-03,06:41,L1,nobird,", "2021-02-03,06:41,L1,stejay,3", "2022-02-03,,L2,stejay,1",
            ])
        let lists = try store.rows(
            .checklists(ObservationQuery(), [.date, .speciesCount]), view: .everything, format: .csv)
        #expect(try lists.text() == "date,species_count\r\n2021-02-03,1\r\n2022-02-03,1\r\n")
    }

    /// A file of layout 2 has no group codes, and nothing of how exact places are.
    @Test func anImportBringsAFileOfLayout2UpToDate() throws {
        let other = try ImportFixture()
        let later = [
            "listed", "group_code", "coordinate_uncertainty_m", "generalised", "copy", "has_own_names", "opens_codes",
            "opens_comments", "opens_names",
        ]
        // Without comments, since a comma may be left before the end of a table.
        let lines = Schema.tables.split(separator: "\n").map {
            String($0.prefix(upTo: $0.firstRange(of: "--")?.lowerBound ?? $0.endIndex))
        }
        let tables = lines.filter { line in !later.contains(where: line.contains) }.joined(separator: "\n")
        let database = try Database(path: other.database, mode: .readWrite)
        try database.execute(tables.replacing(/,\s*\)/, with: ")"))
        try Schema.makeIndexes(in: database)
        try database.execute(
            """
            ALTER TABLE location ADD COLUMN name TEXT;
            PRAGMA application_id = \(Schema.applicationID);
            PRAGMA user_version = 2;
            INSERT INTO dataset VALUES (1, 'old', 'plain', NULL, NULL, NULL, '2024-05-06T07:08:09Z', 1, 1);
            INSERT INTO species (id, code) VALUES (2000, 'stejay');
            INSERT INTO location VALUES (1000, 'L1', 60.5, -135.25, 'CA-YT', NULL);
            INSERT INTO checklist (id, dataset_id, location_id, date, species_count) VALUES (1, 1, 1000, 20210203, 1);
            INSERT INTO observation VALUES (1, 1, 1, 20210203, 1000, 2000, 3, NULL, NULL, NULL);
            INSERT INTO observation_detail VALUES (1, '06:41', NULL, 'NY', NULL);
            """)
        #expect(throws: StoreError.self) { try ObservationStore(path: other.database) }
        other.write(
            "new.csv", plainHeader.dropLast() + ",coordinate_uncertainty_m,generalised\nL2,1,2,,2022,2,3,a,1,5,false\n")
        try other.run("new.csv")
        #expect(try other.isSound())
        #expect(
            try other.rows("SELECT time, breeding_code, generalised FROM observation_detail WHERE id = 1") == [
                "06:41|NY|"
            ])
        #expect(try other.rows("SELECT name, records FROM dataset ORDER BY name") == ["new|1", "old|1"])
        #expect(
            try other.rows("SELECT coordinate_uncertainty_m, generalised FROM observation_detail ORDER BY id").last
                == "5.0|0")
    }

    /// Layout 3 lacks what is known of the places of checklists and locations.
    @Test func anImportBringsAFileOfLayout3UpToDate() throws {
        let other = try ImportFixture()
        other.write("old.csv", plainHeader.dropLast() + ",coordinate_uncertainty_m\nL1,1,2,,2022,2,3,a,1,70\n")
        try other.run("old.csv")
        do {
            let database = try Database(path: other.database, mode: .readWrite)
            try database.execute(
                "DROP TABLE checklist_exactness; DROP TABLE dataset_location; PRAGMA user_version = 3")
        }
        #expect(throws: StoreError.self) { try ObservationStore(path: other.database) }
        other.write("new.csv", plainHeader + "L2,1,2,,2022,2,3,a,1\n")
        try other.run("new.csv")
        #expect(try other.isSound())
        #expect(try other.rows("SELECT max(coordinate_uncertainty_m) FROM dataset_location") == ["70.0"])
    }

    /// Layout 4 has one name for each location, and doesn't tell the species of tables from those that only records
    /// name.
    @Test func anImportBringsAFileOfLayout4UpToDate() throws {
        let other = try ImportFixture()
        other.write("one.csv", plainHeader + "L1,1,2,,2022,2,3,a,1\nL2,1,2,,2022,2,3,b,1\n")
        other.write("two.csv", plainHeader + "L1,1,2,,2022,2,4,c,1\nL2,1,2,,2022,2,3,d,1\n")
        try other.run("one.csv", "two.csv")
        do {
            let database = try Database(path: other.database, mode: .readWrite)
            try database.execute(
                """
                UPDATE species SET common_name = 'Bird', taxon_order = 1 WHERE code = 'a';
                UPDATE species SET common_name = 'Bird' WHERE code = 'b';
                UPDATE species SET scientific_name = 'Avis una', category = 'issf' WHERE code = 'c';
                INSERT INTO species (id, code, common_name, category) VALUES (2147483646, 'z', 'Bird', 'species');
                ALTER TABLE species DROP COLUMN listed;
                ALTER TABLE location ADD COLUMN name TEXT;
                UPDATE location SET name = 'Marsh' WHERE code = 'L1';
                DROP TABLE secret; DROP TABLE location_name; DROP TABLE dataset_location; DROP TABLE holding;
                DROP TABLE record_run;
                PRAGMA user_version = 4;
                """)
        }
        other.write("new.csv", plainHeader + "L2,1,2,,2022,2,3,a,1\n")
        try other.run("new.csv")
        #expect(try other.isSound())
        #expect(
            try other.rows(
                "SELECT n.name, d.name FROM location_name n JOIN dataset d ON d.id = dataset_id ORDER BY dataset_id")
                == ["Marsh|one", "Marsh|two"])
        #expect(try other.rows("SELECT code FROM species WHERE listed = 1 ORDER BY code") == ["a", "b", "z"])
        #expect(try other.rows("SELECT length(key) FROM secret") == ["112"])
        #expect(try ObservationStore(path: other.database).text(ObservationQuery()).contains("L1"))
    }

    /// Layout 6 doesn't tell which records have names of their own: all that have a species with such names.
    @Test func anImportBringsAFileOfLayout6UpToDate() throws {
        let other = try ImportFixture()
        other.write("old.csv", plainHeader + "L1,1,2,,2022,2,3,Avis una altera,1\nL1,1,2,,2022,2,3,Avis una nova,1\n")
        other.write("plain.csv", plainHeader + "L1,1,2,,2022,2,4,Avis una altera,1\n")
        other.write("same.csv", plainHeader + "L1,1,2,,2022,2,5,Avis,1\n")
        try other.run("old.csv", "plain.csv", "same.csv")
        do {
            let database = try Database(path: other.database, mode: .readWrite)
            try database.execute(
                """
                UPDATE species SET scientific_name = code, category = 'issf' WHERE code = 'Avis una altera';
                UPDATE dataset SET format = 'ebird' WHERE name = 'old';
                UPDATE holding SET mark = 4194303 - id, changed_at = 1700000000 WHERE mark >= 0;
                ALTER TABLE observation_detail DROP COLUMN has_own_names;
                PRAGMA user_version = 6;
                """)
        }
        other.write(
            "taxonomy.csv",
            "species_code,category,sci_name,primary_com_name,taxon_order\navis1,species,Avis una,Bird,1\n")
        try other.run("taxonomy.csv")
        #expect(try other.isSound())
        let codes = "SELECT code FROM observation o JOIN species s ON s.id = o.species_id ORDER BY 1"
        #expect(try other.rows(codes) == ["Avis", "Avis una altera", "avis1", "avis1"])
        // The marks have the form of this layout, so that all ids are new, and everything has changed now.
        #expect(try other.rows("SELECT DISTINCT changed_at > 1700000000 FROM holding") == ["1"])
        #expect(try other.rows("SELECT count(*) FROM holding WHERE mark BETWEEN 0 AND 4194303") == ["0"])
    }

    /// Layout 8 does not tell whether names of places are open.
    @Test func anImportBringsAFileOfLayout8UpToDate() throws {
        let other = try ImportFixture()
        other.write("old.csv", plainHeader + "L1,1,2,,2022,2,3,Avis,1\n")
        other.write("list.csv", "species,category\nAvis,2\n")
        try other.run("old.csv") { $0.sensitive = other.path("list.csv") }
        do {
            let database = try Database(path: other.database, mode: .readWrite)
            try database.execute("ALTER TABLE dataset DROP COLUMN opens_names; PRAGMA user_version = 8")
        }
        try other.run("old.csv")
        #expect(try other.isSound())
        #expect(try other.rows("SELECT opens_names FROM dataset") == ["0"])
        #expect(try other.general().rows("SELECT code FROM location") == ["cell_1.0N_2.0E_0.1"])
    }

    @Test func removingADataSetBringsAnOldFileUpToDate() throws {
        #expect(try DataSets.list(path: fixture.database).map(\.name) == ["old"])
        try DataSets.remove(name: "old", path: fixture.database)
        try check(records: 0)
    }

    /// Whether the file has the layout of a new one.
    private func check(records: Int) throws {
        #expect(try fixture.isSound())
        let migrated = try Database(path: fixture.database, mode: .readOnly)
        let fresh = try Database(path: "", mode: .readWrite)
        try Schema.create(in: fresh)
        let names = "SELECT group_concat(type || name, ' ') FROM (SELECT type, name FROM sqlite_schema ORDER BY 1, 2)"
        #expect(try migrated.text(names) == fresh.text(names))
        let columns = """
            SELECT group_concat(name, ' ') FROM (
                SELECT t.name || '.' || c.name || ' ' || c.type AS name FROM sqlite_schema t, pragma_table_info(t.name) c
                WHERE t.type = 'table' AND t.name NOT GLOB 'location_box*' ORDER BY 1)
            """
        #expect(try migrated.text(columns) == fresh.text(columns))
        #expect(try migrated.integer("PRAGMA user_version") == Int64(Schema.version))
        #expect(try migrated.integer("SELECT count(*) FROM generation") == 1)
        let summed = try migrated.integer("SELECT total(records) FROM summary WHERE kind = 2")
        #expect(summed == Int64(records))
    }
}
