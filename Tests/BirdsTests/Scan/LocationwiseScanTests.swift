import Testing

@testable import Birds
@testable import Fixtures

/// Reading location by location and sorting gives the same as reading by date.
@Suite struct LocationwiseScanTests {
    private static let queries: [ObservationQuery] = {
        var queries: [ObservationQuery] = []
        for change in 0..<11 {
            var query = ObservationQuery()
            query.filter.regions = ["CA", "US"]
            switch change {
            case 1: query.filter.years = [2016, 2019]
            case 2: query.filter.months = [3, 4]
            case 3: query.filter.datasets = ["atlas"]
            case 4: query.filter.datasets = ["nothing"]
            case 5: query.filter.leastNum = 2
            case 6: query.filter.species = (0..<40).map { "sp\(100 + $0)" }
            case 7:
                (query.filter.regions, query.filter.box) = ([], GeographicBox(west: -25, south: 1, east: -1, north: 11))
            case 8: query.filter.years = [1900]
            case 9: (query.filter.regions, query.filter.datasets) = ([], ["atlas"])
            case 10:
                (query.filter.regions, query.filter.datasets, query.filter.months) = ([], ["garden", "ringing"], [5])
            default: break
            }
            queries.append(query)
        }
        return queries
    }()

    /// A store that always reads by date, and one of the same file that reads location by location where it can.
    private func stores(
        _ fixture: Fixture, in folder: TemporaryFolder
    ) throws -> (byDate: ObservationStore, byLocation: ObservationStore) {
        let path = folder.path("birds.db")
        try fixture.write(to: path)
        let (one, other) = (try ObservationStore(path: path), try ObservationStore(path: path))
        one.planner.costs.location = .infinity
        (other.planner.costs.location, other.planner.costs.rowByLocation) = (0, 0)
        return (one, other)
    }

    @Test(arguments: queries.indices) func locationwiseReadingGivesTheSameRowsInTheSameOrder(index: Int) throws {
        let folder = try TemporaryFolder()
        let (one, other) = try stores(Fixture.random(seed: 77, records: 4000), in: folder)
        var query = Self.queries[index]
        query.fields = [.id, .date, .locationID, .speciesID, .num, .dataset]
        #expect(try one.planner.locationsToGather(one.resolver.select(query.filter, .everything), limit: nil) == nil)
        #expect(
            try other.planner.locationsToGather(other.resolver.select(query.filter, .everything), limit: nil) != nil)
        for sort in [[], [SortKey(field: .date, isDescending: true)], [SortKey(field: .num, isDescending: false)]] {
            query.sort = sort
            (query.page.limit, query.page.after) = (nil, nil)
            let rows = try one.text(query, format: .csv)
            #expect(try other.text(query, format: .csv) == rows)
            #expect(!rows.isEmpty)
            query.page.limit = 700
            query.page.countsAll = true
            var pageCount = 0
            repeat {
                pageCount += 1
                let pages = try [one, other].map { try $0.observations(query, view: .everything, format: .csv) }
                #expect(try pages[0].text() == pages[1].text())
                #expect(pages[0].next == pages[1].next && pages[0].total == pages[1].total)
                query.page.after = pages[1].next
            } while query.page.after != nil && pageCount <= rows.utf8.count
            query.page.countsAll = false
        }
        let summaries = try [one, other].map {
            try $0.summary(by: [.date, .location], query, view: .everything, format: .csv).text()
        }
        #expect(summaries[0] == summaries[1])
    }

    /// What is known of the locations of one query's data sets is not taken for those of the next.
    @Test func oneStoreAnswersForOneDataSetAfterTheOther() throws {
        let folder = try TemporaryFolder()
        let (one, other) = try stores(Fixture.random(seed: 79, records: 60), in: folder)
        for datasets in [["atlas"], ["garden"], ["garden", "ringing"], ["atlas"]] {
            var query = ObservationQuery()
            query.filter.datasets = datasets
            #expect(
                try other.planner.locationsToGather(other.resolver.select(query.filter, .everything), limit: nil) != nil
            )
            #expect(try other.text(query, format: .csv) == one.text(query, format: .csv), "\(datasets)")
        }
    }

    @Test func theCheaperPlanIsChosen() throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 78, records: 4000).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        store.planner.costs = ScanCosts(rowByDate: 100, location: 1000, rowByLocation: 150)
        var query = ObservationQuery()
        query.filter.regions = ["CA"]
        // Half of all locations: 55 µs for the locations and 330 µs for their rows, compared with 420 µs for
        // reading all by date.
        #expect(
            try store.planner.locationsToGather(store.resolver.select(query.filter, .everything), limit: nil) != nil)
        // A few rows are found by date quickly.
        #expect(try store.planner.locationsToGather(store.resolver.select(query.filter, .everything), limit: 10) == nil)
        // For one species, or a few locations, an index is read.
        query.filter.species = ["sp101"]
        #expect(
            try store.planner.locationsToGather(store.resolver.select(query.filter, .everything), limit: nil) == nil)
        query.filter.species = []
        query.filter.regions = []
        query.filter.datasets = ["atlas"]
        #expect(
            try store.planner.locationsToGather(store.resolver.select(query.filter, .everything), limit: nil) == nil)
        query.filter.datasets = []
        query.filter.regions = ["CA-YT-001"]
        #expect(
            try store.planner.locationsToGather(store.resolver.select(query.filter, .everything), limit: nil) == nil)
        #expect(try store.planner.locationsToGather(store.resolver.select(.everything), limit: nil) == nil)
    }

    /// Where all records pass a filter, a page is found at once: nothing lists thousands of locations first.
    @Test func locationsOfMostRecordsAreNotListed() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(datasets: ["atlas", "garden"])
        fixture.species = [.init(code: "a")]
        fixture.locations = (0..<3000).map { .init(code: "L\($0)", region: "CA-YT") }
        fixture.records = (0..<3000).map {
            .init(date: 2020_01_01, location: $0, species: 0, dataset: $0 % 50 == 0 ? 1 : 0)
        }
        try fixture.write(to: folder.path("birds.db"))
        var (whole, part, few) = (RecordFilter(), RecordFilter(), RecordFilter())
        whole.regions = ["CA"]
        part.datasets = ["atlas"]
        few.datasets = ["garden"]
        for filter in [whole, part] {
            let store = try ObservationStore(path: folder.path("birds.db"))
            let selection = try store.resolver.select(filter, .everything)
            // Reads the size of the database.
            _ = try store.planner.locationsToGather(store.resolver.select(few, .everything), limit: 1)
            store.setBudget(nanoseconds: 0)
            #expect(try store.planner.locationsToGather(selection, limit: 1) == nil)
        }
        // Few of them are listed, where that takes less.
        let store = try ObservationStore(path: folder.path("birds.db"))
        store.planner.costs = ScanCosts(rowByDate: 1000, location: 1, rowByLocation: 1)
        #expect(
            try store.planner.locationsToGather(store.resolver.select(few, .everything), limit: 50)?.count == 60)
    }
}
