import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// The values that cells of a plain file may have, and the errors for others.
@Suite struct CellRulesTests {
    static let good: [(row: String, record: String)] = [
        ("L1,60.5,-135.25,CA-YT,2021,2,3,stejay,3", "L1|60.5|-135.25|CA-YT|20210203|stejay|3"),
        ("L1,60.5,-135.25,CA-YT,2021,2,3,stejay,3.0", "L1|60.5|-135.25|CA-YT|20210203|stejay|3"),
        ("L1,60.5,-135.25,CA-YT,2021,2,3,stejay,0", "L1|60.5|-135.25|CA-YT|20210203|stejay|0"),
        ("L1,60.5,-135.25,CA-YT,2021,2,3,stejay,X", "L1|60.5|-135.25|CA-YT|20210203|stejay|"),
        ("L1,60.5,-135.25,CA-YT,2021,2,3,stejay,", "L1|60.5|-135.25|CA-YT|20210203|stejay|"),
        ("L1,60.5,-135.25,CA-YT,2021,2,3,stejay,NA", "L1|60.5|-135.25|CA-YT|20210203|stejay|"),
        ("L1,60.5,-135.25,CA-YT,2021,2,3,stejay,--", "L1|60.5|-135.25|CA-YT|20210203|stejay|"),
        ("L1,60.5,-135.25,CA-YT,2021,2,3,stejay,10000000", "L1|60.5|-135.25|CA-YT|20210203|stejay|10000000"),
        ("L1,60.5,-135.25,CA-YT,2021,2,3,stejay", "L1|60.5|-135.25|CA-YT|20210203|stejay|"),
        (" L1 , 60.50 ,-1.3525e2,CA-YT,2021.0,02,03, stejay , 3 ", "L1|60.5|-135.25|CA-YT|20210203|stejay|3"),
        ("L1,,,NA,2021,2,3,stejay,3", "L1|||NA|20210203|stejay|3"),
        ("L1,NA,NA,HK-,2021,2,3,stejay,3", "L1|||HK-|20210203|stejay|3"),
        ("L1,90,-180,,2021,2,3,stejay,3", "L1|90.0|-180.0||20210203|stejay|3"),
        ("L1,-0.0,0,,2021,2,3,stejay,3", "L1|0.0|0.0||20210203|stejay|3"),
        ("L1,,,,2021,2,,stejay,3", "L1||||20210200|stejay|3"),
        ("L1,,,,2021,,,stejay,3", "L1||||20210000|stejay|3"),
        ("L1,,,,2020,2,29,stejay,3", "L1||||20200229|stejay|3"),
        ("L1,,,,1800,1,1,stejay,3", "L1||||18000101|stejay|3"),
        ("L1,,,,2025,1,1,stejay,3", "L1||||20250101|stejay|3"),
        ("L1,,,,2021,2,3,passer1 sp.,3", "L1||||20210203|passer1 sp.|3"),
        ("L1,,,,2021,2,3,nobird,", "L1||||20210203|nobird|"),
        ("\"L,1\",,,,2021,2,3,\"ste\"\"jay\",3", "L,1||||20210203|ste\"jay|3"),
        ("L1,,,,2021,2,3,stejay,1e+05", "L1||||20210203|stejay|100000"),
        ("L1,,,,2021,2,3,stejay,1.5E3", "L1||||20210203|stejay|1500"),
        ("L1,,,,2021,2,3,stejay,+3.", "L1||||20210203|stejay|3"),
        ("L1,60.5,-135.25,CA-YT,2021,2,3,stejay,\"1,200\"", "L1|60.5|-135.25|CA-YT|20210203|stejay|1200"),
        ("L1,,,,2021,2,3,stejay,\"1,245,678\"", "L1||||20210203|stejay|1245678"),
        ("L1,NaN,NaN,None,2021,2,NaN,stejay,<NA>", "L1|||None|20210200|stejay|"),
        ("L1,None,nan,,2021,NaT,None,None,NaN", "L1||||20210000|None|"),
        // macOS writes o and its dots apart.
        ("Sko\u{308}vde,,,,2021,2,3,stejay,3", "Skövde||||20210203|stejay|3"),
    ]

