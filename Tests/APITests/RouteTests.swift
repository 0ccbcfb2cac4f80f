import Birds
import Testing

@testable import API

@Suite struct RouteTests {
    @Test(
        arguments: [
            ("/", .observations), ("/observations", .observations), ("/observations/12", .observation(id: "12")),
            ("/species", .species),
            ("/species/stejay", .oneSpecies(code: "stejay")),
            ("/species/passer1 sp.", .oneSpecies(code: "passer1 sp.")),
            ("/datasets", .datasets), ("/health", .health), ("/checklists", .checklists), ("/locations", .locations),
            ("/locations/L1.csv", .location(code: "L1.csv")), ("/regions", .regions), ("/summary", .summary),
            ("/metrics", .metrics), ("/openapi.json", .description), ("*", .server),
        ] as [(String, Route)])
    func findsTheResource(path: String, route: Route) {
        #expect(Route(path: path) == route)
    }

    @Test(
        arguments: [
            ("/observations.csv", .observations, .csv), ("/observations.geojson", .observations, .geojson),
            ("/summary.ndjson", .summary, .ndjson), ("/species.json", .species, .json), ("/summary.geojson", nil, nil),
            ("/observations.xls", nil, nil), ("/.csv", nil, nil), ("/observations.", nil, nil),
            ("/health.json", nil, nil),
            ("observations.csv", nil, nil), ("/observations.CSV", nil, nil),
            ("/species/raven.csv", .oneSpecies(code: "raven.csv"), nil),
        ] as [(String, Route?, RowFormat?)])
    func anExtensionNamesTheFormat(path: String, route: Route?, format: RowFormat?) {
        let found = Route.find(path)
        #expect(found.route == route)
        #expect(found.format == format)
    }

    @Test(arguments: [
        "", "//", "/Observations", "/observations/", "/observations/1/2", "/species/", "/health/", "/x", "/datasets/x",
        "/checklists/1", "/metrics/",
        "observations",
    ])
    func findsNothingElsewhere(path: String) {
        #expect(Route(path: path) == nil)
    }
}
