import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

/// Values of SQLite files.
@Suite struct SQLiteRowsTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// Makes a file with a table of records, to which `body` adds some.
    private func make(_ body: (Database) throws -> Void) throws {
        let source = try Database(path: fixture.path("old.sqlite"), mode: .readWrite)
        try source.execute(
            """
            CREATE TABLE birds (loc_id TEXT, latitude REAL, longitude REAL, region TEXT, year INT, month INT, day INT,
                species_id TEXT, num INT, comments TEXT)
            """)
        try body(source)
    }

    /// Two neighbours, which SQLite writes as the same text of 15 digits, and values of all exponents.
    @Test func realNumbersArriveUnchanged() throws {
        var numbers = [
            108.622166, 108.622166.nextDown, 108.622166.nextUp, 0.1, .leastNonzeroMagnitude, .leastNormalMagnitude / 3,
        ]
        var random = SplitMix(state: 11)
        for _ in 0..<500 { numbers.append(Double.random(in: 0...180, using: &random)) }
        try make { source in
            let insert = try source.prepare("INSERT INTO birds VALUES (?1, 0, ?2, '', 2021, 2, 3, 'a', 1, '')")
            for (index, number) in numbers.enumerated() {
                insert.bind(1, "L\(index)")
                insert.bind(2, -number)
                try insert.run()
            }
        }
        #expect(try fixture.run("old.sqlite").stored == numbers.count)
        let database = try Database(path: fixture.database, mode: .readOnly)
        let select = try database.prepare("SELECT code, longitude FROM location")
        while try select.step() {
            let index = Int((select.text(0) ?? "").dropFirst()) ?? 0
            #expect(select.double(1).bitPattern == (-numbers[index]).bitPattern)
        }
    }

    @Test func aLongValueCostsItsRowOnly() throws {
        try make { source in
            try source.execute(
                """
                INSERT INTO birds VALUES ('L1', 60, 1, '', 2021, 2, 3, 'a', 1, ''),
                    ('L1', 60, 1, '', 2021, 2, 3, 'b', 1, CAST(zeroblob(20000000) AS TEXT)),
                    ('L1', 60, 1, '', 2021, 2, 3, 'c', 1, CAST(zeroblob(600000) AS TEXT)),
                    (CAST(zeroblob(9000000) AS TEXT), 60, 1, '', 2021, 2, 3, 'd', 1, CAST(zeroblob(9000000) AS TEXT)),
                    ('L1', 60, 1, '', 2021, 2, 3, 'e', 1, '')
                """)
        }
        let report = try fixture.run("old.sqlite") { $0.skipErrors = true }
        #expect(
            report.firstErrors.map { "\($0.line): \($0.reason)" } == [
                "3: it is longer than \(CSVReader.longestRow) bytes",
                "5: it is longer than \(CSVReader.longestRow) bytes",
            ])
        #expect(
            try fixture.rows("SELECT s.code FROM observation o JOIN species s ON s.id = species_id") == ["a", "c", "e"])
    }

    /// It is not read, which could take any memory.
    @Test func aValueWithoutMeasureIsRefusedWithWhatToDo() throws {
        try make { source in
            try source.execute(
                """
                INSERT INTO birds VALUES ('L1', 60, 1, '', 2021, 2, 3, 'a', 1, ''),
                    ('L1', 60, 1, '', 2021, 2, 3, 'b', 1, zeroblob(70000000))
                """)
        }
        let path = fixture.path("old.sqlite")
        #expect(
            throws: ChangeError.refused(
                "\(path) has a value or row of more than 64 MiB in its table birds, in row 2. Remove it from a copy of the file, "
                    + "or export only the columns that you need: sqlite3 -header -csv \(path) 'SELECT … FROM birds' > birds.csv"
            )
        ) { try fixture.run("old.sqlite") { $0.skipErrors = true } }
    }
}