    @Test(arguments: [
        ("1 true yes T Y WAHR Ja ja VRAI oui sí Sí si VERO SANT sann WAAR", "1"),
        ("0 false no F N FALSCH nein FAUX non FALSO nej nee ONWAAR falskt", "0"),
    ])
    func flagsMayBeWordsOfOtherLanguages(words: String, value: String) throws {
        let fixture = try ImportFixture()
        for word in words.split(separator: " ") {
            fixture.write("a.csv", plainHeader.dropLast() + ",reviewed\nL1,,,,2021,2,3,stejay,1,\(word)\n")
            #expect(try fixture.run("a.csv").firstErrors == [])
            #expect(try fixture.rows("SELECT reviewed FROM observation") == [value], "\(word)")
        }
    }

    /// Spellings of one number, and letters with marks of their own.
    @Test func aPlaceWithoutACodeIsOneHoweverItIsSpelt() throws {
        let fixture = try ImportFixture()
        let rows = ["55.4,12.8", "55.40,+12.80", "+55.4,012.8", "55.4000,12.80"].enumerated().map {
            "\($0)\tAvis una\t2021-02-03\t\($1.replacing(",", with: "\t"))\t\n"
        }
        let names = ["Ska\u{30A}ne", "Sk\u{E5}ne"].enumerated().map { "\($0 + 9)\tAvis una\t2021-02-03\t\t\t\($1)\n" }
        fixture.write(
            "a.txt",
            "occurrenceID\tscientificName\teventDate\tdecimalLatitude\tdecimalLongitude\tlocality\n"
                + (rows + names).joined())
        try fixture.run("a.txt")
        #expect(try fixture.rows("SELECT code FROM location ORDER BY code") == ["55.4,12.8", "Sk\u{E5}ne"])
    }

    /// Missing dates and times of pandas.
    @Test func missingDatesAreNone() throws {
        let fixture = try ImportFixture()
        fixture.write(
            "a.txt",
            "occurrenceID\tscientificName\teventDate\teventTime\n1\tAvis una\tNaT\tNaT\n2\tAvis una\tNone\t<NA>\n")
        #expect(try fixture.run("a.txt").rowsInError == 0)
        #expect(try fixture.rows("SELECT DISTINCT date FROM observation") == ["99999999"])
    }

    @Test(arguments: [
        ("se-m", "SE-M"), ("SE_M", "SE-M"), ("Se-m", "SE-M"), ("us-ca", "US-CA"), ("gb_eng", "GB-ENG"),
        ("SE-M", "SE-M"),
        ("ca-13", "CA-13"), ("se", "se"), ("Skåne", "Skåne"), ("se-", "se-"), ("se-skan", "se-skan"), ("a-bc", "a-bc"),
        ("se m", "se m"), ("s1-m", "s1-m"), ("US-CA-001", "US-CA-001"), ("se__m", "se__m"), ("HK-", "HK-"),
    ])
    func codesOfRegionsAreInCapitals(region: String, stored: String) throws {
        let fixture = try ImportFixture()
        fixture.write("a.csv", plainHeader + "L1,,,\(region),2021,2,3,stejay,1\n")
        try fixture.run("a.csv")
        #expect(try fixture.rows("SELECT region FROM location") == [stored])
    }

    @Test(arguments: [("se", "SE"), ("Se", "SE"), ("SE", "SE"), ("na", "NA"), ("Sweden", "Sweden"), ("s1", "s1")])
    func codesOfCountriesAreInCapitals(country: String, stored: String) throws {
        let fixture = try ImportFixture()
        fixture.write("a.csv", "scientificName,eventDate,countryCode\nAvis una,2021-02-03,\(country)\n")
        try fixture.run("a.csv")
        #expect(try fixture.rows("SELECT region FROM location") == [stored])
    }

