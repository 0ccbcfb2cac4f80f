import COpenSSL
import Testing

@testable import Birds
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

    /// A token opens only as it was given, for the query and the view that it was given for, in the database that made
    /// it.
    @Test func aChangedOrForeignTokenIsRefused() throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture.random(seed: 62, records: 500)
        try fixture.write(to: folder.path("birds.db"))
        try fixture.write(to: folder.path("other.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.page.limit = 3
        let token = try #require(try store.nextPage(.observations(query), view: .everything))
        #expect(try store.nextPage(.observations(query), view: .everything) == token)
        func isRefused(_ token: String, _ store: ObservationStore, view: View = .everything) -> Bool {
            query.page.after = token
            do throws(StoreError) {
                _ = try store.observations(query, view: view, format: .json)
                return false
            } catch {
                return error == .unknownPage
            }
        }
        #expect(!isRefused(token, store))
        #expect(isRefused(token, store, view: View(regions: ["CA"])))
        let letters = Array(token.utf8)
        for position in letters.indices {
            var changed = letters
            changed[position] = changed[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(isRefused(String(decoding: changed, as: UTF8.self), store), "\(position)")
        }
        for token in ["", "A", String(token.dropLast(4)), token + "AAAA"] { #expect(isRefused(token, store)) }
        // Whatever uses OpenSSL in this thread next must not find these failures.
        #expect(ERR_peek_error() == 0)
        let path = folder.path("other.db")
        let other = try Database(path: path, mode: .readWrite)
        try other.execute("UPDATE secret SET key = randomblob(length(key))")
        #expect(isRefused(token, try ObservationStore(path: path)))
    }

    /// Nobody can read in a token which row it names.
    @Test func aTokenIsNotReadable() throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 63, records: 500).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.page.limit = 3
        let token = try #require(try store.nextPage(.observations(query), view: .everything))
        let bytes = try #require(Base64URL.decode(token))
        for code in ["garden", "atlas", "ringing", "sp1"] {
            #expect(!String(decoding: bytes, as: UTF8.self).contains(code))
        }
        // Not even a run of zeros of a number.
        #expect(!bytes.indices.dropLast(4).contains { bytes[$0..<$0 + 5].allSatisfy { $0 == 0 } })
    }
}
