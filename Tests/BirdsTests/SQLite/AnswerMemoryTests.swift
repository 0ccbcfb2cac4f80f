import Testing

@testable import Birds
@testable import Fixtures

@Suite struct AnswerMemoryTests {
    @Test func severalShareTheMemory() throws {
        let memory = AnswerMemory(limit: 100_000)
        do {
            let one = HeldMemory(memory, stride: 10)
            try one.reserve(2_000)
            #expect(memory.count == 60_000)
            let other = HeldMemory(memory, stride: 10)
            #expect(throws: StoreError.outOfMemory) { try other.reserve(2_000) }
            #expect(memory.count == 60_000, "what is refused is not held")
            one.shrink(to: 1_000)
            #expect(memory.count == 10_000)
            try other.reserve(2_000)
            #expect(memory.count == 70_000)
        }
        #expect(memory.count == 0, "who is gone holds nothing")
    }

    @Test func littleIsNotCounted() throws {
        let memory = AnswerMemory(limit: 0)
        let held = HeldMemory(memory, stride: 100)
        for count in 1...256 { try held.reserve(count) }
        #expect(throws: StoreError.outOfMemory) { try held.reserve(257) }
    }

    /// Whoever asks one by one holds as much as whoever asks for all at once, within a factor of two.
    @Test func whatGrowsHoldsAtMostTwiceOfWhatItNeeds() throws {
        let memory = AnswerMemory(limit: .max)
        let held = HeldMemory(memory, stride: 1)
        for count in 1...10_000 {
            try held.reserve(count)
            #expect(count <= 256 || (3 * count...6 * count).contains(memory.count), "\(count): \(memory.count)")
        }
    }

    private static let queries: [RecordRequest.Rows] = {
        var sorted = ObservationQuery()
        sorted.sort = [.init(field: .num, isDescending: true), .init(field: .latitude, isDescending: false)]
        return [
            .observations(sorted), .summary([.species, .location, .date], ObservationQuery()),
        ]
    }()

    @Test(arguments: queries.indices)
    func aQueryWithoutMemoryIsRefusedAndHoldsNothing(index: Int) throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 3, records: 3000).write(to: folder.path("birds.db"))
        let (all, none) = (AnswerMemory(limit: .max), AnswerMemory(limit: 10_000))
        for (memory, isEnough) in [(all, true), (none, false)] {
            let store = try ObservationStore(path: folder.path("birds.db"), memory: memory)
            var bytes: [UInt8] = []
            do throws(StoreError) {
                let cursor = try store.rows(Self.queries[index], view: .everything, format: .json)
                #expect(try !cursor.fill(&bytes, limit: 1000))
                #expect(isEnough && memory.count > 100_000, "\(memory.count)")
            } catch {
                #expect(error == .outOfMemory && !isEnough)
            }
            #expect(memory.count == 0)
        }
    }

    /// Everything as it is with plenty of memory, in more passes.
    @Test(arguments: queries.indices)
    func aQueryWithLittleMemoryHasTheSameAnswer(index: Int) throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 4, records: 40_000).write(to: folder.path("birds.db"))
        let answers = try [Int.max, 3_500_000].map { limit in
            let memory = AnswerMemory(limit: limit)
            let store = try ObservationStore(path: folder.path("birds.db"), memory: memory)
            var bytes: [UInt8] = []
            let cursor = try store.rows(Self.queries[index], view: .everything, format: .csv)
            while try !cursor.fill(&bytes, limit: 10_000) {}
            #expect(memory.count <= limit)
            return bytes
        }
        #expect(answers[0] == answers[1])
        #expect(answers[1].count { $0 == UInt8(ascii: "\n") } > 20_000)
    }
}
