import BirdImport
import Birds
import Testing

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
        let own = try Set(
            fixture.rows("SELECT \(Self.key) FROM summary WHERE dataset_id = (SELECT id FROM dataset WHERE name = 'b')")
        )
        let (keys, written) = try changed { try DataSets.remove(name: "b", path: fixture.database) }
        #expect(!own.isEmpty && keys == own)
        #expect(written == keys)
    }

    /// Whether the summaries are those of the records. Ids that nothing refers to may differ.
    private func agree() throws -> Bool {
        let found = try summaries()
        let database = try Database(path: fixture.database, mode: .readWrite)
        try DerivedTables.rebuild(in: database, isKnown: false)
        return try summaries() == found
    }

    /// Of other dates, species, locations and regions than before.
    @Test func replacingADataSetLeavesNothingOfItsOldRecords() throws {
        fixture.write(
            "b.csv",
            plainHeader + (1...40).map { "N\($0 % 3),61,2,NO-03,1999,4,\($0 % 28 + 1),n\($0 % 4),1\n" }.joined())
        let report = try fixture.run("b.csv")
        #expect((report.stored, report.replaced) == (40, 50))
        #expect(try agree() && fixture.isSound())
    }

    /// A record that is imported again with another date, species and location takes its old ones with it.
    @Test func aReplacedRecordTakesItsSummariesWithIt() throws {
        let header = "source_id," + plainHeader
        fixture.write(
            "c.csv",
            header + "1,N1,61,2,NO-03,1999,4,5,n1,1\n" + (2...9).map { "\($0),L1,60,1,CA-Y1,2020,2,2,s1,1\n" }.joined())
        try fixture.run("c.csv")
        fixture.write("d.csv", header + "1,N2,62,3,NO-11,1998,6,7,n2,4\n")
        let report = try fixture.run("d.csv") { ($0.dataset, $0.append) = ("c", true) }
        #expect((report.stored, report.replaced) == (1, 1))
        #expect(
            try fixture.rows("SELECT 1 FROM summary WHERE kind = \(SummaryKind.date.rawValue) AND first_key = 19990405")
                .isEmpty)
        #expect(try agree() && fixture.isSound())
    }

    /// Also if no other records are left, whose summaries could be kept.
    @Test func recordsThatAreAllReplacedLeaveNothing() throws {
        let fixture = try ImportFixture()
        let header = "source_id," + plainHeader
        fixture.write("c.csv", header + "1,N1,61,2,NO-03,1999,4,5,n1,1\n2,N1,61,2,NO-03,1999,4,6,n1,1\n")
        fixture.write("d.csv", header + "1,N2,62,3,NO-11,1998,6,7,n2,4\n2,N2,62,3,NO-11,1998,6,8,n2,4\n")
        try fixture.run("c.csv")
        #expect(try fixture.run("d.csv") { ($0.dataset, $0.append) = ("c", true) }.replaced == 2)
        #expect(try fixture.isSound())
        let sums = try fixture.rows("SELECT kind, first_key, second_key, records FROM summary ORDER BY 1, 2, 3")
        let other = try ImportFixture()
        other.write("c.csv", fixture.text("d.csv"))
        try other.run("c.csv")
        // Ids differ.
        let dates = "SELECT first_key, records FROM summary WHERE kind = \(SummaryKind.date.rawValue) ORDER BY 1"
        #expect(try fixture.rows(dates) == ["19980607|1", "19980608|1"])
        #expect(try other.rows("SELECT count(*) FROM summary") == ["\(sums.count)"])
    }
}
