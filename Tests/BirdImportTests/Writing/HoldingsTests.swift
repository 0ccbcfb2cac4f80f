import Testing

@testable import BirdImport
@testable import Birds
@testable import Fixtures

@Suite struct HoldingsTests {
    private let fixture: ImportFixture
    private static let header =
        plainHeader.dropLast()
        + ",location_name,time,checklist_id,source_id,minutes,comments,coordinate_uncertainty_m\n"
    private static let yukon = """
        L1,60,1,CA-YT,2021,2,3,a,1,Marsh,06:41,C1,O1,30,a pair,100
        L1,60,1,CA-YT,2021,2,3,b,,Marsh,06:41,C1,O2,30,,
        L2,60,2,CA-YT,2021,2,4,a,2,,,,,,,

        """
    private static let alaska =
        "L9,61,1,US-AK,2021,2,3,a,1,Bay,06:41,C9,O9,30,,\nL9,61,1,US-AK,2021,2,5,c,5,Bay,,,,,,\n"

    init() throws { fixture = try ImportFixture() }

    private func run(_ rows: String, at second: Int, append: Bool = false) throws {
        fixture.write("a.csv", Self.header + rows)
        try fixture.run("a.csv") { ($0.now, $0.append) = (1_714_979_289 + second, append) }
        #expect(try fixture.isSound())
    }

    /// The content and time of what a data set has in a region.
    private func holding(_ region: String) throws -> String? {
        try fixture.rows(
            "SELECT content_high, content_low, changed_at - 1714979289 FROM holding WHERE region = '\(region)'"
        ).first
    }

    /// The ids that the records of a region are shown with.
    private func ids(_ region: String) throws -> [String] {
        let store = try ObservationStore(path: fixture.database)
        var query = ObservationQuery()
        query.fields = [.id, .date, .speciesID]
        let view = View(regions: [region])
        return try store.text(query, view: view, format: .csv).split(separator: "\r\n").map(String.init)
    }

    @Test func otherRegionsChangeNothing() throws {
        try run(Self.yukon, at: 0)
        let (content, ids) = (try holding("CA-YT"), try ids("CA-YT"))
        #expect(content?.hasSuffix("|0") == true && ids.count == 4)
        for (second, rows) in [
            Self.alaska + Self.yukon, Self.yukon + Self.alaska, Self.yukon,
            Self.yukon.replacing("L1,60,1,CA-YT", with: Self.alaska + "L1,60,1,CA-YT"),
        ].enumerated() {
            // Rows of different places on one date come between those of another.
            try run(rows, at: 10 + second)
            #expect(try holding("CA-YT") == content)
            #expect(try self.ids("CA-YT") == ids)
        }
        try run("L9,61,1,US-AK,2021,2,6,c,5,Bay,,,,,,\n", at: 20, append: true)
        #expect(try holding("CA-YT") == content)
        #expect(try self.ids("CA-YT") == ids)
    }

    /// Whatever an answer shows is part of the content.
    @Test(arguments: [
        ("L1,60,1", "L3,60,1"), ("L1,60,1", "L1,60.5,1"), ("2021,2,3,b", "2021,2,4,b"), ("3,b,", "3,c,"),
        ("a,1,Marsh", "a,,Marsh"), ("a,2,", "a,3,"), ("Marsh", "Lake"), ("06:41", "06:42"), (",C1,", ",C2,"),
        (",O2,", ",O3,"),
        (",30,", ",31,"), (",30,", ",,"), ("a pair", "a trio"), ("a pair", ""), (",100", ",101"), (",100", ","),
        ("L2,60,2,CA-YT,2021,2,4,a,2,,,,,,,\n", ""),
        (
            "L2,60,2,CA-YT,2021,2,4,a,2,,,,,,,\n",
            "L2,60,2,CA-YT,2021,2,4,a,2,,,,,,,\nL2,60,2,CA-YT,2021,2,4,a,2,,,,,,,\n"
        ),
    ])
    func everyValueChangesTheContent(from: String, to: String) throws {
        try run(Self.yukon + Self.alaska, at: 0)
        let (yukon, alaska) = (try holding("CA-YT"), try holding("US-AK"))
        let changed = Self.yukon.replacing(from, with: to)
        #expect(changed != Self.yukon)
        try run(changed + Self.alaska, at: 5)
        let now = try holding("CA-YT")
        #expect(now?.hasSuffix("|5") == true && now?.dropLast(2) != yukon?.dropLast(2))
        #expect(try holding("US-AK") == alaska)
        // And back, later than before.
        try run(Self.yukon + Self.alaska, at: 5)
        #expect(try holding("CA-YT")?.hasSuffix("|6") == true)
        #expect(try holding("CA-YT")?.dropLast(2) == yukon?.dropLast(2))
    }

