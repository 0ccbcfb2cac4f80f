import Testing

@testable import Birds
@testable import Fixtures

/// What a view does not show decides nothing, and is not even read where that can be told in advance.
@Suite struct HiddenRecordsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func store(_ fixture: Fixture) throws -> ObservationStore {
        try fixture.write(to: folder.path("birds.db"))
        return try ObservationStore(path: folder.path("birds.db"))
    }

    /// Two names that are equal as `String`, but not in the database.
    @Test func viewsOfDifferentBytesDiffer() throws {
        let names = ["A\u{30A}bo", "\u{212B}bo", "\u{C5}bo"]
        var fixture = Fixture(datasets: names)
        fixture.species = [.init(code: "a")]
        fixture.locations = names.map { .init(code: $0, region: $0) }
        fixture.records = names.indices.map { .init(date: 2020_01_01, location: $0, species: 0, num: 1, dataset: $0) }
        let store = try store(fixture)
        #expect(Set(names).count == 1)
        for (index, name) in names.enumerated() {
            for part in [View.Part(regions: nil, datasets: [name]), View.Part(regions: [name])] {
                #expect(try store.ids(ObservationQuery(), view: View([part])) == [index + 1])
            }
        }
        let revisions = try names.map { try store.revision(of: View([View.Part(regions: nil, datasets: [$0])])) }
        #expect(Set(revisions.map(\.id)).count == 3)
        #expect(Set(names.map { View([View.Part(regions: [$0])]) }).count == 3)
    }

    /// A data set of few places beside another one, with a species that only the other one has.
    private func two() throws -> ObservationStore {
        var fixture = Fixture(datasets: ["here", "there"])
        fixture.species = [.init(code: "a"), .init(code: "b", commonName: "Owl")]
        fixture.locations = [
            .init(code: "H1", latitude: 60, longitude: 10, region: "NO-03"),
            .init(code: "H2", latitude: 61, longitude: 10, region: "NO"),
            .init(code: "T1", latitude: 60.5, longitude: 10, region: "NO-03"),
            .init(code: "T2", latitude: 70, longitude: 20, region: "SE-A"),
        ]
        fixture.records = [
            .init(date: 2020_01_01, location: 0, species: 0, num: 1),
            .init(date: 2020_01_02, location: 1, species: 0, num: 1),
            .init(date: 2020_01_01, location: 2, species: 1, num: 1, dataset: 1),
            .init(date: 2020_01_01, location: 3, species: 1, num: 1, dataset: 1),
        ]
        return try store(fixture)
    }

    private static let changes: [(String, Int, @Sendable (inout RecordFilter) -> Void)] = [
        ("", 2, { _ in }),
        ("region with hidden records", 0, { $0.regions = ["SE"] }),
        ("region", 0, { $0.regions = ["SE-A"] }),
        ("unknown region", 0, { $0.regions = ["FI"] }),
        ("region within", 2, { $0.regions = ["NO"] }),
        ("one region", 1, { $0.regions = ["NO-03"] }),
        ("data set", 0, { $0.datasets = ["there"] }),
        ("unknown data set", 0, { $0.datasets = ["where"] }),
        ("place", 0, { $0.locations = ["T1"] }),
        ("places", 1, { $0.locations = ["T1", "H1"] }),
        ("unknown place", 0, { $0.locations = ["X"] }),
        ("species", 0, { $0.species = ["b"] }),
        ("species and others", 2, { $0.species = ["b", "a"] }),
        ("box", 0, { $0.box = GeographicBox(west: 9, south: 60.4, east: 11, north: 60.6) }),
        ("empty box", 0, { $0.box = GeographicBox(west: 9, south: 62.4, east: 11, north: 62.6) }),
        ("larger box", 1, { $0.box = GeographicBox(west: 9, south: 59, east: 11, north: 60.6) }),
        ("circle", 0, { $0.circle = GeographicCircle(latitude: 60.5, longitude: 10, kilometres: 1) }),
    ]

    @Test(arguments: changes.indices) func whatAViewDoesNotHaveIsNotRead(_ index: Int) throws {
        let store = try two()
        let (name, count, change) = Self.changes[index]
        var query = ObservationQuery()
        query.page.countsAll = true
        change(&query.filter)
        for part in [
            View.Part(regions: nil, datasets: ["here"]), View.Part(regions: ["NO", "FI"], datasets: ["here"]),
        ] {
            let view = View([part])
            let selection = try store.resolver.select(query.filter, view)
            #expect(selection.isEmpty == (count == 0), "\(name)")
            for sort in [[], ["-num"], ["loc_id"], ["species_id"]] {
                query.sort = PagingTests.sorts(sort)
                let rows = try store.rows(.observations(query), view: view, format: .csv)
                #expect(try rows.lines().count == count && rows.total == count, "\(name)")
            }
            query.sort = []
            let checklists = try store.rows(.checklists(query, [.date]), view: view, format: .csv)
            #expect(try checklists.lines().count == count && checklists.total == count, "\(name)")
            let years = try store.rows(.summary([.year], query), view: view, format: .csv).lines()
            #expect(years.count == min(count, 1), "\(name)")
            // Candidates of other data sets are left out before anything of them is read.
            let hidden = Int64(Fixture.id(ofLocation: 2))
            #expect(selection.locations?.ids?.contains(hidden) != true, "\(name)")
        }
    }

    /// Places have no species and no data set, so these filters do not concern them.
    @Test func placesAndZerosDoNotDependOnRecords() throws {
        let store = try two()
        let view = View([View.Part(regions: nil, datasets: ["here"])])
        var query = ObservationQuery()
        for change in [{ $0.datasets = ["there"] }, { $0.species = ["b"] }] as [(inout RecordFilter) -> Void] {
            query.filter = RecordFilter()
            change(&query.filter)
            #expect(try store.rows(.locations(query), view: view, format: .csv).lines().count == 2)
        }
        var fixture = Fixture(datasets: ["here", "there"])
        fixture.species = [.init(code: "a"), .init(code: "b", commonName: "Owl")]
        fixture.locations = [.init(code: "H1")]
        fixture.records = [
            .init(date: 2020_01_01, location: 0, species: 0, num: 1, complete: 1),
            .init(date: 2020_01_01, location: 0, species: 1, num: 1, dataset: 1, complete: 1),
        ]
        try fixture.write(to: folder.path("zeros.db"))
        let zeros = try ObservationStore(path: folder.path("zeros.db"))
        query.filter = RecordFilter()
        query.filter.species = ["b"]
        query.fields = [.speciesID, .num]
        #expect(try zeros.rows(.zeroFilled(query), view: view, format: .csv).lines() == ["b,0"])
    }

    /// However many holdings there are, the tag of an answer does not make it too long for a loop.
    @Test func aRevisionTakesNothingOfTheBudget() throws {
        var fixture = Fixture(datasets: ["here"])
        fixture.species = [.init(code: "a")]
        fixture.locations = (0..<3000).map { .init(code: "L\($0)", region: "US-\($0 % 50)-\($0)") }
        fixture.records = (0..<3000).map { .init(date: 2020_01_01, location: $0, species: 0) }
        let store = try store(fixture)
        store.setBudget(nanoseconds: 0)
        let views = (0..<10).map { View([View.Part(regions: ["US-\($0)"])]) }
        let revisions = try views.map { try store.revision(of: $0) }
        #expect(Set(revisions.map(\.id)).count == 10)
        // All connections agree.
        let other = try ObservationStore(path: folder.path("birds.db"))
        other.setBudget(nanoseconds: 0)
        #expect(try views.map { try other.revision(of: $0) } == revisions)
    }
}
