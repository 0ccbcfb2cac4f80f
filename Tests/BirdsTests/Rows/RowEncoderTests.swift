import Foundation
import Testing

@testable import Birds
@testable import Fixtures

@Suite struct RowEncoderTests {
    private static func store(_ fixture: Fixture, in folder: TemporaryFolder, bound: Int? = nil) throws
        -> ObservationStore
    {
        let path = folder.path("birds-\(UUID().uuidString).db")
        try fixture.write(to: path)
        guard let bound else { return try ObservationStore(path: path) }
        return try ObservationStore(path: path, fragmentBound: bound)
    }

    private static let yukon = Fixture(
        datasets: ["garden"],
        species: [
            .init(
                code: "stejay", scientificName: "Cyanocitta stelleri", commonName: "Steller's Jay", category: "species")
        ],
        locations: [
            .init(
                code: "L6510383", latitude: 60.702886, longitude: -135.014611, region: "CA-YT", name: "Home, \"sweet\"")
        ],
        records: [
            .init(
                date: 2020_11_19, location: 0, species: 0, num: 2, checklistCode: "S1", time: "07:30", minutes: 45,
                distanceKilometres: 1.5, observers: 2, complete: 1, halfDays: 0b0101, effortHours: 4.001, snowDepth: 5,
                sourceID: "OBS1", valid: 1, reviewed: 0),
            .init(date: 2020_12_00, location: 0, species: 0),
        ])

