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
}
