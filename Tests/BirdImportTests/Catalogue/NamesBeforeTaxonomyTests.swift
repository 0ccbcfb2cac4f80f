import BirdImport
import Fixtures
import Testing

@testable import Fixtures

/// Whether a table of species comes before or after the records that name its species, the same is stored.
@Suite struct NamesBeforeTaxonomyTests {
    private static let names = [
        "Great Tit", "great tit", "Parus major", "PARUS MAJOR", "Parus major Linnaeus, 1758", "gretit1", "Blue Tit",
        "Cyanistes caeruleus", "Parus (Cyanistes) caeruleus", "nobird", "Larus canus/fuscus", "Parus cf. major",
        "Unknown thing",
    ]
    private static let tables = [
        "species.csv":
            "species_id,sci_name,en_us\ngretit1,Parus major,Great Tit\nblutit,Cyanistes caeruleus,Blue Tit\n",
        "taxonomy.csv": """
        TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME
        1,species,gretit1,Great Tit,Parus major
        2,species,blutit,Blue Tit,Cyanistes caeruleus

        """,
    ]

    private func stored(_ table: String, _ commands: [[String]], _ records: String) throws -> [String] {
        let fixture = try ImportFixture()
        fixture.write(table, Self.tables[table] ?? "")
        fixture.write("birds.csv", records)
        for command in commands { try fixture.run(files: command) }
        #expect(try fixture.isSound())
        return try fixture.rows(
            """
            SELECT s.code, s.scientific_name, o.num, c.species_count FROM observation o
            JOIN species s ON s.id = o.species_id JOIN checklist c ON c.id = o.checklist_id ORDER BY o.num
            """)
    }

    @Test(arguments: ["species.csv", "taxonomy.csv"], [true, false])
    func theOrderDoesNotMatter(table: String, isPlain: Bool) throws {
        var records = isPlain ? plainHeader : "scientificName\teventDate\tindividualCount\n"
        for (index, name) in Self.names.enumerated() where isPlain || name != "gretit1" && name != "nobird" {
            records +=
                isPlain
                ? "L1,55.4,12.8,,2021,2,3,\"\(name)\",\(index + 1)\n" : "\(name)\t2021-02-03\t\(index + 1)\n"
        }
        let first = try stored(table, [[table], ["birds.csv"]], records)
        let later = try stored(table, [["birds.csv"], [table]], records)
        #expect(try stored(table, [["birds.csv", table]], records) == first)
        // The names that say more than the species keep that.
        let isExact = { (row: String) in !row.hasSuffix("|12") }
        #expect(later.map { Self.name($0) }.filter(isExact) == first.map { Self.name($0) }.filter(isExact))
        #expect(first.contains { $0.hasPrefix("gretit1|Parus major|5|") } && first.contains { $0.hasPrefix("Unknown") })
    }

    /// A row without the number of species, which differs where a name stays a species of its own.
    private static func name(_ row: String) -> String { row.split(separator: "|").dropLast().joined(separator: "|") }

    @Test func theReportNamesThem() throws {
        let fixture = try ImportFixture()
        fixture.write("birds.csv", plainHeader + "L1,,,,2021,2,3,Great Tit,1\nL1,,,,2021,2,3,gretit1,2\n")
        fixture.write("species.csv", Self.tables["species.csv"] ?? "")
        try fixture.run("birds.csv")
        let report = try fixture.run("species.csv")
        #expect(report.text.contains("1 code was replaced by the taxonomy imported last: Great Tit is now gretit1\n"))
        #expect(try fixture.rows("SELECT species_count FROM checklist") == ["1"])
        #expect(try fixture.rows("SELECT count(*) FROM retired_code") == ["0"])
    }
}
