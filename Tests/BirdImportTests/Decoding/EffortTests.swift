import BirdImport
import Testing

@testable import Fixtures

/// Flags, efforts and other cells that few formats have.
@Suite struct EffortTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private static let names = [
        "GLOBAL UNIQUE IDENTIFIER", "COMMON NAME", "SCIENTIFIC NAME", "OBSERVATION COUNT", "COUNTRY CODE", "STATE CODE",
        "LOCALITY", "LOCALITY ID", "LATITUDE", "LONGITUDE", "OBSERVATION DATE", "TIME OBSERVATIONS STARTED",
        "SAMPLING EVENT IDENTIFIER", "DURATION MINUTES", "EFFORT DISTANCE KM", "EFFORT AREA HA", "NUMBER OBSERVERS",
        "ALL SPECIES REPORTED", "APPROVED", "REVIEWED",
    ]

    /// Imports a row of the eBird Basic Dataset with one of its cells changed.
    private func run(_ name: String, _ value: String) throws -> ImportReport {
        let cells = Self.names.map { column -> String in
            if column == name { return value }
            return switch column {
            case "GLOBAL UNIQUE IDENTIFIER": "O1"
            case "SCIENTIFIC NAME": "Avis una"
            case "COUNTRY CODE": "CA"
            case "LOCALITY ID": "L1"
            case "OBSERVATION DATE": "2021-02-03"
            case "SAMPLING EVENT IDENTIFIER": "S1"
            default: ""
            }
        }
        fixture.write("ebd.txt", (Self.names.joined(separator: "\t") + "\n") + cells.joined(separator: "\t") + "\n")
        return try fixture.run("ebd.txt") { $0.includeInvalid = true }
    }

    @Test(
        arguments: [
            ("ALL SPECIES REPORTED", "complete", "1", "1"), ("ALL SPECIES REPORTED", "complete", "0", "0"),
            ("ALL SPECIES REPORTED", "complete", "true", "1"), ("ALL SPECIES REPORTED", "complete", "TRUE", "1"),
            ("ALL SPECIES REPORTED", "complete", "False", "0"), ("ALL SPECIES REPORTED", "complete", "", ""),
            ("ALL SPECIES REPORTED", "complete", "NA", ""), ("ALL SPECIES REPORTED", "complete", "Yes", "1"),
            ("ALL SPECIES REPORTED", "complete", "t", "1"), ("ALL SPECIES REPORTED", "complete", "Y", "1"),
            ("ALL SPECIES REPORTED", "complete", "no", "0"), ("ALL SPECIES REPORTED", "complete", "f", "0"),
            ("ALL SPECIES REPORTED", "complete", "N", "0"),
            ("DURATION MINUTES", "minutes", "10.5", "11"), ("DURATION MINUTES", "minutes", "10.4", "10"),
            ("DURATION MINUTES", "minutes", "1000000", "1000000"), ("DURATION MINUTES", "minutes", "0", "0"),
            ("DURATION MINUTES", "minutes", "NA", ""), ("NUMBER OBSERVERS", "observers", "2.6", "3"),
            ("EFFORT DISTANCE KM", "distance_km", "1.25", "1.25"),
            ("EFFORT DISTANCE KM", "distance_km", "1e6", "1000000.0"),
            ("EFFORT AREA HA", "area_ha", "0.5", "0.5"), ("TIME OBSERVATIONS STARTED", "time", "06:05:59", "06:05"),
            ("TIME OBSERVATIONS STARTED", "time", "NA", ""),
        ])
    func cellsOfChecklistsAreStored(name: String, column: String, text: String, stored: String) throws {
        #expect(try run(name, text).rowsInError == 0)
        #expect(try fixture.rows("SELECT \(column) FROM checklist") == [stored])
    }

    @Test(arguments: [("", "CA"), ("CA-BC", "CA-BC")])
    func theCountryIsTheRegionIfThereIsNoOther(state: String, region: String) throws {
        _ = try run("STATE CODE", state)
        #expect(try fixture.rows("SELECT region FROM location") == [region])
    }

    @Test(arguments: [
        ("APPROVED", "valid", "1"), ("APPROVED", "valid", "0"), ("REVIEWED", "reviewed", "1"),
        ("REVIEWED", "reviewed", "0"),
    ])
    func reviewsAreStored(name: String, column: String, text: String) throws {
        _ = try run(name, text)
        let other = column == "valid" ? "reviewed" : "valid"
        #expect(try fixture.rows("SELECT \(column), \(other) FROM observation") == ["\(text)|"])
    }

    @Test(
        arguments: [
            ("ALL SPECIES REPORTED", "2", "2 is neither 0 nor 1"),
            ("ALL SPECIES REPORTED", "-1", "-1 is neither 0 nor 1"),
            ("ALL SPECIES REPORTED", "maybe", "'maybe' is not a whole number"),
            ("DURATION MINUTES", "1000000.5", "1000000.5 is more than 1000000"),
            ("DURATION MINUTES", "-0.5", "-0.5 is negative"), ("NUMBER OBSERVERS", "-1", "-1.0 is negative"),
            ("EFFORT AREA HA", "1e7", "10000000.0 is more than 1000000"),
            ("EFFORT DISTANCE KM", "far", "'far' is not a number"),
            ("GLOBAL UNIQUE IDENTIFIER", "", "is empty"), ("SAMPLING EVENT IDENTIFIER", "", "is empty"),
        ])
    func otherCellsAreInError(name: String, text: String, reason: String) throws {
        #expect(try run(name, text).firstErrors.map { "\($0.column ?? ""): \($0.reason)" } == ["\(name): \(reason)"])
    }

    @Test(arguments: [
        ("1,0,NA,1", "9"), ("0,0,0,0", "0"), ("NA,NA,NA,NA", ""), ("1,1,1,1", "15"), ("NA,1,NA,0", "2"),
        ("0,0,1,NA", "4"),
    ])
    func halfDaysAreBits(halfDays: String, bits: String) throws {
        fixture.write("fw.csv", feederWatchHeader + feederWatchRow(obs: "O1", halfDays: halfDays))
        try fixture.run("fw.csv")
        #expect(try fixture.rows("SELECT half_days FROM checklist") == [bits])
    }

    private static let detections = "id,date,time,scientific_name,common_name,confidence,latitude,longitude,unlikely\n"

    @Test(
        arguments: [
            ("1,48.5,-123,", "48.5,-123.0|48.5|-123.0|1.0|"), ("0,0,0,false", "unknown|||0.0|"),
            ("0.5,-1,-1,0", "unknown|||0.5|"), ("0.5,1,1,0", "1.0,1.0|1.0|1.0|0.5|"),
            ("0.5,-1,0,", "-1.0,0.0|-1.0|0.0|0.5|"),
            (",5,5,", "5.0,5.0|5.0|5.0||"), ("0.5,5,5,true", "5.0,5.0|5.0|5.0|0.5|0"),
        ])
    func detectionsHaveAConfidenceAndMayHaveNoPlace(cells: String, stored: String) throws {
        fixture.write("d.csv", Self.detections + "1,2022-02-07,06:41:09,Avis una,One,\(cells)\n")
        #expect(try fixture.run("d.csv") { $0.includeInvalid = true }.rowsInError == 0)
        #expect(
            try fixture.rows(
                """
                SELECT l.code, latitude, longitude, confidence, valid FROM observation o
                JOIN location l ON l.id = location_id JOIN observation_detail d ON d.id = o.id
                """) == [stored])
        let reviewed = try fixture.run("d.csv") { $0.dataset = "reviewed" }
        #expect(reviewed.stored == (stored.hasSuffix("|0") ? 0 : 1))
    }

    @Test(arguments: [
        ("1.01", "1.01 is not between 0 and 1"), ("-0.5", "-0.5 is negative"), ("high", "'high' is not a number"),
    ])
    func aConfidenceIsBetween0And1(text: String, reason: String) throws {
        fixture.write("d.csv", Self.detections + "1,2022-02-07,06:41:09,Avis una,One,\(text),,,\n")
        #expect(try fixture.run("d.csv").firstErrors.map(\.reason) == [reason])
    }

    @Test(arguments: [("absent", "0"), ("ABSENT", "0"), ("present", "5"), ("", "5"), ("Absent ", "0")])
    func anAbsenceIsACountOf0(status: String, num: String) throws {
        fixture.write(
            "o.txt",
            "scientificName\teventDate\toccurrenceStatus\tindividualCount\nAvis una\t2021-02-03\t\(status)\t5\n")
        try fixture.run("o.txt")
        #expect(try fixture.rows("SELECT num FROM observation") == [num])
    }
}
