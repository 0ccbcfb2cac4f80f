import Foundation
import Testing

@testable import Birds
@testable import Fixtures

@Suite struct RowFormatTests {
    private static let fixture = Fixture(
        datasets: ["=cmd()"],
        species: [.init(code: "@home", scientificName: "\tA", commonName: "\u{FF1D}1,\"2\"", category: "'=")],
        locations: [
            .init(code: "-1", latitude: 60.5, longitude: -135.25, region: "CA-YT", name: nil),
            .init(code: "+2", latitude: nil, longitude: nil, region: nil, name: "a=b"),
        ],
        records: [
            .init(date: 2021_01_02, location: 0, species: 0, num: 3), .init(date: 2021_01_03, location: 0, species: 0),
            .init(date: 2021_01_04, location: 1, species: 0, num: 1),
        ])

    private static let point =
        #"{"type":"Feature","geometry":{"type":"Point","coordinates":[-135.25,60.5]},"properties":"#
    private static let nowhere = #"{"type":"Feature","geometry":null,"properties":"#

    private func store(_ folder: TemporaryFolder) throws -> ObservationStore {
        try Self.fixture.write(to: folder.path("birds.db"))
        return try ObservationStore(path: folder.path("birds.db"))
    }

    private func query(_ fields: [Field]) -> ObservationQuery {
        var query = ObservationQuery()
        query.fields = fields
        return query
    }

    /// The properties of the features, as JSON reads them.
    private func features(_ text: String) throws -> [[String: Any]] {
        let whole = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(whole["type"] as? String == "FeatureCollection")
        return try #require(whole["features"] as? [[String: Any]])
    }

    @Test func everyObjectOfNDJSONIsALine() throws {
        let folder = try TemporaryFolder()
        let store = try store(folder)
        #expect(
            try store.text(query([.day, .num]), format: .ndjson) == """
                {"day":2,"num":3}
                {"day":3,"num":null}
                {"day":4,"num":1}

                """)
    }

    @Test func aFeatureHasAllMembersExceptTheCoordinates() throws {
        let folder = try TemporaryFolder()
        let store = try store(folder)
        let text = try store.text(query([.latitude, .day, .longitude, .locationID]), format: .geojson)
        #expect(
            text == """
                {"type":"FeatureCollection","features":[\(Self.point){"day":2,"loc_id":"-1"}},
                \(Self.point){"day":3,"loc_id":"-1"}},
                \(Self.nowhere){"day":4,"loc_id":"+2"}}]}

                """)
        #expect(try features(text).count == 3)
    }

    @Test(arguments: [[Field.day], [.latitude], [.longitude, .latitude], [.num, .latitude], Field.allCases])
    func theGeometryIsWrittenWhateverMembersAreRequested(fields: [Field]) throws {
        let folder = try TemporaryFolder()
        let store = try store(folder)
        let features = try features(store.text(query(fields), format: .geojson))
        let coordinates = features.map { ($0["geometry"] as? [String: Any])?["coordinates"] as? [Double] }
        #expect(coordinates == [[-135.25, 60.5], [-135.25, 60.5], nil])
        let names = Set(fields.map(\.rawValue)).subtracting(["latitude", "longitude"])
        for feature in features { #expect((feature["properties"] as? [String: Any]).map { Set($0.keys) } == names) }
    }

    @Test func checklistsHaveAGeometryWhateverMembersAreRequested() throws {
        let folder = try TemporaryFolder()
        let store = try store(folder)
        for fields in [[ChecklistField.day], [.day, .latitude], ChecklistField.allCases] {
            let text = try store.checklists(ObservationQuery(), fields: fields, view: .everything, format: .geojson)
                .text()
            let features = try features(text)
            let coordinates = features.map { ($0["geometry"] as? [String: Any])?["coordinates"] as? [Double] }
            #expect(coordinates == [[-135.25, 60.5], [-135.25, 60.5], nil])
            let names = Set(fields.map(\.rawValue)).subtracting(["latitude", "longitude"])
            for feature in features { #expect((feature["properties"] as? [String: Any]).map { Set($0.keys) } == names) }
        }
    }

    @Test func textThatIsAFormulaGetsAnApostropheForSpreadsheets() throws {
        let folder = try TemporaryFolder()
        let store = try store(folder)
        let fields: [Field] = [
            .locationID, .longitude, .speciesID, .scientificName, .commonName, .category, .dataset, .locationName, .num,
        ]
        let rows = try store.text(query(fields), format: .spreadsheet).split(separator: "\r\n").map(String.init)
        #expect(
            rows == [
                "\u{FEFF}loc_id,longitude,species_id,scientific_name,common_name,category,dataset,location_name,num",
                "'-1,-135.25,'@home,'\tA,\"'\u{FF1D}1,\"\"2\"\"\",'=,'=cmd(),,3",
                "'-1,-135.25,'@home,'\tA,\"'\u{FF1D}1,\"\"2\"\"\",'=,'=cmd(),,",
                "'+2,,'@home,'\tA,\"'\u{FF1D}1,\"\"2\"\"\",'=,'=cmd(),a=b,1",
            ])
        // Plain CSV has the text unchanged.
        let plain = try store.text(query([.locationID]), format: .csv)
        #expect(plain == "loc_id\r\n-1\r\n-1\r\n+2\r\n")
    }

    /// A spreadsheet passes over a line end and runs what follows it.
    @Test(arguments: [
        "=", "+", "-", "@", "\t", "\r", "\n", "\r\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "'", "a", " ",
        "é", "1",
    ])
    func theFirstCharacterMakesAFormula(first: String) throws {
        let folder = try TemporaryFolder()
        var fixture = Self.fixture
        fixture.species[0].commonName = first + "1"
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        let isFormula = !["'", "a", " ", "é", "1"].contains(first)
        let cell = (isFormula ? "'" : "") + first + "1"
        let quoted = first.unicodeScalars.contains { $0 == "\r" || $0 == "\n" } ? "\"\(cell)\"" : cell
        var query = query([.commonName])
        query.page.limit = 1
        #expect(try store.text(query, format: .spreadsheet) == "\u{FEFF}common_name\r\n\(quoted)\r\n")
        let rows = try store.species(format: .spreadsheet, view: .everything).text()
        #expect(rows.contains(",\(quoted),"))
    }

    @Test(arguments: [RowFormat.csv, .spreadsheet])
    func aSingleEmptyCellIsNotAnEmptyLine(format: RowFormat) throws {
        let folder = try TemporaryFolder()
        let store = try store(folder)
        #expect(
            try store.text(query([.num]), format: format) == (format == .csv ? "" : "\u{FEFF}")
                + "num\r\n3\r\n\"\"\r\n1\r\n")
    }

    @Test(
        arguments: [
            (.json, "[]\n"), (.ndjson, ""), (.csv, "day\r\n"), (.spreadsheet, "\u{FEFF}day\r\n"),
            (.geojson, "{\"type\":\"FeatureCollection\",\"features\":[]}\n"),
        ] as [(RowFormat, String)])
    func anEmptyAnswerIsACompleteDocument(format: RowFormat, text: String) throws {
        let folder = try TemporaryFolder()
        let store = try store(folder)
        var query = query([.day])
        query.filter.locations = ["nowhere"]
        #expect(try store.text(query, format: format) == text)
    }
}
