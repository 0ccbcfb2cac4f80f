import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// Finds or makes the checklists of records, in memory or in a temporary database.
@Suite struct ChecklistsTests {
    private struct Record {
        var key: RecordKey
        var location: Int64
        var bytes: [UInt8]
    }

    private static let datasets: [Int64] = [7, 3]
    /// Ids by rank. The rank of `nobird` is `none`.
    private static let species: [Int64] = [10, 20, 30, 40, 50]
    private static let none = 2

    private static func bytes(code: String, minutes: Int64?, comments: String) -> [UInt8] {
        var row = Row()
        var record = SourceRecord()
        record.checklist = row.compose(code.utf8)
        record[.minutes] = minutes
        record[text: .checklistComments] = row.compose(comments.utf8)
        var bytes: [UInt8] = []
        RecordDetails.write(record, row, complete: nil, file: 0, to: &bytes)
        return bytes
    }

    /// Records of a few dates and locations and of many checklists, as they come from the sorter.
    private static func records(_ count: Int, codes: Int, seed: UInt64) throws -> [Record] {
        var random = SplitMix(state: seed)
        let records = try (0..<count).map { _ in
            let code = Int.random(in: 0..<codes, using: &random)
            let location = Int.random(in: 0..<2, using: &random)
            let key = try #require(
                RecordKey(
                    date: 20_210_000 + .random(in: 0...1, using: &random), location: location,
                    // Some are checklists only.
                    species: Int.random(in: 0..<8, using: &random) == 0
                        ? nil : .random(in: 0..<species.count, using: &random),
                    num: [nil, 0, 0, 3].randomElement(using: &random) ?? nil,
                    dataset: Int.random(in: 0..<datasets.count, using: &random)))
            // Some without details, and some with details but without a code.
            let bytes =
                switch code {
                case 0: [UInt8]()
                case 1: bytes(code: "", minutes: .random(in: 1...9, using: &random), comments: "")
                default:
                    bytes(
                        code: "É\(code)", minutes: [nil, nil, 5, 6].randomElement(using: &random) ?? nil,
                        comments: ["", "rain, \(code)"].randomElement(using: &random) ?? "")
                }
            return Record(key: key, location: Int64(100 + location), bytes: bytes)
        }
        return records.sorted { a, b in
            let (one, other) = (a.key.packed(), b.key.packed())
            return one == other ? a.bytes.lexicographicallyPrecedes(b.bytes) : one < other
        }
    }

    /// A database to which records come in several additions.
    private final class Target {
        private let folder: TemporaryFolder
        let database: Database
        private var observations: Int64 = 0

        init() throws {
            folder = try TemporaryFolder()
            database = try Database(path: folder.path("birds.db"), mode: .readWrite)
            try Schema.create(in: database)
            try database.execute(
                """
                BEGIN;
                INSERT INTO dataset VALUES (3, 'c', '', NULL, NULL, NULL, '', 0, 0, 0, 0, 0), (7, 'g', '', NULL, NULL, NULL, '', 0, 0, 0, 0, 0);
                INSERT INTO species (id, code) VALUES (10, 'a'), (20, 'b'), (30, 'nobird'), (40, 'd'), (50, 'e');
                """)
        }

        /// - Returns: The number of checklists that got records, then the number of new ones in each data set.
        func add(_ records: [Record], mostHeld: Int, isFirst: Bool) throws -> [Int] {
            let touched = TouchedChecklists(in: database.folder)
            var checklists = try Checklists(
                database, datasets: datasets, none: none, touched: isFirst ? nil : touched, mostHeld: mostHeld)
            let insert = try database.prepare(
                """
                INSERT INTO observation (id, checklist_id, dataset_id, date, location_id, species_id, num)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                """)
            for record in records {
                let (key, bytes) = (record.key, record.bytes)
                let details = bytes.isEmpty ? RecordDetails() : RecordDetails(bytes)
                let id = try checklists.place((observations + 1, 0), key, at: record.location, details, bytes).id
                guard let rank = key.species else { continue }
                observations += 1
                insert.bind(1, observations)
                insert.bind(2, id)
                insert.bind(3, datasets[key.dataset])
                insert.bind(4, key.date)
                insert.bind(5, record.location)
                insert.bind(6, species[rank])
                insert.bind(7, key.num)
                try insert.run()
            }
            try checklists.finish()
            try touched.settle(in: database, of: datasets, identified: [], new: 0..<0)
            return [checklists.count] + checklists.new
        }

        func rows(_ sql: String) throws -> [String] { try database.rows(sql, null: "-") }

        func stored() throws -> [[String]] {
            try [
                rows("SELECT * FROM checklist ORDER BY id"),
                rows("SELECT id, checklist_id FROM observation ORDER BY id"), rows("SELECT * FROM dataset ORDER BY id"),
            ]
        }
    }

    /// The checklists that should be stored: the key, the details and the number of species. In each addition, a record
    /// may tell what others do not, and what records contradict is not known. What an addition does not tell stays.
    /// What it tells otherwise than an earlier one takes the place of that if there is a code, and is not known if
    /// there is none.
    private static func expected(_ additions: [[Record]]) -> [String] {
        var details: [String: [String]] = [:]
        var counted: [String: Set<Int>] = [:]
        for addition in additions {
            var told: [String: [Set<String>]] = [:]
            for record in addition {
                let bytes = record.bytes
                let own = bytes.isEmpty ? RecordDetails() : RecordDetails(bytes)
                func text(_ part: ArraySlice<UInt8>) -> String {
                    part.isEmpty ? "-" : String(decoding: part, as: UTF8.self)
                }
                let code = text(bytes[own.checklist])
                let key = "\(datasets[record.key.dataset])|\(record.location)|\(record.key.date)|\(code)"
                let new = [
                    own.integer(.minutes, in: bytes).map(String.init) ?? "-",
                    text(own.text(.checklistComments, in: bytes)),
                ]
                for (index, value) in new.enumerated() {
                    told[key, default: [[], []]][index].formUnion(value == "-" ? [] : [value])
                }
                if record.key.num != 0, let rank = record.key.species, rank != none {
                    counted[key, default: []].insert(rank)
                }
            }
            for (key, new) in told {
                details[key] = zip(new, details[key] ?? ["-", "-"]).map { values, old in
                    let all = key.hasSuffix("|-") && old != "-" ? values.union([old]) : values
                    return all.isEmpty ? old : all.count == 1 ? all.first ?? "-" : "-"
                }
            }
        }
        return details.map { "\($0.key)|\($0.value.joined(separator: "|"))|\(counted[$0.key]?.count ?? 0)" }.sorted()
    }

    /// Checklists without records that are added to stored ones of their date and place, in memory or not.
    @Test func listedChecklistsStayWhereTheyAreMany() throws {
        let fixture = try ImportFixture()
        func visits(_ count: Int) -> String {
            "COUNTRY CODE\tSTATE CODE\tLOCALITY\tLOCALITY ID\tLATITUDE\tLONGITUDE\tOBSERVATION DATE\tTIME OBSERVATIONS STARTED\t"
                + "SAMPLING EVENT IDENTIFIER\tALL SPECIES REPORTED\n"
                + (0..<count).map { "SE\tSE-N\tHill\tL1\t55.4\t12.8\t2021-05-01\t06:41:00\tS\($0)\t1\n" }.joined()
        }
        for count in [Checklists.mostHeld / 2, Checklists.mostHeld + 10, Checklists.mostHeld + 20] {
            fixture.write("v.txt", visits(count))
            let report = try fixture.run("v.txt") { $0.append = true }
            #expect(report.checklists == count)
            #expect(try fixture.rows("SELECT count(*), sum(listed) FROM checklist") == ["\(count)|\(count)"])
            #expect(try fixture.rows("SELECT checklists FROM dataset") == ["\(count)"])
        }
    }

    @Test(arguments: [0, 1, 2, 8, 9, 10, 40]) func storesTheSameWhateverTheNumberInMemory(mostHeld: Int) throws {
        for (seed, codes) in [(UInt64(1), 2), (2, 12), (3, 200)] {
            let additions = try (0..<3).map { try Self.records(400, codes: codes, seed: seed * 10 + $0) }
            let (one, other) = (try Target(), try Target())
            for (number, records) in additions.enumerated() {
                let expected = try one.add(records, mostHeld: 1000, isFirst: number == 0)
                #expect(try other.add(records, mostHeld: mostHeld, isFirst: number == 0) == expected)
            }
            #expect(try one.stored() == other.stored())
            let rows = try other.rows(
                "SELECT dataset_id, location_id, date, code, minutes, comments, species_count FROM checklist")
            #expect(rows.sorted() == Self.expected(additions))
        }
    }

    /// Long remarks fill the memory before the number of checklists reaches its limit.
    @Test func storesManyChecklistsWithLongRemarks() throws {
        let records = try (0..<1500).map { number in
            Record(
                key: try #require(RecordKey(date: 0, location: 0, species: number / 1000, num: nil, dataset: 0)),
                location: 1,
                bytes: Self.bytes(
                    code: "\(number % 1000 + 1000)", minutes: nil,
                    comments: String(repeating: "\(number % 10)", count: 10_000)))
        }
        let target = try Target()
        #expect(try target.add(records, mostHeld: 100_000, isFirst: true) == [1000, 1000, 0])
        #expect(
            try target.rows(
                """
                SELECT species_count, min(code), max(code), count(*), sum(comments = printf('%.*c', 10000, substr(code, 4)))
                FROM checklist GROUP BY 1
                """) == ["1|1500|1999|500|500", "2|1000|1499|500|500"])
    }

    /// Another program may have made two checklists with the same data set and code.
    @Test(arguments: [0, 5, 1000]) func addsToTheFirstOfTwoChecklistsWithTheSameCode(mostHeld: Int) throws {
        let target = try Target()
        try target.database.execute(
            """
            WITH RECURSIVE series (value) AS (VALUES (0) UNION ALL SELECT value + 1 FROM series WHERE value < 19)
            INSERT INTO checklist (id, dataset_id, code, location_id, date)
            SELECT 20 - value, 7, value / 2, 100, 20210000 FROM series
            """)
        let records = try (0..<10).map {
            Record(
                key: try #require(RecordKey(date: 20_210_000, location: 0, species: 0, num: 1, dataset: 0)),
                location: 100,
                bytes: Self.bytes(code: "\($0)", minutes: nil, comments: ""))
        }
        #expect(try target.add(records, mostHeld: mostHeld, isFirst: false) == [10, 0, 0])
        #expect(
            try target.rows("SELECT checklist_id FROM observation ORDER BY id")
                == (0..<10).map { "\(19 - 2 * $0)" })
    }
}
