import BirdImport
import Testing

@testable import Fixtures

/// What a report says in words, where numbers and lists begin to matter.
@Suite struct ReportTextTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    @Test(
        arguments: [
            (
                1,
                "Nothing was stored: 1 row is in error. Fix the file, or import the other rows with --skip-errors.\n",
                nil
            ),
            (10, "Nothing was stored: 10 rows are in error.", nil),
            (11, "Nothing was stored: 11 rows are in error.", "\nand 1 more row in error\n"),
            (1012, "Nothing was stored: 1,012 rows are in error.", "\nand 1,002 more rows in error\n"),
        ] as [(Int, String, String?)])
    func tenErrorsAreShown(count: Int, sentence: String, more: String?) throws {
        let bad = (0..<count).map { "L1,,,,2021,2,3,a,\($0)x\n" }
        let path = fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\n" + bad.joined())
        let text = try fixture.run("a.csv").text
        #expect(text.contains("\n\(path), line 3, column num: '0x' is not a whole number; "))
        #expect(text.contains("line 12, column num") == (count >= 10) && !text.contains("line 13,"))
        #expect(text.contains(sentence))
        #expect(more.map(text.contains) ?? !text.contains("more row"))
    }

    /// The format of a row that only contradicts another one is right.
    @Test func rowsThatContradictOthersAreNotOfAWrongFormat() throws {
        let (header, row) = ("species_id,sci_name,en_us\n", "a,Avis una,One\n")
        fixture.write(
            "a.zip",
            ZipWriter.archive([
                ("birds.csv", plainHeader + "L1,,,,2021,2,3,a,1\n"), ("1.csv", header + row),
                ("2.csv", header + "a,Avis alia,Other\n"),
            ]))
        let text = try fixture.run("a.zip").text
        #expect(
            text.contains(
                "a.zip/2.csv, line 2: the species a has other names in \(fixture.path("a.zip"))/1.csv, line 2\n"))
        #expect(
            text.hasSuffix(
                "Nothing was stored: 1 row repeats or contradicts earlier ones, and only you can know which are right. "
                    + "Remove the others from the files, or leave out one of two files. Or keep the first of each with "
                    + "--skip-errors.\n"))
        #expect(try fixture.run("a.zip") { $0.skipErrors = true }.stored == 1)
        #expect(try fixture.rows("SELECT scientific_name FROM species") == ["Avis una"])
        // The same of a file with the records of another one.
        for name in ["b.csv", "c.csv"] {
            fixture.write(name, plainHeader.replacing("\n", with: ",source_id\n") + "L1,,,,2021,2,3,a,1,x\n")
        }
        #expect(try fixture.run("b.csv", "c.csv") { $0.dataset = "d" }.text.contains("1 row repeats or contradicts"))
        #expect(try fixture.run("b.csv", "c.csv") { ($0.dataset, $0.skipErrors) = ("d", true) }.stored == 1)
        // A file with other errors may be the wrong one.
        fixture.write("c.csv", plainHeader + "L1,,,,2021,2,30,a,1\n")
        #expect(
            try fixture.run("c.csv") { $0.skipErrors = true }.text.contains("all rows of \(fixture.path("c.csv")) are"))
    }

    @Test func aDryRunSaysWhatWouldBe() throws {
        let path = fixture.write("names.csv", "species_id,sci_name,en_us\na,Avis una,One\n")
        let records = fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,a,1\n")
        try fixture.run("a.csv")
        let text = try fixture.run("names.csv", "a.csv") { $0.dryRun = true }.text
        #expect(
            text == """
                \(path): plain species table
                  1 species read
                \(records): plain, data set a
                  1 record read
                Names of species: from \(path) (plain species table)
                Would be stored: 1 record on 1 checklist at 1 location, replacing 1 record
                Would be named: 1 species
                The first records, as they would be served:
                  {"loc_id":"L1","latitude":null,"longitude":null,"region":null,"year":2021,"month":2,"day":3,"species_id":"a","num":1}
                Nothing was changed: this was a dry run.

                """)
        #expect(try fixture.rows("SELECT common_name FROM species") == [""])
    }

    @Test(arguments: [(10, "10"), (11, "11"), (1002, "1,002")]) func tenUnknownSpeciesAreNamed(count: Int, told: String)
        throws
    {
        var rows = (0..<count).map { "L1,,,,2021,2,3,zz\($0 < 10 ? "" : "z")\(String($0 + 10)),1\n" }
        rows += Array(repeating: "L1,,,,2021,2,4,zz10,1\n", count: 1000)
        fixture.write("a.csv", plainHeader + rows.joined())
        let report = try fixture.run("a.csv")
        let names = ["zz10 (1,001)"] + (11..<20).map { "zz\($0) (1)" }
        #expect(
            report.text.hasSuffix(
                "\n\(told) species are in no species table: \(names.joined(separator: ", "))\(count > 10 ? ", …" : "")\n\(noTaxonomy(fixture))\n"
            ))
        #expect(report.unknownSpecies.count == min(count, ImportReport.mostListed))
        #expect(report.unknownSpecies.count + report.moreUnknownSpecies == count)
    }

    /// The nearest name may be a scientific or a common one.
    @Test func similarNamesAreTold() throws {
        fixture.write("names.csv", "species_id,sci_name,en_us\nstejay,Cyanocitta stelleri,Steller's Jay\n")
        fixture.write(
            "a.csv",
            plainHeader + ["Cyanocita steleri", "Stelers Jay", "zz"].map { "L1,,,,2021,2,3,\($0),1\n" }.joined())
        #expect(
            try fixture.run("names.csv", "a.csv").text.contains(
                "\n3 species are in no species table: Cyanocita steleri (1, similar to Cyanocitta stelleri), Stelers Jay (1, "
                    + "similar to Steller's Jay), zz (1)\n"))
    }

    @Test(arguments: [2, 10, 11]) func tenRetiredCodesAreNamed(count: Int) throws {
        let header = "TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME\n"
        func table(_ prefix: String) -> String {
            header + (10..<10 + count).map { "\($0),species,\(prefix)\($0),Bird \($0)x,Avis n\($0)\n" }.joined()
        }
        fixture.write("old.csv", table("old"))
        fixture.write("new.csv", table("new"))
        try fixture.run("old.csv")
        let codes = (10..<min(20, 10 + count)).map { "old\($0) is now new\($0)" }.joined(separator: ", ")
        #expect(
            try fixture.run("new.csv").text.hasSuffix(
                "\nNamed: \(count) species\n\(count) codes were replaced by the taxonomy imported last: \(codes)\(count > 10 ? ", …" : "")\n"
            ))
    }

    @Test func itTellsHowAnUnusualTextWasRead() throws {
        func said(_ bytes: [UInt8]) throws -> String? {
            fixture.write("a.csv", bytes)
            return try fixture.run("a.csv").text.split(separator: "\n").first { $0.contains("read as") }.map(
                String.init)
        }
        /// The bytes between the header and a row of an ordinary location.
        func plain(_ bytes: [UInt8], _ row: String = "Lééééé,,,,2021,2,3,a,1\n") -> [UInt8] {
            var text = Array(plainHeader.utf8)
            text += bytes
            text += Array(row.utf8)
            return text
        }
        #expect(try said(plain([])) == nil)
        #expect(try said(plain([0xFF])) == "  read as: UTF-8, with 1 bad byte replaced by U+FFFD")
        // As many bad bytes as characters beyond ASCII: then it is not UTF-8.
        for (text, isUTF8) in [("é", false), ("éé", true)] {
            let bytes = Array("L\(text)".utf8) + [0xE9] + Array(",,,,2021,2,3,a,1\n".utf8)
            #expect(try said(plain(bytes, ""))?.contains("UTF-8, with 1 bad byte") == isUTF8)
        }
        #expect(try said(plain([0xFF, 0xFE])) == "  read as: UTF-8, with 2 bad bytes replaced by U+FFFD")
        #expect(
            try said(plain([0xE9], "L1,,,,2021,2,3,a,1\n")) == "  read as: Windows-1252, since it is not UTF-8")
        func utf16(_ text: String, _ lone: Int) -> [UInt8] {
            var units = [UInt16(0xFEFF)] + Array(text.utf16)
            units += [UInt16](repeating: 0xD800, count: lone)
            units += Array(",,,,2021,2,3,a,1\n".utf16)
            return units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        }
        let tail = ", with"
        #expect(try said(utf16(plainHeader + "L1", 0)) == "  read as: UTF-16LE, by its byte order mark")
        #expect(
            try said(utf16(plainHeader + "L1", 1))
                == "  read as: UTF-16LE, by its byte order mark\(tail) 1 bad character replaced by U+FFFD")
        #expect(
            try said(utf16(plainHeader + "L1", 2))
                == "  read as: UTF-16LE, by its byte order mark\(tail) 2 bad characters replaced by U+FFFD")
        let bars = "sep=|\n" + (plainHeader + "L1,,,,2021,2,3,a,1\n").replacing(",", with: "|")
        #expect(try said(Array(bars.utf8)) == "  read as: '|' between columns")
        let commas = "occurrenceID,scientificName,eventDate\no1,Avis una,2021-02-03\n"
        #expect(try said(Array(commas.utf8)) == "  read as: commas between columns")
        #expect(try said(Array(commas.replacing(",", with: ";").utf8)) == "  read as: semicolons between columns")
    }

    /// The first row of a reason is told, also if a later one decides that an earlier one is left out.
    @Test func itTellsWhereRowsWereLeftOut() throws {
        fixture.write(
            "names.csv",
            "species_id,sci_name,en_us\na,Avis una,One\nb,Avis duo,Two\na,Avis una,One\nc,,\nb,Avis duo,Two\n")
        let text = try fixture.run("names.csv").text
        #expect(
            text.contains(
                "  5 species read\n  2 left out: the same as an earlier row, first on line 4\n    a,Avis una,One\n"
                    + "  1 left out: without a name, on line 5\n    c,,\n"
            ))
        fixture.write(
            "taxonomy.csv", "TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME\n1,species,b,New,Avis nova\n")
        #expect(
            try fixture.run("names.csv", "taxonomy.csv").text.contains(
                "  1 left out: named differently in a taxonomy, on line 3\n    b, Avis duo, Two\n"))
    }
}
