import Testing

@testable import Birds
@testable import Fixtures

@Suite struct ChangedEditionsTests {
    /// Imports between two pages neither repeat nor hide a record that is there all the time, whatever ids it gets.
    @Test func pagesGoOnInAFileWithMoreRecords() throws {
        let folder = try TemporaryFolder()
        let fixture = MergedFixture.make(seed: 12, records: 150)
        var random = SplitMix(state: 8)
        var grown = fixture
        grown.species.insert(.init(code: "aaa"), at: 0)
        grown.locations.insert(.init(code: "A1", region: "CA"), at: 0)
        for index in grown.records.indices {
            grown.records[index].species += 1
            grown.records[index].location += 1
        }
        for _ in 0..<150 {
            var record = grown.records[Int.random(in: 0..<150, using: &random)]
            (record.with, record.checklistCode) = (nil, "new")
            // None is the same as an earlier one: equal records are told apart only by how many there are.
            record.num = 100 + grown.records.count
            grown.records.append(record)
        }
        let stores = try [fixture, grown].enumerated().map { (index, fixture) in
            try TwoEditions.write(exact: fixture, general: fixture, to: folder.path("\(index).db"))
            return try ObservationStore(path: folder.path("\(index).db"))
        }
        let view = View(precision: .only(regions: ["CA", "US-AK"], datasets: ["atlas"]))
        for order in [[], ["-date"], ["species_id"], ["loc_id"], ["num", "-latitude"]] {
            var query = ObservationQuery()
            query.sort = PagingTests.sorts(order)
            query.fields = [.date, .locationID, .latitude, .region, .speciesID, .num, .dataset, .minutes, .checklistID]
            func counts(_ rows: [String]) -> [String: Int] { Dictionary(grouping: rows) { $0 }.mapValues(\.count) }
            let whole = try stores.map { try counts($0.rows(.observations(query), view: view, format: .csv).lines()) }
            query.page.limit = 23
            var (rows, turn) = ([String](), 0)
            repeat {
                let cursor = try stores[turn % 2].rows(.observations(query), view: view, format: .csv)
                rows += try cursor.lines()
                query.page.after = cursor.next
                turn += 1
                try #require(turn < 200)
            } while query.page.after != nil
            let seen = counts(rows)
            #expect(whole[0].allSatisfy { $0.value <= seen[$0.key] ?? 0 }, "\(order)")
            #expect(seen.allSatisfy { $0.value <= whole[1][$0.key] ?? 0 }, "\(order)")
        }
    }
}
