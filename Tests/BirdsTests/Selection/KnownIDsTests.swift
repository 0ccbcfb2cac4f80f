import Foundation
import Testing

@testable import Birds
@testable import Fixtures

/// Which values of filters are a single id, and which are lists.
@Suite struct KnownIDsTests {
    private let folder: TemporaryFolder
    private let store: ObservationStore

    init() throws {
        folder = try TemporaryFolder()
        var fixture = Fixture(datasets: ["here", "one,two", "three,four"])
        fixture.locations = [
            .init(code: "\"", region: "CA-YT"), .init(code: "A", region: "CA-YT"), .init(code: "A,B", region: "US-AK"),
            .init(code: "B", region: "CA,US"), .init(code: "C,D", region: "CA"), .init(code: "E,F"),
        ]
        fixture.species = [
            .init(code: "a,b"), .init(code: "c", scientificName: "Avis, nota", commonName: "Owl, Barn"),
            .init(code: "d"),
        ]
        fixture.records = [
            .init(date: 2020_01_01, location: 0, species: 1), .init(date: 2020_01_01, location: 1, species: 2),
            .init(date: 2020_01_01, location: 2, species: 0, dataset: 2),
            .init(date: 2020_01_01, location: 3, species: 2),
            .init(date: 2020_01_02, location: 4, species: 2, dataset: 1),
            .init(date: 2020_01_03, location: 5, species: 2),
        ]
        try fixture.write(to: folder.path("birds.db"))
        store = try ObservationStore(path: folder.path("birds.db"))
    }

    private func query(_ filter: UnresolvedValue.Filter, _ whole: String, _ list: [String]?) -> RecordFilter {
        var query = RecordFilter()
        let list = list.map { UnresolvedValue.List.values($0) } ?? .malformed(expected: "a list")
        query.unresolved = [UnresolvedValue(filter, whole: whole, list: list)]
        return query
    }

    @Test(
        arguments: [
            (.location, "A,B", ["A", "B"], ["A,B"]), (.location, "B,A", ["B", "A"], ["B", "A"]),
            (.location, "\"", nil, ["\""]), (.location, "E,F", ["E", "F"], ["E,F"]),
            (.region, "CA,US", ["CA", "US"], ["CA,US"]), (.region, "US,CA", ["US", "CA"], ["US", "CA"]),
            (.species, "a,b", ["a", "b"], ["a,b"]), (.species, "Owl, Barn", ["Owl", " Barn"], ["Owl, Barn"]),
            (.species, "c,d", ["c", "d"], ["c", "d"]), (.dataset, "one,two", ["one", "two"], ["one,two"]),
            (.dataset, "one,here", ["one", "here"], ["one", "here"]), (.location, "a,b", ["a", "b"], ["a", "b"]),
        ] as [(UnresolvedValue.Filter, String, [String]?, [String])])
    func aWholeValueThatIsAnIDMeansThatID(
        filter: UnresolvedValue.Filter, whole: String, list: [String]?, expected: [String]
    ) throws {
        let resolved = try store.resolver.resolved(query(filter, whole, list), .everything)
        #expect(resolved[filter] == expected)
        #expect(resolved.unresolved.isEmpty)
    }

