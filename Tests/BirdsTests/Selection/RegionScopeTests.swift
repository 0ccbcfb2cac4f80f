import Testing

@testable import Birds
@testable import Fixtures

@Suite struct RegionScopeTests {
    @Test(
        arguments: [
            ("CA", "CA", true), ("CA", "CA-YT", true), ("CA-YT", "CA-YT-001", true), ("CA-YT", "CA", false),
            ("CA", "CAX", false), ("CA", "US-CA", false), ("CA", "ca-YT", false), ("", "CA", false),
            // The same letter in another normal form is another code, as in SQLite.
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
        #expect(RegionScope(query: query, view: View([View.Part(regions: view)])).regions == regions)
        let parts = view?.map { View.Part(regions: [$0]) } ?? [View.Part(regions: ["XX"]), View.Part(regions: nil)]
        #expect(RegionScope(query: query, view: View(parts)).regions == regions)
    }

    @Test func anUnknownRegionIsOnlyInTheScopeOfEverywhere() {
        #expect(RegionScope(query: [], view: .everything).contains(nil))
        #expect(!RegionScope(query: ["CA"], view: .everything).contains(nil))
    }

    @Test func aScopeOfManyRegionsContainsWhatEachOfThemCovers() {
        let parts = ["", "A", "AB", "B", "-", "A-", "A!", "A.", "a"]
        let all = parts.flatMap { first in
            parts.flatMap { second in [first + second, first + "-" + second, first + "-B-" + second] }
        }
        for start in 0..<7 {
            let wanted = stride(from: start, to: all.count, by: 7).map { all[$0] }.filter { !$0.isEmpty }
            let scope = RegionScope(query: wanted, view: .everything)
            for region in all {
                #expect(scope.contains(region) == wanted.contains { RegionScope.covers($0, region) })
            }
            let kept = scope.regions ?? []
            for region in kept { #expect(kept.filter { RegionScope.covers($0, region) } == [region]) }
        }
    }
}
