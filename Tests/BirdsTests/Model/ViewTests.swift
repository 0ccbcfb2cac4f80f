import Testing

@testable import Birds

@Suite struct ViewTests {
    private func view(_ regions: [String]?, _ datasets: [String]? = nil) -> View {
        View(regions: regions, datasets: datasets)
    }

    /// The same rights, however they are written, keep tokens and tags.
    @Test func theSameRecordsHaveTheSameTag() {
        for (one, other) in [
            (view(["CA", "US"]), view(["US", "CA"])), (view(["CA"]), view(["CA", "CA-YT"])),
            (view(["CA"]), view(["CA-YT-001", "CA", "CA-YT"])), (view(["CA"]), view(["CA", "CA"])),
            (view(nil, ["a", "b"]), view(nil, ["b", "a", "b"])),
            (view(["US", "CA"], ["b", "a"]), view(["CA", "US", "US-AK"], ["a", "b"])),
        ] {
            #expect(one == other && one.tag == other.tag)
        }
    }

    @Test func otherRecordsHaveAnotherTag() {
        let views = [
            view(nil), view([]), view(["CA"]), view(["CA-YT"]), view(["CAX"]), view(["CA", "US"]), view(["CA,US"]),
            view(["CAUS"]), view(nil, []), view(nil, ["a"]), view(nil, ["a", "b"]), view(nil, ["ab"]),
            view(nil, ["A"]), view(nil, ["\u{E9}"]), view(nil, ["e\u{301}"]), view(nil, ["e\u{301}", "\u{E9}"]),
            view(nil, ["CA"]), view(["CA"], ["CA"]), .everything,
            View(precision: .only(regions: ["CA"])), View(precision: .only(datasets: ["CA"])),
            View(precision: .only(regions: ["CA"], datasets: ["CA"])),
        ]
        #expect(Set(views.map(\.tag)).count == views.count)
        #expect(view([]) == .nothing && View(precision: .only(regions: ["CA", "CA-YT"])) == views[views.count - 3])
        #expect(view(nil, ["e\u{301}", "\u{E9}"]) == view(nil, ["\u{E9}", "e\u{301}"]))
    }
}
