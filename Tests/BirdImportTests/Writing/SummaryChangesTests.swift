import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// Small changes write only the summaries that they change. The column `was_written` is 0 in
/// the rows that exist before a change, and 1 in rows that are inserted; no row is ever updated.
@Suite struct SummaryChangesTests {
    private static let key = "kind || ':' || first_key || ':' || second_key || ':' || region_id || ':' || dataset_id"

    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture()
        let rows = (0..<600).map {
            "L\($0 % 20),60,1,CA-Y\($0 % 3),\(2019 + $0 % 3),\($0 % 12 + 1),\($0 % 28 + 1),s\($0 % 9),\($0 % 5)\n"
        }
        fixture.write("a.csv", plainHeader + rows.joined())
        fixture.write("b.csv", plainHeader + rows.prefix(50).joined())
        try fixture.run("a.csv", "b.csv")
        // Sealed again, so that the next import does not treat it as an edited file.
        let database = try Database(path: fixture.database, mode: .readWrite)
        try database.execute(
            "ALTER TABLE summary ADD COLUMN was_written INTEGER NOT NULL DEFAULT 1; UPDATE summary SET was_written = 0")
        try Seal.set(in: database)
    }

    private func summaries() throws -> [String: String] {
        let rows = try fixture.rows("SELECT \(Self.key), records, total, max, first, last FROM summary")
        return Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let cells = row.split(separator: "|", maxSplits: 1)
                return (String(cells[0]), String(cells[1]))
            })
    }

    private func changed(by change: () throws -> Void) throws -> (keys: Set<String>, written: Set<String>) {
        let before = try summaries()
        try change()
        let after = try summaries()
        let keys = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        let removed = Set(before.keys).subtracting(after.keys)
        return (keys, try removed.union(fixture.rows("SELECT \(Self.key) FROM summary WHERE was_written")))
    }

    @Test func anAdditionWritesOnlyTheSummariesOfItsRecords() throws {
        // First with a known location and date, then with new ones.
        fixture.write("one.csv", plainHeader + "L1,60,1,CA-Y1,2020,2,2,s1,3\nL99,61,1,NO-03,2023,2,3,new,7\n")
        let (keys, written) = try changed {
            try fixture.run("one.csv") {
                $0.dataset = "a"
                $0.append = true
            }
        }
        // Eleven kinds for each of two records, which may share the rows of a week and a month.
        #expect((20...22).contains(keys.count))
        #expect(written == keys)
        #expect(try fixture.isSound())
    }

    @Test func removingADataSetWritesOnlyItsOwnSummaries() throws {
        let own = try Set(fixture.rows("SELECT \(Self.key) FROM summary WHERE dataset_id = 2"))
        let (keys, written) = try changed { try DataSets.remove(name: "b", path: fixture.database) }
        #expect(!own.isEmpty && keys == own)
        #expect(written == keys)
    }
}