    /// Codes and details of other data sets, which this one has none of.
    @Test func otherDataSetsChangeNothing() throws {
        let plain = "L1,60,1,CA-YT,2021,2,3,a,1,,,,,,,\nL2,60,1,CA-YT,2021,2,3,b,2,,,,,,,\n"
        try run(plain, at: 0)
        let (content, ids) = (try holding("CA-YT"), try ids("CA-YT"))
        fixture.write("z.csv", Self.header + Self.yukon.replacing("CA-YT", with: "GB"))
        try fixture.run("z.csv")
        try run(plain, at: 9)
        #expect(try holding("CA-YT") == content)
        #expect(try self.ids("CA-YT") == ids)
    }

    /// A record that goes to another checklist, with nothing else changed.
    @Test func theChecklistOfARecordIsContent() throws {
        let rows =
            "L1,60,1,CA-YT,2021,2,3,a,1,,,C1,,,,\nL1,60,1,CA-YT,2021,2,3,b,1,,,C1,,,,\nL1,60,1,CA-YT,2021,2,3,c,1,,,C2,,,,\n"
        try run(rows + "L1,60,1,CA-YT,2021,2,3,d,1,,,C2,,,,\n", at: 0)
        let before = try holding("CA-YT")
        try run(
            rows.replacing("b,1,,,C1", with: "b,1,,,C2") + "L1,60,1,CA-YT,2021,2,3,d,1,,,C1,,,,\n", at: 0)
        #expect(try holding("CA-YT")?.dropLast(2) != before?.dropLast(2))
    }

    /// A small addition makes the same content as all at once.
    @Test func contentsDoNotDependOnTheWay() throws {
        try run(Self.yukon, at: 0)
        let whole = try holding("CA-YT")
        let lines = Self.yukon.split(separator: "\n").map { String($0) + "\n" }
        try run(String(lines[2]), at: 0)
        try run(lines.prefix(2).joined(), at: 0, append: true)
        #expect(try holding("CA-YT")?.split(separator: "|").dropLast() == whole?.split(separator: "|").dropLast())
    }

    /// The ids of the records of a region, each with what it is.
    private func known(_ region: String) throws -> [String: String] {
        var known: [String: String] = [:]
        for row in try ids(region).dropFirst() {
            let parts = row.split(separator: ",", maxSplits: 1)
            known[String(parts[0])] = String(parts[1])
        }
        return known
    }