    @Test(arguments: good)
    func acceptsValidRows(row: String, record: String) throws {
        let fixture = try ImportFixture()
        fixture.write("a.csv", plainHeader + row + "\n")
        let report = try fixture.run("a.csv")
        #expect(report.firstErrors == [])
        #expect(try fixture.records() == [record])
        #expect(try fixture.isSound())
    }

    static let bad: [(row: String, column: String?, reason: String)] = [
        ("L1,,,,2021,2,3,stejay,-1", "num", "-1 is negative"),
        ("L1,,,,2021,2,3,stejay,2.5", "num", "'2.5' is not a whole number"),
        ("L1,,,,2021,2,3,stejay,10000001", "num", "10000001 is more than 10000000"),
        ("L1,,,,2021,2,3,stejay,99999999999999999999", "num", "'99999999999999999999' is not a whole number"),
        ("L1,,,,2021,2,3,stejay,25e-1", "num", "'25e-1' is not a whole number"),
        ("L1,,,,2021,2,3,stejay,1e16", "num", "'1e16' is not a whole number"),
        ("L1,,,,2021,2,3,stejay,1e8", "num", "100000000 is more than 10000000"),
        ("L1,,,,2021,2,3,stejay,many", "num", "'many' is not a whole number"),
        (
            "L1,,,,2021,2,3,stejay,\u{1B}]2;\u{7F}", "num",
            "']2;' is not a whole number; write one, or leave the cell empty and put the text into the comments"
        ),
        ("L1,91,0,,2021,2,3,stejay,1", "latitude", "91.0 is not between -90 and 90"),
        ("L1,0,180.5,,2021,2,3,stejay,1", "longitude", "180.5 is not between -180 and 180"),
        ("L1,60,,,2021,2,3,stejay,1", "longitude", "is empty, but there is a latitude"),
        ("L1,,60,,2021,2,3,stejay,1", "latitude", "is empty, but there is a longitude"),
        ("L1,nan,0,,2021,2,3,stejay,1", "latitude", "is empty, but there is a longitude"),
        ("L1,1e999,0,,2021,2,3,stejay,1", "latitude", "'1e999' is not a number"),
        ("L1,,,,,2,3,stejay,1", "year", "is empty, but there is a month"),
        ("L1,,,,NA,2,3,stejay,1", "year", "is empty, but there is a month"),
        (
            "L1,,,,1799,2,3,stejay,1", "year",
            "the year 1799 is not between 1800 and 2025; if it is right, leave the date empty and write it into the comments"
        ),
        ("L1,,,,2026,2,3,stejay,1", "year", "the year 2026 is not between 1800 and 2025"),
        ("L1,,,,2021,13,3,stejay,1", "month", "13 is not a month"),
        ("L1,,,,2021,,3,stejay,1", "month", "is empty, but there is a day"),
        ("L1,,,,2021,2,29,stejay,1", "day", "there is no day 29 in month 2 of 2021"),
        ("L1,,,,2021,2,0,stejay,1", "day", "there is no day 0 in month 2 of 2021"),
        (",,,,2021,2,3,stejay,1", "loc_id", "is empty"),
        ("L1,,,,2021,2,3,,1", "species_id", "is empty"),
        ("L1,,,,2021,2,3,\u{0},1", "species_id", "is empty"),
        ("L1,\"60,5\",1,,2021,2,3,stejay,1", "latitude", "'60,5' is not a number"),
        ("L1,,,,2021,2,3,stejay,1,2", nil, "it has 10 cells for 9 columns"),
        // A decimal comma makes one cell more too.
        ("L1,,,,2021,2,3,stejay,1,", nil, "it has 10 cells for 9 columns"),
        ("\"L1\"x,,,,2021,2,3,stejay,1", nil, "there is text after the closing quote of a cell"),
    ]

    @Test func aMonthWithoutAYearIsNamedByTheColumnThatIsEmpty() throws {
        let fixture = try ImportFixture()
        fixture.write("a.csv", "loc_id,latitude,longitude,region,date,month,species_id,num\nL1,,,,,2,a,1\n")
        let report = try fixture.run("a.csv")
        #expect(report.firstErrors.map(\.column) == ["date"])
        #expect(report.firstErrors.map(\.reason) == ["is empty, but there is a month"])
    }

