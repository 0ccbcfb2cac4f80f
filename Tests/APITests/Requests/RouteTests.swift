import Birds
import HTTP
import Testing

@testable import API

@Suite struct RouteTests {
    @Test(
        arguments: [
            ("/", Route(.observations)), ("/observations", Route(.observations)),
            ("/observations/12", Route(.observation, id: "12")),
            ("/species", Route(.species)),
            ("/species/stejay", Route(.oneSpecies, id: "stejay")),
            ("/species/passer1%20sp.", Route(.oneSpecies, id: "passer1 sp.")),
            ("/datasets", Route(.datasets)), ("/health", Route(.health)), ("/checklists", Route(.checklists)),
            ("/locations", Route(.locations)),
            ("/locations/L1.csv", Route(.location, id: "L1.csv")), ("/regions", Route(.regions)),
            ("/summary", Route(.summary)),
            ("/metrics", Route(.metrics)), ("/openapi.json", Route(.description)), ("*", Route(.server)),
            ("/locations/a%2Fb", Route(.location, id: "a/b")), ("/locations/%2F", Route(.location, id: "/")),
            ("/locations/L1.json", Route(.location, id: "L1.json")),
            ("/species/a%2Fb.csv", Route(.oneSpecies, id: "a/b.csv")),
            ("/locations/60.7,-135", Route(.location, id: "60.7,-135")),
            ("/locations/%22a%22;&%23", Route(.location, id: "\"a\";&#")),
            ("/locations/..%2Fx", Route(.location, id: "../x")), ("/locations/a/../b", Route(.location, id: "b")),
            ("/species/.csv", Route(.oneSpecies, id: ".csv")),
        ] as [(String, Route)])
    func findsTheResource(path: String, route: Route) throws {
        #expect(Route(try segments(path)) == route)
    }

    @Test(
        arguments: [
            ("/observations.csv", Route(.observations), .csv),
            ("/observations.geojson", Route(.observations), .geojson),
            ("/summary.ndjson", Route(.summary), .ndjson), ("/species.json", Route(.species), .json),
            ("/summary.geojson", nil, nil),
            ("/observations.xls", nil, nil), ("/.csv", nil, nil), ("/observations.", nil, nil),
            ("/health.json", nil, nil),
            ("/observations.CSV", nil, nil), ("/observations/.csv", Route(.observation, id: ".csv"), nil),
            ("/observations%2Ecsv", Route(.observations), .csv),
            ("/species/raven.csv", Route(.oneSpecies, id: "raven.csv"), nil),
        ] as [(String, Route?, RowFormat?)])
    func anExtensionNamesTheFormat(path: String, route: Route?, format: RowFormat?) throws {
        let found = Route.find(try segments(path))
        #expect(found.route == route)
        #expect(found.format == format)
    }

    @Test(arguments: [
        "//", "/Observations", "/observations/", "/observations/1/2", "/species/", "/health/", "/x", "/datasets/x",
        "/checklists/1", "/metrics/", "/observations%2F1", "/*", "//observations",
    ])
    func findsNothingElsewhere(path: String) throws {
        #expect(Route(try segments(path)) == nil)
    }

    @Test(
        arguments: [
            ("//observations", "/observations"), ("/observations/", "/observations"), ("//", "/"), ("///", "/"),
            ("/species/stejay/", "/species/stejay"), ("//species//stejay", "/species/stejay"),
            ("/observations.csv/", "/observations.csv"), ("/health/", "/health"), ("/species/", "/species"),
            ("/locations/Hill%20End%2Fnorth/", "/locations/Hill%20End%2Fnorth"),
            ("/locations/Hill/north", "/locations/Hill%2Fnorth"), ("/locations/a//b/", "/locations/a%2F%2Fb"),
            ("/summary.geojson", "/summary"), ("/observations.xlsx", "/observations"), ("/health.json", "/health"),
            ("/.csv", nil), ("/x.csv", nil), ("/x", nil), ("/x/", nil), ("/datasets/x", nil), ("/datasets/x/", nil),
            ("/observation", nil), ("/*", nil), ("/observations/1/2", nil), ("/observations/1/", "/observations/1"),
            ("/observations/-1//", "/observations/-1"), ("//observations/x", nil),
        ] as [(String, String?)])
    func namesThePathWithoutTheSlashThatIsTooMany(path: String, nearest: String?) throws {
        #expect(Route.nearestPath(to: try segments(path)) == nearest)
    }

    private func segments(_ path: String) throws -> [String] { try RequestTarget(parsing: path).segments }
}
