import Birds
import HTTP
import Testing

@testable import API

@Suite struct RouteTests {
    @Test(
        arguments: [
            ("/", .observations), ("/observations", .observations), ("/observations/12", .observation(id: "12")),
            ("/species", .species),
            ("/species/stejay", .oneSpecies(code: "stejay")),
            ("/species/passer1%20sp.", .oneSpecies(code: "passer1 sp.")),
            ("/datasets", .datasets), ("/health", .health), ("/checklists", .checklists), ("/locations", .locations),
            ("/locations/L1.csv", .location(code: "L1.csv")), ("/regions", .regions), ("/summary", .summary),
            ("/metrics", .metrics), ("/openapi.json", .description), ("*", .server),
            ("/locations/a%2Fb", .location(code: "a/b")), ("/locations/%2F", .location(code: "/")),
            ("/locations/L1.json", .location(code: "L1.json")), ("/species/a%2Fb.csv", .oneSpecies(code: "a/b.csv")),
            ("/locations/60.7,-135", .location(code: "60.7,-135")),
            ("/locations/%22a%22;&%23", .location(code: "\"a\";&#")),
            ("/locations/..%2Fx", .location(code: "../x")), ("/locations/a/../b", .location(code: "b")),
            ("/species/.csv", .oneSpecies(code: ".csv")),
        ] as [(String, Route)])
    func findsTheResource(path: String, route: Route) throws {
        #expect(Route(try segments(path)) == route)
    }

    @Test(
        arguments: [
            ("/observations.csv", .observations, .csv), ("/observations.geojson", .observations, .geojson),
            ("/summary.ndjson", .summary, .ndjson), ("/species.json", .species, .json), ("/summary.geojson", nil, nil),
            ("/observations.xls", nil, nil), ("/.csv", nil, nil), ("/observations.", nil, nil),
            ("/health.json", nil, nil),
            ("/observations.CSV", nil, nil), ("/observations/.csv", .observation(id: ".csv"), nil),
            ("/observations%2Ecsv", .observations, .csv),
            ("/species/raven.csv", .oneSpecies(code: "raven.csv"), nil),
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
            ("/x", nil), ("/x/", nil), ("/datasets/x", nil), ("/datasets/x/", nil), ("/observation", nil), ("/*", nil),
        ] as [(String, String?)])
    func namesThePathWithoutTheSlashThatIsTooMany(path: String, nearest: String?) throws {
        #expect(Route.nearestPath(to: try segments(path)) == nearest)
    }

    private func segments(_ path: String) throws -> [String] { try RequestTarget(parsing: path).segments }
}
