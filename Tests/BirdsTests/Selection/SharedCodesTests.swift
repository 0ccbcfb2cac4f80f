import Testing

@testable import Birds
@testable import Fixtures

/// Several locations may share a `loc_id`. Sorting and paging go by the code, which is what an answer shows.
@Suite struct SharedCodesTests {
    /// Few dates, species and counts, so that many rows are equal. Some codes have one location, some have a few,
    /// and one may have many.
    private static func fixture(_ random: inout SplitMix, records count: Int, most: Int) -> Fixture {
        var fixture = Fixture(datasets: ["garden", "atlas"])
        for index in 0..<4 {
            fixture.species.append(Fixture.Species(code: "sp\(index)", commonName: index == 2 ? nil : "Jay"))
        }
        let regions = [nil, "CA", "CA-YT", "US"]
        for code in ["A", "A-", "AB", "B", "a"] {
            let locations = code == "AB" ? most : Int.random(in: 1...3, using: &random)
            var sorted: [Fixture.Location] = []
            for index in 0..<locations {
                let latitude = index == 0 && Bool.random(using: &random) ? nil : Double(index)
                sorted.append(
                    Fixture.Location(
                        code: code, latitude: latitude, longitude: latitude.map { -$0 },
                        region: regions.randomElement(using: &random) ?? nil, name: index == 1 ? "North" : nil))
            }
            fixture.locations += sorted
        }
        for _ in 0..<count {
            fixture.records.append(
                Fixture.Record(
                    date: [20_200_100, 20_210_101, 20_210_201].randomElement(using: &random) ?? 0,
                    location: Int.random(in: fixture.locations.indices, using: &random),
                    species: Int.random(in: 0..<4, using: &random),
                    num: [nil, 0, 3].randomElement(using: &random) ?? nil,
                    dataset: Int.random(in: 0..<2, using: &random)))
        }
        return fixture
    }

    private static func keys(_ random: inout SplitMix) -> [SortKey] {
        let isUniform = Bool.random(using: &random)
        let isDescending = Bool.random(using: &random)
        // Half of them begin like an index.
        let starts: [[SortKey.Field]] = [
            [], [], [], [.locationID], [.locationID, .date, .speciesID, .num], [.date, .locationID, .speciesID, .num],
            [.speciesID, .date, .locationID, .num],
        ]
        var fields = starts.randomElement(using: &random) ?? []
        fields = Array(fields.prefix(Int.random(in: 1...4, using: &random)))
        if fields.isEmpty || !isUniform {
            fields += SortKey.fields.filter { !fields.contains($0) }.shuffled(using: &random)
                .prefix(Int.random(in: 1...3, using: &random))
        }
        return fields.map {
            SortKey(field: $0, isDescending: isUniform ? isDescending : Bool.random(using: &random))
        }
    }

    /// Each beginning of the order of an index, in both directions.
    @Test func ordersThatBeginLikeAnIndexGoByWhatIsShown() throws {
        var random = SplitMix(state: 92)
        for round in 0..<4 {
            let folder = try TemporaryFolder()
            let fixture = Self.fixture(&random, records: 80, most: round == 0 ? 40 : 4)
            try fixture.write(to: folder.path("birds.db"))
            let store = try ObservationStore(path: folder.path("birds.db"))
            for order: [SortKey.Field] in [
                [.date, .locationID, .speciesID, .num], [.speciesID, .date, .locationID, .num],
                [.locationID, .date, .speciesID, .num],
            ] {
                for count in 1...4 {
                    for isDescending in [false, true] {
                        var query = ObservationQuery()
                        query.sort = order.prefix(count).map { SortKey(field: $0, isDescending: isDescending) }
                        let sorted = Array(1...fixture.records.count)
                            .sorted { PagingTests.precedes($0, $1, fixture, query.sort) }
                        #expect(try store.ids(query) == sorted, "\(query.sort)")
                    }
                }
            }
        }
    }

    @Test func rowsAreSortedByWhatIsShownAndPagesLoseOrRepeatNone() throws {
        var random = SplitMix(state: 91)
        for round in 0..<24 {
            let folder = try TemporaryFolder()
            let fixture = Self.fixture(&random, records: 60, most: round % 3 == 0 ? 40 : 4)
            try fixture.write(to: folder.path("birds.db"))
            let store = try ObservationStore(path: folder.path("birds.db"))
            for _ in 0..<4 {
                var query = ObservationQuery()
                query.sort = Self.keys(&random)
                if Bool.random(using: &random) { query.filter.regions = ["CA"] }
                let sorted = Array(1...fixture.records.count)
                    .filter {
                        query.filter.regions.isEmpty
                            || fixture.locations[fixture.records[$0 - 1].location].region?.hasPrefix("CA") == true
                    }
                    .sorted { PagingTests.precedes($0, $1, fixture, query.sort) }
                #expect(try store.ids(query) == sorted, "\(round) \(query.sort)")
                for size in [1, 2, 3] {
                    query.page.limit = size
                    query.page.after = nil
                    var ids: [Int] = []
                    repeat {
                        query.fields = [.id]
                        let cursor = try store.observations(query, view: .everything, format: .csv)
                        ids += try cursor.lines().compactMap { try store.row(shown: $0) }
                        query.page.after = cursor.next
                    } while query.page.after != nil && ids.count <= sorted.count
                    #expect(ids == sorted, "\(round) \(query.sort) pages of \(size)")
                }
            }
        }
    }

