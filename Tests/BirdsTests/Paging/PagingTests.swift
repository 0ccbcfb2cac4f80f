import Testing

@testable import Birds
@testable import Fixtures

@Suite struct PagingTests {
    private static let fields: [Field] = [
        .id, .locationID, .latitude, .region, .date, .speciesID, .num, .dataset, .commonName,
    ]

    /// The ids on each page.
    private func pages(_ store: ObservationStore, _ query: ObservationQuery, of size: Int) throws -> [[Int]] {
        var query = query
        query.fields = [.id]
        let most = try store.database.integer("SELECT count(*) FROM observation") ?? 0
        return try store.pages(query, of: size, most: Int(most)) { .observations($0) }.map {
            try $0.compactMap { try store.row(shown: $0) }
        }
    }

    static func sorts(_ names: [String]) -> [SortKey] {
        names.map { name in
            let isDescending = name.hasPrefix("-")
            return SortKey(
                field: SortKey.Field(rawValue: isDescending ? String(name.dropFirst()) : name) ?? .num,
                isDescending: isDescending)
        }
    }

    private static let orders: [[String]] = [
        [], ["date"], ["-date"], ["date", "loc_id"], ["-date", "-loc_id", "-species_id", "-num"], ["species_id"],
        ["-species_id"], ["species_id", "date"], ["loc_id"], ["-loc_id", "-date"], ["num"], ["-num"],
        ["common_name", "-num"], ["region", "year"], ["-latitude", "month"], ["dataset", "-day", "species_id"],
        ["species_id", "-date"], ["loc_id", "num"], ["loc_id", "-date"], ["-loc_id", "date"],
        ["loc_id", "date", "species_id"],
        ["-loc_id", "-date", "-species_id", "-num"], ["date", "loc_id", "species_id"],
        ["species_id", "date", "loc_id", "num"],
        ["loc_id", "latitude", "date"], ["region", "-loc_id", "num"],
        ["category", "scientific_name", "longitude", "location_name"],
    ]

    /// Compares rows by the texts and numbers that are shown, as the documentation of `sort` says.
    static func precedes(_ a: Int, _ b: Int, _ fixture: Fixture, _ keys: [SortKey]) -> Bool {
        func value(_ field: SortKey.Field, _ index: Int) -> [Double] {
            let record = fixture.records[index - 1]
            let place = fixture.locations[record.location]
            let species = fixture.species[record.species]
            func text(_ text: String?) -> [Double] { text.map { [1] + $0.utf8.map(Double.init) } ?? [0] }
            func number(_ number: Double?) -> [Double] { number.map { [1, $0] } ?? [0] }
            return switch field {
            case .date: number(Double(record.date))
            case .year: number(Double(record.date / 10_000))
            case .month: number(Double(record.date / 100 % 100))
            case .day: number(Double(record.date % 100))
            case .num: number(record.num.map(Double.init))
            case .locationID: text(place.code)
            case .speciesID: number(Double(record.species))
            case .latitude: number(place.latitude)
            case .longitude: number(place.longitude)
            case .region: text(place.region)
            case .locationName: text(place.name)
            case .commonName: text(species.commonName)
            case .scientificName: text(species.scientificName)
            case .category: text(species.category)
            case .dataset: text(fixture.datasets[record.dataset])
            }
        }
        for key in keys {
            let (one, other) = (value(key.field, a), value(key.field, b))
            if one != other { return one.lexicographicallyPrecedes(other) != key.isDescending }
        }
        let rest: [(Int) -> Int] = [
            { fixture.records[$0 - 1].date }, { fixture.records[$0 - 1].location }, { fixture.records[$0 - 1].species },
            { fixture.records[$0 - 1].num ?? -1 }, { fixture.records[$0 - 1].dataset }, { $0 },
        ]
        for value in rest where value(a) != value(b) {
            return (value(a) < value(b)) != (keys.last?.isDescending ?? false)
        }
        return false
    }

