import Birds
import FileSystem
import Glibc
import Testing

@testable import BirdImport
@testable import Fixtures

/// Separators and quotes belong to the file: each format may come with any of them.
@Suite struct SeparatorTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private static let plain = [
        "loc_id", "latitude", "longitude", "region", "year", "month", "day", "species_id", "num",
    ]

    private func plain(_ separator: String, _ rows: [[String]], quoted: Bool = false) -> String {
        ([Self.plain] + rows).map { row in
            row.map { quoted ? "\"\($0)\"" : $0 }.joined(separator: separator) + "\n"
        }.joined()
    }

    @Test(arguments: [",", "\t", ";", "|"], [true, false])
    func readsPlainFilesWithAnySeparator(separator: String, quoted: Bool) throws {
        let text = plain(
            separator, [["Marsh", "60.5", "-135.25", "CA-YT", "2021", "2", "3", "stejay", "3"]], quoted: quoted)
        let path = fixture.write("a.csv", text)
        let report = try fixture.run("a.csv")
        #expect(try fixture.records() == ["Marsh|60.5|-135.25|CA-YT|20210203|stejay|3"])
        let said = [
            ",": "", "\t": "  read as: tabs between columns\n", ";": "  read as: semicolons between columns\n",
            "|": "  read as: '|' between columns\n",
        ]
        #expect(report.text.hasPrefix("\(path): plain, data set a\n\(said[separator] ?? "")  1 record read\n"))
    }

    /// Each fixture with each other separator, quoted as CSV, gives the same records.
    @Test(arguments: FormatFixture.all, [",", "\t", ";", "|"])
    func readsEachFormatWithAnySeparator(fixture: (format: String, text: String), separator: String) throws {
        let other = try ImportFixture()
        other.write("f.csv", fixture.text)
        other.write("g.csv", try rewritten(fixture.text, separator))
        let names = "SELECT code, scientific_name, common_name, category, taxon_order FROM species ORDER BY code"
        let records = """
            SELECT s.code, o.date, num, l.code, (SELECT name FROM location_name n WHERE (n.location_id, n.dataset_id) = (l.id, c.dataset_id)),
                latitude, longitude, region, source_id, valid, c.code, c.comments,
                c.protocol, c.minutes, c.distance_km, d.comments, d.confidence
            FROM checklist c JOIN location l ON l.id = c.location_id LEFT JOIN observation o ON c.id = checklist_id
                LEFT JOIN species s ON s.id = species_id LEFT JOIN observation_detail d ON d.id = o.id
            ORDER BY o.date, source_id, num, s.code, c.code
            """
        let first = try other.run("f.csv") { $0.dataset = "f" }
        let query = first.stored > 0 || first.checklists > 0 ? records : names
        let expected = try other.rows(query)
        try #require(first.rowsInError == 0 && !expected.isEmpty)
        if query == names { unlink(other.database) }
        let second = try other.run("g.csv") { $0.dataset = "f" }
        #expect(second.files.map(\.format) == first.files.map(\.format))
        #expect(try other.rows(query) == expected)
    }

    /// The text with another separator; cells that need it are quoted.
    private func rewritten(_ text: String, _ separator: String) throws -> String {
        let path = fixture.write("rewritten", text)
        let content = try Detection.open(SourceFile(path: path), as: nil, folder: fixture.folder)
        let table = try #require(content.first?.tables.first)
        var lines = [table.header.names.map { quoted($0, separator) }.joined(separator: separator)]
        let rows = try table.open()
        var row = Row()
        while try rows.next(&row) {
            lines.append(row.cells.map { quoted(row.text($0), separator) }.joined(separator: separator))
        }
        return lines.map { $0 + "\r\n" }.joined()
    }

    private func quoted(_ cell: String, _ separator: String) -> String {
        cell.contains(separator) || cell.contains("\"") || cell.contains("\n")
            ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }

    /// In the downloads of eBird and GBIF, a quote is a character.
    @Test(arguments: ["\"quoted", "quoted\"", "\"heard only\"", "\"a\" and \"b\"", "5\" long", "\"", "\"\""])
    func aQuoteIsACharacterInDownloadsWithTabs(cell: String) throws {
        let header = "gbifID\tscientificName\teventDate\tlocality\toccurrenceRemarks\n"
        fixture.write(
            "a.txt", header + "1\tAvis ignota\t2021-02-03\t\(cell)\t\(cell)\n2\tAvis ignota\t2021-02-04\tB\tb\n")
        let report = try fixture.run("a.txt")
        #expect(report.stored == 2 && report.rowsInError == 0)
        #expect(try fixture.rows("SELECT name FROM location_name ORDER BY name <> 'B'") == ["B", cell])
        #expect(try fixture.rows("SELECT comments FROM observation_detail ORDER BY id LIMIT 1") == [cell])
    }

    /// A spreadsheet or R has saved these.
    @Test(arguments: [
        ("\"say \"\"hm\"\"\"", "say \"hm\""), ("\"two\tcells\"", "two\tcells"), ("\"two\nlines\"", "two\nlines"),
    ])
    func cellsBetweenTabsAreQuotedIfOneNeedsIt(cell: String, text: String) throws {
        let header = "occurrenceID\tscientificName\teventDate\toccurrenceRemarks\n"
        fixture.write("a.txt", header + "1\tAvis ignota\t2021-02-03\t\n2\tAvis ignota\t2021-02-04\t\(cell)\n")
        try fixture.run("a.txt")
        #expect(try fixture.rows("SELECT comments FROM observation_detail") == [text])
    }

    /// A file that a spreadsheet has saved, with one row that something else has added.
    @Test func oneBadQuoteDoesNotMakeAllQuotesCharacters() throws {
        let row = ["60.5", "1", "", "2021", "2", "3", "a", "1"]
        let names = ["\"Marsh, \"\"north\"\"\"", "\"Hill, south\"", "\"bad\" quote", "\"Lake, east\""]
        fixture.write("a.txt", plain("\t", names.map { [$0] + row }))
        let report = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(report.firstErrors.map(\.line) == [4])
        #expect(
            try fixture.rows("SELECT code FROM location ORDER BY code") == [
                "Hill, south", "Lake, east", "Marsh, \"north\"",
            ])
        // Without quotes around whole cells, a quote is a character.
        fixture.write("a.txt", plain("\t", [["\"bad\" quote"] + row]))
        try fixture.run("a.txt")
        #expect(try fixture.rows("SELECT code FROM location") == ["\"bad\" quote"])
    }

    @Test func cellsBetweenTabsAreQuotedIfTheHeaderIs() throws {
        fixture.write(
            "a.tsv",
            "\"gbifID\"\t\"scientificName\"\t\"eventDate\"\t\"locality\"\t\"individualCount\"\t\"decimalLatitude\"\t\"decimalLongitude\"\n"
                + "\"7\"\t\"Avis ignota\"\t\"2021-02-03\"\t\"Marsh\"\tNA\t60.5\t12\n")
        try fixture.run("a.tsv")
        #expect(try fixture.records() == ["Marsh|60.5|12.0||20210203|Avis ignota|"])
        #expect(try fixture.rows("SELECT source_id FROM observation") == ["7"])
    }

    @Test(arguments: [true, false])
    func readsTheUnicodeTextOfSpreadsheets(isLittleEndian: Bool) throws {
        let text =
            "\u{FEFF}" + plainHeader.replacing(",", with: "\t")
            + "\"Skåne \"\"syd\"\" 🐦\"\t60,5\t-135,25\t\t2021\t2\t3\ta\t1\r\n"
        let bytes = text.utf16.flatMap { unit in
            let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
            return isLittleEndian ? bytes.reversed() : bytes
        }
        let path = fixture.write("a.txt", bytes)
        let report = try fixture.run("a.txt")
        #expect(try fixture.records() == ["Skåne \"syd\" 🐦|60.5|-135.25||20210203|a|1"])
        let name = isLittleEndian ? "UTF-16LE" : "UTF-16BE"
        #expect(
            report.text.hasPrefix(
                "\(path): plain, data set a\n  read as: tabs between columns; \(name), by its byte order mark\n"))
        fixture.write("a.txt", bytes + [0x0A])
        // The byte at the end becomes a row of its own, with one wrong character.
        let odd = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(odd.files.first?.encoding.replaced == 1 && odd.stored == 1)
    }

    /// R writes NA for what is missing. Namibia has the same code.
    @Test func readsTheTablesOfR() throws {
        let header =
            "gbifID\tscientificName\teventDate\tcountryCode\tindividualCount\tdecimalLatitude\tdecimalLongitude\tlocality\n"
        fixture.write("a.tsv", header + "7\tAvis ignota\t2021-02-03\tNA\tNA\tNA\tNA\tNA\n")
        try fixture.run("a.tsv")
        #expect(try fixture.records() == ["unknown|||NA|20210203|Avis ignota|"])
        fixture.write(
            "b.csv",
            "\"\",\"key\",\"scientificName\",\"decimalLatitude\",\"decimalLongitude\",\"eventDate\"\n"
                + "\"1\",\"7\",\"Avis ignota\",60.5,12,\"2021-02-03T00:00:00\"\n")
        try fixture.run("b.csv") { $0.dataset = "a" }
        #expect(try fixture.records() == ["60.5,12.0|60.5|12.0||20210203|Avis ignota|"])
        #expect(try fixture.rows("SELECT source_id FROM observation") == ["7"])
    }

    /// `write.table` gives the rows names, but their column none.
    @Test(arguments: [" ", "\t", ",", ";"], [true, false])
    func readsTheRowNamesOfR(separator: String, quoted: Bool) throws {
        if separator == " ", !quoted { return }
        let rows = [
            ["1", "L1", "60.5", "-135.25", "NA", "2021", "2", "3", "a", "1"],
            ["3", "L1", "60.5", "-135.25", "NA", "2021", "2", "3", "b", "NA"],
            ["12", "L1", "60.5", "-135.25", "NA", "2021", "2", "30", "c", "1"],
        ]
        let text = ([Self.plain] + rows).map { row in
            row.map { quoted && Double($0) == nil && $0 != "NA" || quoted && $0 == row[0] ? "\"\($0)\"" : $0 }
                .joined(separator: separator) + "\n"
        }.joined()
        fixture.write("a.txt", text)
        let report = try fixture.run("a.txt") { $0.skipErrors = true }
        #expect(report.firstErrors.map { "\($0.line) \($0.column ?? "")" } == ["4 day"], "\(report.text)")
        // Without the quotes of other texts, it is none.
        let region = quoted ? "" : "NA"
        #expect(
            try fixture.records()
                == ["L1|60.5|-135.25|\(region)|20210203|a|1", "L1|60.5|-135.25|\(region)|20210203|b|"])
    }

    /// The cell more has another cause.
    @Test(arguments: [
        "7,60,5,1,,2021,2,3,a,1\n", "L1,60.5,1,,2021,2,3,a,1,x\n",
        "1,L1,60.5,1,,2021,2,3,a,\n2,L1,60.5,1,,2021,2,3,a,\n",
        "1,L1,60.5,1,,2021,2,3,a,1\n1,L1,60.5,1,,2021,2,3,a,1\n1,L1,60.5,1,,2021,2,3,a,1\n",
        "1,L1,60.5,1,,2021,2,3,a,1\n2,L1,60.5,1,,2021,2,3,a,1\nL1,60.5,1,,2021,2,3,a,1\n",
    ])
    func otherRowsWithACellMoreAreInError(rows: String) throws {
        fixture.write("a.csv", plainHeader + rows)
        let report = try fixture.run("a.csv")
        #expect(!report.isStored && report.firstErrors.first?.reason == "it has 10 cells for 9 columns")
    }

    /// A quote at the beginning of a cell and one at the end of the same cell in a later row enclose no text.
    @Test(arguments: ["", "5\tk\tAves\tAvis ignota\tAvis ignota\t\tMarsh\t\t\t\t\t2021-02-03\n"], ["", "\t"])
    func quotesOfTwoRowsEncloseNoRows(between: String, end: String) throws {
        let header =
            "gbifID\tdatasetKey\tclass\tspecies\tscientificName\tcountryCode\tlocality\toccurrenceStatus\t"
            + "individualCount\tdecimalLatitude\tdecimalLongitude\teventDate"
        func row(_ id: Int, _ locality: String) -> String {
            "\(id)\tk\tAves\tAvis ignota\tAvis ignota\t\t\(locality)\t\t\t\t\t2021-02-03\(end)\n"
        }
        let more = between.isEmpty ? "" : String(between.dropLast()) + end + "\n"
        fixture.write("a.csv", header + end + "\n" + row(1, "\"Hill") + more + row(2, "Rock 6\""))
        #expect(try fixture.run("a.csv").stored == (between.isEmpty ? 2 : 3))
        #expect(
            try fixture.rows("SELECT code FROM location ORDER BY code")
                == ["\"Hill"] + (between.isEmpty ? [] : ["Marsh"]) + ["Rock 6\""])
    }

    /// A comma within a cell makes a cell more too, as a decimal comma or in a name.
    @Test(arguments: [
        ("id,scientificName,decimalLatitude,decimalLongitude,eventDate", "Avis ignota,60,18,5,2021-02-03"),
        ("id,scientificName,locality,decimalLatitude,decimalLongitude,eventDate", "Avis ignota,Marsh, north,60,1,2021"),
        ("loc_id,latitude,longitude,region,year,month,day,species_id,num", "60,5,18,,2021,2,3,a,1"),
    ])
    func numbersAreNoRowNamesIfACellMayHaveAComma(header: String, row: String) throws {
        fixture.write("a.csv", "\(header)\n" + (1...4).map { "\($0),\(row)\n" }.joined())
        let report = try fixture.run("a.csv")
        let count = header.split(separator: ",").count
        #expect(!report.isStored && report.rowsInError == 4)
        #expect(report.firstErrors.first?.reason == "it has \(count + 1) cells for \(count) columns")
    }

    static let decimals: [(separator: String, cells: (String, String, String), record: String?)] = [
        (";", ("60,5", "-135,25", "3"), "60.5|-135.25|3"), (";", ("60.5", "-135,25", "3,0"), "60.5|-135.25|3"),
        (";", ("60,123", "-135,250", ""), "60.123|-135.25|"), (";", ("60", "1", "1,234"), nil),
        (";", ("60,5,1", "1", "1"), nil), (";", ("1.060,5", "1", "1"), nil), (";", ("60,", "1", "1"), nil),
        ("\t", ("60,5", "-135,25", "3"), "60.5|-135.25|3"), ("\t", ("60,123", "-0,250", "3,0"), "60.123|-0.25|3"),
        ("\t", ("60", "1", "1,234"), nil), (",", ("\"60,5\"", "1", "3"), nil),
    ]

    @Test(arguments: decimals)
    func readsDecimalCommasIfCommasDoNotSeparateCells(
        separator: String, cells: (String, String, String), record: String?
    ) throws {
        fixture.write("a.csv", plain(separator, [["L1", cells.0, cells.1, "", "2021", "2", "3", "a", cells.2]]))
        let report = try fixture.run("a.csv")
        #expect(report.isStored == (record != nil))
        if let record {
            #expect(
                try fixture.rows(
                    "SELECT latitude, longitude, num FROM location l JOIN observation o ON o.location_id = l.id")
                    == [record])
        }
    }

    /// A file of My eBird Data with one record.
    /// - Parameter distance: The kilometres of its visit, as they are written.
    private func visit(_ separator: String, distance: String) -> String {
        let header = [
            "Submission ID", "Common Name", "Scientific Name", "Count", "State/Province", "Location", "Latitude",
            "Longitude", "Date", "Time", "Distance Traveled (km)",
        ]
        let row = ["S1", "Bird", "Avis ignota", "X", "CA-BC", "Marsh", "48,4", "-123,3", "2021-02-03", "", distance]
        return [header, row].map { $0.joined(separator: separator) + "\n" }.joined()
    }

    /// `1,234` kilometres between tabs may be one or a thousand.
    @Test(arguments: [("\t", "1,234", nil), ("\t", "1,23", 1.23), (";", "1,234", 1.234), ("\t", "0,234", 0.234)])
    func readsOnlyClearNumbers(separator: String, cell: String, distance: Double?) throws {
        fixture.write("a.csv", visit(separator, distance: cell))
        let report = try fixture.run("a.csv")
        #expect(report.firstErrors.map(\.reason) == (distance == nil ? ["'1,234' is not a number"] : []))
        if let distance { #expect(try fixture.rows("SELECT distance_km FROM checklist") == ["\(distance)"]) }
    }

    static let thousands: [(separator: String, cells: [String], stored: [String]?)] = [
        // A decimal comma, in the column or elsewhere.
        (";", ["60,5", "1.000"], ["1000"]), (";", ["60,5", "1.234"], ["1234"]),
        (";", ["60", "1.000", "3,0"], ["1000", "3"]),
        (";", ["60,5", "7", "1.000", "-"], nil), (";", ["60,5", "7", "1.000", "1.234.567"], ["7", "1000", "1234567"]),
        ("\t", ["60,5", "1.000"], ["1000"]), ("|", ["60,5", "12.000"], ["12000"]),
        // A decimal point.
        (";", ["60.5", "1.000"], ["1"]), (";", ["60.5", "1.000", "3.0", "7"], ["1", "3", "7"]),
        ("\t", ["60", "1.000", "0.000"], ["1", "0"]), (";", ["60", "1.000", "1234.000"], ["1", "1234"]),
        // Both or neither.
        (";", ["60", "1.000"], nil), (";", ["60", "7", "1.000"], nil), (";", ["60.5", "7", "1.000"], nil),
        (";", ["60,5", "3.0", "3,0", "1.000"], nil), (";", ["60,5", "3.0", "1.000"], ["3", "1"]),
        // Commas between cells.
        (",", ["60.5", "1.000"], ["1"]), (",", ["60.5", "1.000", "7"], nil), (",", ["60", "1.000", "2.500"], nil),
        (",", ["60.5", "1.000", "3.0", "7"], ["1", "3", "7"]), (",", ["60.5", "1.000", "2.500"], nil),
        (";", ["60.5", "1.000", "2.500"], nil),
        (",", ["60", "1.000", "0.000"], ["1", "0"]),
    ]

    /// The first cell is a latitude, the others are counts.
    @Test(arguments: thousands)
    func theColumnTellsWhetherAPointIsBeforeThousands(separator: String, cells: [String], stored: [String]?) throws {
        let counts = cells.dropFirst().filter { $0 != "-" }
        let rows = counts.enumerated().map { ["L1", cells[0], "1", "", "2021", "2", "3", "a\($0)", $1] }
        fixture.write("a.csv", plain(separator, rows))
        let report = try fixture.run("a.csv")
        let expected = cells.contains("-") ? ["7", "1000"] : stored
        #expect(report.isStored == (expected != nil), "\(report.text)")
        if let expected {
            #expect(
                try fixture.rows("SELECT num FROM observation o JOIN species s ON s.id = species_id ORDER BY code")
                    == expected)
        } else {
            #expect(
                report.firstErrors.allSatisfy {
                    $0.reason.contains("the file does not tell; write it without the point")
                })
        }
    }

    /// `1.609` kilometres are a mile.
    @Test(arguments: [("\t", "1.609"), (";", "4.001")]) func otherNumbersHaveDecimalPoints(
        separator: String, cell: String
    ) throws {
        fixture.write("a.csv", visit(separator, distance: cell))
        try fixture.run("a.csv")
        #expect(try fixture.rows("SELECT distance_km FROM checklist") == [cell])
    }

    /// Every column of numbers that may be so large.
    @Test func allLargeNumbersMayHaveThousands() throws {
        let fixture = try ImportFixture()
        let whole = "1.234;1.234;1.234"
        fixture.write(
            "a.csv",
            "loc_id;latitude;longitude;region;date;species_id;num;minutes;observers;distance_km;area_ha;"
                + "snow_depth_atleast;coordinate_uncertainty_m\n"
                + "L1;;;;2021-02-03;a;1.000.000;1.000.000;1.000.000;2,5;2,5;2,5;2,5\n"
                + "L1;;;;2021-02-04;a;\(whole);1.234;1.234;1.234;1.234\n")
        try fixture.run("a.csv")
        #expect(
            try fixture.rows(
                """
                SELECT num, minutes, observers, distance_km, area_ha, snow_depth_atleast, coordinate_uncertainty_m
                FROM observation o JOIN checklist c ON c.id = checklist_id JOIN observation_detail d ON d.id = o.id
                WHERE o.date = 20210204
                """) == ["1234|1234|1234|1234.0|1234.0|1234.0|1234.0"])
        let row = "A Bird;;;1;;Marsh;;;2021-02-0"
        fixture.write(
            "b.csv", "\(row)3;06:41;;;;;;;2,5;2,5;\n\(row)4;06:41;;;;;;;1.234;1.234;\n")
        try fixture.run("b.csv") { $0.format = "ebird-record" }
        #expect(
            try fixture.rows("SELECT distance_km, area_ha FROM checklist WHERE code = 'Marsh 2021-02-04 06:41'")
                == ["1985.930496|499.382083"])
        fixture.write(
            "c.csv",
            "scientific_name;iconic_taxon_name;observed_on;url;coordinates_obscured;public_positional_accuracy\n"
                + "Avis una;Aves;2021-02-03;;true;2,5\nAvis una;Aves;2021-02-04;;true;1.234\n")
        try fixture.run("c.csv")
        fixture.write(
            "d.txt",
            "scientificName\teventDate\torganismQuantity\torganismQuantityType\n"
                + "Avis una\t2021-02-03\t1.000.000\tindividuals\nAvis una\t2021-02-04\t1.234\tindividuals\n")
        try fixture.run("d.txt")
        #expect(
            try fixture.rows(
                """
                SELECT num, coordinate_uncertainty_m FROM observation o JOIN dataset s ON s.id = dataset_id
                LEFT JOIN observation_detail d ON d.id = o.id WHERE name IN ('c', 'd') ORDER BY name, date
                """) == ["|2.5", "|1234.0", "1000000|", "1234|"])
    }

    @Test func anUncertaintyMayHaveThousands() throws {
        let header =
            "occurrenceID;scientificName;eventDate;decimalLatitude;decimalLongitude;coordinateUncertaintyInMeters\n"
        fixture.write(
            "a.csv", header + "1;Avis ignota;2021-02-03;60,5;12,25;12,5\n2;Avis ignota;2021-02-04;60,5;12,25;1.000\n")
        let report = try fixture.run("a.csv")
        #expect(
            try fixture.rows("SELECT coordinate_uncertainty_m FROM observation_detail ORDER BY id") == [
                "12.5", "1000.0",
            ])
        #expect(
            report.text.contains(
                "; points as those of thousands (1.000 is 1,000), since numbers have decimal commas or several points\n"
            ))
    }

    /// A place never looks more exact than it is: if other numbers have thousands, so has this one, or nobody can tell.
    @Test(
        arguments: [
            ("55.4", "1.234.567", "1.000", nil), ("55", "1.234.567", "1.000", "1000.0"), ("55", "7", "2.500", nil),
            ("55.4", "7", "1.609", "1.609"), ("55", "1.234.567", "\"1.000,5\"", nil),
            ("55", "1.234.567", "250", "250.0"),
        ] as [(String, String, String, String?)])
    func metresMayHaveThousands(latitude: String, count: String, cell: String, stored: String?) throws {
        fixture.write(
            "a.csv",
            plainHeader.dropLast() + ",coordinate_uncertainty_m\nL1,\(latitude),12,,2021,2,3,a,\(count),10\n"
                + "L1,\(latitude),12,,2021,2,4,b,,\(cell)\n")
        let report = try fixture.run("a.csv")
        #expect(report.firstErrors == [] && report.files.first?.unreadUncertainties == (stored == nil ? 1 : 0))
        #expect(
            try fixture.rows(
                """
                SELECT coordinate_uncertainty_m FROM observation o LEFT JOIN observation_detail d ON d.id = o.id
                WHERE date = 20210204
                """) == [stored ?? ""])
    }

    /// A coordinate of more than a thousand degrees is none.
    @Test(arguments: [("48,423", "-123,364"), ("-8,423", "3,364"), ("+48,423", "0,364"), ("48.423", "123,364")])
    func aCommaInDegreesIsADecimalComma(latitude: String, longitude: String) throws {
        for separator in ["\t", ";"] {
            let rows = [["L1", latitude, longitude, "", "2021", "2", "3", "a", "1"]]
            fixture.write("a.csv", plain(separator, rows))
            let report = try fixture.run("a.csv")
            #expect(report.firstErrors == [])
            let degrees = [latitude, longitude].compactMap { Double($0.replacing(",", with: ".")) }
            #expect(try fixture.records() == ["L1|\(degrees[0])|\(degrees[1])||20210203|a|1"])
        }
    }

    @Test func theCodeOfALocationWithoutNameHasDecimalPoints() throws {
        fixture.write(
            "a.csv",
            "occurrenceID;scientificName;eventDate;decimalLatitude;decimalLongitude\n1;Avis ignota;2021-02-03;60,50;12,25\n"
        )
        try fixture.run("a.csv")
        #expect(try fixture.records() == ["60.5,12.25|60.5|12.25||20210203|Avis ignota|"])
    }

    @Test(arguments: [("sep=,", ","), ("sep=;", ";"), ("\"sep=;\"", ";"), ("SEP=\t", "\t"), ("sep=|", "|")])
    func aLineBeforeTheHeaderGivesTheSeparator(line: String, separator: String) throws {
        let rows = [
            ["L1", "60.5", "1", "", "2021", "2", "3", "a", "1"], ["L1", "60.5", "1", "", "2021", "2", "30", "a", "1"],
        ]
        fixture.write("a.csv", "\u{FEFF}" + line + "\r\n" + plain(separator, rows))
        let report = try fixture.run("a.csv") { $0.skipErrors = true }
        #expect(try fixture.records() == ["L1|60.5|1.0||20210203|a|1"])
        #expect(report.firstErrors.map(\.line) == [4])
    }

    @Test(arguments: ["sep", "sep=", "sep=a\n", "sep=;;\n", "sep=\n", "sep=;", "\"sep=;\n", "sep=\"\n"])
    func otherLinesGiveNoSeparator(text: String) {
        #expect(TextTable.separator(declaredIn: Array(text.utf8)) == nil)
    }

    @Test func namesTheColumnsThatAreMissing() {
        fixture.write("a.csv", plain(";", []).replacing("latitude;longitude", with: "lat;lon"))
        #expect("the columns") {
            try fixture.run("a.csv")
        } throws: { error in
            (error as? ChangeError)?.message.hasSuffix("With the columns latitude, longitude it would be plain.")
                == true
        }
        #expect("the columns of a given format") {
            try fixture.run("a.csv") { $0.format = "plain" }
        } throws: { error in
            (error as? ChangeError)?.message.hasSuffix("is not plain: it has no column latitude, longitude.") == true
        }
    }
}
