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
            for view in [View(datasets: [name]), View(regions: [name])] {
                #expect(try store.ids(ObservationQuery(), view: view) == [index + 1])
            }
        }
        let revisions = try names.map { try store.revision(of: View(datasets: [$0])) }
        #expect(Set(revisions.map(\.id)).count == 3)
        #expect(Set(names.map { View(regions: [$0]) }).count == 3)
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
        for view in [
            View(datasets: ["here"]), View(regions: ["NO", "FI"], datasets: ["here"]),
        ] {
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
        let view = View(datasets: ["here"])
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
        let views = (0..<10).map { View(regions: ["US-\($0)"]) }
        let revisions = try views.map { try store.revision(of: $0) }
        #expect(Set(revisions.map(\.id)).count == 10)
        // All connections agree.
        let other = try ObservationStore(path: folder.path("birds.db"))
        other.setBudget(nanoseconds: 0)
        #expect(try views.map { try other.revision(of: $0) } == revisions)
    }

    /// Equal records come in the order of the ids of their data sets, so another order is another answer.
    @Test func theOrderOfDataSetsIsPartOfARevision() throws {
        let stores = try [["a", "b", "c"], ["c", "a", "b"], ["b", "a", "c"]].map { names in
            var fixture = Fixture(datasets: names)
            fixture.species = [.init(code: "s")]
            fixture.locations = [.init(code: "L", region: "CA-YT")]
            fixture.records = names.indices.map { .init(date: 2020_01_01, location: 0, species: 0, dataset: $0) }
            try fixture.write(to: folder.path(names.joined()))
            return try ObservationStore(path: folder.path(names.joined()))
        }
        func revisions(_ datasets: [String]) throws -> [String] {
            try stores.map { try $0.revision(of: View(regions: ["CA-YT"], datasets: datasets)).id }
        }
        // The order of others does not matter.
        #expect(Set(try revisions(["a"])).count == 1)
        let two = try revisions(["a", "b"])
        #expect(two[0] == two[1] && two[0] != two[2])
    }

    /// The last row of a page is gone when the next page is asked for. Whether hidden records still have its species,
    /// place or data set shows nowhere.
    @Test func aTokenTellsNothingOfHiddenRecords() throws {
        func write(_ name: String, records: [Fixture.Record]) throws -> ObservationStore {
            var fixture = Fixture(datasets: ["a", "b", "c"])
            let species = ["s1", "s2", "s3"]
            let places = [("L1", "CA-YT"), ("L2", "CA-YT"), ("L3", "CA-YT"), ("L2", "US-AK"), ("L9", "US-AK")]
            // As an import leaves them: only what has a record.
            let usedSpecies = species.indices.filter { index in records.contains { $0.species == index } }
            let usedPlaces = places.indices.filter { index in records.contains { $0.location == index } }
            let usedSets = (0..<3).filter { index in records.contains { $0.dataset == index } }
            fixture.datasets = usedSets.map { ["a", "b", "c"][$0] }
            fixture.species = usedSpecies.map { .init(code: species[$0]) }
            fixture.locations = usedPlaces.map { .init(code: places[$0].0, region: places[$0].1) }
            // Ids ascend with the key of a location.
            fixture.locations.sort { ($0.code, $0.region ?? "") < ($1.code, $1.region ?? "") }
            for record in records {
                var record = record
                record.species = usedSpecies.firstIndex(of: record.species) ?? 0
                let place = places[record.location]
                record.location =
                    fixture.locations.firstIndex { $0.code == place.0 && $0.region == place.1 } ?? 0
                record.dataset = usedSets.firstIndex(of: record.dataset) ?? 0
                fixture.records.append(record)
            }
            try fixture.write(to: folder.path(name))
            return try ObservationStore(path: folder.path(name))
        }
        let rest: [Fixture.Record] = [
            .init(date: 2020_01_01, location: 0, species: 0, num: 3),
            .init(date: 2020_01_02, location: 2, species: 2, num: 3),
            .init(date: 2020_01_03, location: 0, species: 2, num: 4, dataset: 2),
            .init(date: 2020_01_03, location: 2, species: 0, num: 3, dataset: 2),
            .init(date: 2020_01_02, location: 0, species: 0, num: 2, dataset: 2),
        ]
        // Its species is gone, or its place, its data set, or all of them.
        let lasts: [(Fixture.Record, String)] = [
            (.init(date: 2020_01_02, location: 0, species: 1, num: 3), "2020-01-02,L1,s2,3,a"),
            (.init(date: 2020_01_02, location: 1, species: 0, num: 3), "2020-01-02,L2,s1,3,a"),
            (.init(date: 2020_01_02, location: 0, species: 0, num: 3, dataset: 1), "2020-01-02,L1,s1,3,b"),
            (.init(date: 2020_01_02, location: 1, species: 1, num: 3, dataset: 1), "2020-01-02,L2,s2,3,b"),
        ]
        // What is hidden: the same species, the same data set, another place of the same code, and all of that.
        let hidden: [[Fixture.Record]] = [
            [.init(date: 2019_01_01, location: 4, species: 1)],
            [.init(date: 2019_01_01, location: 4, species: 0, dataset: 1)],
            [.init(date: 2019_01_01, location: 3, species: 0)],
            [.init(date: 2019_01_01, location: 3, species: 1, num: 3, dataset: 1)],
        ]
        let view = View(regions: ["CA"])
        let before = try lasts.enumerated().map { try write("before\($0.offset).db", records: rest + [$0.element.0]) }
        let gone = try write("gone.db", records: rest)
        let others = try hidden.enumerated().map { try write("hidden\($0.offset).db", records: rest + $0.element) }
        func answer(_ store: ObservationStore, _ query: ObservationQuery) throws -> String {
            do {
                let rows = try store.rows(.observations(query), view: view, format: .csv)
                return try rows.lines().joined(separator: " ") + " \(rows.next ?? "-")"
            } catch let error as StoreError {
                return "\(error)"
            }
        }
        var tokens = 0
        for sort in [
            [], ["-date"], ["num"], ["-num"], ["-num", "loc_id"], ["loc_id"], ["-loc_id", "num"], ["dataset"],
            ["-dataset", "num"], ["species_id"], ["-species_id"], ["region", "num"], ["date", "loc_id", "species_id"],
            ["loc_id", "date", "species_id"], ["species_id", "date", "loc_id", "num"],
        ] {
            for (number, size) in before.indices.flatMap({ number in (1...6).map { (number, $0) } }) {
                var query = ObservationQuery()
                query.sort = PagingTests.sorts(sort)
                query.fields = [.date, .locationID, .speciesID, .num, .dataset]
                query.page.limit = size
                let page = try before[number].rows(.observations(query), view: view, format: .csv)
                let lines = try page.lines()
                guard let token = page.next, lines.last == lasts[number].1 else { continue }
                tokens += 1
                query.page.after = token
                for limit in [1, 100] {
                    query.page.limit = limit
                    let expected = try answer(gone, query)
                    for (index, other) in others.enumerated() {
                        #expect(try answer(other, query) == expected, "\(sort) \(number) \(index)")
                    }
                }
            }
        }
        #expect(tokens >= 40)
    }
}
