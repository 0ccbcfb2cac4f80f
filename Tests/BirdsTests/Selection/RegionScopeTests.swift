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
        #expect(RegionOrder.covers(outer, inner) == covers)
    }

    @Test(
        arguments: [
            ([], nil, nil), (["CA-YT", "CA"], nil, ["CA"]), ([], ["CA"], ["CA"]), (["CA-YT"], ["CA"], ["CA-YT"]),
            (["CA"], ["CA-YT", "US"], ["CA-YT"]), (["MX"], ["CA"], []), ([], [], []), (["CA"], [], []),
        ] as [([String], [String]?, [String]?)])
    func aQueryIsCutToItsView(_ query: [String], _ view: [String]?, regions: [String]?) {
        #expect(RegionScope(query: query, view: View(regions: view)).regions == regions)
    }

    /// The same as for each pair of them.
    @Test func aScopeIsWhatBothListsCover() {
        let parts = ["", "A", "AB", "B", "-", "A-", "A!", "A.", "a"]
        let all = parts.flatMap { first in
            parts.flatMap { second in [first + second, first + "-" + second, first + "-B-" + second] }
        }
        for (start, step) in [(0, 7), (1, 5), (3, 11), (2, 3), (0, 40)] {
            let query = stride(from: start, to: all.count, by: step).map { all[$0] }
            for other in 0..<6 {
                let seen = stride(from: other, to: all.count, by: 6).map { all[$0] }
                let scope = RegionScope(query: query, view: View(regions: seen))
                for region in all {
                    let isInBoth = [query, seen].allSatisfy { $0.contains { RegionOrder.covers($0, region) } }
                    #expect(scope.contains(region) == isInBoth)
                }
            }
        }
    }

    /// A client chooses how long a list is, and waits for nothing while it is cut.
    @Test func longListsAreCutInAboutTheTimeOfSortingThem() {
        let query = (0..<600).map { "Q\($0 * 7919 % 600)" }
        let seen = (0..<600).map { "Q\($0 * 7907 % 600)-A" }
        let clock = ContinuousClock()
        var scope = RegionScope(query: [], view: .everything)
        let sorting = clock.measure { scope = RegionScope(query: query + seen, view: .everything) }
        let view = View(regions: seen)
        let cutting = clock.measure { scope = RegionScope(query: query, view: view) }
        #expect(scope.regions?.count == 600)
        #expect(cutting < sorting * 20, "\(cutting), \(sorting)")
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
                #expect(scope.contains(region) == wanted.contains { RegionOrder.covers($0, region) })
            }
            let kept = scope.regions ?? []
            for region in kept { #expect(kept.filter { RegionOrder.covers($0, region) } == [region]) }
        }
    }

    /// The same as for each region of the lists.
    @Test func exceptionsAreLeftOutWithAllThatTheyCover() {
        let parts = ["A", "AB", "B", "a"]
        let all = parts + parts.flatMap { first in parts.flatMap { ["\(first)-\($0)", "\(first)-\($0)-B"] } }
        var random = SplitMix(state: 3)
        func some() -> [String] {
            Array(all.shuffled(using: &random).prefix(Int.random(in: 0...5, using: &random)))
        }
        func covers(_ list: [String], _ region: String) -> Bool { list.contains { RegionOrder.covers($0, region) } }
        for _ in 0..<2000 {
            let (regions, exceptions) = (Bool.random(using: &random) ? some() : nil, some())
            let (wanted, more) = (some(), some())
            let scope = RegionScope(regions, except: exceptions).without(more).narrowed(to: wanted)
            for region in all {
                let isIn = regions.map { covers($0, region) } ?? true && (wanted.isEmpty || covers(wanted, region))
                #expect(scope.contains(region) == (isIn && !covers(exceptions + more, region)))
            }
            #expect(scope.contains(nil) == (regions == nil && wanted.isEmpty))
            if scope.isNowhere { #expect(!all.contains(where: scope.contains)) }
            let kept = scope.regions ?? []
            #expect(scope.exceptions.allSatisfy { (scope.regions == nil || covers(kept, $0)) && !kept.contains($0) })
        }
        #expect(RegionScope(["A"], except: ["B"]) == RegionScope(["A"]))
        #expect(RegionScope(nil, except: ["B"]) != RegionScope(nil) && !RegionScope(nil, except: ["B"]).isEverywhere)
    }
}