    @Test(arguments: bad)
    func refusesInvalidRows(row: String, column: String?, reason: String) throws {
        let fixture = try ImportFixture()
        let path = fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,stejay,1\n" + row + "\n")
        let report = try fixture.run("a.csv")
        #expect(!report.isStored)
        #expect(report.rowsInError == 1)
        let error = ImportReport.RowInError(file: path, line: 3, column: column, reason: reason)
        #expect(report.firstErrors == [error])
        #expect(!fixture.names.contains("birds.db"))
    }

    /// A separator at the end of all lines makes an empty cell in each.
    @Test(arguments: [",", "\t", ";"]) func acceptsASeparatorAtTheEndOfTheHeaderToo(separator: String) throws {
        let fixture = try ImportFixture()
        let text = String(plainHeader.dropLast()) + ",\nL1,,,,2021,2,3,stejay,1,\nL1,,,,2021,2,3,stejay,2\n"
        fixture.write("a.csv", text.replacing(",", with: separator))
        #expect(try fixture.run("a.csv").stored == 2)
        // Between tabs and semicolons, a decimal comma shifts nothing.
        let row = "L1,,,,2021,2,3,stejay,1,\n"
        fixture.write("a.csv", (plainHeader + row).replacing(",", with: separator))
        #expect(try fixture.run("a.csv").rowsInError == (separator == "," ? 1 : 0))
    }

    /// Compared with the standard library, which rounds to the nearest double.
    @Test func readsNumbersExactly() {
        var random = SplitMix(state: 4)
        for _ in 0..<20_000 {
            let digits = Int(random.next() % 19) + 1
            var text = String((0..<digits).map { _ in "0123456789".randomElement(using: &random) ?? "0" })
            text.insert(".", at: text.index(text.startIndex, offsetBy: Int(random.next() % UInt64(digits + 1))))
            if random.next() % 2 == 0 { text = "-" + text }
            if random.next() % 9 == 0 { text += "e-3" }
            let cell = Row.Cell(start: 0, end: Int32(text.utf8.count))
            let expected = Double(text.hasSuffix(".") ? text + "0" : text.replacing(".e", with: ".0e"))
            #expect(Number.double(Array(text.utf8), cell) == expected, "\(text)")
        }
    }

    static let categories: [(String, String, String?)] = [
        ("Cyanocitta stelleri", "Steller's Jay", "species"),
        ("Passeriformes sp.", "passerine sp.", "spuh"),
        ("Poecile hudsonicus/gambeli", "Boreal/Mountain Chickadee", "slash"),
        ("Larus argentatus x hyperboreus", "Herring x Glaucous Gull (hybrid)", "hybrid"),
        ("Setophaga coronata [coronata Group]", "Yellow-rumped Warbler (Myrtle)", "issf"),
        ("Setophaga coronata coronata x auduboni", "Yellow-rumped Warbler (Myrtle x Audubon's)", "intergrade"),
        ("Columba livia (Feral Pigeon)", "Rock Pigeon (Feral Pigeon)", "domestic"),
        ("Anser sp. (Domestic type) x Branta canadensis", "Domestic goose sp. x Canada Goose (hybrid)", "hybrid"),
        ("Branta bernicla bernicla x nigricans", "Brant (Dark-bellied x Black)", "intergrade"),
        ("Buteo jamaicensis calurus/abieticola", "Red-tailed Hawk (calurus/abieticola)", "issf"),
        ("Anas sp.", "", "spuh"), ("Branta canadensis moffitti/maxima", "", "issf"),
        ("Parus major/caeruleus", "", "slash"),
    ]

    @Test(arguments: categories)
    func guessesTheCategoryFromNames(scientific: String, common: String, category: String?) {
        let species = SourceSpecies(
            code: "code1", scientificName: scientific, commonName: common.isEmpty ? nil : common)
        #expect(SpeciesDecoder.category(of: species) == category)
    }
}
