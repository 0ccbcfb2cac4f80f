import BirdImport
import Birds
import FileSystem
import Testing

@testable import Fixtures

/// Results of BirdNET-Analyzer in each layout.
@Suite struct BirdNETAnalyzerTests {
    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture()
        fixture.write("names.csv", "species_id,sci_name,en_us\nstejay,Cyanocitta stelleri,Steller's Jay\n")
        try fixture.run("names.csv")
    }

    private func detections() throws -> [String] {
        try fixture.rows(
            """
            SELECT s.code, o.date, d.time, num, l.code, latitude, longitude, confidence
            FROM observation o JOIN species s ON s.id = species_id JOIN location l ON l.id = location_id
                LEFT JOIN observation_detail d ON d.id = o.id ORDER BY o.date, d.time, l.code
            """)
    }

    @Test func readsItsCSV() throws {
        fixture.write("a.csv", FormatFixture.birdNETAnalyzer)
        let report = try fixture.run("a.csv")
        #expect(report.files.map(\.format) == ["BirdNET-Analyzer"])
        #expect(report.files.first?.leftOut == ["not a bird (Engine)": 1])
        #expect(
            try detections() == [
                "stejay|20211231|23:55||STA1|||0.8713", "Avis ignota|20220101|00:00||STA1|||0.7",
            ])
        #expect(
            try fixture.rows("SELECT source_id FROM observation ORDER BY date") == [
                "STA1_20211231_235500 0.0 Cyanocitta stelleri 0.8713", "STA1_20211231_235500 300.0 Avis ignota 0.7",
            ])
        #expect(try fixture.rows("SELECT count(*) FROM checklist WHERE code IS NOT NULL") == ["0"])
        #expect(try fixture.isSound())
    }

    /// Nobody can take them out of a cell.
    @Test func theNameOfAFileMayHaveNoBreakSpaces() throws {
        let name = "STA\u{A0}1_20210203_064100.BirdNET.results.csv"
        let rows = "Start (s),End (s),Scientific name,Common name,Confidence\n0,3,Avis ignota,Odd Bird,0.5\n"
        fixture.write(name, rows)
        #expect(try fixture.run(name).firstErrors == [])
        #expect(try fixture.rows("SELECT code FROM location") == ["STA\u{A0}1"])
    }

    @Test func readsSelectionTables() throws {
        fixture.write("a.txt", FormatFixture.raven)
        let report = try fixture.run("a.txt")
        #expect(report.files.first?.leftOut == ["not a bird (nocall)": 1])
        #expect(
            try detections() == [
                "stejay|20211231|23:55||STA1|||0.8713", "Avis ignota|20211231|23:56||site 2|||0.7",
            ])
    }

    @Test func readsTheLayoutForKaleidoscope() throws {
        fixture.write("a.csv", FormatFixture.kaleidoscope)
        try fixture.run("a.csv")
        #expect(
            try detections() == [
                "stejay|20211231|23:55||STA1|48.4|-123.3|0.8713", "Avis ignota|20220101|00:00||night|||0.7",
            ])
        // Other versions name columns differently.
        fixture.write(
            "a.csv",
            FormatFixture.kaleidoscope.replacing("common_name", with: "TOP1MATCH").replacing(
                "confidence", with: "TOP1DIST"))
        #expect(try fixture.run("a.csv") { $0.append = true }.replaced == 2)
    }

    /// The same detection in another layout, or once more, adds nothing. Those of other stations stay apart.
    @Test func aDetectionIsStoredOnceInAllLayouts() throws {
        let layouts = [
            FormatFixture.birdNETAnalyzer, FormatFixture.raven, FormatFixture.kaleidoscope, FormatFixture.birdNETForR,
        ]
        for (number, text) in layouts.enumerated() { fixture.write("\(number).csv", text) }
        let files = layouts.indices.map { "\($0).csv" }
        for appends in [false, true] {
            let report = try fixture.run(files: files) { ($0.dataset, $0.append) = ("sta", appends) }
            #expect(report.rowsInError == 0 && report.stored == 4)
            #expect(report.files.map { $0.leftOut["a detection that is already there"] } == [1, 1, nil, 1])
        }
        #expect(try fixture.rows("SELECT count(*) FROM observation") == ["4"])
        // Only one of the layouts tells its place.
        #expect(try detections().contains("stejay|20211231|23:55||STA1|48.4|-123.3|0.8713"))
    }

    /// Recorders without names of their own write the same names at the same times.
    @Test func detectionsOfRecordersWithoutNamesStayApart() throws {
        let text = "Start (s),End (s),Scientific name,Common name,Confidence\n0,3,Avis ignota,Odd Bird,0.7\n"
        fixture.write("20210203_064100.BirdNET.results.csv", text)
        for place in [(55.4, 12.8), (55.5, 12.9), (55.4, 12.8)] {
            try fixture.run("20210203_064100.BirdNET.results.csv") {
                ($0.dataset, $0.append, $0.latitude, $0.longitude) = ("all", true, place.0, place.1)
            }
        }
        #expect(
            try detections() == [
                "Avis ignota|20210203|06:41||55.4,12.8|55.4|12.8|0.7",
                "Avis ignota|20210203|06:41||55.5,12.9|55.5|12.9|0.7",
            ])
        let header = text.prefix { $0 != "\n" } + ",File\n"
        let rows = ["left", "right"].map { "0,3,Avis ignota,Odd Bird,0.7,/\($0)/20210203_064100.WAV\n" }
        fixture.write("b.csv", header + rows.joined())
        try fixture.run("b.csv") { ($0.dataset, $0.latitude, $0.longitude) = ("all", 55.4, 12.8) }
        #expect(
            try fixture.rows("SELECT source_id FROM observation ORDER BY 1")
                == ["left", "right"].map { "\($0)/20210203_064100 0.0 Avis ignota 0.7 @55.4,12.8" })
        try fixture.run("b.csv") { $0.dataset = "all" }
        #expect(try fixture.rows("SELECT code FROM location ORDER BY code") == ["left", "right"])
    }

    /// A station is known by its folder, also if an option tells its place.
    @Test func aFolderStaysTheLocationWhereThePlaceIsGiven() throws {
        let rows = ["north/20210301_050000", "south/20210301_060000"].map {
            "0,3,Avis ignota,Odd Bird,0.7,am/\($0).WAV\n"
        }
        fixture.write("a.csv", "Start (s),End (s),Scientific name,Common name,Confidence,File\n" + rows.joined())
        try fixture.run("a.csv") { ($0.latitude, $0.longitude) = (55, 12) }
        #expect(
            try fixture.rows("SELECT code, latitude, longitude FROM location ORDER BY code")
                == ["north|55.0|12.0", "south|55.0|12.0"])
    }

    /// Recorders that write no names, or all the same: a place that differs tells their recordings apart.
    @Test(arguments: ["REC_20210203_064100", "20210203_064100"])
    func detectionsOfOneNameAtOtherPlacesStayApart(name: String) throws {
        let header = "Start (s),End (s),Scientific name,Common name,Confidence,File\n"
        fixture.write("a.csv", header + "0,3,Avis ignota,Odd Bird,0.7,\(name).wav\n")
        func add(_ latitude: Double?, _ stored: Int = 1, replacing replaced: Int) throws {
            let report = try fixture.run("a.csv") {
                ($0.dataset, $0.append) = ("all", true)
                if let latitude { ($0.latitude, $0.longitude) = (latitude, 12.8) }
            }
            #expect(report.stored == stored && report.replaced == replaced, "\(latitude ?? 0)")
        }
        // A detection without a place is that of a place that is told later.
        try add(nil, replacing: 0)
        try add(55.4, replacing: 1)
        for latitude in [55.5, 55.6] { try add(latitude, replacing: 0) }
        for latitude in [55.5, 55.4, 55.400004, 55.6] { try add(latitude, replacing: 1) }
        #expect(
            try fixture.rows(
                "SELECT source_id, latitude FROM observation o JOIN location l ON l.id = location_id ORDER BY 2")
                == [
                    "\(name) 0.0 Avis ignota 0.7 @55.400004,12.8|55.400004",
                    "\(name) 0.0 Avis ignota 0.7 @55.5,12.8|55.5", "\(name) 0.0 Avis ignota 0.7 @55.6,12.8|55.6",
                ])
        try add(nil, 0, replacing: 0)
        #expect(try fixture.rows("SELECT count(*) FROM observation") == ["3"])
        #expect(try fixture.isSound())
    }

    /// The same if columns tell the places, in one import or in several, in any order.
    @Test func detectionsOfOneNameAtOtherPlacesInColumnsStayApart() throws {
        let header = "filepath,start,end,scientific_name,common_name,confidence,lat,lon\n"
        let row = "REC_20210203_064100.wav,0,3,Avis ignota,Odd Bird,0.7,"
        for (name, place) in [("none", "-1,-1"), ("a", "55.4,12.8"), ("b", "55.5,12.8"), ("c", "55.6,12.8")] {
            fixture.write("\(name).csv", "\(header)\(row)\(place)\n")
        }
        let report = try fixture.run("a.csv", "b.csv", "c.csv", "none.csv") { $0.dataset = "all" }
        #expect(report.stored == 3)
        #expect(report.files.map { $0.leftOut["a detection that is already there"] } == [nil, nil, nil, 1])
        for names in [["c", "a", "b"], ["b", "c"], ["c"], ["none"], ["c"], ["a", "c"], ["b"]] {
            let files = names.map { "\($0).csv" }
            let report = try fixture.run(files: files) { ($0.dataset, $0.append) = ("all", true) }
            let stored = names == ["none"] ? 0 : files.count
            #expect(report.stored == stored && report.replaced == stored, "\(files)")
            #expect(try fixture.rows("SELECT count(*) FROM observation") == ["3"], "\(files)")
            #expect(try fixture.isSound())
        }
        #expect(try fixture.rows("SELECT latitude FROM location ORDER BY 1") == ["55.4", "55.5", "55.6"])
    }

    /// Recorders that all have the same name: the folders tell their recordings apart, and are those of before when the
    /// whole has been moved.
    @Test(arguments: [
        (["/site A/", "/site B/"], ["site A/REC", "site B/REC"]),
        (["C:\\rec\\1\\", "C:\\rec\\2\\"], ["1/REC", "2/REC"]),
        (["/card1/Data/", "/card2/Data/"], ["card1/Data/REC", "card2/Data/REC"]),
    ])
    func recordingsOfOneNameInSeveralFoldersStayApart(folders: [String], locations: [String]) throws {
        let header = "Start (s),End (s),Scientific name,Common name,Confidence,File\n"
        func write(_ root: String) {
            let texts = folders.map { folder in
                "0,3,Avis ignota,Odd Bird,0.7,\(root)\(folder)REC_20210203_064100.wav\n"
                    + "0,3,Avis ignota,Odd Bird,0.7,\(root)\(folder)STA\(folder == folders[0] ? 1 : 2)_20210203_064100.wav\n"
            }
            fixture.write("a.csv", header + texts.joined())
        }
        for root in ["", "/mnt"] {
            write(root)
            try fixture.run("a.csv") { $0.append = true }
            #expect(
                try fixture.rows("SELECT code FROM location ORDER BY length(code) <= 4, code") == locations + [
                    "STA1", "STA2",
                ])
            #expect(
                try Set(fixture.rows("SELECT source_id FROM observation"))
                    == Set((locations + ["STA1", "STA2"]).map { "\($0)_20210203_064100 0.0 Avis ignota 0.7" }))
            #expect(try fixture.rows("SELECT count(*) FROM observation") == ["4"])
            #expect(try fixture.rows("SELECT count(*) FROM checklist") == ["4"])
        }
    }

    /// Also if each has a file of results, whose own place tells where it is if no column does.
    @Test func recordingsOfOneNameInSeveralFilesStayApart() throws {
        let header = "Start (s),End (s),Scientific name,Common name,Confidence"
        let row = "0,3,Avis ignota,Odd Bird,0.7"
        for number in 1...2 {
            fixture.write(
                "\(number).csv", "\(header),File\n\(row),/rec/site \(number)/REC_20210203_064100.wav\n")
        }
        try fixture.run("1.csv", "2.csv") { $0.dataset = "all" }
        #expect(try fixture.rows("SELECT code FROM location ORDER BY code") == ["site 1/REC", "site 2/REC"])
        fixture.write(
            "a.zip",
            ZipWriter.archive(
                ["x", "y"].map { ("\($0)/REC_20210203_064100.BirdNET.results.csv", "\(header)\n\(row)\n") }))
        try fixture.run("a.zip") { $0.dataset = "all" }
        #expect(try fixture.rows("SELECT code FROM location ORDER BY code") == ["x/REC", "y/REC"])
        fixture.write(
            "a.zip",
            ZipWriter.archive(
                ["x", "y"].map { ("\($0)/results.csv", "\(header),File\n\(row),REC_20210203_064100.wav\n") }))
        try fixture.run("a.zip") { $0.dataset = "all" }
        #expect(try fixture.rows("SELECT code FROM location ORDER BY code") == ["x/REC", "y/REC"])
        // The same recording, wherever it was when it was analyzed.
        fixture.write("1.csv", "\(header),File\n\(row),/old/site 1/REC_20210203_064100.wav\n")
        fixture.write("2.csv", "\(header),File\n\(row),/new/site 1/REC_20210203_064100.wav\n")
        #expect(try fixture.run("1.csv", "2.csv") { $0.dataset = "all" }.stored == 1)
        #expect(try fixture.rows("SELECT code FROM location ORDER BY code") == ["REC"])
    }

    /// BirdNET writes common names in many languages.
    @Test func aDetectionIsStoredOnceInAllLanguages() throws {
        fixture.write("a.csv", FormatFixture.birdNETAnalyzer)
        fixture.write(
            "b.csv",
            FormatFixture.birdNETAnalyzer.replacing("Steller's Jay", with: "Diademhäher")
                .replacing("Odd Bird", with: "Seltsamer Vogel"))
        fixture.write("c.txt", FormatFixture.raven.replacing("Steller's Jay", with: "Geai de Steller"))
        #expect(try fixture.run("a.csv", "b.csv") { $0.dataset = "sta" }.stored == 2)
        // A code is that of a species in the database.
        let report = try fixture.run("c.txt") { ($0.dataset, $0.append) = ("sta", true) }
        #expect(report.replaced == 1 && report.stored == 2)
        #expect(try fixture.rows("SELECT count(*) FROM observation") == ["3"])
    }

    /// Rows without a common name are not all of one species.
    @Test func detectionsWithoutACommonNameStayApart() throws {
        fixture.write(
            "a.csv", FormatFixture.birdNETAnalyzer.replacing("Steller's Jay", with: "").replacing("Odd Bird", with: ""))
        let raven = FormatFixture.raven.split(separator: "\n").map(String.init)
        let bird = raven[1].replacing("Steller's Jay", with: "")
        fixture.write(
            "b.txt", [raven[0], bird, bird.replacing("stejay", with: "comrav")].joined(separator: "\n") + "\n")
        // The first one is in both files.
        #expect(try fixture.run("a.csv", "b.txt") { $0.dataset = "sta" }.stored == 3)
    }

    /// Files come in any order. Without a scientific name, the code does not depend on the language either.
    @Test func aCodeIsThatOfASpeciesInALaterFile() throws {
        let other = try ImportFixture()
        other.write("a.txt", FormatFixture.raven)
        for (file, name) in [("names.csv", "Cyanocitta stelleri"), ("none.csv", "stejay")] {
            other.write("names.csv", fixture.text("names.csv"))
            other.write("none.csv", "species_id,sci_name,en_us\nx,Avis una,One Bird\n")
            try other.run("a.txt", file) { $0.database = other.path("\(file).db") }
            #expect(
                try Database(path: other.path("\(file).db"), mode: .readOnly).rows(
                    "SELECT source_id FROM observation ORDER BY source_id") == [
                        "STA1_20211231_235500 0.0 \(name) 0.8713", "site 2/20211231_235500 60.0 Avis ignota 0.7",
                    ])
        }
    }

    /// A header that is repeated in a list of ranks is no genus.
    @Test func aRepeatedHeaderNamesNoGenus() throws {
        let other = try ImportFixture()
        let header = "family (scientific),genus,species (scientific),order,authority,species (english),subspecies\n"
        other.write(
            "names.csv", header + ",,,PASSERIFORMES\nCorvidae\n,CYANOCITTA\n" + header + ",,stelleri,,,Steller's Jay\n")
        other.write("a.txt", FormatFixture.raven)
        try other.run("a.txt", "names.csv")
        #expect(
            try other.rows("SELECT source_id FROM observation WHERE source_id LIKE 'STA1%'") == [
                "STA1_20211231_235500 0.0 Cyanocitta stelleri 0.8713"
            ])
    }

    @Test func takesWhatIsMissingFromOptions() throws {
        let header = "Start (s);End (s);Scientific name;Common name;Confidence;File;lat;lon\n"
        fixture.write(
            "a.csv",
            header + "61,5;64,5;Avis ignota;Odd Bird;0,7;sound.wav;-1;-1\n"
                + "61,5;64,5;Avis ignota;Odd Bird;0,7;A_20210203_064100.wav;48,4;-123,3\n")
        let report = try fixture.run("a.csv") { $0.skipErrors = true }
        #expect(
            report.firstErrors.map { "\($0.line) \($0.reason)" } == [
                "2 the name of its recording, 'sound', has no date such as 20210203_064100; give it with --date 2021-02-03"
            ])
        try fixture.run("a.csv") { ($0.date, $0.latitude, $0.longitude) = ("2020-02-29", -33.5, 151.25) }
        #expect(
            try detections() == [
                "Avis ignota|20200229|||-33.5,151.25|-33.5|151.25|0.7", "Avis ignota|20210203|06:42||A|48.4|-123.3|0.7",
            ])
        // BirdNET-Pi and BirdNET-Go may not know their place either.
        fixture.write("b.txt", FormatFixture.birdNETPi)
        try fixture.run("b.txt") { ($0.dataset, $0.latitude, $0.longitude) = ("a", -33.5, 151.25) }
        #expect(
            try fixture.rows("SELECT code, latitude FROM location ORDER BY code") == [
                "-33.5,151.25|-33.5", "48.4,-123.3|48.4",
            ])
    }

    @Test(
        arguments: [
            ("2021-02-30", nil, nil, "--date takes a day such as 2021-02-03, from 1800 to 2025."),
            ("2021-02", nil, nil, "--date takes a day such as 2021-02-03, from 1800 to 2025."),
            ("2026-01-01", nil, nil, "--date takes a day such as 2021-02-03, from 1800 to 2025."),
            (nil, 91, 1, "--latitude takes a number from -90 to 90."),
            (nil, 9, 181, "--longitude takes a number from -180 to 180."),
            (nil, .nan, 1, "--latitude takes a number from -90 to 90."),
            (nil, 1, nil, "A place needs both --latitude and --longitude."),
            (
                "2021-02-03", nil, nil,
                "--date is only for results of BirdNET-Analyzer; all other records have their own dates."
            ),
            (
                nil, 1, 1,
                "--latitude and --longitude are only for detections of BirdNET; all other records have their own places."
            ),
        ] as [(String?, Double?, Double?, String)])
    func refusesOptionsThatMakeNoSense(date: String?, latitude: Double?, longitude: Double?, message: String) throws {
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,stejay,1\n")
        #expect {
            try fixture.run("a.csv") { ($0.date, $0.latitude, $0.longitude) = (date, latitude, longitude) }
        } throws: {
            ($0 as? ChangeError)?.message == message && ($0 as? ChangeError)?.kind == .refused
        }
    }

    /// Recorders that write the same names into the same folder of their cards.
    @Test func theFoldersOfResultsTellStationsApart() throws {
        let text = { (confidence: String) in
            "Start (s),End (s),Scientific name,Common name,Confidence,File\n"
                + "0,3,Avis ignota,Odd Bird,\(confidence),/media/sd/20230501_040000.WAV\n"
        }
        fixture.write(
            "a.zip",
            ZipWriter.archive([
                ("out/siteA/20230501_040000.BirdNET.results.csv", text("0.7")),
                ("out/siteB/20230501_040000.BirdNET.results.csv", text("0.7")),
            ]))
        let report = try fixture.run("a.zip")
        #expect(
            try fixture.rows("SELECT DISTINCT code FROM location ORDER BY code") == ["siteA", "siteB"], "\(report.text)"
        )
        #expect(report.stored == 2)
    }

    /// The program writes its settings beside its results.
    @Test func theParametersArePassedOver() throws {
        fixture.write("a.csv", FormatFixture.birdNETAnalyzer)
        fixture.write(
            "BirdNET_analysis_params.csv",
            "File splitting duration,Segment length,Sample rate,Segment overlap,Minimum Segment length\n600,3,48000,0,1\n"
        )
        let report = try fixture.run("a.csv", "BirdNET_analysis_params.csv")
        #expect(report.stored == 2)
        #expect(
            report.text.contains(
                "\(fixture.path("BirdNET_analysis_params.csv")): parameters of BirdNET-Analyzer, passed over\n"))
    }

    /// A table without scientific names has the same detections before and after a taxonomy.
    @Test func aTaxonomyChangesNoDetection() throws {
        let other = try ImportFixture()
        other.write("a.txt", FormatFixture.raven)
        try other.run("a.txt")
        let before = try other.rows("SELECT source_id FROM observation ORDER BY 1")
        other.write("names.csv", "species_id,sci_name,en_us\nstejay,Cyanocitta stelleri,Steller's Jay\n")
        try other.run("names.csv")
        let report = try other.run("a.txt") { $0.append = true }
        #expect(report.replaced == before.count && report.stored == before.count)
        #expect(try other.rows("SELECT count(*) FROM observation") == ["\(before.count)"])
    }

    /// A folder of results, packed. Without a column, the name in the archive tells the recording.
    @Test func readsTheResultsOfSeveralRecordingsInAnArchive() throws {
        let header = "Start (s),End (s),Scientific name,Common name,Confidence\n"
        let night = [
            ("n/B_20210203_064100.BirdNET.results.csv", header + "0,3,Avis ignota,Odd Bird,0.7\n"),
            ("n/B_20210203_065100.BirdNET.results.csv", header), ("n/BirdNET_analysis_params.csv", "File,x\n"),
            ("n/A.BirdNET.results.csv", FormatFixture.birdNETAnalyzer),
        ]
        fixture.write("night.zip", ZipWriter.archive(night))
        for appends in [false, true] {
            let report = try fixture.run("night.zip") { $0.append = appends }
            #expect(report.stored == 3 && report.files.map(\.records) == [1, 0, 3])
        }
        #expect(
            try detections() == [
                "Avis ignota|20210203|06:41||B|||0.7", "stejay|20211231|23:55||STA1|||0.8713",
                "Avis ignota|20220101|00:00||STA1|||0.7",
            ])
        #expect(try fixture.rows("SELECT name FROM dataset") == ["night"])
        let many = (0...200).map { ("\($0).csv", FormatFixture.birdNETAnalyzer) }
        fixture.write("many.zip", ZipWriter.archive(many))
        #expect {
            try fixture.run("many.zip")
        } throws: {
            ($0 as? ChangeError)?.message.contains("has several files with records") == true
        }
    }

    /// Of the recordings of a night, most have no detections.
    @Test func passesOverFilesWithoutDetections() throws {
        fixture.write("a.csv", FormatFixture.birdNETAnalyzer)
        fixture.write("b.csv", "Start (s),End (s),Scientific name,Common name,Confidence,File\n")
        #expect(try fixture.run("a.csv", "b.csv") { $0.dataset = "sta" }.stored == 2)
        fixture.write("c.csv", fixture.text("b.csv"))
        for files in [["b.csv"], ["b.csv", "c.csv"]] {
            #expect(throws: ChangeError.self) { try fixture.run(files: files) { $0.dataset = "sta" } }
        }
        #expect(try detections().count == 2)
    }

    @Test(arguments: [
        ("0.0", "-3", "Start (s): -3.0 is not between 0 and 31622400"), ("0.0", "", "Start (s): is empty"),
        ("0.0", "31622400", "Start (s): 31622400.0 is not between 0 and 31622400"),
        ("0.0", "1e300", "Start (s): 1e+300 is not between 0 and 31622400"),
        ("0.8713", "1.5", "Confidence: 1.5 is not between 0 and 1"),
        ("0.0", "x", "Start (s): 'x' is not a number"),
    ])
    func reportsRowsInError(old: String, new: String, reason: String) throws {
        let lines = FormatFixture.birdNETAnalyzer.split(separator: "\n").prefix(2).map(String.init)
        fixture.write(
            "a.csv", lines[0] + "\n" + lines[1].replacing("\(old),", with: "\(new),", maxReplacements: 1) + "\n")
        #expect(try fixture.run("a.csv").firstErrors.map { "\($0.column ?? ""): \($0.reason)" } == [reason])
    }

    @Test func countsDaysOfLongRecordings() throws {
        let row = { (seconds: String) in "\(seconds),3,Avis ignota,Odd Bird,0.7,A_20200228_230000.wav\n" }
        fixture.write(
            "a.csv",
            "Start (s),End (s),Scientific name,Common name,Confidence,File\n" + row("3599.9") + row("3600")
                + row("90000")
                + row("31622399"))
        try fixture.run("a.csv")
        #expect(
            try fixture.rows(
                "SELECT o.date, d.time FROM observation o JOIN observation_detail d ON d.id = o.id ORDER BY 1") == [
                    "20200228|23:59", "20200229|00:00", "20200301|00:00", "20210228|22:59",
                ])
    }
}
