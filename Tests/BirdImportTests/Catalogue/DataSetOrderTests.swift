import BirdImport
import Testing

@testable import Fixtures

/// Records that are equal but for their data sets come in the order of the names of these, whatever came first.
@Suite struct DataSetOrderTests {
    let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private func run(_ name: String, _ rows: String, append: Bool = false) throws {
        fixture.write("x.csv", plainHeader.dropLast() + ",source_id\n" + rows)
        try fixture.run("x.csv") { ($0.dataset, $0.append) = (name, append) }
        #expect(try fixture.isSound())
    }

    private func names() throws -> [String] { try fixture.rows("SELECT name FROM dataset ORDER BY id") }

    private static let row = "L1,55.4,12.8,SE-N,2021,2,3,a,1,s1\n"

    @Test(arguments: [
        ["a", "b", "c", "d"], ["d", "c", "b", "a"], ["c", "a", "d", "b"],
        // No room is left between some of them.
        ["m", "n", "mz", "my", "mx", "mw", "mv", "mu", "ma", "z", "Å", "a b", "nb", "nc"],
    ])
    func dataSetsAreInTheOrderOfTheirNames(_ names: [String]) throws {
        for name in names { try run(name, Self.row) }
        let order = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(try self.names() == order)
        let records = """
            SELECT d.name FROM observation INDEXED BY observation_by_date JOIN dataset d ON d.id = dataset_id
            ORDER BY date, location_id, species_id, num, dataset_id
            """
        #expect(try fixture.rows(records) == order)
    }

    /// Names of locations, codes of records and ids stay with their data sets.
    @Test func whatBelongsToADataSetMovesWithIt() throws {
        let header = plainHeader.dropLast() + ",source_id,location_name\n"
        for (name, place) in [("n", "bog"), ("m", "moor"), ("mm", "mire")] {
            fixture.write("x.csv", header + "L1,55.4,12.8,SE-N,2021,2,3,a,1,\(name)1,\(place)\n")
            try fixture.run("x.csv") { $0.dataset = name }
        }
        let stored = """
            SELECT d.name, source_id, l.code, n.name, h.mark, h.changed_at FROM observation o JOIN dataset d ON d.id = o.dataset_id
            JOIN location l ON l.id = o.location_id JOIN holding h ON h.dataset_id = d.id AND h.region = l.region
            LEFT JOIN location_name n ON (n.location_id, n.dataset_id) = (l.id, d.id) WHERE l.code = 'L1' ORDER BY d.name
            """
        let before = try fixture.rows(stored)
        #expect(before.count == 3 && before[0].hasPrefix("m|m1|L1|moor|"))
        // Until ids are renumbered.
        for index in 0..<4 {
            try run("m" + String(repeating: "z", count: 5 - index), "L2,55.5,12.8,SE-M,2020,2,3,a,1,s1\n")
        }
        #expect(try fixture.rows("SELECT id FROM dataset WHERE name = 'm'") != ["-7"])
        #expect(try fixture.rows(stored) == before)
        // They are known by their codes.
        fixture.write("x.csv", header + "L1,55.4,12.8,SE-N,2021,2,3,a,5,n1,bog\n")
        #expect(try fixture.run("x.csv") { ($0.dataset, $0.append) = ("n", true) }.replaced == 1)
        #expect(try fixture.isSound())
    }
}
