import Testing

@testable import Birds
@testable import Fixtures

/// Pages of checklists, locations and zero-filled rows.
@Suite struct OtherPagesTests {
    /// Some checklists have several records, and some dates and locations several checklists.
    private static func visits(seed: UInt64, count: Int) -> Fixture {
        var fixture = Fixture.random(seed: seed, records: count)
        var random = SplitMix(state: seed + 1)
        for index in fixture.records.indices {
            fixture.records[index].complete = 1
            fixture.records[index].checklistCode = "S\(index)"
            if index % 4 == 3 {
                fixture.records[index].date = fixture.records[index - 2].date
                fixture.records[index].location = fixture.records[index - 2].location
            }
        }
        for index in fixture.records.indices where index % 3 == 0 {
            var record = fixture.records[index]
            record.with = index
            record.species = Int.random(in: 0..<60, using: &random)
            record.num = Int.random(in: 0...5, using: &random)
            fixture.records.append(record)
        }
        return fixture
    }

    @Test func aChecklistIsListedOnceIfAnyOfItsRecordsMatches() throws {
        let folder = try TemporaryFolder()
        let fixture = Self.visits(seed: 81, count: 900)
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var random = SplitMix(state: 82)
        var found = 0
        for round in 0..<150 {
            var query = ObservationStoreTests.randomQuery(&random)
            if round % 3 == 0 {
                (query.filter.species, query.filter.leastNum, query.filter.greatestNum) = ([], nil, nil)
            }
            (query.page.limit, query.page.countsAll) = (nil, true)
            let view = ObservationStoreTests.views[round % ObservationStoreTests.views.count]
            guard let ids = try? store.ids(query, view: view) else { continue }
            let checklists = Set(ids.map { fixture.records[$0 - 1].with ?? $0 - 1 })
            func key(_ index: Int) -> [Int] {
                let record = fixture.records[index]
                return [record.date, record.location, record.dataset, index]
            }
            let expected = checklists.sorted { key($0).lexicographicallyPrecedes(key($1)) }.map { "S\($0)" }
            let whole = try store.checklists(query, fields: [.checklistID], view: view, format: .csv)
            #expect(try whole.lines() == expected, "\(query) \(view)")
            #expect(whole.total == expected.count)
            found += expected.count
            let size = [1, 3, 20, 100][round % 4]
            if expected.count < 100 * size {
                let paged = try store.pages(query, view, of: size, most: expected.count) {
                    .checklists($0, [.checklistID])
                }
                #expect(paged.flatMap { $0 } == expected, "\(query) \(view) \(size)")
            }
        }
        #expect(found > 3000)
    }

    @Test func aLocationIsListedIfItsPlaceMatches() throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture.random(seed: 83, records: 2000)
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        #expect(Set(fixture.records.map(\.location)).count == fixture.locations.count)
        var random = SplitMix(state: 84)
        for round in 0..<60 {
            let other = ObservationStoreTests.randomQuery(&random).filter
            var query = ObservationQuery()
            (query.filter.regions, query.filter.locations) = (other.regions, other.locations)
            (query.filter.box, query.filter.circle) = (other.box, other.circle)
            query.page.countsAll = true
            let view = ObservationStoreTests.views[round % ObservationStoreTests.views.count]
            let expected = Set(try store.ids(query, view: view).map { fixture.records[$0 - 1].location }).sorted()
                .map { "\(fixture.locations[$0].code),\(fixture.locations[$0].latitude ?? 0)," }
            let whole = try store.locations(query, view: view, format: .csv)
            let rows = try whole.lines()
            #expect(rows.count == expected.count && zip(rows, expected).allSatisfy { $0.hasPrefix($1) }, "\(query)")
            #expect(whole.total == expected.count)
            for size in [1, 7] {
                let paged = try store.pages(query, view, of: size, most: rows.count) { .locations($0) }
                #expect(paged.flatMap { $0 } == rows)
            }
        }
    }

    /// What comes and goes between two pages neither repeats nor hides anything else.
    @Test func pagesContinueWhereLocationsAndVisitsCameAndWent() throws {
        let folder = try TemporaryFolder()
        /// Of each location, a visit on each of the dates.
        func write(_ codes: [String], _ dates: [Int], to name: String) throws -> ObservationStore {
            var fixture = Fixture(species: [.init(code: "s1"), .init(code: "s2")])
            fixture.locations = codes.map { .init(code: $0, latitude: 60, longitude: 1, region: "CA") }
            for date in dates {
                for location in codes.indices {
                    fixture.records.append(
                        .init(
                            date: date, location: location, species: 0, num: 1, checklistCode: codes[location],
                            complete: 1)
                    )
                }
            }
            try fixture.write(to: folder.path(name))
            return try ObservationStore(path: folder.path(name))
        }
        let dates = [20_210_201, 20_210_203, 20_210_205]
        let before = try write(["b", "d", "f", "h"], dates, to: "before.db")
        let changed = [
            try write(["d", "f", "h"], dates, to: "1.db"), try write(["b", "d", "h"], dates, to: "2.db"),
            try write(["b", "d", "f"], dates, to: "3.db"),
            try write(["a", "b", "c", "d", "e", "f", "g", "h", "i"], dates, to: "4.db"),
            try write(["b", "d", "f", "h"], [20_210_201, 20_210_205], to: "5.db"),
            try write(["b", "d", "f", "h"], [20_210_203], to: "6.db"),
            try write(["c", "e", "g"], [20_210_202, 20_210_203, 20_210_204], to: "7.db"),
        ]
        var query = ObservationQuery()
        var two = query
        two.filter.species = ["s1", "s2"]
        two.fields = [.date, .locationID, .speciesID]
        let requests: [(ObservationQuery, (ObservationQuery) -> RecordRequest.Rows)] = [
            (query, { .checklists($0, [.date, .checklistID]) }), (query, { .locations($0) }),
            (two, { .zeroFilled($0) }),
        ]
        for (index, (start, request)) in requests.enumerated() {
            query = start
            let whole = try before.rows(request(query), view: .everything, format: .csv).lines()
            for (other, after) in changed.enumerated() {
                (query.page.limit, query.page.after) = (nil, nil)
                let all = try after.rows(request(query), view: .everything, format: .csv).lines()
                for count in 1..<whole.count {
                    (query.page.limit, query.page.after) = (count, nil)
                    query.page.after = try before.nextPage(request(query), view: .everything)
                    try #require(query.page.after != nil)
                    query.page.limit = 100
                    let rest = try after.rows(request(query), view: .everything, format: .csv).lines()
                    // Rows in the order of the texts that they show.
                    let last = whole[count - 1]
                    #expect(rest == all.filter { $0 > last }, "\(index) \(other) \(count)")
                }
            }
        }
    }
}