    /// No import makes an empty id, but an edit may. Then it can be asked for.
    @Test(arguments: [UnresolvedValue.Filter.species, .region, .location, .dataset])
    func anEmptyValueIsAnErrorUnlessItIsAnID(filter: UnresolvedValue.Filter) throws {
        for list in [[""], ["A", ""]] {
            #expect(throws: StoreError.malformedList(filter, value: "", expected: UnresolvedValue.emptyFault)) {
                try store.resolver.resolved(query(filter, "\"\"", list), .everything)
            }
        }
        // The store has a lock on its file, so the edit needs a copy.
        try FileManager.default.copyItem(atPath: folder.path("birds.db"), toPath: folder.path("edited.db"))
        try Database(path: folder.path("edited.db"), mode: .readWrite).execute(
            """
            UPDATE species SET code = '' WHERE code = 'd'; UPDATE location SET region = '' WHERE code = 'C,D';
            UPDATE location SET code = '' WHERE code = 'A'; UPDATE dataset SET name = '' WHERE name = 'here';
            """)
        let edited = try ObservationStore(path: folder.path("edited.db"))
        for list in [[""], ["A", ""]] {
            #expect(try edited.resolver.resolved(query(filter, "\"\"", list), .everything)[filter] == list)
        }
    }

    /// A value that is a single id in another view is a list in a view that hides that id, or an error if it is not
    /// a list.
    @Test(
        arguments: [
            (.location, "A,B", ["A", "B"]), (.species, "a,b", ["a", "b"]), (.dataset, "three,four", ["three", "four"]),
            (.location, "E,F", ["E", "F"]), (.dataset, "one,two", nil), (.location, "C,D", nil),
            (.region, "CA,US", nil),
            (.location, "\"", nil),
        ] as [(UnresolvedValue.Filter, String, [String]?)])
    func anIDThatTheViewHidesDoesNotCount(filter: UnresolvedValue.Filter, whole: String, hidden: [String]?) throws {
        let resolved = try store.resolver.resolved(
            query(filter, whole, hidden ?? ["x"]), View(regions: ["CA", "CA,US"]))
        #expect(resolved[filter] == hidden ?? [whole])
        let none = try store.resolver.resolved(query(filter, whole, ["x"]), View(regions: ["CA-BC"]))
        #expect(none[filter] == ["x"])
    }

    @Test func aValueThatIsNeitherAnIDNorAListIsAnError() throws {
        let bad = ObservationQuery(query(.dataset, "\"a", nil))
        let error = StoreError.malformedList(.dataset, value: "\"a", expected: "a list")
        #expect(throws: error) { try store.observations(bad, view: .everything, format: .json) }
        #expect(throws: error) { try store.checklists(bad, fields: [.date], view: .everything, format: .json) }
        #expect(throws: error) { try store.locations(bad, view: .everything, format: .json) }
        #expect(throws: error) { try store.summary(by: [.year], bad, view: .everything, format: .json) }
        #expect(throws: error) { try store.zeroFilled(bad, view: .everything, format: .json) }
    }

    /// An edited file may have an empty id, which can be asked for like every other.
    @Test func anEmptyIDIsOneOfAListIfItIsThere() throws {
        let folder = try TemporaryFolder()
        for isThere in [false, true] {
            var fixture = Fixture(species: [.init(code: "a")])
            fixture.locations = [.init(code: isThere ? "" : "L0"), .init(code: "L1"), .init(code: "L2")]
            fixture.records = (0..<3).map { .init(date: 2021_02_03, location: $0, species: 0) }
            let path = folder.path("\(isThere).db")
            try fixture.write(to: path)
            let store = try ObservationStore(path: path)
            var query = ObservationQuery()
            query.filter.unresolved = [UnresolvedValue(.location, whole: "\"\",L1", list: .values(["", "L1"]))]
            if isThere {
                #expect(try store.ids(query) == [1, 2])
            } else {
                #expect(throws: StoreError.malformedList(.location, value: "", expected: UnresolvedValue.emptyFault)) {
                    try store.ids(query)
                }
            }
        }
    }

    @Test func valuesAddUp() throws {
        var wanted = ObservationQuery(query(.location, "A,B", ["A", "B"]))
        wanted.filter.locations = ["A"]
        wanted.filter.unresolved += query(.location, "B,C", ["B", "C"]).unresolved
        wanted.filter.unresolved += query(.species, "d,a,b", ["d", "a,b"]).unresolved
        #expect(try store.ids(wanted) == [2, 3, 4])
    }

    /// A token fits its query, whichever way that is written.
    @Test func allWaysToWriteAQueryHaveTheSamePages() throws {
        func next(_ query: ObservationQuery) throws -> String? {
            var query = query
            query.page.limit = 1
            return try store.nextPage(.observations(query), view: .everything)
        }
        var plain = ObservationQuery()
        plain.filter.locations = ["A", "B"]
        plain.filter.years = [2020, 2021]
        var others = [plain, plain, plain]
        others[0].filter.locations = ["B", "A", "B"]
        others[0].filter.years = [2021, 2020]
        others[1].filter.locations = []
        others[1].filter.unresolved = query(.location, "B,A", ["B", "A"]).unresolved
        others[2].filter.locations = ["B"]
        others[2].filter.unresolved = query(.location, "\"A\"", ["A"]).unresolved
        let page = try #require(try next(plain))
        for other in others { #expect(try next(other) == page) }
        var different = plain
        different.filter.locations = []
        different.filter.unresolved = query(.location, "A,B", ["A", "B"]).unresolved
        different.page.after = page
        #expect(throws: StoreError.unknownPage) { try store.ids(different) }
    }

    /// Codes of locations and species in a token may have any length and characters.
    @Test func pagesContinueAfterAnyName() throws {
        var fixture = Fixture()
        let codes = ["\"", ",", "..", "a\"b", String(repeating: "é", count: 600), "ü", "\u{1F426}"]
        fixture.locations = codes.map { .init(code: $0, region: $0) }
        fixture.locations[2].region = nil
        fixture.locations[3] = fixture.locations[2]
        fixture.locations[3].region = ""
        fixture.species = codes[2...4].map { .init(code: $0) }
        for place in codes.indices {
            for species in fixture.species.indices {
                fixture.records.append(.init(date: 2020_01_01, location: place, species: species))
            }
        }
        try fixture.write(to: folder.path("names.db"))
        let store = try ObservationStore(path: folder.path("names.db"))
        for field in [SortKey.Field.date, .locationID, .speciesID] {
            var query = ObservationQuery()
            query.sort = [SortKey(field: field, isDescending: false)]
            let all = try store.ids(query)
            query.page.limit = 1
            var ids: [Int] = []
            repeat {
                ids += try store.ids(query)
                query.page.after = try store.nextPage(.observations(query), view: .everything)
            } while query.page.after != nil && ids.count <= all.count
            #expect(ids == all && all.count == 21)
        }
    }
}
