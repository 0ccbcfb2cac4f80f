import Testing

@testable import Birds
@testable import Fixtures

@Suite struct ViewPartTests {
    private static let regions = ["CA", "CA-YT", "CA-YT-001", "CA-BC", "CAX", "US", "US-AK", "SE"]
    private static let datasets = ["a", "b", "c"]

    /// Each record of a view is in one part, of the right edition.
    @Test func partsAreDisjointAndWhole() throws {
        var random = SplitMix(state: 5)
        func some(_ all: [String]) -> [String] {
            Array(all.shuffled(using: &random).prefix(Int.random(in: 0...all.count, using: &random)))
        }
        func covers(_ all: [String], _ region: String?) -> Bool {
            region.map { region in all.contains { RegionOrder.covers($0, region) } } ?? false
        }
        for _ in 0..<2000 {
            let shown = Bool.random(using: &random) ? some(Self.regions) : nil
            let datasets = Bool.random(using: &random) ? some(Self.datasets + ["x"]) : nil
            let (exactRegions, exactDatasets) = (some(Self.regions), some(Self.datasets + ["x"]))
            let view = View(
                regions: shown, datasets: datasets, precision: .only(regions: exactRegions, datasets: exactDatasets))
            let parts = try ViewPart.parts(of: view, hasGeneral: true) { (name) throws(StoreError) in
                Self.datasets.contains(String(decoding: name, as: UTF8.self))
            }
            #expect((1...3).contains(parts.count) && parts.allSatisfy { $0.isOnly == (parts.count == 1) })
            for region in Self.regions.map(Optional.some) + [nil] {
                for dataset in Self.datasets {
                    let name = Array(dataset.utf8)
                    let found = parts.filter {
                        $0.regions.contains(region) && $0.datasets.names?.contains(name) ?? true
                            && !$0.datasets.exceptions.contains(name)
                    }
                    let isShown = shown.map { covers($0, region) } ?? true && datasets?.contains(dataset) ?? true
                    let isExact = covers(exactRegions, region) || exactDatasets.contains(dataset)
                    #expect(found.map(\.edition) == (isShown ? [isExact ? .exact : .general] : []), "\(view)")
                }
            }
        }
    }

    private func parts(_ view: View, hasGeneral: Bool = true) throws -> [ViewPart] {
        try ViewPart.parts(of: view, hasGeneral: hasGeneral) { (_) in true }
    }

    @Test func manyViewsHaveOnePart() throws {
        for view in [
            View.everything, View(), View.nothing, View(regions: ["CA-YT"], precision: .only(regions: ["CA"])),
            View(regions: ["US"], precision: .only(regions: ["CA"])),
            View(datasets: ["a"], precision: .only(datasets: ["a", "b"])), View(datasets: []),
        ] {
            #expect(try parts(view).count == 1, "\(view)")
            #expect(try parts(view, hasGeneral: false).count == 1)
        }
        #expect(try parts(.nothing)[0].edition == .general)
        #expect(try parts(.everything)[0].isWhole && parts(.everything)[0].edition == .exact)
        #expect(try parts(View())[0].isWhole && parts(View())[0].edition == .general)
        #expect(try parts(View(precision: .only(regions: ["CA"], datasets: ["a"]))).count == 3)
    }

    /// Without a general edition, tokens and tags are those of the exact one.
    @Test func withoutAGeneralEditionPrecisionDoesNotMatter() throws {
        for precision in [View.Precision.everywhere, .only(), .only(regions: ["CA"], datasets: ["a"])] {
            let view = View(regions: ["CA"], datasets: ["b"], precision: precision)
            #expect(
                try parts(view, hasGeneral: false)
                    == parts(View(regions: ["CA"], datasets: ["b"]), hasGeneral: false))
        }
    }

    @Test func otherPartsHaveOtherTags() throws {
        let views = [
            View(), .everything, View(regions: ["CA"]), View(regions: ["CA"], precision: .everywhere),
            View(precision: .only(regions: ["CA"])), View(precision: .only(regions: ["CA", "US"])),
            View(precision: .only(datasets: ["CA"])), View(precision: .only(regions: ["CA"], datasets: ["CA"])),
            View(datasets: ["CA"]), View(datasets: ["CA", "b"]), View(datasets: ["CA", "b"], precision: .everywhere),
            View(regions: ["CA"], datasets: ["a", "b"], precision: .only(datasets: ["a"])),
        ]
        let tags = try views.map { try parts($0).map(\.tag) }
        #expect(Set(tags).count == views.count)
    }
}
