import Testing

@testable import Birds
@testable import Fixtures

/// What documents and short tables say, in full.
@Suite struct DocumentsTests {
    private let folder: TemporaryFolder
    private let store: ObservationStore

    init() throws {
        folder = try TemporaryFolder()
        var fixture = Fixture(datasets: ["garden", "atlas"])
        fixture.species = [
            .init(code: "nobird"),
            .init(code: "rav", scientificName: "Corvus corax", commonName: "Raven", category: "species"),
            .init(code: "tit"),
        ]
        fixture.locations = [
            .init(code: "L1", latitude: 60.5, longitude: -135.25, region: "CA-YT", name: "Marsh"),
            .init(code: "L1", latitude: 61, longitude: -135.25, region: "CA-YT"),
            .init(code: "L1", latitude: 62, longitude: -150, region: "US-AK"),
            .init(code: "L2"), .init(code: "L3", latitude: 50, longitude: 1, region: "CA"),
        ]
        fixture.records = [
            .init(date: 2020_01_03, location: 0, species: 1, num: 3, complete: 0, halfDays: 5),
            .init(date: 2020_01_05, location: 1, species: 1, num: 4), .init(date: 2020_12_31, location: 1, species: 1),
            .init(date: 2021_02_00, location: 1, species: 2, num: 0), .init(date: 2021_02_03, location: 1, species: 0),
            .init(date: 2019_00_00, location: 2, species: 1, num: 9, dataset: 1),
            .init(date: 2018_05_06, location: 3, species: 2, num: 1),
        ]
        try fixture.write(to: folder.path("birds.db"))
        store = try ObservationStore(path: folder.path("birds.db"))
    }

    private static let canada = View(regions: ["CA"])

