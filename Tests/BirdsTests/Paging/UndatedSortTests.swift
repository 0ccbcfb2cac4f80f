import Birds
import Testing

@testable import Fixtures

@Suite struct UndatedSortTests {
    /// Records without a date come last, in whichever direction a part of the date is sorted.
    @Test(arguments: ["date", "year", "month", "day"], [false, true])
    func recordsWithoutADateComeLast(field: String, isDescending: Bool) throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(species: [.init(code: "s1")], locations: [.init(code: "L1")])
        let dates = [2021_02_03, 9999_99_99, 2020_03_02, 2021_02_00, 9999_99_99, 2019_00_00]
        for date in dates { fixture.records.append(.init(date: date, location: 0, species: 0, num: 1)) }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.sort = PagingTests.sorts([(isDescending ? "-" : "") + field])
        let sorted = try store.ids(query)
        func part(_ id: Int) -> Int {
            switch field {
            case "year": dates[id - 1] / 10_000
            case "month": dates[id - 1] / 100 % 100
            case "day": dates[id - 1] % 100
            default: dates[id - 1]
            }
        }
        #expect(Set(sorted.suffix(2)) == [2, 5])
        let parts = sorted.prefix(4).map(part)
        #expect(parts == (isDescending ? parts.sorted(by: >) : parts.sorted()))
        // A part that is not known is less than all others.
        var paged: [Int] = []
        query.page.limit = 1
        repeat {
            paged += try store.ids(query)
            query.page.after = try store.nextPage(.observations(query), view: .everything)
        } while query.page.after != nil && paged.count < 10
        #expect(paged == sorted)
    }
}
