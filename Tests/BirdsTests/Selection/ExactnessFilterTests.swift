import Testing

@testable import Birds
@testable import Fixtures

/// Records, checklists and locations whose places were made less exact, or all others.
@Suite struct ExactnessFilterTests {
    private let store: ObservationStore
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let fixture = MergedFixture.make(seed: 9, records: 200)
        try TwoEditions.write(
            exact: fixture, general: fixture, to: folder.path("birds.db"), change: MergedFixture.addDetails)
        store = try ObservationStore(path: folder.path("birds.db.exact"))
    }

    private func query(_ isGeneralised: Bool?, _ change: (inout RecordFilter) -> Void = { _ in }) -> ObservationQuery {
        var query = ObservationQuery()
        query.filter.isGeneralised = isGeneralised
        query.page.countsAll = true
        change(&query.filter)
        return query
    }

    private static let views = [
        View.everything, View(regions: ["CA", "US-AK"]), View(datasets: ["atlas", "ringing"]),
    ]

    /// The rows whose last member is as asked for are those of the answer.
    private func check(
        _ request: (ObservationQuery) -> RecordRequest.Rows, _ change: (inout RecordFilter) -> Void = { _ in }
    ) throws {
        for view in Self.views {
            let all = try store.rows(request(query(nil, change)), view: view, format: .csv).lines()
            for isGeneralised in [true, false] {
                let cursor = try store.rows(request(query(isGeneralised, change)), view: view, format: .csv)
                let lines = try cursor.lines()
                #expect(lines == all.filter { ($0.hasSuffix(",1") || $0.hasSuffix(",1,")) == isGeneralised })
                #expect(cursor.total == lines.count)
                let pages = try store.pages(query(isGeneralised, change), view, of: 7, most: 5000, request)
                #expect(pages.flatMap { $0 } == lines)
            }
        }
    }

    @Test(arguments: [[], ["loc_id"], ["-species_id"], ["num", "-date"]])
    func recordsAreChosenByTheirPlaces(sort: [String]) throws {
        for change: (inout RecordFilter) -> Void in [
            { _ in }, { $0.locations = ["L101", "L102", "L103"] }, { $0.species = ["sp101", "sp102", "sp103"] },
            { $0.years = [2019] }, { $0.datasets = ["atlas"] },
        ] {
            for isGeneralised in [true, false] {
                var all = query(nil, change)
                all.sort = PagingTests.sorts(sort)
                all.fields = [.date, .locationID, .speciesID, .num, .comments, .generalised]
                var some = all
                some.filter.isGeneralised = isGeneralised
                let lines = try store.rows(.observations(all), view: .everything, format: .csv).lines()
                let cursor = try store.rows(.observations(some), view: .everything, format: .csv)
                #expect(try cursor.lines() == lines.filter { $0.hasSuffix(",1") == isGeneralised })
            }
        }
    }

    @Test func checklistsLocationsAndZerosAreChosenByTheirPlaces() throws {
        try check { .checklists($0, [.date, .locationID, .dataset, .checklistID, .generalised]) }
        try check(
            { .checklists($0, [.date, .locationID, .dataset, .checklistID, .generalised]) },
            { $0.species = ["sp101", "sp102", "sp103", "sp104", "sp105"] })
        try check { .locations($0) }
    }

    /// The checklist of a zero-filled row decides.
    @Test func zeroFilledRowsAreThoseOfTheChecklists() throws {
        for isGeneralised in [true, false] {
            var zeros = query(isGeneralised) { $0.species = ["sp101"] }
            zeros.fields = [.date, .locationID, .dataset, .checklistID]
            let checklists = try store.rows(
                .checklists(query(isGeneralised), [.date, .locationID, .dataset, .checklistID, .complete]),
                view: .everything, format: .csv
            ).lines().filter { $0.hasSuffix(",1") }.map { String($0.dropLast(2)) }
            #expect(try store.rows(.zeroFilled(zeros), view: .everything, format: .csv).lines() == checklists)
            zeros.fields.append(.num)
            let all = try store.rows(
                .zeroFilled(query(nil) { $0.species = ["sp101"] }), view: .everything, format: .csv)
            #expect(
                try store.rows(.zeroFilled(zeros), view: .everything, format: .csv).lines().count < all.lines().count)
        }
    }

    @Test func summariesReadTheRecords() throws {
        for view in Self.views {
            func sum(_ isGeneralised: Bool?) throws -> Int {
                let rows = store.rows
                let lines = try rows(.summary([.region], query(isGeneralised)), view, .csv).lines()
                return lines.compactMap { Int($0.split(separator: ",", omittingEmptySubsequences: false)[1]) }.reduce(
                    0, +)
            }
            let total = try store.rows(.observations(query(true)), view: view, format: .csv).total
            #expect(try sum(true) == total && sum(false) + sum(true) == sum(nil))
        }
    }

    @Test func pagesOfOneFilterAreNotThoseOfAnother() throws {
        var some = query(true)
        some.page.limit = 3
        some.page.after = try store.nextPage(.observations(some), view: .everything)
        #expect(some.page.after != nil)
        for other in [nil, false] {
            some.filter.isGeneralised = other
            #expect(throws: StoreError.unknownPage) {
                try store.rows(.observations(some), view: .everything, format: .json)
            }
        }
    }
}