    /// After any change, an id names the record that it named before, or none.
    @Test func anIDNeverNamesAnotherRecord() throws {
        func rows(_ numbers: some Sequence<Int>) -> String {
            numbers.map { "L1,60,1,CA-YT,2021,2,\($0 % 28 + 1),s\($0),1,,,,O\($0),,,\n" }.joined()
        }
        try run(rows(1...9), at: 0)
        var before = try known("CA-YT")
        #expect(before.count == 9)
        func change(_ text: String, append: Bool = false, keeps: Bool) throws {
            try run(text, at: 5, append: append)
            let after = try known("CA-YT")
            for (id, record) in after { #expect(before[id] == nil || before[id] == record) }
            #expect(before.keys.allSatisfy { after[$0] != nil } == keeps)
            before = after
        }
        try change(rows((1...9).reversed()), keeps: true)
        try change(rows([20]), append: true, keeps: true)
        try change(rows(Array(1...9) + [20, 21]), keeps: true)
        try change(rows(Array(1...9) + [20, 21, 32]), keeps: false)
        try change(rows(2...9), keeps: false)
        try change(rows(1...9), keeps: false)
        // A record that is replaced, and one that comes before those that were added.
        try change(rows([4]), append: true, keeps: false)
        try change(rows([1, 2, 4]), keeps: false)
        try change(rows([3]), append: true, keeps: true)
        try change(rows([1, 2, 3, 4]), keeps: false)
        try change(Self.alaska, keeps: false)
        #expect(before == [:])
        try change(rows([1, 2, 3, 4]), keeps: true)
    }

    /// Every column that an answer can show is in the hash of a row.
    @Test func allColumnsAreHashed() {
        #expect(
            Set(ContentHash.ofObservation).union([.id, .checklistID, .datasetID, .date, .locationID, .speciesID, .num])
                == Set(ObservationColumn.allCases))
        #expect(Set(ContentHash.ofDetail).union([.id, .time, .hasOwnNames]) == Set(ObservationDetailColumn.allCases))
        #expect(
            Set(ContentHash.ofChecklist)
                .union([.id, .datasetID, .locationID, .date, .speciesCount, .groupCode, .isListed])
                == Set(ChecklistColumn.allCases))
    }

    /// What was written before adding rows was given up does not stay.
    @Test func onesThatAreGivenUpLeaveNothing() throws {
        try run(Self.yukon + Self.alaska, at: 0)
        let rows = try fixture.rows("SELECT holding_id, first_id, first_number, hex(runs) FROM record_run")
        let database = try Database(path: fixture.database, mode: .readWrite)
        let location = try #require(try database.integer("SELECT min(id) FROM location"))
        // A new data set, and so a new holding.
        let holdings = try Holdings(database, of: [7], most: 1)
        for id in stride(from: 1 as Int64, to: 1001, by: 2) {
            try holdings.add(record: id, of: 7, at: try holdings.place(location), 1)
        }
        #expect(holdings.isComplete)
        #expect(try database.integer("SELECT count(*) FROM record_run") ?? 0 > Int64(rows.count))
        try holdings.add(record: 1001, of: 8, at: try holdings.place(location), 1)
        #expect(!holdings.isComplete)
        try Holdings.update(in: database, of: nil, now: 0)
        #expect(try fixture.isSound())
        #expect(try fixture.rows("SELECT holding_id, first_id, first_number, hex(runs) FROM record_run") == rows)
    }

    /// With so many regions the rows are read again, which needs less memory at once.
    @Test func manyRegionsAreReadAgain() throws {
        let regions = 1...(Holdings.mostWhileInserting + 10)
        let rows = (regions + Array(1...300) + Array(1...300)).map { "L\($0),60,1,R\($0),2021,2,3,a,1,,,,,,,\n" }
            .joined()
        try run(rows, at: 0)
        #expect(try fixture.rows("SELECT count(*) FROM holding WHERE description = 0") == ["\(regions.count)"])
        try run(rows, at: 1)
    }

    /// Two files that are not copies of each other have different keys.
    @Test func eachFileHasItsOwnKeys() throws {
        try run(Self.yukon, at: 0)
        let other = try ImportFixture()
        other.write("a.csv", Self.header + Self.yukon)
        try other.run("a.csv")
        #expect(try other.rows("SELECT hex(key) FROM secret") != fixture.rows("SELECT hex(key) FROM secret"))
        #expect(
            try other.rows("SELECT content_high FROM holding ORDER BY 1")
                != fixture.rows("SELECT content_high FROM holding ORDER BY 1"))
    }

    @Test func aDataSetThatIsRemovedLeavesNothing() throws {
        try run(Self.yukon, at: 0)
        try DataSets.remove(name: "a", path: fixture.database)
        #expect(try fixture.rows("SELECT * FROM holding WHERE dataset_id > 0") == [])
        #expect(try fixture.rows("SELECT * FROM record_run") == [])
        #expect(try fixture.rows("SELECT * FROM location_name") == [])
    }
}
