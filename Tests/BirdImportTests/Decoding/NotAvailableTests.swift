import BirdImport
import Birds
import Testing

@testable import Fixtures

/// R writes `NA` into empty cells. It is no value, unless it is the code of Namibia or of a place, or of a species that
/// has nothing else.
@Suite struct NotAvailableTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// What is in the database for a text, and for the same text with `NA` in its empty cells.
    private func stored(_ text: String, separator: Character) throws -> [[String]] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        let withNA = lines.map { line in
            line.split(separator: separator, omittingEmptySubsequences: false).map { $0.isEmpty ? "NA" : $0 }
                .joined(separator: String(separator)) + "\n"
        }
        return try [text, withNA.joined()].map { text in
            fixture.write("a.txt", text)
            let report = try fixture.run("a.txt")
            #expect(report.rowsInError == 0, "\(report.text)")
            return try fixture.rows(
                "SELECT code, name, region FROM location LEFT JOIN location_name ON id = location_id ORDER BY id")
                + fixture.rows("SELECT code, group_code, comments, protocol, species_count FROM checklist ORDER BY id")
                + fixture.rows(
                    """
                    SELECT o.source_id, s.code, num, d.breeding_code, d.comments FROM observation o
                    JOIN species s ON s.id = o.species_id LEFT JOIN observation_detail d ON d.id = o.id ORDER BY o.id
                    """)
        }
    }

    private static func joined(_ rows: [[String]], _ separator: String) -> String {
        rows.map { $0.joined(separator: separator) + "\n" }.joined()
    }

    static let files: [(String, Character)] = [
        (
            joined(
                [
                    [
                        "GLOBAL UNIQUE IDENTIFIER", "CATEGORY", "COMMON NAME", "SCIENTIFIC NAME",
                        "SUBSPECIES COMMON NAME", "SUBSPECIES SCIENTIFIC NAME", "OBSERVATION COUNT", "BREEDING CODE",
                        "COUNTRY CODE", "STATE CODE", "LOCALITY", "LOCALITY ID", "LATITUDE", "LONGITUDE",
                        "OBSERVATION DATE", "TIME OBSERVATIONS STARTED", "SAMPLING EVENT IDENTIFIER", "PROTOCOL NAME",
                        "ALL SPECIES REPORTED", "GROUP IDENTIFIER", "CHECKLIST COMMENTS", "SPECIES COMMENTS",
                    ],
                    [
                        "O1", "species", "Jay", "Cyanocitta stelleri", "", "", "2", "", "CA", "", "Hill", "L1", "48.4",
                        "-123.3", "2021-02-03", "06:41:00", "S1", "", "1", "", "", "",
                    ],
                    [
                        "O2", "species", "Jay", "Cyanocitta stelleri", "", "", "3", "", "CA", "CA-BC", "", "", "48.5",
                        "-123.5", "2021-02-04", "", "S2", "", "1", "", "", "",
                    ],
                ], "\t"), "\t"
        ),
        (
            joined(
                [
                    [
                        "gbifID", "datasetKey", "kingdom", "class", "species", "scientificName", "countryCode",
                        "locality", "occurrenceStatus", "individualCount", "decimalLatitude", "decimalLongitude",
                        "eventDate",
                    ],
                    [
                        "1", "k", "", "", "", "Corvus Linnaeus, 1758", "CA", "", "PRESENT", "", "48.4", "-123.3",
                        "2021-02-03",
                    ],
                ], "\t"), "\t"
        ),
        (
            joined(
                [
                    [
                        "Submission ID", "Common Name", "Scientific Name", "Count", "State/Province", "Location ID",
                        "Location", "Latitude", "Longitude", "Date", "Time", "Protocol", "Breeding Code",
                        "Observation Details", "Checklist Comments",
                    ],
                    ["S1", "", "Avis ignota", "2", "CA-BC", "", "Hill", "", "", "2021-02-03", "", "", "", "", ""],
                    ["S2", "Jay", "", "2", "CA-BC", "", "", "48.4", "-123.3", "2021-02-03", "", "", "", "", ""],
                ], ","), ","
        ),
        (
            joined(
                [
                    [
                        "Row #", "Common Name", "Scientific Name", "Count", "Location", "S/P", "Date", "LocID", "SubID",
                    ], ["1", "", "Avis ignota", "2", "Hill", "CA-BC", "2021-02-03", "", "S1"],
                ], ","), ","
        ),
        (
            joined(
                [
                    [
                        "Common Name", "Genus", "Species", "Number", "Species Comments", "Location Name", "Latitude",
                        "Longitude", "Date", "Start Time", "State/Province", "Country Code", "Protocol",
                        "Submission Comments",
                    ],
                    ["Jay", "", "", "2", "", "Hill", "", "", "2021-02-03", "06:41", "BC", "CA", "", ""],
                    ["", "Avis", "", "2", "", "", "48.4", "-123.3", "2021-02-03", "06:41", "BC", "CA", "", ""],
                ], ","), ","
        ),
        (
            joined(
                [
                    [
                        "id", "scientific_name", "common_name", "iconic_taxon_name", "observed_on", "quality_grade",
                        "place_guess", "latitude", "longitude", "description", "geoprivacy",
                    ], ["1", "Avis ignota", "", "Aves", "2021-02-03", "", "", "48.4", "-123.3", "", ""],
                ], ","), ","
        ),
        (
            joined(
                [
                    ["Date", "Time", "Sci_Name", "Com_Name", "Confidence", "Lat", "Lon"],
                    ["2021-02-03", "06:41:00", "Avis ignota", "", "0.7", "", ""],
                    ["2021-02-03", "06:42:00", "", "Jay", "0.7", "", ""],
                ], ";"), ";"
        ),
        (
            joined(
                [
                    [
                        "id", "source_node", "date", "time", "species_code", "scientific_name", "common_name",
                        "confidence",
                    ], ["1", "", "2021-02-03", "06:41:00", "", "Avis ignota", "", "0.7"],
                ], ","), ","
        ),
        (
            joined(
                [
                    ["filepath", "start", "end", "scientific_name", "common_name", "confidence", "lat", "lon"],
                    ["/rec/STA1_20211231_235500.wav", "0.0", "3.0", "", "Jay", "0.8", "", ""],
                ], ","), ","
        ),
        (
            joined(
                [
                    [
                        "occurrenceID", "eventID", "scientificName", "vernacularName", "countryCode", "locality",
                        "eventDate", "occurrenceStatus", "occurrenceRemarks", "samplingProtocol",
                    ], ["o1", "", "Avis ignota", "", "CA", "", "2021-02-03", "", "", ""],
                ], "\t"), "\t"
        ),
    ]

    @Test(arguments: files) func isAnEmptyCell(text: String, separator: Character) throws {
        let stored = try stored(text, separator: separator)
        #expect(stored[0] == stored[1])
        #expect(!stored[0].contains { $0.split(separator: "|").contains("NA") })
    }

    /// Of checklists alone.
    @Test func isAnEmptyCellOfSamplingEvents() throws {
        let text = FormatFixture.eBirdSampling.replacing("\tG1\t", with: "\t\t").replacing("windy", with: "")
        let stored = try stored(text, separator: "\t")
        #expect(stored[0] == stored[1])
    }

    /// One `GROUP IDENTIFIER` would make one checklist of the whole file.
    @Test func makesNoSharedChecklist() throws {
        fixture.write("ebd.txt", FormatFixture.eBird.replacing("\tG1\t", with: "\tNA\t"))
        let report = try fixture.run("ebd.txt")
        #expect(report.stored == 3 && report.checklists == 3)
    }

    @Test func isAnEmptyNameOfASpecies() throws {
        fixture.write("names.csv", "species_id,sci_name,en_us\nstejay,NA,Steller's Jay\nodd,Avis ignota,NA\n")
        try fixture.run("names.csv")
        #expect(
            try fixture.rows("SELECT code, scientific_name, common_name FROM species ORDER BY code")
                == ["odd|Avis ignota|", "stejay||Steller's Jay"])
    }

    /// A code of a place or species that has nothing else, and Namibia.
    @Test func isAValueWhereItIsACode() throws {
        fixture.write("a.csv", plainHeader + "NA,,,NA,2021,2,3,NA,1\nL1,,,NA-KH,2021,2,3,NA,1\n")
        try fixture.run("a.csv")
        #expect(try fixture.records() == ["L1|||NA-KH|20210203|NA|1", "NA|||NA|20210203|NA|1"])
        fixture.write(
            "b.txt",
            "scientificName\tcountryCode\teventDate\tlocality\nAvis ignota\tNA\t2021-02-03\tEtosha\n")
        try fixture.run("b.txt")
        #expect(
            try fixture.rows("SELECT region FROM location JOIN location_name ON id = location_id WHERE name = 'Etosha'")
                == ["NA"])
        // A state without a code is the country, which may be Namibia. Navarra is `NA` in Spain.
        let records = FormatFixture.eBirdRecords.replacing("BC,CA", with: "NA,ES")
        fixture.write("c.csv", records)
        try fixture.run("c.csv")
        #expect(try fixture.rows("SELECT count(*) FROM location WHERE region = 'ES-NA'") == ["1"])
        fixture.write("ebd.txt", FormatFixture.eBird.replacing("\tCA\tBritish Columbia\t\t", with: "\tNA\tx\tNA\t"))
        try fixture.run("ebd.txt")
        #expect(try fixture.rows("SELECT count(*) FROM location WHERE code = 'L1' AND region = 'NA'") == ["1"])
    }

    /// R quotes texts, so `NA` without quotes is none, also where it could be a code.
    @Test(arguments: [
        ("\"L1\",NA,\"gretit1\"", ["L1||gretit1"]), ("\"L1\",\"NA\",\"gretit1\"", ["L1|NA|gretit1"]),
        ("\"NA\",\"NA\",\"gretit1\"", ["NA|NA|gretit1"]), ("NA,\"SE\",\"gretit1\"", []),
        // Other programs quote what needs it.
        ("L1,NA,gretit1", ["L1|NA|gretit1"]), ("L1,NA,\"passer1 sp.\"", ["L1|NA|passer1 sp."]),
        ("\"L,1\",NA,gretit1", ["L,1|NA|gretit1"]),
    ])
    func isNothingWithoutTheQuotesOfOtherTexts(cells: String, stored: [String]) throws {
        fixture.write(
            "a.csv", "loc_id,region,species_id,latitude,longitude,year,month,day,num\n\(cells),,,2021,2,3,1\n")
        let report = try fixture.run("a.csv")
        #expect(report.firstErrors.map(\.reason) == (stored.isEmpty ? ["is empty"] : []))
        if stored.isEmpty { return }
        #expect(
            try fixture.rows(
                """
                SELECT l.code, region, s.code FROM observation o JOIN location l ON l.id = location_id
                JOIN species s ON s.id = species_id
                """) == stored)
    }
}
