import Birds
import Testing

@testable import Fixtures

@Suite struct OtherTokensTests {
    /// The pages of one resource are no pages of another, though both have the same filter.
    @Test func theTokenOfAnotherResourceIsRefused() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture.random(seed: 61, records: 1000)
        for index in fixture.records.indices { fixture.records[index].complete = 1 }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        for filter in [
            RecordFilter(),
            {
                var filter = RecordFilter()
                filter.species = ["sp101", "sp102"]
                return filter
            }(),
        ] {
            var query = ObservationQuery(filter)
            query.page.limit = 1
            let requests: [(ObservationQuery) -> RecordRequest.Rows] = [
                { .observations($0) }, { .checklists($0, [.year]) }, { .locations($0) }, { .zeroFilled($0) },
            ]
            // Without species there is nothing to fill.
            let count = filter.species.isEmpty ? 3 : 4
            let tokens = try requests.prefix(count).map { try store.nextPage($0(query), view: .everything) }
            for (index, request) in requests.prefix(count).enumerated() {
                for (other, token) in tokens.enumerated() {
                    query.page.after = token
                    #expect(token != nil)
                    if other == index {
                        #expect(throws: Never.self) {
                            try store.rows(request(query), view: .everything, format: .json).text()
                        }
                    } else {
                        #expect(throws: StoreError.unknownPage, "\(index) \(other)") {
                            try store.rows(request(query), view: .everything, format: .json)
                        }
                    }
                }
                query.page.after = nil
            }
        }
    }
}
