import BirdImport
import Birds
import Testing

@testable import Fixtures

@Suite struct PreviewTests {
    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture()
        fixture.write(
            "a.csv",
            plainHeader
                + "\"L \"\"1\",60.25,-135,CA-YT,2021,2,3,a,1\nL2,,,,2020,,,b,\nL3,,,,,,,c,0\nL4,,,,2019,1,1,\u{9B}é,7\n"
        )
    }

    @Test(arguments: [false, true]) func showsTheFirstRecordsAsTheyAreServed(isNew: Bool) throws {
        fixture.write("b.csv", plainHeader + "L0,,,,1999,2,3,z,9\n")
        if !isNew { try fixture.run("b.csv") }
        let tried = try fixture.run("a.csv") { $0.dryRun = true }
        let preview = try #require(tried.preview)
        #expect(preview.count == 3 && fixture.names.contains("birds.db") == !isNew)
        let report = try fixture.run("a.csv")
        #expect(report.preview == nil && !report.text.contains("would be served"))

        var query = ObservationQuery()
        query.filter.datasets = ["a"]
        query.page.limit = 3
        let store = try ObservationStore(path: fixture.database)
        var served: [UInt8] = []
        _ = try store.rows(.observations(query), view: .everything, format: .json).fill(&served, limit: .max)
        #expect("[" + preview.joined(separator: ",\n") + "]\n" == String(decoding: served, as: UTF8.self))
        // A terminal would obey the character itself.
        #expect(tried.text.contains("\"species_id\":\"\\u009bé\"") && !tried.text.unicodeScalars.contains("\u{9B}"))
    }

    @Test func hasWhatTheRecordsWouldHave() throws {
        fixture.write("species.csv", "species_id,sci_name,en_us\na,Avis una,One\n")
        let tried = try fixture.run("species.csv", "a.csv") { ($0.dryRun, $0.skipErrors) = (true, true) }
        #expect(tried.preview?.count == 3)
        #expect(try fixture.run("species.csv") { $0.dryRun = true }.preview == [])
    }
}
