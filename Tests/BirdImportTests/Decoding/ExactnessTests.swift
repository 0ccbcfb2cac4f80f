import BirdImport
import Birds
import Fixtures
import Testing

@testable import Fixtures

/// How exact a place is: what a file says of it, and never the accuracy of a place that the file does not have.
@Suite struct ExactnessTests {
    let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// The uncertainty and whether it was generalised, of a file with one record.
    private func stored(_ text: String) throws -> String? {
        fixture.write("a.csv", text)
        let report = try fixture.run("a.csv")
        #expect(report.stored == 1)
        return try fixture.rows("SELECT coordinate_uncertainty_m, generalised FROM observation_detail").first
    }

    @Test(
        arguments: [
            ("coordinates_obscured,positional_accuracy", "false,10", "10.0|0"),
            ("coordinates_obscured,positional_accuracy", "true,10", "|1"),
            ("coordinates_obscured,positional_accuracy,public_positional_accuracy", "true,10,28000", "28000.0|1"),
            ("coordinates_obscured,positional_accuracy,public_positional_accuracy", "false,10,10", "10.0|0"),
            // Nobody can tell whether this place is the true one.
            ("positional_accuracy", "10", nil),
            ("positional_accuracy,public_positional_accuracy", "10,28000", "28000.0|"),
            ("positional_accuracy,taxon_geoprivacy", "10,obscured", "|1"),
            ("positional_accuracy,geoprivacy", "10,obscured", "|1"), ("positional_accuracy,geoprivacy", "10,", nil),
            // If one of the two is wrong, nobody can tell which.
            (
                "coordinates_obscured,taxon_geoprivacy,positional_accuracy,public_positional_accuracy",
                "false,obscured,10,28000", "28000.0|1"
            ),
            ("coordinates_obscured,geoprivacy,positional_accuracy", "false,obscured,10", "|1"),
            ("coordinates_obscured,geoprivacy,positional_accuracy", "false,open,10", "10.0|0"),
        ] as [(String, String, String?)])
    func readsINaturalist(columns: String, cells: String, expected: String?) throws {
        let header = "id,scientific_name,iconic_taxon_name,observed_on,quality_grade,latitude,longitude,"
        #expect(
            try stored(header + columns + "\n1,Larus canus,Aves,2021-02-03,research,55.4,12.8,\(cells)\n") == expected)
    }

    @Test(
        arguments: [
            ("coordinateUncertaintyInMeters", "250", "250.0|"), ("coordinateUncertaintyInMeters", "0", nil),
            ("coordinateUncertaintyInMeters", "NA", nil), ("dataGeneralizations", "rounded to 0.1 degrees", "|1"),
            ("coordinateUncertaintyInMeters", "20037508", "20037508.0|"),
            ("dataGeneralizations", "None", nil), ("dataGeneralizations", "", nil), ("dataGeneralizations", "No", nil),
            ("dataGeneralizations", "false", nil), ("dataGeneralizations", "0", nil),
            ("dataGeneralizations", "NA", nil), ("dataGeneralizations", "n/a", nil), ("dataGeneralizations", "-", nil),
            ("dataGeneralizations", "none applied", nil), ("dataGeneralizations", "Not generalised", nil),
            ("dataGeneralizations", "Nein", nil), ("dataGeneralizations", "No generalizations applied.", nil),
            ("dataGeneralizations", "Coordinates are not generalised", nil),
            ("dataGeneralizations", "Coordinates have been generalised", "|1"),
            ("dataGeneralizations", "no exact coordinates", "|1"), ("dataGeneralizations", "0.1", "|1"),
            ("informationWithheld", "true coordinates on request", "|1"),
            ("informationWithheld", "Coordinate uncertainty increased to 28 km", "|1"),
            ("informationWithheld", "name of the collector", nil),
            ("informationWithheld", "Location withheld", "|1"), ("informationWithheld", "exact locality", "|1"),
            ("informationWithheld", "Sensitive species", "|1"), ("informationWithheld", "Precise location", "|1"),
            ("informationWithheld", "photos", nil),
            ("coordinateUncertaintyInMeters\tdataGeneralizations", "1000\trounded", "1000.0|1"),
        ] as [(String, String, String?)])
    func readsDarwinCore(columns: String, cells: String, expected: String?) throws {
        #expect(
            try stored("occurrenceID\tscientificName\teventDate\t\(columns)\no1\tLarus canus\t2021-02-03\t\(cells)\n")
                == expected)
    }

    @Test func readsWhatItServes() throws {
        let header = plainHeader.dropLast() + ",coordinate_uncertainty_m,generalised\n"
        #expect(try stored(header + "L1,55.4,12.8,,2021,2,3,a,1,1500.5,true\n") == "1500.5|1")
        var query = ObservationQuery()
        query.fields = [.speciesID, .coordinateUncertainty, .generalised]
        let store = try ObservationStore(path: fixture.database)
        #expect(
            try store.text(query, format: .ndjson)
                == #"{"species_id":"a","coordinate_uncertainty_m":1500.5,"generalised":true}"# + "\n")
        #expect(
            try store.text(query, format: .csv) == "species_id,coordinate_uncertainty_m,generalised\r\na,1500.5,1\r\n")
    }

    /// A remark in place of a distance never costs the record.
    @Test(arguments: ["-5", "-1", "20037509", "100 m", "unknown"]) func leavesOutWhatIsNoDistance(cell: String) throws {
        fixture.write(
            "a.txt",
            "scientificName\teventDate\tcoordinateUncertaintyInMeters\nLarus canus\t2021-02-03\t\(cell)\n"
                + "Larus canus\t2021-02-04\t\nLarus canus\t2021-02-05\t10\nLarus canus\t2021-02-30\t\(cell)\n")
        let report = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(report.rowsInError == 1 && report.stored == 3)
        #expect(report.text.contains("  1 uncertainty of a place left out: it is not a distance in metres\n"))
        #expect(String(decoding: report.json, as: UTF8.self).contains("\"unread_uncertainties\":1"))
        #expect(try fixture.rows("SELECT coordinate_uncertainty_m FROM observation_detail") == ["10.0"])
    }

    /// A small change writes only what is known of its own locations.
    @Test func aSmallChangeReadsOnlyItsOwnLocations() throws {
        let header = plainHeader.dropLast() + ",checklist_id,source_id,coordinate_uncertainty_m,generalised\n"
        fixture.write(
            "a.csv",
            header + (1...60).map { "L\($0 % 6),55.4,12.8,,2021,2,\($0 % 28 + 1),a,1,c\($0),s\($0),\($0),0\n" }.joined()
        )
        try fixture.run("a.csv")
        let database = try Database(path: fixture.database, mode: .readWrite)
        for table in ["checklist_exactness", "dataset_location"] {
            try database.execute(
                "ALTER TABLE \(table) ADD COLUMN was_written INTEGER NOT NULL DEFAULT 1; UPDATE \(table) SET was_written = 0"
            )
        }
        try Seal.set(in: database)
        // A new checklist, a record that moves from the checklist that it had alone, and one that leaves its location.
        fixture.write(
            "b.csv",
            header + "L1,55.4,12.8,,2021,3,1,a,1,new,,900,1\nL2,55.4,12.8,,2021,3,1,a,1,c99,s2,5,\n"
                + "L2,55.4,12.8,,2021,3,2,a,1,c98,s3,,\n")
        #expect(try fixture.run("b.csv") { ($0.append, $0.dataset) = (true, "a") }.replaced == 2)
        let locations = """
            SELECT code, coordinate_uncertainty_m, generalised FROM dataset_location JOIN location ON id = location_id
            WHERE was_written ORDER BY 1
            """
        #expect(try fixture.rows(locations) == ["L1|900.0|1", "L2|56.0|0", "L3|57.0|0"])
        let others = """
            SELECT DISTINCT l.code FROM checklist_exactness e JOIN checklist c USING (id) JOIN location l ON l.id = location_id
            WHERE NOT was_written ORDER BY 1
            """
        #expect(try fixture.rows(others) == ["L0", "L4", "L5"])
        try Database(path: fixture.database, mode: .readWrite).execute(
            ["checklist_exactness", "dataset_location"].map { "ALTER TABLE \($0) DROP COLUMN was_written" }
                .joined(separator: ";"))
        #expect(try fixture.isSound())
    }

    /// Whatever changes the records changes what is known of their checklists and locations.
    @Test func checklistsAndLocationsFollowTheirRecords() throws {
        let header = plainHeader.dropLast() + ",coordinate_uncertainty_m,generalised\n"
        func add(_ name: String, _ rows: String, _ change: (inout ImportOptions) -> Void = { _ in }) throws {
            fixture.write(name, header + rows)
            try fixture.run(name) { change(&$0) }
            #expect(try fixture.isSound())
        }
        let locations = """
            SELECT l.code, d.name, coordinate_uncertainty_m, generalised FROM dataset_location e
            JOIN location l ON l.id = e.location_id JOIN dataset d ON d.id = e.dataset_id
            WHERE coalesce(coordinate_uncertainty_m, generalised) IS NOT NULL ORDER BY 1, 2
            """
        try add("b.csv", "M1,55.4,12.8,,2021,2,3,a,1,10,\nM1,55.4,12.8,,2021,2,3,b,1,30,0\n")
        try add("c.csv", "M1,55.4,12.8,,2021,2,4,a,1,,1\nM2,55.4,12.8,,2021,2,4,a,1,,\n")
        #expect(try fixture.rows(locations) == ["M1|b|30.0|0", "M1|c||1"])
        // A location before the others: ids move.
        try add("b.csv", "A1,55.4,12.8,,2021,2,3,a,1,5,\nM1,55.4,12.8,,2021,2,5,a,1,500,1\n") { $0.append = true }
        #expect(try fixture.rows(locations) == ["A1|b|5.0|", "M1|b|500.0|1", "M1|c||1"])
        #expect(
            try fixture.rows("SELECT coordinate_uncertainty_m, generalised FROM checklist_exactness ORDER BY 1, 2")
                == ["|1", "5.0|", "30.0|0", "500.0|1"])
        try add("c.csv", "M1,55.4,12.8,,2021,2,4,a,1,,\n")
        #expect(try fixture.rows(locations) == ["A1|b|5.0|", "M1|b|500.0|1"])
        try DataSets.remove(name: "b", path: fixture.database)
        #expect(try fixture.isSound() && fixture.rows(locations).isEmpty)
    }
}