    /// A code shows the place that has the most records, or the first of several, and after it the others in their
    /// order.
    @Test(arguments: [
        ([1, 2, 2], [2.0, 1, 3]), ([2, 2, 1], [1, 2, 3]), ([1, 1, 3], [3, 1, 2]), ([1, 1, 1], [1, 2, 3]),
    ])
    func theLocationOfACodeIsThatWithTheMostRecords(counts: [Int], latitudes: [Double]) throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(species: [Fixture.Species(code: "s1")])
        for (index, count) in counts.enumerated() {
            fixture.locations.append(Fixture.Location(code: "A", latitude: Double(index + 1), longitude: 0))
            for num in 1...count {
                fixture.records.append(Fixture.Record(date: 20_210_201, location: index, species: 0, num: num))
            }
        }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        let document = try #require(try store.document(.location(code: "A"), view: .everything))
        let shown = String(decoding: document, as: UTF8.self).matches(of: /"latitude":([0-9.]+)/)
        #expect(shown.compactMap { Double($0.output.1) } == latitudes)
    }

    /// An edit may make locations equal in all columns that identify them. Each keeps its records, and a page that
    /// ends at one continues there.
    @Test(arguments: [
        "UPDATE location SET latitude = NULL, longitude = NULL, region = NULL",
        "UPDATE location SET latitude = 1, longitude = NULL, region = ''",
        "UPDATE location SET region = 'CA'", "UPDATE location SET latitude = 0.0 WHERE latitude IS NULL",
        "UPDATE location SET latitude = 1, longitude = -1, region = NULL WHERE id % 3 > 0",
        "UPDATE location SET latitude = NULL WHERE id % 3 = 0", "UPDATE location SET code = 'A' WHERE id % 3 = 0",
    ])
    func equalLocationsArePagedSeparately(edit: String) throws {
        var random = SplitMix(state: 93)
        for most in [3, 40] {
            let folder = try TemporaryFolder()
            let fixture = Self.fixture(&random, records: most == 3 ? 60 : 25, most: most)
            try fixture.write(to: folder.path("birds.db"))
            let edited = try Database(path: folder.path("birds.db"), mode: .readWrite)
            try edited.execute(edit)
            // So that all have an id.
            try Fixture.number(edited)
            let store = try ObservationStore(path: folder.path("birds.db"))
            for order in [
                [], ["-date"], ["loc_id"], ["-loc_id"], ["species_id"], ["-species_id"], ["num"], ["location_name"],
                ["-latitude", "day"], ["loc_id", "date", "species_id"],
            ] {
                var query = ObservationQuery()
                query.sort = PagingTests.sorts(order)
                query.fields = [.id]
                let whole = try store.ids(query)
                #expect(whole.sorted() == Array(1...fixture.records.count))
                query.page.limit = 1
                var paged: [Int] = []
                repeat {
                    let cursor = try store.observations(query, view: .everything, format: .csv)
                    paged += try cursor.lines().compactMap { try store.row(shown: $0) }
                    query.page.after = cursor.next
                } while query.page.after != nil && paged.count <= whole.count
                #expect(paged == whole, "\(order) \(most)")
            }
            var query = ObservationQuery()
            query.page.limit = 1
            var (locations, visits) = (0, 0)
            repeat {
                let cursor = try store.locations(query, view: .everything, format: .csv)
                locations += try cursor.text().split(separator: "\r\n").count - 1
                query.page.after = cursor.next
            } while query.page.after != nil && locations <= fixture.locations.count
            repeat {
                let cursor = try store.checklists(query, fields: [.date], view: .everything, format: .csv)
                visits += try cursor.text().split(separator: "\r\n").count - 1
                query.page.after = cursor.next
            } while query.page.after != nil && visits <= fixture.records.count
            #expect(locations == fixture.locations.count && visits == fixture.records.count)
        }
    }

    /// The id before that of the next location may be another location's, where ids have no gaps between them.
    @Test(arguments: [["loc_id"], ["-loc_id"], [], ["-date"], ["species_id"], ["-species_id"]])
    func aLocationThatIsGoneIsNotTakenForTheOneBeforeIt(order: [String]) throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(species: ["s1", "s2"].map { Fixture.Species(code: $0) })
        for latitude in 1...3 {
            fixture.locations.append(Fixture.Location(code: "A", latitude: Double(latitude), longitude: 0))
            for (species, num) in [(0, 1), (0, 2), (1, 1), (1, 2)] {
                fixture.records.append(
                    Fixture.Record(date: 20_210_201, location: latitude - 1, species: species, num: num))
            }
        }
        try fixture.write(to: folder.path("before.db"))
        fixture.locations.remove(at: 1)
        fixture.records.removeAll { $0.location == 1 }
        for index in fixture.records.indices where fixture.records[index].location == 2 {
            fixture.records[index].location = 1
        }
        try fixture.write(to: folder.path("after.db"))
        let gap = Fixture.id(ofLocation: 0)
        try Database(path: folder.path("after.db"), mode: .readWrite).execute(
            """
            UPDATE location SET id = id / \(gap); UPDATE checklist SET location_id = location_id / \(gap);
            UPDATE observation SET location_id = location_id / \(gap);
            """)
        let (before, after) = (
            try ObservationStore(path: folder.path("before.db")), try ObservationStore(path: folder.path("after.db"))
        )
        var query = ObservationQuery()
        query.sort = PagingTests.sorts(order)
        query.fields = [.latitude, .speciesID, .num]
        func rows(_ store: ObservationStore) throws -> [String] {
            try store.text(query, format: .csv).split(separator: "\r\n").dropFirst().map(String.init)
        }
        let (whole, kept) = (try rows(before), Set(try rows(after)))
        try #require(whole.count == 12 && kept.count == 8)
        for count in 1..<whole.count {
            (query.page.limit, query.page.after) = (count, nil)
            query.page.after = try before.nextPage(.observations(query), view: .everything)
            query.page.limit = 100
            #expect(try rows(after) == whole.dropFirst(count).filter { kept.contains($0) }, "\(count)")
        }
    }

    /// A page ends at every record in turn. The next page is read from a file that lacks some locations and has
    /// others.
    @Test(arguments: [["loc_id"], ["-loc_id"], ["loc_id", "date"], [], ["-date"], ["species_id"], ["-species_id"]])
    func locationsAddedOrRemovedBetweenPagesLeaveTheOthersInOrder(order: [String]) throws {
        var random = SplitMix(state: 92)
        for round in 0..<6 {
            let folder = try TemporaryFolder()
            let before = Self.fixture(&random, records: 40, most: round == 0 ? 40 : 3)
            try before.write(to: folder.path("before.db"))
            var after = before
            after.locations = []
            var moved: [Int: Int] = [:]
            for (index, place) in before.locations.enumerated() {
                if Bool.random(using: &random) {
                    var new = place
                    new.region = (place.region ?? "") + "!"
                    after.locations.append(new)
                }
                if round == 1 ? place.code != "AB" : Int.random(in: 0..<3, using: &random) > 0 {
                    moved[index] = after.locations.count
                    after.locations.append(place)
                }
            }
            after.locations.sort {
                ($0.code, $0.latitude ?? -1, $0.region ?? "") < ($1.code, $1.latitude ?? -1, $1.region ?? "")
            }
            for (old, _) in moved {
                let place = before.locations[old]
                moved[old] = after.locations.firstIndex {
                    $0.code == place.code && $0.latitude == place.latitude && $0.region == place.region
                }
            }
            after.records = before.records.compactMap { record in
                guard let place = moved[record.location] else { return nil }
                var record = record
                record.location = place
                return record
            }
            try after.write(to: folder.path("after.db"))
            let stores = try ["before.db", "after.db"].map { try ObservationStore(path: folder.path($0)) }
            var query = ObservationQuery()
            query.sort = PagingTests.sorts(order)
            query.fields = [.locationID, .latitude, .region, .date, .speciesID, .num, .dataset]
            func rows(_ store: ObservationStore, _ query: ObservationQuery) throws -> (rows: [String], next: String?) {
                let cursor = try store.observations(query, view: .everything, format: .csv)
                let rows = try cursor.text().split(separator: "\r\n").dropFirst().map(String.init)
                return (rows, cursor.next)
            }
            let (whole, kept) = (try rows(stores[0], query).rows, try rows(stores[1], query).rows)
            let isKept = Set(kept)
            for count in 1..<whole.count {
                query.page.limit = count
                query.page.after = nil
                let first = try rows(stores[0], query)
                query.page.limit = 1000
                query.page.after = first.next
                let rest = try rows(stores[1], query).rows
                #expect(rest == whole.dropFirst(count).filter { isKept.contains($0) }, "\(round) \(order) \(count)")
            }
        }
    }
}