    @Test func rowsAreSortedByTheirKeysAndPagesSplitThem() throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture.random(seed: 21, records: 600)
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        for names in Self.orders {
            var query = ObservationQuery()
            query.sort = Self.sorts(names)
            let sorted = Array(1...fixture.records.count).sorted { Self.precedes($0, $1, fixture, query.sort) }
            #expect(try store.ids(query) == sorted, "\(names)")
            for size in [7, 210, 630, 10_000] {
                #expect(try pages(store, query, of: size).flatMap { $0 } == sorted, "\(names) \(size)")
            }
        }
    }

    /// These records differ only in their ids, which a token does not hold.
    @Test(arguments: orders) func equalRecordsAreReadOnceEachOnPagesOfOne(sort: [String]) throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(species: [Fixture.Species(code: "s1")], locations: [Fixture.Location(code: "L1")])
        for num in [1, 2, 2, 2, 3] {
            fixture.records.append(Fixture.Record(date: 20_210_201, location: 0, species: 0, num: num))
        }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.sort = Self.sorts(sort)
        let whole = try store.ids(query)
        #expect(whole.count == 5)
        #expect(try pages(store, query, of: 1) == whole.map { [$0] })
        #expect(try pages(store, query, of: 2).flatMap { $0 } == whole)
    }

    /// Several locations have records of one date. A page that ends at one of them continues at the next, whatever
    /// its species.
    @Test(arguments: [[], ["-date", "-loc_id"]]) func pagesSplitTheRecordsOfSeveralLocations(order: [String]) throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture.random(seed: 24, records: 400)
        for index in fixture.records.indices { fixture.records[index].date = 20_210_200 + index % 3 }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        for codes in [["L101", "L103"], ["L110", "L120", "L130", "L140"], (100..<115).map { "L\($0)" }] {
            var query = ObservationQuery()
            query.filter.locations = codes
            query.sort = Self.sorts(order)
            let whole = try store.ids(query)
            for size in 1...30 {
                #expect(
                    try pages(store, query, of: size).flatMap { $0 } == whole,
                    "\(codes.count) locations, pages of \(size)"
                )
            }
        }
    }

    /// Where a page passes over many records to the next date that matches, it begins at the first location of that
    /// date, and not at the one that the page before ended with.
    @Test(arguments: [[], ["species_id"], ["date", "loc_id"]])
    func aPageThatSeeksTheNextDateFindsAllOfIt(sort: [String]) throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(
            species: [Fixture.Species(code: "s1")],
            locations: ["L1", "L2", "L3"].map { Fixture.Location(code: $0) })
        for month in [2, 3, 4] {
            for day in 1...28 {
                for location in day == 1 ? [0, 1, 2] : [0] {
                    fixture.records.append(
                        Fixture.Record(date: 20_210_000 + month * 100 + day, location: location, species: 0, num: 1))
                }
            }
        }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.sort = Self.sorts(sort)
        for species in [[], ["s1"]] {
            query.filter.species = species
            query.filter.days = [1]
            let whole = try store.ids(query)
            #expect(whole.count == 9)
            for size in [1, 2, 3] { #expect(try pages(store, query, of: size).flatMap { $0 } == whole, "\(size)") }
        }
    }

    @Test func pagesSplitFilteredRecords() throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 22, records: 2000).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var random = SplitMix(state: 23)
        for round in 0..<120 {
            var query = ObservationStoreTests.randomQuery(&random)
            query.page.limit = nil
            query.sort = Self.sorts(Self.orders[round % Self.orders.count])
            let size = Int.random(in: 1...40, using: &random)
            let whole = try store.ids(query)
            let pages = try pages(store, query, of: size)
            #expect(pages.flatMap { $0 } == whole, "\(query) \(size)")
            #expect(pages.dropLast().allSatisfy { $0.count == size })
            query.page.limit = 1
            query.page.countsAll = true
            #expect(try store.observations(query, view: .everything, format: .csv).total == whole.count)
        }
    }

    @Test func moreRowsThanAreKeptAreSortedInSeveralPasses() throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture.random(seed: 24, records: 1000)
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        let keys = Self.sorts(["num", "-common_name"])
        for kept in [1, 3, 64, 999, 1050, 5000] {
            let scan = SortedScan(
                try SortValues(keys, try store.resolver.scope(.everything), store.database), start: nil, limit: .max,
                mostKept: kept, memory: .unlimited
            ) {
                () throws(StoreError) in
                try store.planner.scan(store.resolver.select(.everything), isWide: true)
            }
            var ids: [Int] = []
            var row = ObservationRow()
            while try scan.next(&row) { ids.append(Int(row.id)) }
            #expect(
                ids == Array(1...fixture.records.count).sorted { Self.precedes($0, $1, fixture, keys) }, "\(kept)")
        }
    }

    @Test(arguments: [[], ["species_id"], ["-loc_id"], ["-date"]])
    func recordsAddedOrRemovedBetweenPagesNeitherRepeatNorHideOthers(order: [String]) throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture.random(seed: 25, records: 400)
        try fixture.write(to: folder.path("birds.db"))
        var query = ObservationQuery()
        query.sort = Self.sorts(order)
        query.fields = [.locationID, .latitude, .date, .speciesID, .num, .dataset]
        let before = try ObservationStore(path: folder.path("birds.db")).text(query, format: .csv)
        let old = before.split(separator: "\r\n").dropFirst().map(String.init)

        // Locations and species after the new ones get other ids. The first of each disappears with its records.
        var grown = fixture
        grown.species.insert(Fixture.Species(code: "sp000"), at: 0)
        grown.locations.insert(Fixture.Location(code: "L000"), at: 0)
        for index in grown.records.indices {
            grown.records[index].species += 1
            grown.records[index].location += 1
        }
        var random = SplitMix(state: 26)
        for _ in 0..<100 {
            var record = grown.records[Int.random(in: 0..<400, using: &random)]
            record.num = 777
            record.species = Bool.random(using: &random) ? 0 : record.species
            grown.records.append(record)
        }
        fixture = grown
        try fixture.write(to: folder.path("new.db"))

        query.page.limit = 13
        var seen: [String] = []
        var isNew = false
        repeat {
            let store = try ObservationStore(path: folder.path(isNew ? "new.db" : "birds.db"))
            let cursor = try store.observations(query, view: .everything, format: .csv)
            seen += try cursor.text().split(separator: "\r\n").dropFirst().map(String.init)
            query.page.after = cursor.next
            isNew = seen.count > 150
        } while query.page.after != nil && seen.count <= grown.records.count
        #expect(seen.filter { !$0.contains(",777,") } == old)
        #expect(seen.contains { $0.contains(",777,") })
    }

    /// The next page begins at the species after it, with all of that one's records.
    @Test(arguments: [[], ["-date"], ["species_id"], ["-species_id"], ["loc_id"], ["-loc_id"]])
    func aSpeciesThatIsGoneBetweenTwoPagesTakesNoOtherWithIt(order: [String]) throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(species: ["s1", "s2", "s3"].map { Fixture.Species(code: $0) })
        fixture.locations = ["A", "B"].map { Fixture.Location(code: $0) }
        for date in [20_210_201, 20_210_202] {
            for location in 0..<2 {
                for species in 0..<3 {
                    fixture.records.append(
                        Fixture.Record(date: date, location: location, species: species, num: species))
                }
            }
        }
        try fixture.write(to: folder.path("before.db"))
        fixture.species.remove(at: 1)
        fixture.records.removeAll { $0.species == 1 }
        for index in fixture.records.indices where fixture.records[index].species == 2 {
            fixture.records[index].species = 1
        }
        try fixture.write(to: folder.path("after.db"))
        let (before, after) = (
            try ObservationStore(path: folder.path("before.db")), try ObservationStore(path: folder.path("after.db"))
        )
        var query = ObservationQuery()
        query.sort = Self.sorts(order)
        query.fields = [.date, .locationID, .speciesID]
        func rows(_ store: ObservationStore) throws -> [String] {
            try store.text(query, format: .csv).split(separator: "\r\n").dropFirst().map(String.init)
        }
        let whole = try rows(before)
        try #require(whole.count == 12)
        for count in 1..<whole.count {
            (query.page.limit, query.page.after) = (count, nil)
            query.page.after = try before.nextPage(.observations(query), view: .everything)
            query.page.limit = 100
            #expect(try rows(after) == whole.dropFirst(count).filter { !$0.hasSuffix("s2") }, "\(count)")
        }
    }

    /// In an order of values, nothing says where the names that are gone stood among equal rows.
    @Test(arguments: ["num", "-num"]) func aPageWhoseLastRowIsGoneIsLostWhereValuesOrder(sort: String) throws {
        let folder = try TemporaryFolder()
        func write(_ name: String, _ species: [String], _ locations: [String]) throws -> ObservationStore {
            var fixture = Fixture(species: species.map { Fixture.Species(code: $0) })
            fixture.locations = locations.map { Fixture.Location(code: $0) }
            for location in locations.indices {
                for species in species.indices {
                    fixture.records.append(
                        Fixture.Record(date: 20_210_201, location: location, species: species, num: 3))
                }
            }
            try fixture.write(to: folder.path(name))
            return try ObservationStore(path: folder.path(name))
        }
        let before = try write("before.db", ["s1", "s2"], ["A", "B"])
        let after = try [
            write("same.db", ["s1", "s2"], ["A", "B"]), write("species.db", ["s1"], ["A", "B"]),
            write("location.db", ["s1", "s2"], ["A"]),
        ]
        var query = ObservationQuery()
        query.sort = Self.sorts([sort])
        query.fields = [.locationID, .speciesID]
        for count in 1..<4 {
            (query.page.limit, query.page.after) = (count, nil)
            let last = try before.text(query, format: .csv).split(separator: "\r\n").last ?? ""
            query.page.after = try before.nextPage(.observations(query), view: .everything)
            try #require(query.page.after != nil)
            for (store, isGone) in zip(after, [false, last.hasSuffix("s2"), last.hasPrefix("B")]) {
                if isGone {
                    #expect(throws: StoreError.lostPage, "\(count)") { try store.text(query, format: .csv) }
                } else {
                    #expect(throws: Never.self, "\(count)") { try store.text(query, format: .csv) }
                }
            }
        }
    }

    @Test func aTokenOfAnotherQueryIsRefused() throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 27, records: 100).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.page.limit = 5
        query.page.after = try store.nextPage(.observations(query), view: .everything)
        #expect(query.page.after != nil)
        #expect(throws: Never.self) { try store.ids(query) }
        query.fields = [.num]
        query.page.limit = 50
        #expect(throws: Never.self) { try store.ids(query) }
        query.filter.years = [2020]
        #expect(throws: StoreError.unknownPage) { try store.ids(query) }
        query.filter.years = []
        for sort in [["date"], ["-date"], ["num"], ["loc_id", "date"]] {
            query.sort = Self.sorts(sort)
            #expect(throws: StoreError.unknownPage, "\(sort)") { try store.ids(query) }
        }
        query.sort = []
        let token = query.page.after ?? ""
        for broken in ["x", "", token + "A", String(token.dropLast()), "=" + token, String(token.reversed())] {
            query.page.after = broken
            #expect(throws: StoreError.unknownPage, "\(broken)") { try store.ids(query) }
        }
    }

    /// Whatever part of a filter differs, its pages are others.
    @Test func theTokenOfAnotherFilterIsRefused() throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 28, records: 1000).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        let changes: [(inout RecordFilter) -> Void] = [
            { $0.species = ["sp101"] }, { $0.species = ["sp101", "sp102"] }, { $0.years = [2016] }, { $0.months = [3] },
            { $0.days = [3] }, { $0.from = PartialDate(year: 2016) }, { $0.to = PartialDate(year: 2016) },
            { $0.regions = ["CA"] }, { $0.locations = ["L101"] }, { $0.datasets = ["atlas"] },
            { $0.box = GeographicBox(west: -25, south: 1, east: -1, north: 11) },
            { $0.box = GeographicBox(west: -25, south: 1, east: -1, north: 12) },
            { $0.circle = GeographicCircle(latitude: 6, longitude: -15, kilometres: 1000) },
            { $0.circle = GeographicCircle(latitude: 6, longitude: -15, kilometres: 2000) },
            { $0.circle = GeographicCircle(latitude: 6, longitude: -16, kilometres: 1000) },
            { $0.leastNum = 1 }, { $0.greatestNum = 1 }, { _ in },
        ]
        var queries: [ObservationQuery] = []
        for change in changes {
            var query = ObservationQuery()
            query.page.limit = 1
            change(&query.filter)
            queries.append(query)
        }
        for (index, query) in queries.enumerated() {
            let token = try #require(try store.nextPage(.observations(query), view: .everything), "\(index)")
            for (other, var query) in queries.enumerated() {
                query.page.after = token
                if other == index {
                    #expect(try store.ids(query).count == 1)
                } else {
                    #expect(throws: StoreError.unknownPage, "\(index) \(other)") { try store.ids(query) }
                }
            }
        }
    }

    /// Another program may leave codes that are not UTF-8. Tokens hold their bytes.
    @Test(arguments: orders) func pagesContinueAfterCodesThatAreNotUTF8(sort: [String]) throws {
        let fixture = try ImportFixture()
        let rows = (0..<30).map { "L\($0 % 3),60,1,CA-YT,2021,2,\($0 % 4 + 1),s\($0 % 5),\($0 % 2)\n" }
        fixture.write("a.csv", plainHeader + rows.joined())
        fixture.write("b.csv", plainHeader + rows[0])
        try fixture.run("a.csv")
        try Database(path: fixture.database, mode: .readWrite).execute(
            """
            UPDATE species SET code = CAST(x'fe' AS TEXT) WHERE code = 's1'; UPDATE species SET code = CAST(x'ff41' AS TEXT) WHERE code = 's2';
            UPDATE location SET code = CAST(x'ff' AS TEXT), region = CAST(x'fe00fe' AS TEXT) WHERE code = 'L1';
            """)
        try fixture.run("b.csv")
        let store = try ObservationStore(path: fixture.database)
        var query = ObservationQuery()
        query.sort = Self.sorts(sort)
        let all = try store.ids(query)
        #expect(all.count == 31)
        query.page.limit = 1
        var paged: [Int] = []
        repeat {
            paged += try store.ids(query)
            query.page.after = try store.nextPage(.observations(query), view: .everything)
        } while query.page.after != nil && paged.count < 40
        #expect(paged == all)
    }

    /// The next page is the same whether its rows are written or skipped, as they are where a large answer begins.
    @Test func thePageAfterOneThatIsSkippedIsThatAfterIt() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture.random(seed: 29, records: 100)
        for index in fixture.records.indices { fixture.records[index].complete = 1 }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.page.limit = 7
        var one = query
        one.filter.species = ["sp101"]
        for request: RecordRequest.Rows in [
            .observations(query), .checklists(query, ChecklistField.defaults), .locations(query), .zeroFilled(one),
        ] {
            let cursor = try store.rows(request, view: .everything, format: .json)
            #expect(try cursor.text().split(separator: "\n").count == 7)
            let next = try #require(cursor.next)
            #expect(try store.nextPage(request, view: .everything) == next)
        }
    }

    @Test func aTokenReadsBack() {
        for place in [nil, 60.5] {
            let token = PageToken(
                date: 20_210_203, location: Array("Là, 1".utf8), latitude: place,
                longitude: place.map { -$0 },
                region: nil,
                twin: place == nil ? 0 : 3, species: [0xFE, 0], num: .uncounted, dataset: Array("garden".utf8),
                ordinal: 2)
            #expect(PageToken(token.bytes) == token)
        }
    }
}
