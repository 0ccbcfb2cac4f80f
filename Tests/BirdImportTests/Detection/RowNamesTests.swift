import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

/// Rows with a cell more than the header.
@Suite struct RowNamesTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// The last column may have no name, and any row can be read as one of a species.
    @Test(arguments: [";", ",", "\t"]) func numbersOfSpeciesAreNoNamesOfRows(separator: String) throws {
        let rows = [
            "species_id;sci_name;en_us", "1;Parus major;Great Tit;common", "2;Cyanistes caeruleus;Blue Tit;common",
            "3;Periparus ater;Coal Tit;rare",
        ]
        fixture.write("a.csv", rows.map { $0.replacing(";", with: separator) + "\n" }.joined())
        let report = try fixture.run("a.csv")
        #expect(!report.isStored)
        #expect(report.firstErrors.map(\.reason) == Array(repeating: "it has 4 cells for 3 columns", count: 3))
    }

    @Test func speciesMayHaveQuotedNamesOfRows() throws {
        let rows = [
            "\"species_id\" \"sci_name\" \"en_us\"", "\"1\" \"gretit1\" \"Parus major\" \"Great Tit\"",
            "\"2\" \"blutit\" \"Cyanistes caeruleus\" NA",
        ]
        fixture.write("a.csv", rows.map { $0 + "\n" }.joined())
        try fixture.run("a.csv")
        #expect(
            try fixture.rows("SELECT code, scientific_name FROM species ORDER BY code")
                == ["blutit|Cyanistes caeruleus", "gretit1|Parus major"])
    }

    /// A comma anywhere between columns, whether these are read or not.
    @Test(arguments: [
        "7,Old mill, plot,x,Avis una,2021-02-03,3,z", "7,Old mill,x, y,Avis una,2021-02-03,3,z",
        "7,Old mill,x,Avis una,2021-02-03,3,z, z", "7,Old mill,x,Avis una, Nobody,2021-02-03,3,z",
    ])
    func aCommaInACellMakesNoNamesOfRows(row: String) throws {
        let rows = (1...4).map { "\($0)\(row)\n" }
        fixture.write("a.csv", "id,locality,other,scientificName,eventDate,individualCount,more\n" + rows.joined())
        let report = try fixture.run("a.csv")
        #expect(!report.isStored && report.firstErrors.map(\.reason).first == "it has 8 cells for 7 columns")
    }

    /// The time does not grow with the square of the number of columns.
    @Test func readsWideRowsSoon() throws {
        let commas = { (count: Int) in String(repeating: ",", count: count) }
        let rows = (1...56).map { "\($0),Parus major,2021-02-03" + commas(1020) + "x\n" }
        let text = "scientificName,eventDate,decimalLatitude" + commas(1019) + "\n" + rows.joined()
        let files = (1...30).map { ("\($0).txt", text) }
        let path = fixture.write("a.zip", ZipWriter.archive(files))
        let time = ContinuousClock().measure {
            #expect {
                try fixture.run("a.zip")
            } throws: {
                ($0 as? ChangeError)?.message.hasPrefix("\(path) has several files with records") == true
            }
        }
        #expect(time < .seconds(60))
    }

    /// Numbers may also be codes of species, but then the scientific names are in the column before theirs.
    @Test(arguments: [",", "\t", ";"], [1, 3]) func speciesMayHaveNumbersAsNamesOfRows(separator: String, count: Int)
        throws
    {
        let rows = [
            "species_id;sci_name;en_us", "1;gretit1;Parus major;Great Tit", "2;blutit;Cyanistes caeruleus;NA",
            "14;coatit2;Periparus ater;Coal Tit",
        ]
        fixture.write("a.csv", rows[...count].map { $0.replacing(";", with: separator) + "\n" }.joined())
        let report = try fixture.run("a.csv")
        #expect(report.isStored, "\(report.text)")
        #expect(
            try fixture.rows("SELECT code, scientific_name FROM species ORDER BY scientific_name DESC").last
                == (count == 1 ? "gretit1|Parus major" : "blutit|Cyanistes caeruleus"))
    }

    /// The comma is in the English name, wherever that is.
    @Test(arguments: [
        ["species_id,en_us,sci_name", "1,Tit, Great,Parus major", "2,Tit, Blue,Cyanistes caeruleus"],
        ["species_id,sci_name,en_us", "1,Parus major,Tit, Great", "2,Cyanistes caeruleus,Tit, Blue"],
    ])
    func aCommaInANameOfASpeciesMakesNoNamesOfRows(rows: [String]) throws {
        fixture.write("a.csv", rows.map { $0 + "\n" }.joined())
        let report = try fixture.run("a.csv")
        #expect(!report.isStored)
        #expect(report.firstErrors.map(\.reason) == Array(repeating: "it has 4 cells for 3 columns", count: 2))
    }

    /// What follows the number is no decimal of it.
    @Test(arguments: [1, 2], [",", "\t"]) func aFewRowsMayHaveNumbersAsNames(count: Int, separator: String) throws {
        let rows = ["1,L1,60.5,18.5,NA,2021,2,3,a,1", "7,L1,60.5,18.5,NA,2021,2,4,b,NA"]
        let text = plainHeader + rows[..<count].map { $0 + "\n" }.joined()
        fixture.write("a.csv", text.replacing(",", with: separator))
        let report = try fixture.run("a.csv")
        #expect(report.stored == count, "\(report.text)")
        #expect(try fixture.rows("SELECT code FROM location") == ["L1"])
    }
}
