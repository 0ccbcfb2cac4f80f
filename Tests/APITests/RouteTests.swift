import Testing

@testable import API

@Suite struct RouteTests {
    @Test(
        arguments: [
            ("/", .observations), ("/observations", .observations), ("/observations/12", .observation(id: "12")),
            ("/species", .species),
            ("/species/stejay", .oneSpecies(code: "stejay")),
            ("/species/passer1 sp.", .oneSpecies(code: "passer1 sp.")),
            ("/datasets", .datasets), ("/health", .health), ("*", .server),
        ] as [(String, Route)])
    func findsTheResource(path: String, route: Route) {
        #expect(Route(path: path) == route)
    }

    @Test(arguments: [
        "", "//", "/Observations", "/observations/", "/observations/1/2", "/species/", "/health/", "/x", "/datasets/x",
        "observations",
    ])
    func findsNothingElsewhere(path: String) {
        #expect(Route(path: path) == nil)
    }
}
