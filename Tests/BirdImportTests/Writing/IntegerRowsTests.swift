import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct IntegerRowsTests {
    /// Rows go in 64 at once, and what is left one by one.
    @Test(arguments: [0, 1, 63, 64, 65, 128, 200]) func insertsEveryRowInItsOrder(count: Int64) throws {
        let database = try Database(path: "", mode: .readWrite)
        try database.execute("CREATE TABLE t (a INTEGER, b INTEGER)")
        var rows = try IntegerRows("INSERT INTO t (a, b)", columns: 2, in: database)
        for number in 0..<count {
            rows.add(number)
            rows.add(number % 3 == 0 ? nil : .max - number)
            try rows.endRow()
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
