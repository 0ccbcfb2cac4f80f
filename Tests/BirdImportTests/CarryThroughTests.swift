import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct CarryThroughTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// A row to which cells are added one after the other.
    private struct Cells {
        var row = Row()
        mutating func add(_ text: String) -> Row.Cell {
            row.append(text.utf8)
            return row.cells[row.cells.count - 1]
        }
    }

    private func store(_ staging: Staging) throws {
        let target = DataSetWriter.Target(
            name: "d", format: "plain", keepsFormat: false, source: nil, licence: nil, citation: nil,
            importedAt: "2024-05-06T07:08:09Z")
        let generation = try Generation(path: fixture.database)
        _ = try generation.change { (database) throws(StoreError) in
            try DataSetWriter(
                database: database, catalogue: Catalogue(database), targets: [target], appends: false, now: 0
            ).write(staging) { _ in }
        }
    }

    @Test func storesAllMembersOfARecord() throws {
        let staging = Staging(in: Folder.split(fixture.database).folder)
        var cells = Cells()
        var record = SourceRecord()
        record.location = cells.add("L1")
        record.locationName = cells.add("Marsh Lake")
        record.date = 20_210_203
        record.species = cells.add("a")
        record.count = 2
        record[.time] = 7 * 60 + 5
        record[.minutes] = 90
        record[real: .distance] = 1.5
        record[real: .area] = 2.5
        record[.observers] = 3
        record[.complete] = 1
        record[text: .protocol] = cells.add("Traveling")
        record[text: .checklistComments] = cells.add("windy")
        record[.ownTime] = 23 * 60 + 59
        record[real: .confidence] = 0.75
        record[text: .breedingCode] = cells.add("NY")
        record[text: .comments] = cells.add("two, flying")
        record[real: .coordinateUncertainty] = 250.5
        record[.generalised] = 0
        #expect(try staging.add(record, cells.row, dataset: 0, file: 0, complete: nil) == .staged)
        // No value of one record is kept for the next.
        var plain = SourceRecord()
        plain.location = record.location
        plain.date = 20_210_204
        plain.species = record.species
        #expect(try staging.add(plain, cells.row, dataset: 0, file: 0, complete: false) == .staged)
        try store(staging)
        #expect(
            try fixture.rows(
                """
                SELECT date, time, minutes, distance_km, area_ha, observers, complete, protocol, comments, species_count
                FROM checklist ORDER BY date
                """) == ["20210203|07:05|90|1.5|2.5|3|1|Traveling|windy|1", "20210204||||||0|||1"])
        #expect(try fixture.rows("SELECT name FROM location_name") == ["Marsh Lake"])
        #expect(
            try fixture.rows(
                "SELECT o.date, d.time, confidence, breeding_code, comments, coordinate_uncertainty_m, generalised FROM observation_detail d JOIN observation o USING (id)"
            ) == ["20210203|23:59|0.75|NY|two, flying|250.5|0"])
        #expect(try fixture.isSound())
    }

    @Test func findsASpeciesByItsNamesOrUsesANameAsCode() throws {
        fixture.write("t.csv", "species_id,sci_name,en_us\nsteJay,Cyanocitta stelleri,Steller's Jay\n")
        try fixture.run("t.csv")
        let staging = Staging(in: Folder.split(fixture.database).folder)
        let names = [
            ("CYANOCITTA stelleri", ""), ("", "steller's jay"), ("Avis ignota", "Odd Bird"), ("", "Odder Bird"),
        ]
        for (scientific, common) in names {
            var cells = Cells()
            var record = SourceRecord()
            record.location = cells.add("L1")
            record.date = 20_210_203
            if !scientific.isEmpty { record.scientificName = cells.add(scientific) }
            if !common.isEmpty { record.commonName = cells.add(common) }
            #expect(try staging.add(record, cells.row, dataset: 0, file: 0, complete: nil) == .staged)
        }
        try store(staging)
        #expect(
            try fixture.rows(
                "SELECT code, count(*), common_name FROM observation o JOIN species s ON s.id = species_id GROUP BY 1")
                == ["Avis ignota|1|", "Odder Bird|1|", "steJay|2|Steller's Jay"])
        #expect(try fixture.isSound())
    }

    @Test func bringsAFileOfLayout1UpToDate() throws {
        for change in ["import", "remove"] {
            let fixture = try ImportFixture()
            fixture.write("a.csv", plainHeader + "L1,60.5,-135.25,CA-YT,2021,2,3,a,2\nL2,,,,2021,2,4,b,\n")
            fixture.write("b.csv", plainHeader + "L3,,,,2021,2,3,a,1\n")
            try fixture.run("a.csv", "b.csv")
            let new = try fixture.rows("SELECT * FROM summary")
            do {
                // Back to layout 1.
                let database = try Database(path: fixture.database, mode: .readWrite)
                try database.execute(
                    """
                    DROP TABLE generation; DROP TABLE location_box; DROP TABLE region; DROP TABLE observation_detail;
                    DROP TABLE summary; DROP INDEX checklist_by_date; DROP INDEX checklist_by_location;
                    ALTER TABLE checklist DROP COLUMN area_ha; ALTER TABLE checklist DROP COLUMN protocol;
                    ALTER TABLE checklist DROP COLUMN comments; ALTER TABLE checklist DROP COLUMN species_count;
                    PRAGMA user_version = 1;
                    """)
            }
            #expect(throws: StoreError.self) { try ObservationStore(path: fixture.database) }
            if change == "import" {
                try fixture.run("b.csv")
                #expect(try fixture.rows("SELECT * FROM summary") == new)
            } else {
                #expect(try DataSets.remove(name: "b", path: fixture.database) == 1)
            }
            #expect(try fixture.rows("PRAGMA user_version") == ["\(Schema.version)"])
            #expect(try fixture.rows("SELECT species_count FROM checklist WHERE date = 20210204") == ["1"])
            #expect(try fixture.isSound())
        }
    }
}
