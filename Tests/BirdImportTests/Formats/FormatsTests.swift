import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct FormatsTests {
    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture()
        fixture.write("names.csv", "species_id,sci_name,en_us\nstejay,Cyanocitta stelleri,Steller's Jay\n")
        try fixture.run("names.csv")
    }

    private func details() throws -> [String] {
        try fixture.rows(
            """
            SELECT s.code, o.date, num, l.code,
                (SELECT name FROM location_name n WHERE (n.location_id, n.dataset_id) = (l.id, o.dataset_id)), latitude, longitude, region, source_id, valid
            FROM observation o JOIN species s ON s.id = species_id JOIN location l ON l.id = location_id
            ORDER BY date, source_id, num
            """)
    }

    private func checklists() throws -> [String] {
        try fixture.rows(
            """
            SELECT code, time, minutes, distance_km, area_ha, observers, complete, protocol, comments, species_count
            FROM checklist ORDER BY date, code
            """)
    }

    private func own() throws -> [String] {
        try fixture.rows("SELECT time, confidence, breeding_code, comments FROM observation_detail ORDER BY id")
    }

    /// A person may correct the species of a detection, and exports may overlap.
    @Test(arguments: [false, true]) func correctedDetectionsOfBirdNETGoReplace(hasRawNames: Bool) throws {
        let fixture = try ImportFixture()
        let header =
            "id,date,time,scientific_name,common_name,confidence" + (hasRawNames ? ",raw_scientific_name" : "") + "\n"
        let raw = hasRawNames ? ",Avis una" : ""
        fixture.write("1.csv", header + "7,2021-02-03,06:41:09,Avis una,One,0.7\(raw)\n")
        fixture.write(
            "2.csv",
            header + "7,2021-02-03,06:41:09,Avis duo,Two,0.7\(raw)\n8,2021-02-03,06:42:09,Avis una,One,0.7\(raw)\n")
        try fixture.run("1.csv") { $0.dataset = "go" }
        let report = try fixture.run("2.csv") { ($0.dataset, $0.append) = ("go", true) }
        #expect(report.replaced == 1)
        let names = "SELECT s.code FROM observation o JOIN species s ON s.id = o.species_id ORDER BY o.source_id"
        #expect(try fixture.rows(names) == ["Avis duo", "Avis una"])
        let both = try fixture.run("1.csv", "2.csv") { $0.dataset = "go" }
        #expect(both.files.map(\.leftOut) == [[:], ["a detection that is already there": 1]])
        #expect(both.stored == 2)
    }

    @Test func readsMyEBirdData() throws {
        fixture.write("MyEBirdData.csv", FormatFixture.myEBirdData)
        let report = try fixture.run("MyEBirdData.csv")
        #expect(report.files.map(\.format) == ["My eBird Data"] && report.stored == 3)
        let hill = "L1|Beacon Hill, \"south\" end|48.41|-123.36|CA-BC"
        #expect(
            try details() == [
                "stejay|20210203|2|\(hill)|S100 Cyanocitta stelleri|",
                "Larinae sp.|20210203||\(hill)|S100 Larinae sp.|",
                "Avis ignota|20210204|1|L2|Home|48.5|-123.5|CA-BC|S101 Avis ignota|",
            ])
        #expect(
            try checklists() == [
                "S100|06:41|60|1.5||2|1|eBird - Traveling Count|windy|2", "S101||||||0|Incidental||1",
            ])
        #expect(try own() == ["||NY|building,\nboth birds"])
        #expect(report.unknownSpecies.map(\.code) == ["Avis ignota", "Larinae sp."])
        #expect(try fixture.isSound())
    }

    @Test func readsMyEBirdDataFromBefore2019() throws {
        fixture.write("old.csv", FormatFixture.oldMyEBirdData)
        try fixture.run("old.csv")
        #expect(
            try details() == [
                "stejay|20180203|3|Marsh|Marsh|48.4|-123.3|CA-BC|S7 Cyanocitta stelleri|",
                "stejay|20181231||48.4,-123.3||48.4|-123.3|CA-BC|S8 Cyanocitta stelleri|",
            ])
        #expect(try checklists() == ["S7|16:05|30||2.5|1|1|Stationary||1", "S8|||||||||1"])
        #expect(try own() == ["|||shy"])
    }

    @Test func readsTheEBirdBasicDataset() throws {
        fixture.write("ebd.txt", FormatFixture.eBird)
        let report = try fixture.run("ebd.txt")
        let hill = "L1|Beacon Hill|48.41|-123.36"
        #expect(
            try details() == ["stejay|20210203|5|\(hill)|CA-BC|O2|1", "stejay|20210203||\(hill)|CA|O3|1"])
        #expect(
            report.files.first?.leftOut == [
                "already reported by another observer of the same shared checklist": 1,
                "did not pass review (--include-invalid keeps them)": 1,
            ])
        #expect(try checklists().first == "S11|06:41|60|1.5||2|1|Traveling|windy|1")
        #expect(
            report.files.first?.firstLeftOut["already reported by another observer of the same shared checklist"]?.line
                == 2)
        #expect(try own() == ["|||\"quoted"])
        let people = try fixture.rows(
            "SELECT count(*) FROM checklist WHERE comments LIKE '%Example%' OR protocol LIKE '%Ann%'")
        #expect(people == ["0"])
        try fixture.run("ebd.txt") { $0.includeInvalid = true }
        #expect(try details().count == 3)
    }

    /// R writes `LOCALITY.ID` for `LOCALITY ID`, and people who clean names write `locality_id`.
    @Test(arguments: [(".", false), ("_", false), ("_", true)])
    func namesOfSeveralWordsMayHaveNoSpaces(mark: String, isLowercase: Bool) throws {
        fixture.write("names.txt", FormatFixture.eBird)
        try fixture.run("names.txt")
        let expected = (try details(), try checklists())
        try #require(expected.0.count > 1)
        var lines = FormatFixture.eBird.split(separator: "\n").map(String.init)
        lines[0] = lines[0].replacing(" ", with: mark)
        if isLowercase { lines[0] = lines[0].lowercased() }
        fixture.write("names.txt", lines.joined(separator: "\n") + "\n")
        let report = try fixture.run("names.txt")
        #expect(report.files.first?.format == "eBird Basic Dataset" && report.files.first?.unreadColumns == [])
        #expect(try details() == expected.0)
        #expect(try checklists() == expected.1)
    }

    /// Two data sets of GBIF may share an `occurrenceID`, but no key.
    @Test func theKeyOfGBIFTellsRecordsApart() throws {
        fixture.write(
            "rgbif.csv",
            "key,scientificName,eventDate,occurrenceID\n1,Cyanocitta stelleri,2021-02-03,a\n"
                + "2,Cyanocitta stelleri,2021-02-03,a\n")
        #expect(try fixture.run("rgbif.csv").stored == 2)
        #expect(try fixture.rows("SELECT source_id FROM observation ORDER BY 1") == ["1", "2"])
    }

    /// The table of occurrences in an archive of GBIF has all columns of its simple download, and more that are read.
    @Test(arguments: [
        ("eventTime", "06:41", "o.time", "06:41"), ("occurrenceRemarks", "shy", "o.comments", "shy"),
        ("dataGeneralizations", "to 0.1 degrees", "o.generalised", "1"),
        ("identificationQualifier", "cf.", "o.comments", "identified as cf. Cyanocitta stelleri (Gmelin, 1788)"),
        ("eventID", "e1", "c.code", "e1"), ("samplingProtocol", "walk", "c.protocol", "walk"),
    ])
    func readsTheOccurrencesOfAnArchiveOfGBIF(column: String, cell: String, member: String, value: String) throws {
        fixture.write("gbif.csv", FormatFixture.gbif)
        #expect(try fixture.run("gbif.csv").files.map(\.formatName) == ["gbif"])
        let simple = try details()
        let more = column == "samplingProtocol" ? "\t\(column)\teventID" : "\t\(column)"
        let cells = column == "samplingProtocol" ? "\t\(cell)\te1" : "\t\(cell)"
        fixture.write(
            "occurrence.txt",
            FormatFixture.gbif.split(separator: "\n").enumerated().map {
                "\($1)\($0 == 0 ? more : $0 == 1 ? cells : "")\n"
            }
            .joined())
        let report = try fixture.run("occurrence.txt") { $0.dataset = "gbif" }
        #expect(report.files.map(\.formatName) == ["dwc"] && report.files.map(\.unreadColumns) == [[]])
        #expect(try details() == simple)
        #expect(
            try fixture.rows(
                """
                SELECT \(member) FROM observation JOIN checklist c ON c.id = checklist_id
                LEFT JOIN observation_detail o ON o.id = observation.id WHERE source_id = '1'
                """) == [value])
    }

    @Test func readsChecklistsWithoutRecords() throws {
        fixture.write("visits.txt", FormatFixture.eBirdSampling)
        let report = try fixture.run("visits.txt")
        #expect(report.files.map(\.checklists) == [5] && report.stored == 0)
        #expect(
            try checklists() == [
                "S11|06:41|60|1.5||2|1|Traveling|windy|0", "S12|06:41|60|1.5||2|1|Traveling|windy|0",
                "S13|06:41|10|1.5||2|1|Traveling|windy|0", "S9|06:41|60|1.5||2|1|Traveling|windy|0",
            ])
        #expect(try fixture.isSound(hasVisits: true))
    }

    /// The checklists of records and of the file of checklists are the same, in whatever order they come.
    @Test(arguments: [["ebd.txt", "visits.txt"], ["visits.txt", "ebd.txt"]], [false, true])
    func recordsComeToTheirChecklists(files: [String], separately: Bool) throws {
        fixture.write("ebd.txt", FormatFixture.eBird)
        fixture.write("visits.txt", FormatFixture.eBirdSampling)
        let imports = separately ? files.map { [$0] } : [files]
        for files in imports {
            try fixture.run(files: files) { ($0.dataset, $0.append) = ("ebd", true) }
        }
        // Again, which changes nothing.
        for _ in 0..<2 {
            #expect(
                try fixture.rows("SELECT code, minutes, species_count FROM checklist ORDER BY code")
                    == ["S11|60|1", "S12|60|0", "S13|10|0", "S9|60|1"])
            #expect(try fixture.rows("SELECT checklists, records FROM dataset") == ["4|2"])
            #expect(try fixture.isSound(hasVisits: true))
            try fixture.run(files: files) { ($0.dataset, $0.append) = ("ebd", true) }
        }
        // Without a file of checklists, those without records go.
        try fixture.run("ebd.txt") { $0.dataset = "ebd" }
        #expect(try fixture.rows("SELECT checklists, records FROM dataset") == ["2|2"])
        #expect(try fixture.isSound())
    }

    @Test func aLocationHasTheFirstOfItsNames() throws {
        var lines = FormatFixture.eBird.split(separator: "\n").map(String.init)
        lines[3].replace("\t\tBeacon Hill\t", with: "\tCA-BC\tThe Hill\t")
        fixture.write("ebd.txt", lines.joined(separator: "\n"))
        try fixture.run("ebd.txt")
        #expect(
            try fixture.rows("SELECT code, region, name FROM location JOIN location_name ON id = location_id") == [
                "L1|CA-BC|Beacon Hill"
            ])
        #expect(try fixture.rows("SELECT count(*) FROM observation") == ["2"])
    }

    @Test func readsASimpleDownloadOfGBIF() throws {
        fixture.write("0001.csv", FormatFixture.gbif)
        let report = try fixture.run("0001.csv")
        #expect(
            try details() == [
                "stejay|20200200|0|Marsh|Marsh|||CA|4|", "Larus|20210200||48.4,-123.3||48.4|-123.3|NA|2|",
                "stejay|20210203|3|Marsh \"A\"|Marsh \"A\"|48.4|-123.3|CA|1|",
            ])
        #expect(report.files.first?.leftOut == ["not a bird (Mammalia)": 1])
    }

    /// Where the name of a place is not known, its coordinates are its code.
    @Test(arguments: ["NA", ""]) func aPlaceThatIsNotKnownHasNoName(locality: String) throws {
        fixture.write("0001.csv", FormatFixture.gbif.replacing("Marsh \"A\"", with: locality))
        try fixture.run("0001.csv")
        #expect(try details().last == "stejay|20210203|3|48.4,-123.3||48.4|-123.3|CA|1|")
        let rows = ["1\tAvis una\t2021-02-03\t\(locality)\t48.4\t-123.3\n"]
        fixture.write(
            "o.txt", "occurrenceID\tscientificName\teventDate\tlocality\tdecimalLatitude\tdecimalLongitude\n" + rows[0])
        try fixture.run("o.txt")
        #expect(try fixture.rows("SELECT count(*) FROM location_name WHERE name <> 'Marsh'") == ["0"])
    }

    /// A format is suggested where a file has most of its columns.
    @Test func onlyANearFormatIsSuggested() {
        for (header, advice) in [
            (
                "loc_id,latitude,longitude,region,year\n",
                "With the columns month, day, species_id, num it would be plain."
            ),
            ("loc_id,latitude,longitude,region\n", "Known formats: "),
            ("species_id,sci_name\n", "With the column en_us it would be plain species table."),
            ("species_id,name\n", "Known formats: "),
        ] {
            fixture.write("a.csv", header + "1,2,3,4,5\n")
            let error = #expect(throws: ChangeError.self) { try fixture.run("a.csv") }
            #expect(error?.message.contains("'. \(advice)") == true, "\(error?.message ?? "")")
        }
    }

    private func message(_ name: String) -> String {
        (#expect(throws: ChangeError.self) { try fixture.run(name) })?.message ?? ""
    }

    private static let ownTable =
        "For a table of your own, name its columns loc_id, latitude, longitude, region, year, month, day, species_id and "
        + "num (plain); or, with names of species in place of codes, scientificName, eventDate, decimalLatitude, "
        + "decimalLongitude, locality and individualCount (dwc)."

    /// How to make a file of a known format is said where it helps.
    @Test func saysWhatAFileMustHave() {
        let known =
            "Known formats: " + ColumnNamesTests.formats.map { "\($0.title) (\($0.name)), " }.joined()
            + "Darwin Core Archive (dwca), SQLite with tables birds, species or detections (sqlite). \(Self.ownTable)"
        for (text, advice) in [
            ("a,b\n1,2\n", "has no known format: its first line is 'a, b'. \(known)"),
            (
                "60.5,-135,3,a\n",
                "has no header: its first line is '60.5, -135, 3, a'. Add a first line with the names of "
                    + "the columns. \(known)"
            ),
            (
                "species_id,sci_name\n1,2\n",
                "has no known format: its first line is 'species_id, sci_name'. With the "
                    + "column en_us it would be plain species table."
            ),
            (
                plainHeader.replacing("num", with: "n"),
                "has no known format: its first line is 'loc_id, latitude, "
                    + "longitude, region, year, month, …'. With the column num it would be plain."
            ),
            (
                "Date,Time,Sci_Name,Com_Name\n1,2,3,4\n",
                "has no known format: its first line is 'Date, Time, Sci_Name, "
                    + "Com_Name'. With the column confidence it would be BirdNET-Pi. \(Self.ownTable)"
            ),
        ] {
            let path = fixture.write("a.csv", text)
            #expect(message("a.csv") == "\(path) \(advice)")
        }
        let path = fixture.write(
            "a.csv", [UInt8](repeating: 0xE6, count: 40) + [0x2C] + [UInt8](repeating: 0xF8, count: 40))
        #expect(
            message("a.csv")
                == "\(path) has no known format, and its first line is not readable as text; save the records as CSV.")
    }

    @Test func saysWhatASQLiteFileHas() throws {
        for (number, (sql, words)) in [
            (
                "PRAGMA application_id = 0x47504B47; CREATE TABLE a (x)",
                "is a GeoPackage; convert the layer with the records to CSV first, with: ogr2ogr birds.csv birds.gpkg LAYER"
            ),
            (
                "PRAGMA user_version = 7",
                "is a SQLite file without tables birds, species or detections. It has no tables."
            ),
            (
                "CREATE TABLE a (x); CREATE TABLE b (x); CREATE TABLE c (x); CREATE TABLE d (x); CREATE TABLE e (x)",
                "is a SQLite file without tables birds, species or detections. It has a, b, c, d, …. Export the one with "
                    + "the records: sqlite3 -header -csv FILE 'SELECT * FROM TABLE' > birds.csv"
            ),
            (
                "CREATE TABLE a (x)",
                "is a SQLite file without tables birds, species or detections. It has a. Export the one with the records: "
                    + "sqlite3 -header -csv FILE 'SELECT * FROM TABLE' > birds.csv"
            ),
        ].enumerated() {
            try Database(path: fixture.path("\(number).db"), mode: .readWrite).execute(sql)
            #expect(message("\(number).db") == "\(fixture.path("\(number).db")) \(words)")
        }
        fixture.write("mine.db", fixture.bytes("birds.db"))
        #expect(
            message("mine.db")
                == "\(fixture.path("mine.db")) is a Rookery database itself. Serve it, or import what its server answers to "
                + "/observations.csv.")
    }

    @Test func readsDarwinCoreOccurrences() throws {
        fixture.write("occurrence.txt", FormatFixture.darwinCore)
        try fixture.run("occurrence.txt")
        #expect(
            try details() == [
                "stejay|20210203|4|Marsh|Marsh|48.4|-123.3||a|", "Avis ignota|20210203||Marsh|Marsh|48.4|-123.3||b|",
            ])
        #expect(try checklists() == ["e1|06:41||||||point count||2"])
    }

    /// As in eBird, and in archives that were made of its data.
    @Test func aBirdThatWasNotCountedHasNoCountInDarwinCoreEither() throws {
        let words = ["X", "x", " X ", "P", "p", "present", "Present", "PRESENT", "", "NA", "3", "0"]
        let header =
            "occurrenceID\tscientificName\teventDate\tindividualCount\torganismQuantity\torganismQuantityType\n"
        let rows = words.enumerated().flatMap { (number, word) in
            [
                "c\(number)\tAvis ignota\t2021-02-03\t\(word)\t\t\n",
                "q\(number)\tAvis ignota\t2021-02-03\t\t\(word)\tindividuals\n",
            ]
        }
        fixture.write("dwc.txt", header + rows.joined())
        let gbif = FormatFixture.gbif.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        let column = try #require(gbif.first?.firstIndex(of: "individualCount"))
        var bird = try #require(gbif.dropFirst().first)
        bird[column] = "X"
        fixture.write("gbif.txt", [gbif[0], bird].map { $0.joined(separator: "\t") }.joined(separator: "\n") + "\n")
        #expect(try fixture.run("dwc.txt", "gbif.txt").rowsInError == 0)
        #expect(
            try fixture.rows("SELECT source_id, num FROM observation WHERE num IS NOT NULL ORDER BY source_id")
                == ["c10|3", "c11|0", "q10|3", "q11|0"])
        for word in ["XX", "3X", "~3", "3+", "absent", "none", "-1", "1.5"] {
            fixture.write("dwc.txt", header + "a\tAvis ignota\t2021-02-03\t\(word)\t\t\n")
            #expect(try fixture.run("dwc.txt").rowsInError == 1, "\(word)")
        }
    }

    @Test func organismQuantityReplacesAMissingIndividualCount() throws {
        let header =
            "occurrenceID\tscientificName\teventDate\tindividualCount\torganismQuantity\torganismQuantityType\n"
        let counts = ["2\t7\tindividuals", "0\t7\tindividuals", "2\t30\tpercent", "\t7\tIndividuals", "\t30\tpercent"]
        let rows = counts.enumerated().map { "o\($0)\tAvis ignota\t2021-02-03\t\($1)\n" }
        fixture.write("occurrence.txt", header + rows.joined())
        try fixture.run("occurrence.txt")
        #expect(
            try fixture.rows("SELECT source_id, num FROM observation ORDER BY source_id")
                == ["o0|2", "o1|0", "o2|2", "o3|7", "o4|"])
    }

    @Test func readsDetectionsOfBirdNETPi() throws {
        fixture.write("BirdDB.txt", FormatFixture.birdNETPi)
        try fixture.run("BirdDB.txt")
        #expect(
            Set(try details()) == [
                "stejay|20220207||48.4,-123.3||48.4|-123.3||20220207 06:41:09 Cyanocitta stelleri 0.8713 @48.4,-123.3|",
                "Avis ignota|20220207||unknown|||||20220207 06:41:12 Avis ignota 0.7|",
            ])
        #expect(Set(try own()) == ["06:41|0.8713||", "06:41|0.7||"])
        #expect(try checklists().allSatisfy { $0.hasPrefix("||||||") })
    }

    @Test func readsDetectionsOfBirdNETGo() throws {
        fixture.write("detections.csv", FormatFixture.birdNETGo)
        let report = try fixture.run("detections.csv")
        #expect(
            Set(try details()) == [
                "stejay|20220207||garden||48.4|-123.3||garden/1 20220207 06:41:09 @48.4,-123.3|",
                "Avis ignota|20220207||unknown|||||2 20220207 06:41:12|",
            ])
        #expect(report.files.first?.leftOut == ["did not pass review (--include-invalid keeps them)": 1])
        fixture.write("detections.csv", FormatFixture.camelBirdNETGo)
        try fixture.run("detections.csv")
        #expect(
            try details() == [
                "stejay|20220207||garden||48.4|-123.3||garden/1 20220207 06:41:09 @48.4,-123.3|"
            ])
    }

    @Test func everyFixtureFitsOnlyItsOwnFormat() throws {
        for (format, text) in FormatFixture.all {
            let path = fixture.write("file", text)
            #expect(try Detection.open(SourceFile(path: path), as: nil, folder: fixture.folder).map(\.name) == [format])
            for other in Format.names where other != format {
                #expect(throws: ChangeError.self, "\(format) as \(other)") {
                    // A file that has the required columns of another format fits that one too.
                    if (format, other) == ("gbif", "dwc") || (format, other) == ("clements", "ioc") {
                        throw ChangeError.refused("")
                    }
                    _ = try Detection.open(SourceFile(path: path), as: other, folder: fixture.folder)
                }
            }
        }
    }

    @Test(arguments: [
        ("2021-02-03", "2021-02-30", "Date: there is no day 30 in month 2 of 2021"),
        (
            "2021-02-03", "soon",
            "Date: 'soon' is not a date; write it as YYYY-MM-DD, or leave the cell empty if there is none"
        ),
        ("2021-02-03", "03/02/21", "Date: '03/02/21' has a year of two digits; write it as YYYY-MM-DD"),
        (
            "2021-02-03", "1700-01-01",
            "Date: the year 1700 is not between 1800 and 2025; if it is right, leave the date empty and write it into the comments"
        ),
        (
            "2021-02-03", "2021-12-31/2020-01-01",
            "Date: '2021-12-31/2020-01-01' is not an interval between 1800 and 2025"
        ),
        (
            "2021-02-03", "2021-02-03/soon",
            "Date: '2021-02-03/soon' is an interval that can't be read; write it as YYYY-MM-DD/YYYY-MM-DD"
        ),
        (
            "2021-02-03", "44230",
            "Date: '44230' is the number of a day in a spreadsheet; format the cells as dates there, as YYYY-MM-DD, "
                + "and save the file again"
        ),
        ("06:41 AM", "26:41", "Time: '26:41' is not a time of day; write it as hh:mm, with a colon"),
        (",60,1,1.5,,2", ",60,2,1.5,,2", "All Obs Reported: 2 is neither 0 nor 1"),
        (",60,1,1.5,,2", ",-60,1,1.5,,2", "Duration (Min): -60.0 is negative"),
        (",60,1,1.5,,2", ",60,1,1e9,,2", "Distance Traveled (km): 1000000000.0 is more than 1000000"),
        ("S100,", ",", "Submission ID: is empty"),
        (",20000,2,", ",20000,2.5,", "Count: '2.5' is not a whole number"),
        ("48.41", "98.41", "Latitude: 98.41 is not between -90 and 90"),
        ("Steller's Jay,Cyanocitta stelleri", ",", "Scientific Name: is empty"),
    ])
    func reportsRowsInError(old: String, new: String, reason: String) throws {
        let lines = FormatFixture.myEBirdData.split(separator: "\n", maxSplits: 1).map(String.init)
        let first = lines[1].split(separator: "\nS100", maxSplits: 1).map(String.init)[0]
        fixture.write("a.csv", lines[0] + "\n" + first.replacing(old, with: new) + "\n")
        let report = try fixture.run("a.csv")
        #expect(report.firstErrors.map { "\($0.column ?? ""): \($0.reason)" } == [reason])
    }

    /// With any bytes, all rows are counted and the stored records are sound.
    @Test func survivesRandomChanges() throws {
        var random = SplitMix(state: 11)
        let pieces = [
            "\"", "\t", ";", ",", "\n", "\r", "\0", "-", "X", "9999999999999999999", "é", "\u{FEFF}", "1e400", "NaN",
        ]
        for round in 0..<240 {
            let (_, text) = FormatFixture.all[round % FormatFixture.all.count]
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: bytes[position] = .random(in: 0...255, using: &random)
                case 1: bytes.insert(contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: position)
                case 2: bytes.removeSubrange(position..<min(bytes.count, position + 9))
                default: bytes = Array(bytes.prefix(max(1, position)))
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            fixture.write("fuzz.csv", bytes)
            do {
                let report = try fixture.run("fuzz.csv") { $0.skipErrors = true }
                guard report.isStored, let file = report.files.first, file.species == 0 else { continue }
                let leftOut = file.leftOut.values.reduce(0, +)
                #expect(file.checklists > 0 || file.records == report.stored + leftOut + file.rowsInError)
                #expect(try fixture.isSound(hasVisits: file.checklists > 0))
            } catch let error as ChangeError {
                #expect(error.kind == .refused && !error.message.isEmpty)
            }
        }
    }

    @Test func readsALifeList() throws {
        fixture.write("list.csv", FormatFixture.eBirdLifeList)
        let report = try fixture.run("list.csv")
        #expect(report.files.map(\.format) == ["eBird life list"])
        #expect(
            try details() == [
                "stejay|20210207||L7|Marsh, north|||CA-YT|S100 Cyanocitta stelleri|",
                "Laridae sp.|20210208|12|L8|Hill||||S101 Laridae sp.|",
            ])
    }

    /// With and without a header; a visit is a checklist.
    @Test(arguments: [FormatFixture.eBirdRecord, FormatFixture.eBirdRecords], [nil, "ebird-record"])
    func readsTheRecordFormatOfEBird(text: String, format: String?) throws {
        fixture.write("a.csv", text)
        let report = try fixture.run("a.csv") { $0.format = format }
        #expect(report.files.map(\.format) == ["eBird record format"])
        #expect(
            try details() == [
                "Avis ignota|20210203||Hill|Hill|||CA|Hill 2021-02-03 Avis ignota|",
                "stejay|20210213|3|Marsh|Marsh|48.4|-123.3|CA-BC|Marsh 2021-02-13 06:41 Cyanocitta stelleri|",
                "Larus sp.|20210213||Marsh|Marsh|48.4|-123.3|CA-BC|Marsh 2021-02-13 06:41 Larus sp.|",
                "stejay|20210213|1|Marsh|Marsh|48.4|-123.3|CA-BC|Marsh 2021-02-13 18:05 Steller's Jay|",
            ])
        #expect(
            try checklists() == [
                "Hill 2021-02-03|||||||Incidental||1",
                "Marsh 2021-02-13 06:41|06:41|60|2.414016||2|1|Traveling|windy|2",
                "Marsh 2021-02-13 18:05|18:05|30||0.809371|1|0|Area||1",
            ])
        #expect(try own() == ["|||shy, alone"])
        #expect(try fixture.run("a.csv") { ($0.append, $0.format) = (true, format) }.replaced == 4)
        #expect(try fixture.isSound())
    }

    /// A spreadsheet leaves out empty cells at the end, and its country may have another order of dates and separator.
    @Test func knowsTheRecordFormatWithoutHeaderAsASpreadsheetSavesIt() throws {
        fixture.write("a.csv", "Steller's Jay;;;3;;Marsh;48,4;-123,3;25.02.2021;06:41\n")
        #expect(try fixture.run("a.csv").files.map(\.format) == ["eBird record format"])
        #expect(try details() == ["stejay|20210225|3|Marsh|Marsh|48.4|-123.3||Marsh 2021-02-25 06:41 Steller's Jay|"])
        fixture.write(
            "b.csv",
            "sep=,\nSteller's Jay,,,3,,Marsh,,,02/25/2021,06:41,,,,,,,,,\nOdd Bird,,,3,,Marsh,,,x,06:41,,,,,,,,,\n")
        let report = try fixture.run("b.csv") { $0.skipErrors = true }
        #expect(report.stored == 1 && report.firstErrors.map(\.line) == [3])
        for text in [
            "Odd Bird,,,3,,Marsh,,,soon,06:41,,,,,,,,,\n", "Odd Bird,,,3,,Marsh,,,,06:41,,,,,,,,,\n", "a,b,c\n1,2,3\n",
        ] {
            fixture.write("c.csv", text)
            #expect(throws: ChangeError.self) { try fixture.run("c.csv") }
        }
        // The format is given, so the row is in error.
        fixture.write("c.csv", "Odd Bird,,,3,,Marsh,,,soon,06:41,,,,,,,,,\n")
        #expect(try fixture.run("c.csv") { $0.format = "ebird-record" }.firstErrors.map(\.line) == [1])
    }

    /// A spreadsheet may begin with a title and notes.
    @Test(arguments: [",", ";", "\t"]) func findsTheHeaderAfterATitle(separator: String) throws {
        let rows = ["Row #", "Common Name", "Scientific Name", "Count", "Location", "S/P", "Date", "LocID", "SubID"]
        let title = "My birds" + String(repeating: separator, count: 8) + "\n\nWritten by me\n"
        let record = ["1", "Jay", "Cyanocitta stelleri", "1", "Marsh", "CA-BC", "2021-02-03", "L1", "S1"]
        let bad = record.map { $0 == "1" ? "x" : $0 }
        fixture.write("a.csv", title + [rows, record, bad].map { $0.joined(separator: separator) + "\n" }.joined())
        let report = try fixture.run("a.csv") { $0.skipErrors = true }
        #expect(report.files.map(\.format) == ["eBird life list"] && report.stored == 1)
        #expect(report.firstErrors.map(\.line) == [6])
        #expect(report.text.contains("  2 rows above the header were passed over, first on line 1\n    My birds"))
        #expect(String(decoding: report.json, as: UTF8.self).contains("\"rows_above_header\":2"))
        fixture.write("a.csv", String(repeating: "note\n", count: 10) + FormatFixture.eBirdLifeList)
        #expect(try fixture.run("a.csv").files.map(\.rowsAboveHeader) == [10])
        fixture.write("a.csv", String(repeating: "note\n", count: 11) + FormatFixture.eBirdLifeList)
        #expect(throws: ChangeError.self) { try fixture.run("a.csv") }
    }

    /// A spreadsheet that sorts all rows moves the header among the records.
    @Test func refusesRecordsAboveTheHeader() throws {
        let lines = FormatFixture.eBirdLifeList.split(separator: "\n").map { String($0) + "\n" }
        let path = fixture.write("a.csv", lines[2] + lines[0] + lines[1])
        for format in [nil, "ebird-lifelist"] {
            let error = #expect(throws: ChangeError.self) { try fixture.run("a.csv") { $0.format = format } }
            #expect(
                error?.message
                    == "\(path) has its header below rows with data, such as '2, 20001, spuh, gull sp., Laridae sp., 12, …' "
                    + "on line 1. Make the header the first row.")
        }
        // Neither a title of a table with few columns nor a second header is data.
        fixture.write(
            "names.csv", "Exported,2026\nspecies_id,sci_name,en_us\nstejay,Cyanocitta stelleri,Steller's Jay\n")
        #expect(
            try fixture.run("names.csv").text.contains(
                "  1 row above the header was passed over, on line 1\n    Exported,"))
        fixture.write("a.csv", "Nr,,,Art,,Antal,Lokal,Län,Datum,,,,\n" + lines[0] + lines[1])
        #expect(try fixture.run("a.csv").text.contains("  1 row above the header was passed over, on line 1\n    Nr,"))
    }

    /// Observers stay unknown, and so do places that they or iNaturalist hide.
    @Test func readsObservationsOfINaturalist() throws {
        fixture.write("observations-1.csv", FormatFixture.iNaturalist)
        let report = try fixture.run("observations-1.csv")
        #expect(report.files.map(\.format) == ["iNaturalist"] && report.stored == 3)
        #expect(report.files.first?.leftOut == ["not a bird (Mammalia)": 1, "not a bird (unknown)": 1])
        let hill = "Beacon Hill, Victoria|Beacon Hill, Victoria"
        #expect(
            try details() == [
                "stejay|20210203||\(hill)|48.41|-123.36||11|",
                "Falco rusticolus|20210204||British Columbia|British Columbia|48.5123|-123.4567||12|",
                "Laridae|20210206||unknown|||||15|",
            ])
        #expect(
            try own() == [
                "06:41|||On a fence,\nwith \"grey\" back", "18:05|||", "|||in a zoo; captive",
            ])
        #expect(try fixture.rows("SELECT category FROM species WHERE code = 'Laridae'") == ["spuh"])
        let bytes = fixture.bytes("birds.db")
        for secret in ["Ann", "ann", "Nest tree", "48.60001"] {
            #expect(!bytes.contains(secret.utf8), "\(secret)")
        }
        #expect(try fixture.run("observations-1.csv") { $0.append = true }.replaced == 3)
    }

    /// Users choose the columns.
    @Test func readsObservationsOfINaturalistWithFewColumns() throws {
        fixture.write(
            "a.csv",
            "observed_on;scientific_name;taxon_id;taxon_class_name;latitude;longitude\n"
                + "2021-02-03;Cyanocitta stelleri;8229;Aves;48,41;-123,36\n2021-02-03;Vulpes vulpes;42069;Mammalia;;\n")
        #expect(try fixture.run("a.csv").files.map(\.format) == ["iNaturalist"])
        #expect(try details() == ["stejay|20210203||48.41,-123.36||48.41|-123.36|||"])
        // Without a class, it is not known which are birds.
        fixture.write("a.csv", "id,observed_on,scientific_name,taxon_id\n1,2021-02-03,Avis ignota,1\n")
        #expect {
            try fixture.run("a.csv")
        } throws: {
            ($0 as? ChangeError)?.message.contains("With the column iconic_taxon_name it would be iNaturalist.") == true
        }
    }

    /// Files that were put together have the header of each, and a spreadsheet writes separators into empty rows.
    @Test func passesOverRepeatedHeadersAndEmptyRows() throws {
        let text = FormatFixture.eBirdLifeList
        fixture.write("a.csv", text + "\u{FEFF}" + text.replacing("L7,S100", with: "L7,S102") + ",,,,,,,,,,,,\n\n")
        let report = try fixture.run("a.csv") { $0.skipErrors = true }
        #expect(report.files.first?.leftOut == ["a repeated header": 1, "an empty row": 1])
        #expect(report.stored == 3 && report.rowsInError == 1)
        fixture.write("a.csv", FormatFixture.clements + FormatFixture.clements)
        #expect(try fixture.run("a.csv").files.first?.leftOut["a repeated header"] == 1)
        // Their higher taxa tell of no bird either.
        for text in [FormatFixture.gbif, FormatFixture.iNaturalist] {
            let header = text.prefix { $0 != "\n" }
            let empty = header.filter { $0 == "\t" || $0 == "," }
            fixture.write("a.csv", "\(text)\n\(header)\n\(empty)\n")
            let leftOut = try fixture.run("a.csv").files.first?.leftOut ?? [:]
            #expect(leftOut["a repeated header"] == 1 && leftOut["an empty row"] == 1, "\(leftOut)")
        }
    }

    /// A spreadsheet writes dates and numbers as its country does. The detections are still the same.
    @Test func aDetectionIsStoredOnceHoweverItIsWritten() throws {
        fixture.write("a.txt", FormatFixture.birdNETPi)
        try fixture.run("a.txt") { $0.dataset = "pi" }
        let again = FormatFixture.birdNETPi.replacing("2022-02-07", with: "07.02.2022").replacing("06:41", with: "6:41")
            .replacing("0.8713", with: "0,87130").replacing("48.4;-123.3", with: "48,40;-123,30")
        fixture.write("b.csv", again)
        let report = try fixture.run("b.csv") { ($0.dataset, $0.append) = ("pi", true) }
        #expect(report.stored == 2 && report.replaced == 2)
        #expect(try fixture.rows("SELECT count(*) FROM observation") == ["2"])
        // The same of other formats whose records are known by their place.
        for (name, text) in [
            ("go", FormatFixture.birdNETGo.replacing("garden", with: "")),
            ("r", FormatFixture.birdNETForR.replacing("STA1_", with: "")),
        ] {
            fixture.write("a.csv", text)
            let first = try fixture.run("a.csv") { $0.dataset = name }
            fixture.write("b.csv", text.replacing("48.4000", with: "48.4").replacing("48.4,", with: "48.40,"))
            let second = try fixture.run("b.csv") { ($0.dataset, $0.append) = (name, true) }
            #expect(first.stored > 0 && second.replaced == first.stored, "\(name)")
        }
    }

    /// Many nodes have the name that BirdNET-Go gives to them, and each counts from 1.
    @Test func nodesOfOneNameAtOtherPlacesStayApart() throws {
        fixture.write("a.csv", FormatFixture.birdNETGo)
        fixture.write("b.csv", FormatFixture.birdNETGo.replacing("48.4", with: "49"))
        try fixture.run("a.csv") { $0.dataset = "go" }
        for (file, replaced) in [("b.csv", 1), ("b.csv", 2), ("a.csv", 2)] {
            let report = try fixture.run(file) { ($0.dataset, $0.append) = ("go", true) }
            #expect(report.stored == 2 && report.replaced == replaced)
        }
        #expect(try fixture.rows("SELECT latitude FROM location ORDER BY 1") == ["", "48.4", "49.0"])
        // The one without a place is in both.
        let report = try fixture.run("a.csv", "b.csv") { ($0.dataset, $0.skipErrors) = ("go", true) }
        #expect(report.stored == 3 && report.files.last?.leftOut["a detection that is already there"] == 1)
    }

    /// What two stations hear in the same second are two detections. One without a place may be either.
    @Test func detectionsOfOtherStationsStayApart() throws {
        let row = "2022-02-07;06:41:09;Avis ignota;Odd Bird;0.7;"
        fixture.write(
            "a.txt",
            "Date;Time;Sci_Name;Com_Name;Confidence;Lat;Lon\n\(row)48.4;-123.3\n\(row)48.5;-123.3\n\(row)-1;-1\n"
                + "\(row.replacing("06:41:09", with: "06:41:10"))48.4;-123.3\n")
        let report = try fixture.run("a.txt")
        #expect(report.stored == 3 && report.files.first?.leftOut == ["a detection that is already there": 1])
    }

    /// Frogs, squirrels and crickets are among BirdNET's species.
    @Test func leavesOutWhatIsNoBirdOfBirdNET() throws {
        let others = [
            "Lithobates catesbeianus", "Sciurus carolinensis", "Gryllus assimilis", "Canis latrans", "Alouatta pigra",
            "Apis mellifera", "Dog",
        ]
        let rows = (others + ["Tamatia tamatia", "Gryllusia ignota"]).map {
            "2022-02-07;06:41:09;\($0);Green Frog;0.7\n"
        }
        fixture.write("a.txt", "Date;Time;Sci_Name;Com_Name;Confidence\n" + rows.joined())
        let report = try fixture.run("a.txt")
        #expect(report.files.first?.leftOut.count == others.count && report.stored == 2)
        for other in others { #expect(report.files.first?.leftOut["not a bird (\(other))"] == 1) }
        // A table of Raven has no scientific names, but in the label of a species without a code.
        for (label, name, left) in [
            ("Pseudacris crucifer_Odd Bird", "Odd Bird", "Pseudacris crucifer_Odd Bird"),
            ("x1", "Green Frog", "Green Frog"),
        ] {
            let text = FormatFixture.raven.replacing("Odd Bird\tAvis ignota_Odd Bird", with: "\(name)\t\(label)")
            fixture.write("b.txt", text)
            #expect(try fixture.run("b.txt").files.first?.leftOut["not a bird (\(left))"] == 1)
        }
    }

    /// The labels of BirdNET's model 2.4, and those of earlier ones.
    @Test func knowsAllLabelsThatAreNoBirds() {
        let labels = """
            Acris crepitans_Northern Cricket Frog, Acris gryllus_Southern Cricket Frog, Anaxyrus americanus_American Toad,
            Anaxyrus canorus_Yosemite Toad, Anaxyrus cognatus_Great Plains Toad, Anaxyrus fowleri_Fowler's Toad,
            Anaxyrus houstonensis_Houston Toad, Anaxyrus microscaphus_Arizona Toad, Anaxyrus quercicus_Oak Toad,
            Anaxyrus speciosus_Texas Toad, Anaxyrus terrestris_Southern Toad, Anaxyrus woodhousii_Woodhouse's Toad,
            Incilius valliceps_Gulf Coast Toad, Eleutherodactylus planirostris_Greenhouse Frog,
            Dryophytes andersonii_Pine Barrens Treefrog, Dryophytes arenicolor_Canyon Treefrog,
            Dryophytes avivoca_Bird-voiced Treefrog, Dryophytes chrysoscelis_Cope's Gray Treefrog,
            Dryophytes cinereus_Green Treefrog, Dryophytes femoralis_Pine Woods Treefrog,
            Dryophytes gratiosus_Barking Treefrog, Dryophytes squirellus_Squirrel Treefrog,
            Dryophytes versicolor_Gray Treefrog, Hyla cinerea_Green Treefrog, Hyliola regilla_Pacific Chorus Frog,
            Pseudacris brimleyi_Brimley's Chorus Frog, Pseudacris clarkii_Spotted Chorus Frog,
            Pseudacris crucifer_Spring Peeper, Pseudacris feriarum_Upland Chorus Frog,
            Pseudacris nigrita_Southern Chorus Frog, Pseudacris ocularis_Little Grass Frog,
            Pseudacris ornata_Ornate Chorus Frog, Pseudacris streckeri_Strecker's Chorus Frog,
            Pseudacris triseriata_Striped Chorus Frog, Gastrophryne carolinensis_Eastern Narrow-mouthed Toad,
            Gastrophryne olivacea_Great Plains Narrow-mouthed Toad, Lithobates catesbeianus_American Bullfrog,
            Lithobates clamitans_Green Frog, Lithobates palustris_Pickerel Frog, Lithobates sylvaticus_Wood Frog,
            Rana sylvatica_Wood Frog, Scaphiopus couchii_Couch's Spadefoot, Spea bombifrons_Plains Spadefoot,
            Apis mellifera_Honey Bee, Gryllus assimilis_Gryllus assimilis, Gryllus fultoni_Southern Wood Cricket,
            Gryllus pennsylvanicus_Fall Field Cricket, Gryllus rubens_Southeastern Field Cricket,
            Miogryllus saussurei_Miogryllus saussurei, Oecanthus celerinictus_Fast-calling Tree Cricket,
            Oecanthus exclamationis_Davis's Tree Cricket, Oecanthus fultoni_Snowy Tree Cricket,
            Oecanthus nigricornis_Blackhorned Tree Cricket, Oecanthus niveus_Narrow-winged Tree Cricket,
            Oecanthus pini_Pine Tree Cricket, Oecanthus quadripunctatus_Four-spotted Tree Cricket,
            Amblycorypha alexanderi_Clicker Round-winged Katydid, Amblycorypha longinicta_Common Virtuoso Katydid,
            Amblycorypha oblongifolia_Oblong-winged Katydid, Amblycorypha rotundifolia_Rattler Round-winged Katydid,
            Atlanticus testaceus_Protean Shieldback, Conocephalus brevipennis_Short-winged Meadow Katydid,
            Conocephalus fasciatus_Slender Meadow Katydid, Microcentrum rhombifolium_Greater Angle-wing,
            Neoconocephalus bivocatus_False Robust Conehead, Neoconocephalus ensiger_Sword-bearing Conehead,
            Neoconocephalus retusus_Round-tipped Conehead, Neoconocephalus robustus_Robust Conehead,
            Orchelimum agile_Agile Meadow Katydid, Orchelimum concinnum_Stripe-faced Meadow Katydid,
            Orchelimum pulchellum_Handsome Meadow Katydid, Pterophylla camellifolia_Common True Katydid,
            Scudderia curvicauda_Curve-tailed Bush Katydid, Scudderia furcata_Fork-tailed Bush Katydid,
            Scudderia texensis_Texas Bush Katydid, Allonemobius allardi_Allard's Ground Cricket,
            Allonemobius tinnulus_Tinkling Ground Cricket, Allonemobius walkeri_Walker's Ground Cricket,
            Anaxipha exigua_Say's Trig, Cyrtoxipha columbiana_Columbian Trig, Eunemobius carolinus_Carolina Ground Cricket,
            Eunemobius confusus_Confused Ground Cricket, Neonemobius cubensis_Cuban Ground Cricket,
            Phyllopalpus pulchellus_Handsome Trig, Orocharis saltator_Jumping Bush Cricket,
            Odocoileus virginianus_White-tailed Deer, Canis latrans_Coyote, Canis lupus_Gray Wolf,
            Alouatta pigra_Mexican Black Howler Monkey, Sciurus carolinensis_Eastern Gray Squirrel,
            Tamias striatus_Eastern Chipmunk, Tamiasciurus hudsonicus_Red Squirrel, Vulpes vulpes_Red Fox,
            Background_Background, background_background, Dog_Dog, Engine_Engine, Environmental_Environmental,
            Fireworks_Fireworks, Gun_Gun, Human non-vocal_Human non-vocal, Human vocal_Human vocal,
            Human whistle_Human whistle, Noise_Noise, nocall_nocall, Power tools_Power tools, Siren_Siren
            """
        for label in labels.replacing("\n", with: " ").split(separator: ", ") {
            let parts = label.split(separator: "_")
            #expect(BirdNETLabel.isOther(Array(label.utf8)[...]), "\(label)")
            #expect(BirdNETLabel.isOther(Array(parts[0].utf8)[...]), "\(parts[0])")
            #expect(BirdNETLabel.isOtherByName(Array(parts[1].utf8)[...]), "\(parts[1])")
        }
    }

    /// No bird has one of the genera.
    @Test func allBirdsAreBirds() {
        for name in ["Turdus merula", "Rallus aquaticus", "Corvus", "Dogania", "Acrocephalus", "Ranaxis una", ""] {
            #expect(!BirdNETLabel.isOther(Array(name.utf8)[...]), "\(name)")
        }
        #expect(!BirdNETLabel.isOtherByName(Array("Green Heron".utf8)[...]))
    }

    /// A program writes a row for each bird or group.
    @Test func aVisitMayHaveSeveralRowsOfASpecies() throws {
        let row = FormatFixture.eBirdRecords.split(separator: "\n").map { String($0) + "\n" }[0]
        fixture.write("a.csv", row + row + row.replacing(",3,\"shy, alone\"", with: ",2,in flight"))
        for appends in [false, true] {
            let report = try fixture.run("a.csv") { $0.append = appends }
            #expect(report.stored == 3 && report.rowsInError == 0 && report.replaced == (appends ? 3 : 0))
        }
        #expect(try fixture.rows("SELECT num FROM observation ORDER BY num") == ["2", "3", "3"])
        let visit = "Marsh 2021-02-13 06:41 Cyanocitta stelleri"
        #expect(
            try fixture.rows("SELECT source_id FROM observation ORDER BY source_id")
                == [visit, "\(visit) #2", "\(visit) #3"])
        #expect(try fixture.isSound())
        // Two files with the same visit are the same data.
        fixture.write("b.csv", row + row.replacing("06:41", with: "07:41"))
        let report = try fixture.run(files: ["a.csv", "b.csv"]) { ($0.dataset, $0.skipErrors) = ("x", true) }
        #expect(report.stored == 4 && report.rowsInError == 1)
    }

    /// Only where a checklist may have a species twice, whatever other files there are.
    @Test(arguments: [["rec.csv", "fw.csv"], ["fw.csv", "rec.csv"]]) func otherRecordsMayNotRepeat(files: [String])
        throws
    {
        fixture.write("rec.csv", FormatFixture.eBirdRecord)
        fixture.write("fw.csv", feederWatchHeader + feederWatchRow(obs: "OBS1") + feederWatchRow(obs: "OBS1"))
        let report = try fixture.run(files: files) { $0.skipErrors = true }
        #expect(report.firstErrors.map(\.reason) == ["the record OBS1 is already in line 2"])
        #expect(try fixture.rows("SELECT count(*) FROM observation WHERE source_id LIKE 'OBS%'") == ["1"])
    }

    /// Genus and species have columns of their own, and one may have the whole name.
    @Test func aNameMayHaveOnePart() throws {
        let rows = [
            ("Gull", "Larus", ""), ("Gull", "", "Larus canus"), ("Jay", "Garrulus", "glandarius"), ("Tit", "", ""),
        ]
        fixture.write(
            "a.csv", rows.map { "\($0.0),\($0.1),\($0.2),1,,Marsh,,,02/13/2021,06:41,,,,,,,,,\n" }.joined())
        try fixture.run("a.csv")
        #expect(
            try fixture.rows("SELECT source_id FROM observation ORDER BY 1")
                == ["Garrulus glandarius", "Larus", "Larus canus", "Tit"].map { "Marsh 2021-02-13 06:41 \($0)" })
    }

    /// The time may be in the cell of the date, and the seconds tell detections apart.
    @Test func detectionsOfOneMinuteStayApart() throws {
        let rows = ["2021-02-03T06:41:05", "2021-02-03T06:41:08", "2021-02-04T00:00:05", "2021-02-04T00:00:08"]
        fixture.write(
            "a.txt",
            "Date;Time;Sci_Name;Com_Name;Confidence\n" + rows.map { "\($0);;Avis ignota;Odd Bird;0.7\n" }.joined())
        #expect(try fixture.run("a.txt").stored == 4)
        fixture.write(
            "b.txt", "Date;Time;Sci_Name;Com_Name;Confidence\n2021-02-03;06:41:05;Avis ignota;Odd Bird;0.7\n")
        let again = try fixture.run("b.txt") { ($0.dataset, $0.append) = ("a", true) }
        #expect(again.replaced == 1)
        #expect(try fixture.rows("SELECT count(*) FROM observation") == ["4"])
    }

    /// BirdNET-Pi writes the same detections into every file that it exports, and gives them no codes.
    @Test(arguments: [false, true]) func aDetectionIsStoredOnce(isDatabase: Bool) throws {
        let name = isDatabase ? "a.db" : "a.txt"
        if isDatabase {
            try Database(path: fixture.path(name), mode: .readWrite).execute(
                """
                CREATE TABLE detections (Date DATE, Time TIME, Sci_Name VARCHAR(100), Com_Name VARCHAR(100),
                    Confidence FLOAT, Lat FLOAT, Lon FLOAT, Cutoff FLOAT, File_Name VARCHAR(100));
                INSERT INTO detections VALUES ('2022-02-07', '06:41:09', 'Cyanocitta stelleri', 'Jay', 0.8713, 48.4, -123.3, 0.7, 'a'),
                    ('2022-02-07', '06:41:12', 'Avis ignota', 'Odd Bird', 0.7, -1, -1, 0.7, 'b'),
                    ('2022-02-07', '06:41:12', 'Avis ignota', 'Odd Bird', 0.7, -1, -1, 0.7, 'b');
                """)
        } else {
            let lines = FormatFixture.birdNETPi.split(separator: "\n")
            fixture.write(name, (lines + lines.suffix(1)).map { $0 + "\n" }.joined())
        }
        for appends in [false, true] {
            let report = try fixture.run(name) { $0.append = appends }
            #expect(report.stored == 2 && report.replaced == (appends ? 2 : 0) && report.rowsInError == 0)
            #expect(report.files.first?.leftOut == ["a detection that is already there": 1])
        }
        #expect(
            try fixture.rows("SELECT source_id, num FROM observation ORDER BY source_id") == [
                "20220207 06:41:09 Cyanocitta stelleri 0.8713 @48.4,-123.3|", "20220207 06:41:12 Avis ignota 0.7|",
            ])
        #expect(try fixture.rows("SELECT DISTINCT time FROM observation_detail") == ["06:41"])
        #expect(try fixture.isSound())
    }
}