    private func document(_ request: RecordRequest.Document, _ view: View = .everything) throws -> String? {
        try store.document(request, view: view).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func aSpeciesHasTheNumbersOfItsRecords() throws {
        let names = #"{"species_id":"rav","scientific_name":"Corvus corax","common_name":"Raven","category":"species","#
        #expect(
            try document(.species(code: "rav")) == names
                + #""records":4,"total":16,"first":"2019","last":"2020-12-31","months":[2,0,0,0,0,0,0,0,0,0,0,1]}"#
                + "\n")
        #expect(
            try document(.species(code: "rav"), Self.canada) == names
                + #""records":3,"total":7,"first":"2020-01-03","last":"2020-12-31","months":[2,0,0,0,0,0,0,0,0,0,0,1]}"#
                + "\n")
        // Names and the view of nothing find nothing that records alone mention.
        #expect(try document(.species(code: "Raven")) == nil)
        #expect(try document(.species(code: "tit"), .nothing) == nil)
        #expect(
            try document(.species(code: "rav"), .nothing) == names
                + #""records":0,"total":null,"first":null,"last":null,"months":[0,0,0,0,0,0,0,0,0,0,0,0]}"# + "\n")
    }

    /// The place with the most records comes first. Its species are those with a number that is not 0, or uncounted.
    @Test func aCodeOfSeveralPlacesShowsTheOneWithTheMostRecords() throws {
        let first =
            #"{"loc_id":"L1","latitude":60.5,"longitude":-135.25,"region":"CA-YT","location_name":"Marsh","#
            + #""records":1,"first":"2020-01-03","last":"2020-01-03","coordinate_uncertainty_m":null,"generalised":null,"generalisation":null,"species":1}"#
        let alaska =
            #"{"loc_id":"L1","latitude":62.0,"longitude":-150.0,"region":"US-AK","location_name":null,"#
            + #""records":1,"first":"2019","last":"2019","coordinate_uncertainty_m":null,"generalised":null,"generalisation":null,"species":1}"#
        let main =
            #"{"loc_id":"L1","latitude":61.0,"longitude":-135.25,"region":"CA-YT","location_name":null,"#
            + #""records":4,"first":"2020-01-05","last":"2021-02-03","coordinate_uncertainty_m":null,"generalised":null,"generalisation":null,"species":1,"other_places":["#
        #expect(try document(.location(code: "L1")) == main + first + "," + alaska + "]}\n")
        #expect(try document(.location(code: "L1"), Self.canada) == main + first + "]}\n")
        #expect(
            try document(.location(code: "L2"))
                == #"{"loc_id":"L2","latitude":null,"longitude":null,"region":null,"location_name":null,"records":1,"#
                + #""first":"2018-05-06","last":"2018-05-06","coordinate_uncertainty_m":null,"generalised":null,"generalisation":null,"species":1}"#
                + "\n")
        #expect(
            try document(.location(code: "L3"))
                == #"{"loc_id":"L3","latitude":50.0,"longitude":1.0,"region":"CA","location_name":null,"records":0,"#
                + #""first":null,"last":null,"coordinate_uncertainty_m":null,"generalised":null,"generalisation":null,"species":0}"#
                + "\n")
        #expect(try document(.location(code: "L2"), Self.canada) == nil)
        #expect(try document(.location(code: "l1")) == nil)
    }

    /// A species table may give one of the two names, which is no secret of the records.
    @Test func aSpeciesWithOneNameIsShownToEveryView() throws {
        var fixture = Fixture(locations: [.init(code: "L1", region: "US-AK")])
        fixture.species = [
            .init(code: "a", scientificName: "Avis una"), .init(code: "b", commonName: "Bird"), .init(code: "c"),
        ]
        fixture.records = (0..<3).map { .init(date: 2021_02_03, location: 0, species: $0) }
        try fixture.write(to: folder.path("names.db"))
        let store = try ObservationStore(path: folder.path("names.db"))
        for (view, codes) in [(View.everything, "abc"), (Self.canada, "ab"), (.nothing, "ab")] {
            let rows = try store.species(format: .csv, view: view).text().split(separator: "\r\n").dropFirst()
            #expect(rows.map { $0.prefix(1) }.joined() == codes)
            for code in ["a", "b", "c"] {
                #expect(try (store.species(code, view: view) != nil) == codes.contains(code))
                // So can its records be asked for.
                var query = ObservationQuery()
                query.filter.species = [code]
                let ids = try? store.ids(query, view: view)
                #expect(codes.contains(code) == (ids != nil))
            }
        }
    }

    @Test func regionsAreInTheOrderOfTheirCodes() throws {
        let header = "region,locations,records,first,last\r\n"
        let canada = "CA,1,0,,\r\nCA-YT,2,5,2020-01-03,2021-02-03\r\n"
        #expect(
            try store.regions(view: .everything, format: .csv).text()
                == header + ",1,1,2018-05-06,2018-05-06\r\n" + canada + "US-AK,1,1,2019,2019\r\n")
        #expect(try store.regions(view: Self.canada, format: .csv).text() == header + canada)
        #expect(try store.regions(view: .nothing, format: .csv).text() == header)
    }

    /// Views have their own numbers, also if there are more of them than are kept.
    @Test func dataSetsHaveTheNumbersOfEachView() throws {
        func numbers(_ view: View) throws -> [String] {
            try store.datasets(format: .csv, view: view).text().split(separator: "\r\n").dropFirst().map {
                $0.split(separator: ",", omittingEmptySubsequences: false)[6...7].joined(separator: "/")
            }
        }
        let others = (0..<9).map { View(regions: ["X\($0)", "US-AK"]) }
        for _ in 0..<2 {
            #expect(try numbers(.everything) == ["1/1", "6/6"])
            #expect(try numbers(Self.canada) == ["5/5"])
            #expect(try numbers(View(regions: ["US"])) == ["1/1"])
            #expect(try numbers(.nothing) == [])
            for view in others { #expect(try numbers(view) == ["1/1"]) }
        }
    }

    @Test func tablesHaveAllFormats() throws {
        func text(_ request: RecordRequest.Rows, _ format: RowFormat) throws -> String {
            try store.rows(request, view: Self.canada, format: format).text()
        }
        var query = ObservationQuery()
        query.page.limit = 1
        #expect(
            try text(.locations(query), .geojson)
                == #"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[-135.25,60.5]},"#
                + #""properties":{"loc_id":"L1","region":"CA-YT","location_name":"Marsh","records":1,"first":"2020-01-03","last":"2020-01-03","#
                + #""coordinate_uncertainty_m":null,"generalised":null,"generalisation":null}}]}"#
                + "\n")
        let fields: [ChecklistField] = [.complete, .day1AM, .day1PM, .day2AM, .day2PM, .speciesCount, .dataset, .month]
        #expect(
            try text(.checklists(query, fields), .ndjson)
                == #"{"complete":false,"day1_am":true,"day1_pm":false,"day2_am":true,"day2_pm":false,"species_count":1,"dataset":"garden","month":1}"#
                + "\n")
        #expect(
            try text(.checklists(query, fields), .csv)
                == "complete,day1_am,day1_pm,day2_am,day2_pm,species_count,dataset,month\r\n0,1,0,1,0,1,garden,1\r\n")
        #expect(
            try text(.summary([.species, .year], ObservationQuery()), .json) == """
                [{"species_id":"nobird","year":2021,"records":1,"total":null,"max":null,"first":"2021-02-03","last":"2021-02-03"},
                {"species_id":"rav","year":2020,"records":3,"total":7,"max":4,"first":"2020-01-03","last":"2020-12-31"},
                {"species_id":"tit","year":2021,"records":1,"total":0,"max":0,"first":"2021-02","last":"2021-02"}]

                """)
    }

    @Test(arguments: [0, 1, 2, 3, 4]) func aSummaryEndsAtItsLimit(limit: Int) throws {
        var query = ObservationQuery()
        query.page.limit = limit
        for filter in [[], ["rav", "tit"]] {
            query.filter.species = filter
            query.filter.leastNum = filter.isEmpty ? nil : 0
            let rows = try store.summary(by: [.location, .year], query, view: .everything, format: .csv).text()
            #expect(rows.split(separator: "\r\n").count == 1 + min(limit, 4))
        }
    }
}