    @Test func theNineMembersAreWritten() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(Self.yukon, in: folder)
        let place = #""loc_id":"L6510383","latitude":60.702886,"longitude":-135.014611,"region":"CA-YT""#
        #expect(
            try store.text(ObservationQuery()) == """
                [{\(place),"year":2020,"month":11,"day":19,"species_id":"stejay","num":2},
                {\(place),"year":2020,"month":12,"day":null,"species_id":"stejay","num":null}]

                """)
        #expect(
            try store.text(ObservationQuery(), format: .csv) == """
                loc_id,latitude,longitude,region,year,month,day,species_id,num\r
                L6510383,60.702886,-135.014611,CA-YT,2020,11,19,stejay,2\r
                L6510383,60.702886,-135.014611,CA-YT,2020,12,,stejay,\r

                """)
    }

    @Test func allOtherMembersAreWritten() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(Self.yukon, in: folder)
        var query = ObservationQuery()
        query.fields = Field.allCases.filter { !Field.defaults.contains($0) }
        let ids = try (1...2).map { try #require(try store.shown(row: $0)) }
        #expect(
            try store.text(query) == #"""
                [{"id":\#(ids[0]),"date":"2020-11-19","time":"07:30","checklist_id":"S1","source_id":"OBS1",\#
                "common_name":"Steller's Jay","scientific_name":"Cyanocitta stelleri","category":"species",\#
                "location_name":"Home, \"sweet\"","dataset":"garden","minutes":45,"distance_km":1.5,\#
                "area_ha":null,"observers":2,"protocol":null,"checklist_comments":null,"complete":true,"day1_am":true,"day1_pm":false,"day2_am":true,"day2_pm":false,\#
                "effort_hours_atleast":4.001,"snow_depth_atleast":5.0,"valid":true,"reviewed":false,\#
                "confidence":null,"breeding_code":null,"comments":null,"coordinate_uncertainty_m":null,"generalised":null,"generalisation":null},
                {"id":\#(ids[1]),"date":"2020-12","time":null,"checklist_id":null,"source_id":null,\#
                "common_name":"Steller's Jay","scientific_name":"Cyanocitta stelleri","category":"species",\#
                "location_name":"Home, \"sweet\"","dataset":"garden","minutes":null,"distance_km":null,\#
                "area_ha":null,"observers":null,"protocol":null,"checklist_comments":null,"complete":null,"day1_am":null,"day1_pm":null,"day2_am":null,"day2_pm":null,\#
                "effort_hours_atleast":null,"snow_depth_atleast":null,"valid":null,"reviewed":null,\#
                "confidence":null,"breeding_code":null,"comments":null,"coordinate_uncertainty_m":null,"generalised":null,"generalisation":null}]

                """#)
        let rows = try store.text(query, format: .csv).split(separator: "\r\n")
        #expect(
            rows[1]
                == #"\#(ids[0]),2020-11-19,07:30,S1,OBS1,Steller's Jay,Cyanocitta stelleri,species,"Home, ""sweet""",garden,45,1.5,,2,,,1,1,0,1,0,4.001,5.0,1,0,,,,,,"#
        )
        #expect(
            rows[2]
                == #"\#(ids[1]),2020-12,,,,Steller's Jay,Cyanocitta stelleri,species,"Home, ""sweet""",garden,,,,,,,,,,,,,,,,,,,,,"#
        )
    }

    @Test func membersAreWrittenInTheRequestedOrder() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(Self.yukon, in: folder)
        var query = ObservationQuery()
        query.page.limit = 1
        query.fields = [.latitude, .speciesID, .region, .num, .commonName, .year, .latitude]
        #expect(
            try store.text(query)
                == #"[{"latitude":60.702886,"species_id":"stejay","region":"CA-YT","num":2,"common_name":"Steller's Jay","year":2020}]"#
                + "\n")
    }

    @Test func anEmptyAnswerIsComplete() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(Self.yukon, in: folder)
        var query = ObservationQuery()
        query.filter.years = [1999]
        #expect(try store.text(query) == "[]\n")
        #expect(
            try store.text(query, format: .csv) == "loc_id,latitude,longitude,region,year,month,day,species_id,num\r\n")
    }

    @Test func aSingleEmptyCellIsNotAnEmptyLine() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(Self.yukon, in: folder)
        var query = ObservationQuery()
        query.fields = [.num]
        #expect(try store.text(query, format: .csv) == "num\r\n2\r\n\"\"\r\n")
    }

    private static let oddNames = [
        "plain", "", "a,b", "\"quoted\"", "two\nlines", "back\\slash", "\u{0}\u{1}\u{8}\t\u{C}\r\u{1F}\u{7F}",
        "Ñandú 鳥 🦉",
        "\u{2028}", " spaces ", "=1+1",
    ]

    @Test func everyTextReadsBackFromJSON() throws {
        let folder = try TemporaryFolder()
        let names = Self.oddNames.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        var fixture = Fixture(species: [.init(code: "x")])
        fixture.locations = names.map { .init(code: $0) }
        fixture.records = names.indices.map { .init(date: 2020_01_01, location: $0, species: 0) }
        var query = ObservationQuery()
        query.fields = [.locationID, .latitude]
        let text = try Self.store(fixture, in: folder).text(query)
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        let read = try JSONDecoder().decode([[String: String?]].self, from: Data(text.utf8))
        #expect(read.map { $0["loc_id"] ?? nil } == names)
    }

    @Test(
        arguments: [
            ("plain", "plain"), ("a,b", "\"a,b\""), ("\"q\"", "\"\"\"q\"\"\""), ("two\nlines", "\"two\nlines\""),
            ("cr\r", "\"cr\r\""), (" spaces ", " spaces "), ("", ""),
        ])
    func cellsAreQuotedOnlyIfNecessary(_ text: String, cell: String) {
        var buffer = RowBuffer()
        RowSyntax(.csv, columns: 2).append(text, to: &buffer)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == cell)
    }

    @Test(
        arguments: [
            (60.702886, "60.702886"), (60, "60.0"), (-0.0, "-0.0"), (0.1, "0.1"), (1e-7, "1e-07"), (1e22, "1e+22"),
            (.infinity, "null"), (.nan, "null"), (.leastNonzeroMagnitude, "5e-324"),
        ] as [(Double, String)])
    func numbersReadBackUnchanged(_ number: Double, text: String) throws {
        var buffer = RowBuffer()
        RowSyntax(.json, columns: 1).append(number, to: &buffer)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == text)
        if number.isFinite { #expect(try JSONDecoder().decode(Double.self, from: Data(buffer.bytes)) == number) }
    }

    @Test(arguments: [
        0, 9, 10, 99, 100, 12_345, -1, -10, .max, .min, 1_000_000_000_000_000_000, 999_999_999_999_999_999,
    ])
    func wholeNumbersAreWrittenDigitByDigit(_ number: Int64) {
        var buffer = RowBuffer()
        buffer.append(number)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == String(number))
    }

    @Test(arguments: [0, 300, 2000, 20_000], [RowFormat.json, .csv])
    func aSmallCacheChangesNoByte(_ bound: Int, format: RowFormat) throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture.random(seed: 51, records: 3000)
        var query = ObservationQuery()
        query.fields = Field.allCases
        let expected = try Self.store(fixture, in: folder).text(query, format: format)
        #expect(try Self.store(fixture, in: folder, bound: bound).text(query, format: format) == expected)
    }
}
