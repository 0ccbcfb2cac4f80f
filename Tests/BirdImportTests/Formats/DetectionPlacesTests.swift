import BirdImport
import Birds
import Testing

@testable import Fixtures

/// Detections that are imported with their place, without it and with another one, in any order.
@Suite struct DetectionPlacesTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// A format with a detection, whose place is missing, and the code of that detection.
    struct Maker: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let header: String
        let row: String
        let code: String

        func text(_ place: (String, String)) -> String {
            header + "\n" + row.replacing("LAT", with: place.0).replacing("LON", with: place.1) + "\n"
        }
    }

    static let makers = [
        Maker(
            testDescription: "BirdNET-Pi", header: "Date;Time;Sci_Name;Com_Name;Confidence;Lat;Lon",
            row: "2021-02-03;06:41:09;Avis ignota;Odd Bird;0.7;LAT;LON", code: "20210203 06:41:09 Avis ignota 0.7"),
        Maker(
            testDescription: "BirdNET-Go",
            header: "id,source_node,date,time,scientific_name,common_name,confidence,latitude,longitude",
            row: "7,garden,2021-02-03,06:41:09,Avis ignota,Odd Bird,0.7,LAT,LON",
            code: "garden/7 20210203 06:41:09"),
        Maker(
            testDescription: "BirdNET-Go without the name of its node",
            header: "id,source_node,date,time,scientific_name,common_name,confidence,latitude,longitude",
            row: "7,,2021-02-03,06:41:09,Avis ignota,Odd Bird,0.7,LAT,LON", code: "7 20210203 06:41:09"),
        Maker(
            testDescription: "BirdNET-Go without nodes",
            header: "id,date,time,scientific_name,common_name,confidence,latitude,longitude",
            row: "7,2021-02-03,06:41:09,Avis ignota,Odd Bird,0.7,LAT,LON", code: "7 20210203 06:41:09"),
        Maker(
            testDescription: "BirdNET-Analyzer",
            header: "filepath,start,end,scientific_name,common_name,confidence,lat,lon",
            row: "REC_20210203_064100.wav,9,12,Avis ignota,Odd Bird,0.7,LAT,LON",
            code: "REC_20210203_064100 9.0 Avis ignota 0.7"),
        Maker(
            testDescription: "BirdNET-Analyzer without names of stations",
            header: "filepath,start,end,scientific_name,common_name,confidence,lat,lon",
            row: "20210203_064100.wav,9,12,Avis ignota,Odd Bird,0.7,LAT,LON",
            code: "20210203_064100 9.0 Avis ignota 0.7"),
    ]

    private static let places = ["none": ("0", "0"), "55": ("55.5", "12.5"), "56": ("56.0", "12.5")]

    private func stored() throws -> [String] {
        try fixture.rows(
            """
            SELECT source_id, l.latitude, l.longitude, l.code IN ('unknown', l.latitude || ',' || l.longitude, 'garden', 'REC')
            FROM observation o JOIN location l ON l.id = location_id ORDER BY 1
            """)
    }

    /// All orders of the names, each cut into commands in all ways.
    private static func ways(_ names: [String]) -> [[[String]]] {
        func orders(_ rest: [String]) -> [[String]] {
            rest.isEmpty
                ? [[]] : rest.flatMap { first in orders(rest.filter { $0 != first }).map { [first] + $0 } }
        }
        return orders(names).flatMap { order in
            (0..<(1 << (order.count - 1))).map { cuts in
                var commands: [[String]] = [[]]
                for (index, name) in order.enumerated() {
                    commands[commands.count - 1].append(name)
                    if index < order.count - 1, cuts >> index & 1 == 1 { commands.append([]) }
                }
                return commands
            }
        }
    }

    @Test(arguments: makers) func areStoredOnceInAllOrders(maker: Maker) throws {
        for (name, place) in Self.places { fixture.write("\(name).csv", maker.text(place)) }
        for names in [["none", "55"], ["none", "55", "56"]] {
            for commands in Self.ways(names) {
                _ = try? DataSets.remove(name: "all", path: fixture.database)
                for files in commands {
                    let report = try fixture.run(files: files.map { "\($0).csv" }) {
                        ($0.dataset, $0.append) = ("all", true)
                    }
                    #expect(report.rowsInError == 0)
                    let leftOut = report.files.reduce(0) { $0 + ($1.leftOut["a detection that is already there"] ?? 0) }
                    #expect(report.stored + leftOut == files.count, "\(commands)")
                    #expect(report.locations == report.stored, "\(commands)")
                }
                let expected = ["\(maker.code) @55.5,12.5|55.5|12.5|1", "\(maker.code) @56.0,12.5|56.0|12.5|1"]
                #expect(try stored() == Array(expected.prefix(names.count - 1)), "\(commands)")
                #expect(try fixture.isSound())
            }
        }
    }

    /// Without `--append`, the same is stored in one command.
    @Test(arguments: makers) func areStoredOnceInOneCommandWithoutAppend(maker: Maker) throws {
        for (name, place) in Self.places { fixture.write("\(name).csv", maker.text(place)) }
        for commands in Self.ways(["none", "55", "56"]) where commands.count == 1 {
            let report = try fixture.run(files: commands[0].map { "\($0).csv" }) { $0.dataset = "all" }
            #expect(report.stored == 2 && report.locations == 2)
            #expect(report.text.contains("1 left out: a detection that is already there, on line 2"))
            #expect(try stored().count == 2)
            #expect(try fixture.isSound())
        }
    }

    /// `--latitude` and `--longitude` give the place before or after the file was imported without it.
    @Test(arguments: makers) func aPlaceOfOptionsIsNotLost(maker: Maker) throws {
        fixture.write("a.csv", maker.text(("-1", "-1")))
        let expected = ["\(maker.code) @55.5,12.5|55.5|12.5|1"]
        func run(_ isPlaced: Bool, _ stored: Int, replaced: Int) throws {
            let report = try fixture.run("a.csv") {
                $0.append = true
                if isPlaced { ($0.latitude, $0.longitude) = (55.5, 12.5) }
            }
            #expect(report.stored == stored && report.replaced == replaced)
        }
        try run(false, 1, replaced: 0)
        #expect(try self.stored() == ["\(maker.code)|||1"])
        try run(false, 1, replaced: 1)
        try run(true, 1, replaced: 1)
        #expect(try self.stored() == expected)
        try run(false, 0, replaced: 0)
        #expect(try self.stored() == expected)
        try run(true, 1, replaced: 1)
        #expect(try self.stored() == expected)
        #expect(try fixture.isSound())
    }

    /// Other recordings are those whose places differ by 0.0001 degrees or more, also after rounding to binary numbers.
    @Test(arguments: makers) func placesDifferFromATenThousandthOn(maker: Maker) throws {
        for (latitude, stored) in [("55.4", 1), ("55.40009", 1), ("55.4001", 2), ("55.39999", 2), ("-55.4", 3)] {
            _ = try? DataSets.remove(name: "all", path: fixture.database)
            fixture.write("a.csv", maker.text(("55.4", "-179.9999")))
            fixture.write("b.csv", maker.text((latitude, "-180")))
            fixture.write("c.csv", maker.text((latitude, "-179.9999")))
            for file in ["a.csv", "c.csv"] { try fixture.run(file) { ($0.dataset, $0.append) = ("all", true) } }
            #expect(try self.stored().count == min(stored, 2) - (latitude == "55.39999" ? 1 : 0), "\(latitude)")
            try fixture.run("b.csv") { ($0.dataset, $0.append) = ("all", true) }
            #expect(try fixture.rows("SELECT DISTINCT longitude FROM location ORDER BY 1") == ["-180.0", "-179.9999"])
            #expect(try fixture.isSound())
        }
    }

    /// Nodes without a name, or with one name, count alike.
    @Test(arguments: ["", "node"]) func otherDetectionsWithOneIDAreKept(node: String) throws {
        func write(_ name: String, _ when: String, _ species: String, _ place: String) {
            let rows = (1...2).map { "\($0),\(node),\(when),\(species),\(species),0.7,\(place)\n" }
            fixture.write("\(name).csv", Self.makers[1].header + "\n" + rows.joined())
        }
        write("a", "2021-02-03,06:41:09", "Avis una", "55.5,12.5")
        write("b", "2024-02-03,06:41:09", "Avis una", "0,0")
        write("c", "2021-02-03,06:41:10", "Avis una", "0,0")
        write("d", "2021-02-03,06:42:09", "Avis altera", "0,0")
        for names in [["a", "b"], ["a", "c", "d"]] {
            for commands in Self.ways(names) {
                _ = try? DataSets.remove(name: "all", path: fixture.database)
                for files in commands {
                    let report = try fixture.run(files: files.map { "\($0).csv" }) {
                        ($0.dataset, $0.append) = ("all", true)
                    }
                    #expect(report.stored == 2 * files.count && report.replaced == 0, "\(commands)")
                }
                #expect(try stored().count == 2 * names.count, "\(commands)")
            }
        }
        #expect(try fixture.isSound())
    }

    /// Where only `--date` tells the date.
    @Test func recordingsOfOneNameOnTwoDaysAreKept() throws {
        let text = Self.makers[4].text(("0", "0")).replacing("REC_20210203_064100", with: "sound")
        fixture.write("a.csv", text)
        fixture.write("b.csv", text.replacing(",0,0", with: ",55.5,12.5"))
        for files in [["a.csv", "b.csv"], ["b.csv", "a.csv"]] {
            _ = try? DataSets.remove(name: "all", path: fixture.database)
            for (file, date) in zip(files, ["2021-02-03", "2021-02-04"]) {
                let report = try fixture.run(file) { ($0.dataset, $0.append, $0.date) = ("all", true, date) }
                #expect(report.stored == 1 && report.replaced == 0)
            }
            #expect(try fixture.rows("SELECT date FROM observation ORDER BY 1") == ["20210203", "20210204"])
        }
    }

    /// Also if the detections with its code have been at many places.
    @Test func aPlaceIsFoundAmongMany() throws {
        let maker = Self.makers[0]
        let rows = (0..<1500).map { place in
            maker.text(("\(Double(place) / 100)", "12.5")).split(separator: "\n")[1] + "\n"
        }
        fixture.write("a.csv", maker.header + "\n" + rows.joined())
        fixture.write("b.csv", maker.text(("9.98000001", "12.50000001")))
        let whole = try fixture.run("a.csv", "b.csv") { $0.dataset = "all" }
        #expect(whole.stored == 1500 && whole.files.last?.leftOut == ["a detection that is already there": 1])
        let again = try fixture.run("b.csv") { ($0.dataset, $0.append) = ("all", true) }
        #expect(again.stored == 1 && again.replaced == 1)
        #expect(try fixture.rows("SELECT count(*), count(DISTINCT location_id) FROM observation") == ["1500|1500"])
    }

    /// Codes that look like those with places, of other records.
    @Test func otherRecordsMayHaveSuchCodes() throws {
        let header = Self.makers[3].header.replacing("id,", with: "id,raw_scientific_name,") + "\n"
        let rows = ["", " @55.5,12.5", " @55.5", " @", " A", "7"].map { ending in
            "7,\"Avis ignota\(ending)\",2021-02-03,06:41:09,Avis ignota,Odd Bird,0.7,"
        }
        fixture.write("a.csv", header + rows.map { $0 + "0,0\n" }.joined())
        fixture.write("b.csv", header + rows[0] + "56,12.5\n")
        for _ in 0..<2 {
            try fixture.run("a.csv", "b.csv") { ($0.dataset, $0.append) = ("all", true) }
            #expect(
                try fixture.rows("SELECT source_id FROM observation ORDER BY 1")
                    == [" @", " @55.5", " @55.5,12.5", " @56.0,12.5", " A", "7"].map {
                        Self.makers[3].code + " Avis ignota" + $0
                    })
            #expect(try fixture.isSound())
        }
    }

    /// What a server answers in CSV is imported beside the detections that it is from.
    @Test func detectionsAreThoseOfAnExportOfTheServer() throws {
        fixture.write("a.csv", Self.makers[0].text(("55.5", "12.5")))
        try fixture.run("a.csv") { ($0.dataset, $0.append) = ("all", true) }
        fixture.write(
            "b.csv",
            plainHeader.replacing("\n", with: ",source_id\n")
                + "\"55.5,12.5\",55.5,12.5,,2021,2,3,Avis ignota,,\"\(Self.makers[0].code) @55.5,12.5\"\n")
        for file in ["b.csv", "a.csv"] {
            let report = try fixture.run(file) { ($0.dataset, $0.append) = ("all", true) }
            #expect(report.stored == 1 && report.replaced == 1)
        }
    }

    /// Another program may have moved a location.
    @Test func aMovedLocationDoesNotStopAnImport() throws {
        fixture.write("a.csv", Self.makers[1].text(("55.5", "12.5")))
        try fixture.run("a.csv") { ($0.dataset, $0.append) = ("all", true) }
        try Database(path: fixture.database, mode: .readWrite).execute("UPDATE location SET latitude = 10")
        let report = try fixture.run("a.csv") { ($0.dataset, $0.append) = ("all", true) }
        #expect(report.stored == 1 && report.replaced == 1)
        #expect(try stored() == ["\(Self.makers[1].code) @55.5,12.5|55.5|12.5|1"])
    }
}
