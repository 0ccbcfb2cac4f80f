import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct IntegerRowsTests {
    private enum Column: Int32, TableColumn {
        case a, b

        static let table = "t"

        var definition: ColumnDefinition {
            switch self {
            case .a: ColumnDefinition("a", .integer)
            case .b: ColumnDefinition("b", .integer)
            }
        }
    }

    /// Rows are inserted 200 at a time, and the remaining ones one by one.
    @Test(arguments: [0, 1, 199, 200, 201, 400, 500]) func insertsAllRowsInOrder(count: Int64) throws {
        let database = try Database(path: "", mode: .readWrite)
        try database.execute("CREATE TABLE t (b INTEGER, c INTEGER, a INTEGER)")
        var rows = try IntegerRows<2>([Column.a, .b], in: database)
        for number in 0..<count {
            try rows.add([number, number % 3 == 0 ? nil : .max - number])
        }
        try rows.finish()
        try rows.finish()
        let select = try database.prepare("SELECT a, b FROM t ORDER BY rowid")
        var found: Int64 = 0
        while try select.step() {
            #expect(select.int64(0) == found)
            #expect(select.optionalInt64(1) == (found % 3 == 0 ? nil : .max - found))
            found += 1
        }
        #expect(found == count)
    }

    private enum WithID: Int32, TableColumn {
        case id, value

        static let table = "t"

        var definition: ColumnDefinition {
            switch self {
            case .id: ColumnDefinition("id", .integer)
            case .value: ColumnDefinition("value", .integer)
            }
        }
    }

    /// Each row has its id, whatever ids are there and follow one another.
    @Test(
        arguments: [
            ([], Array(1...900)), ([], Array(2...500)), ([1, 7], Array(8...800)), ([1, 700], Array(2...600)),
            ([.min, -5], Array(1...450)), ([.max - 10], Array(1...450)), ([.max], Array(1...200)),
            ([0], Array(1...200)),
            ([], Array(1...100) + Array(102...700)), ([], Array(1...250) + Array(300...600) + Array(601...900)),
        ] as [([Int64], [Int64])])
    func keepsIDs(existing: [Int64], new: [Int64]) throws {
        let database = try Database(path: "", mode: .readWrite)
        try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, value INTEGER) STRICT")
        for id in existing { try database.execute("INSERT INTO t VALUES (\(id), 0)") }
        var rows = try IntegerRows<2>([WithID.id, .value], in: database)
        for id in new { try rows.add([id, id &* 3]) }
        try rows.finish()
        let select = try database.prepare("SELECT id, value FROM t ORDER BY id")
        var found: [Int64] = []
        while try select.step() {
            found.append(select.int64(0))
            if new.contains(select.int64(0)) { #expect(select.int64(1) == select.int64(0) * 3) }
        }
        #expect(found == (existing + new).sorted())
    }
}
