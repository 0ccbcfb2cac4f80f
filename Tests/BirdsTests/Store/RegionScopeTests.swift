import Testing

@testable import Birds

@Suite struct RegionScopeTests {
    @Test(
        arguments: [
            ("CA", "CA", true), ("CA", "CA-YT", true), ("CA-YT", "CA-YT-001", true), ("CA-YT", "CA", false),
            ("CA", "CAX", false), ("CA", "US-CA", false), ("CA", "ca-YT", false), ("", "CA", false),
            // The same letter, composed in another way, is another code, as it is for SQLite.
            ("\u{E9}", "e\u{301}", false),
        ])
    func aRegionCoversWhatIsWithinIt(_ outer: String, _ inner: String, covers: Bool) {
        #expect(RegionScope.covers(outer, inner) == covers)
    }

    @Test(
        arguments: [
            ([], nil, nil), (["CA-YT", "CA"], nil, ["CA"]), ([], ["CA"], ["CA"]), (["CA-YT"], ["CA"], ["CA-YT"]),
            (["CA"], ["CA-YT", "US"], ["CA-YT"]), (["MX"], ["CA"], []), ([], [], []), (["CA"], [], []),
        ] as [([String], [String]?, [String]?)])
    func aQueryIsCutToItsView(_ query: [String], _ view: [String]?, regions: [String]?) {
        #expect(RegionScope(query: query, view: View(regions: view)).regions == regions)
    }

    @Test func aPlaceWithoutRegionIsEverywhereAlone() {
        #expect(RegionScope(query: [], view: .everything).contains(nil))
        #expect(!RegionScope(query: ["CA"], view: .everything).contains(nil))
    }
}
