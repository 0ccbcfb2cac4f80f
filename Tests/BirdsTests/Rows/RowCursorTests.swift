import Testing

@testable import Birds
@testable import Fixtures

@Suite struct RowCursorTests {
    private let folder: TemporaryFolder
    private let store: ObservationStore
    private let fixture = Fixture.random(seed: 11, records: 5000)

    init() throws {
        folder = try TemporaryFolder()
        try fixture.write(to: folder.path("birds.db"))
        store = try ObservationStore(path: folder.path("birds.db"))
    }

    @Test(arguments: [RowFormat.json, .csv], [1, 100, 4096, 1 << 20])
    func piecesOfAnySizeMakeTheSameAnswer(_ format: RowFormat, piece: Int) throws {
        #expect(
            try store.text(ObservationQuery(), format: format, piece: piece)
                == store.text(ObservationQuery(), format: format))
    }

    @Test func aPieceEndsWithAWholeRow() throws {
        let cursor = try store.observations(ObservationQuery(), view: .everything, format: .json)
        var bytes: [UInt8] = []
        #expect(try !cursor.fill(&bytes, limit: 1000))
        #expect(bytes.count >= 1000 && bytes.count < 1200 && bytes.last == UInt8(ascii: "}"))
        #expect(cursor.rowCount == bytes.split(separator: UInt8(ascii: "\n")).count)
        // If the limit is already reached, one more row is appended.
        let count = bytes.count
        #expect(try !cursor.fill(&bytes, limit: 0))
        #expect(bytes.count > count && cursor.rowCount == bytes.split(separator: UInt8(ascii: "\n")).count)
    }

    @Test func cursorsDoNotDisturbEachOther() throws {
        var query = ObservationQuery()
        query.filter.species = ["sp101", "sp102"]
        let expected = try store.text(query)
        let cursors = try (0..<5).map { _ in try store.observations(query, view: .everything, format: .json) }
        var answers = Array(repeating: [UInt8](), count: cursors.count)
        var complete = Array(repeating: false, count: cursors.count)
        while complete.contains(false) {
            for index in cursors.indices where !complete[index] {
                complete[index] = try cursors[index].fill(
                    &answers[index], limit: answers[index].count + 64 * (index + 1))
            }
        }
        #expect(answers.allSatisfy { String(decoding: $0, as: UTF8.self) == expected })
    }

    @Test func aCursorKeepsItsStore() throws {
        var kept: ObservationStore? = try ObservationStore(path: folder.path("birds.db"))
        let cursor = try #require(try kept?.observations(ObservationQuery(), view: .everything, format: .csv))
        kept = nil
        #expect(try cursor.text().split(separator: "\r\n").count == fixture.records.count + 1)
    }

    @Test func nothingComesAfterTheEnd() throws {
        var query = ObservationQuery()
        query.page.limit = 3
        let cursor = try store.observations(query, view: .everything, format: .json)
        var bytes: [UInt8] = []
        #expect(try cursor.fill(&bytes, limit: 1 << 20))
        let count = bytes.count
        #expect(try cursor.fill(&bytes, limit: 1 << 20))
        #expect(bytes.count == count && cursor.rowCount == 3)
    }

    @Test func anExceededBudgetEndsTheAnswerButNotTheStore() throws {
        let cursor = try store.observations(ObservationQuery(), view: .everything, format: .json)
        var bytes: [UInt8] = []
        #expect(try !cursor.fill(&bytes, limit: 100))
        store.setBudget(nanoseconds: 0)
        #expect(throws: StoreError.overBudget) { try cursor.fill(&bytes, limit: 1 << 20) }
        store.setBudget(nanoseconds: nil)
        #expect(throws: StoreError.overBudget) { try cursor.fill(&bytes, limit: 1 << 20) }
        #expect(try store.ids(ObservationQuery()).count == fixture.records.count)
    }

    @Test func aBudgetEndsAQueryThatFindsNothing() throws {
        store.setBudget(nanoseconds: 0)
        // No row is found for a long time, so SQLite itself must check the budget.
        #expect(throws: StoreError.overBudget) {
            while try store.database.integer("SELECT max(a.num + b.num) FROM observation a, observation b") != nil {}
        }
        store.setBudget(nanoseconds: nil)
        #expect(try store.database.integer("SELECT count(*) FROM observation") != nil)
    }

    @Test func aSufficientBudgetChangesNothing() throws {
        store.setBudget(nanoseconds: 60_000_000_000)
        #expect(try store.ids(ObservationQuery()).count == fixture.records.count)
    }

    @Test func anotherThreadCanCancel() async throws {
        let canceller = Canceller()
        store.canceller = canceller
        let cursor = try store.observations(ObservationQuery(), view: .everything, format: .json)
        var bytes: [UInt8] = []
        #expect(try !cursor.fill(&bytes, limit: 100))
        await Task.detached { canceller.cancel() }.value
        #expect(throws: StoreError.cancelled) { try cursor.fill(&bytes, limit: 1 << 20) }
        #expect(throws: StoreError.cancelled) { try store.ids(ObservationQuery()) }
        store.canceller = Canceller()
        #expect(try store.ids(ObservationQuery()).count == fixture.records.count)
    }

    @Test func endedRowsReleaseTheirStore() throws {
        weak var statement: Statement?
        let cursor: RowCursor
        do {
            let prepared = try store.database.prepare("SELECT 1, 'a'")
            statement = prepared
            let table = TableRows(names: ["name"], format: .csv) { () throws(StoreError) in
                try prepared.step() ? [prepared.cell(1)] : nil
            }
            cursor = RowCursor(.other(table), memory: store.memory)
        }
        #expect(statement != nil)
        var bytes: [UInt8] = []
        #expect(try cursor.fill(&bytes, limit: 1000))
        #expect(statement == nil)
        #expect(try cursor.fill(&bytes, limit: 1000))
    }
}
