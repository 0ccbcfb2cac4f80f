import Testing

@testable import Birds
@testable import Fixtures

/// What a view does not show decides nothing, and is not even read where that can be told in advance.
@Suite struct HiddenRecordsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func store(_ fixture: Fixture) throws -> ObservationStore {
        try fixture.write(to: folder.path("birds.db"))
        return try ObservationStore(path: folder.path("birds.db"))
    }

    /// Two names that are equal as `String`, but not in the database.
    @Test func viewsOfDifferentBytesDiffer() throws {
        let names = ["A\u{30A}bo", "\u{212B}bo", "\u{C5}bo"]
        var fixture = Fixture(datasets: names)
        fixture.species = [.init(code: "a")]
        fixture.locations = names.map { .init(code: $0, region: $0) }
        fixture.records = names.indices.map { .init(date: 2020_01_01, location: $0, species: 0, num: 1, dataset: $0) }
        let store = try store(fixture)
        #expect(Set(names).count == 1)
        for (index, name) in names.enumerated() {
            for part in [View.Part(regions: nil, datasets: [name]), View.Part(regions: [name])] {
                #expect(try store.ids(ObservationQuery(), view: View([part])) == [index + 1])
            }
        }
        let revisions = try names.map { try store.revision(of: View([View.Part(regions: nil, datasets: [$0])])) }
        #expect(Set(revisions.map(\.id)).count == 3)
        #expect(Set(names.map { View([View.Part(regions: [$0])]) }).count == 3)
    }

    /// However many holdings there are, the tag of an answer does not make it too long for a loop.
    @Test func aRevisionTakesNothingOfTheBudget() throws {
        var fixture = Fixture(datasets: ["here"])
        fixture.species = [.init(code: "a")]
        fixture.locations = (0..<3000).map { .init(code: "L\($0)", region: "US-\($0 % 50)-\($0)") }
        fixture.records = (0..<3000).map { .init(date: 2020_01_01, location: $0, species: 0) }
        let store = try store(fixture)
        store.setBudget(nanoseconds: 0)
        let views = (0..<10).map { View([View.Part(regions: ["US-\($0)"])]) }
        let revisions = try views.map { try store.revision(of: $0) }
        #expect(Set(revisions.map(\.id)).count == 10)
        // All connections agree.
        let other = try ObservationStore(path: folder.path("birds.db"))
        other.setBudget(nanoseconds: 0)
        #expect(try views.map { try other.revision(of: $0) } == revisions)
    }
}
