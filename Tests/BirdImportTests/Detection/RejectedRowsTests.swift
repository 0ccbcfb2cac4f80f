import Birds
import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

/// A row that is corrected in a file of `--rejects` gives the record that it would give in its own file.
@Suite struct RejectedRowsTests {
    private typealias Corrections = [(wrong: String, right: String)]

    /// All that is served of the records, and the checklists and species.
    private func stored(_ fixture: ImportFixture) throws -> [String] {
        var query = ObservationQuery()
        query.fields = Field.allCases.filter { $0 != .id }
        let records = try ObservationStore(path: fixture.database).text(query, format: .ndjson)
        let columns = try fixture.rows("SELECT name FROM pragma_table_info('checklist') WHERE name NOT LIKE '%id'")
        return records.split(separator: "\n").map(String.init).sorted()
            + (try fixture.rows(
                "SELECT l.code, \(columns.map { "c.\($0)" }.joined(separator: ", ")) FROM checklist c "
                    + "JOIN location l ON l.id = location_id"
            ).sorted())
            + (try fixture.rows("SELECT code, scientific_name, common_name, category, taxon_order FROM species"))
    }

    /// What is stored if rows are corrected in their own file, and if they are corrected in the file of `--rejects`.
    /// - Parameters:
    ///   - pack: Makes a file of the text.
    ///   - save: Saves the file of rejected rows, as a spreadsheet may do.
    ///   - change: The options of the first import.
    private func outcomes(
        _ text: String, _ corrections: Corrections, pack: (String) -> [UInt8] = { Array($0.utf8) },
        save: (String) -> [UInt8] = { Array($0.utf8) }, change: (inout ImportOptions) -> Void = { _ in }
    ) throws -> (own: [String], here: [String]) {
        let correct = { (text: String) in corrections.reduce(text) { $0.replacing($1.wrong, with: $1.right) } }
        let (own, here) = (try ImportFixture(), try ImportFixture())
        own.write("a", pack(correct(text)))
        let whole = try own.run("a") { options in
            change(&options)
            options.dataset = "d"
        }
        #expect(whole.rowsInError == 0, "\(whole.text)")
        here.write("a", pack(text))
        let first = try here.run("a") { options in
            change(&options)
            (options.dataset, options.skipErrors, options.rejects) = ("d", true, here.path("r.csv"))
        }
        #expect(first.rowsInError == corrections.count, "\(first.text)")
        here.write("r.csv", save(correct(here.text("r.csv"))))
        let second = try here.run("r.csv") { ($0.dataset, $0.append) = ("d", true) }
        #expect(second.rowsInError == 0, "\(second.text)")
        return (try stored(own), try stored(here))
    }

    private func checkSame(
        _ text: String, _ corrections: Corrections, pack: (String) -> [UInt8] = { Array($0.utf8) },
        save: (String) -> [UInt8] = { Array($0.utf8) }, change: (inout ImportOptions) -> Void = { _ in },
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let (own, here) = try outcomes(text, corrections, pack: pack, save: save, change: change)
        #expect(!own.isEmpty && here == own, sourceLocation: location)
    }

    /// Breaks each number of a file of each format.
    @Test(arguments: FormatFixture.all + [("plain", plainHeader + "L1,48.4,-123.3,,2021,2,3,a,1\n")])
    func rowsOfEachFormatAreReadAsInTheirFile(format: String, text: String) throws {
        let header = text.firstIndex(of: "\n") ?? text.startIndex
        let numbers = text[header...].ranges(of: /[0-9]+(\.[0-9]+)?/).filter { text[$0].count > 1 }
        let mayBeOthers = ["birdnet-analyzer", "ebird-record", "ioc-master"].contains(format)
        let own = try ImportFixture()
        own.write("a", text)
        let report = try own.run("a") { ($0.dataset, $0.format) = ("d", format) }
        // If all rows of a file are in error, nothing is stored.
        let rows = report.files.map { $0.records + $0.checklists + $0.species }.reduce(0, +)
        let whole = try stored(own)
        var corrected = 0
        for number in numbers.prefix(30) {
            let wrong = "~\(text[number])~"
            let here = try ImportFixture()
            here.write("a", text[..<number.lowerBound] + wrong + text[number.upperBound...])
            let first = try here.run("a") {
                ($0.dataset, $0.skipErrors, $0.rejects, $0.format) = ("d", true, here.path("r.csv"), format)
            }
            guard first.rowsInError == 1, first.isStored else { continue }
            here.write("r.csv", here.text("r.csv").replacing(wrong, with: String(text[number])))
            if mayBeOthers {
                #expect(throws: ChangeError.self) { try here.run("r.csv") { ($0.dataset, $0.append) = ("d", true) } }
                return
            }
            let second = try here.run("r.csv") { ($0.dataset, $0.append) = ("d", true) }
            #expect(second.rowsInError == 0 && second.files.map(\.formatName) == [format], "\(second.text)")
            #expect(try stored(here) == whole, "\(wrong)")
            corrected += 1
        }
        #expect(corrected > 0 || rows == 1 || format == "ioc" || mayBeOthers)
    }

    private static let localDates =
        "scientificName;eventDate;locality;decimalLatitude;decimalLongitude;countryCode;individualCount\n"
        + "Parus major;03/02/2021;X;55,3;12,1;DK;ca 3\n"

    /// The order of day and month is known by another row, by an option, or only by the corrected ones.
    @Test func datesHaveTheOrderOfTheirFile() throws {
        let text = Self.localDates
        let count: Corrections = [("ca 3", "3")]
        try checkSame(text + "Parus major;13/02/2021;X;55,3;12,1;DK;4\n", count)
        try checkSame(text + "Parus major;2021-02-13;X;55,3;12,1;DK;4\n", count, change: { $0.dateOrder = .dayFirst })
        // The wrong row is the one that has a date.
        let dates = "Parus major;13/02/2021;X;55,3;12,1;DK;4\nParus major;x;X;55,3;12,1;DK;5\n"
        try checkSame(text.replacing("ca 3", with: "3") + dates, [("major;x;", "major;04/05/2021;")])
        try checkSame(
            text.replacing("03/02/2021", with: "2021-02-03") + "Parus major;2021-02-13;X;55,3;12,1;DK;4\n",
            [("2021-02-03;X;55,3;12,1;DK;ca 3", "25/02/2021;X;55,3;12,1;DK;3")])
    }

    /// A corrected date that would have turned the order of the whole file is an error.
    @Test func aDateOfAnotherOrderIsAnError() throws {
        let fixture = try ImportFixture()
        fixture.write("a", Self.localDates.replacing("ca 3", with: "3") + "Parus major;x;X;55,3;12,1;DK;5\n")
        try fixture.run("a") { ($0.skipErrors, $0.rejects) = (true, fixture.path("r.csv")) }
        fixture.write("r.csv", fixture.text("r.csv").replacing("major;x;", with: "major;25/02/2021;"))
        let report = try fixture.run("r.csv") { ($0.dataset, $0.append) = ("a", true) }
        #expect(report.firstErrors.first?.reason.contains("are read with the month first") == true, "\(report.text)")
    }

    /// The dates of an archive have the order that `meta.xml` gives, its cells are tabs apart, and its numbers have
    /// decimal commas.
    @Test func archivesAreReadAsWhatTheyAre() throws {
        let meta = """
            <archive><core fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" ignoreHeaderLines="0" dateFormat="DD/MM/YYYY"
            rowType="http://rs.tdwg.org/dwc/terms/Occurrence"><files><location>o.txt</location></files><id index="0"/>
            """
        let terms = [
            "gbifID", "scientificName", "eventDate", "decimalLatitude", "decimalLongitude", "locality",
            "individualCount",
            "occurrenceRemarks", "eventTime", "dataGeneralizations", "species", "countryCode", "stateProvince", "class",
            "datasetKey", "occurrenceID", "occurrenceStatus", "day", "month", "year",
        ].enumerated().map { "<field index=\"\($0)\" term=\"http://rs.tdwg.org/dwc/terms/\($1)\"/>" }.joined()
        let row = { (id: Int, date: String, count: String) in
            "\(id)\tLarus canus\t\(date)\t48,4\t-123,3\tMarsh\t\(count)\ta, \"b\"\t06:41\trounded\tLarus canus\tCA\t\tAves\tk\t"
                + "o\(id)\tPRESENT\t\t\t\n"
        }
        try checkSame(row(1, "03/02/2021", "many") + row(2, "2021-02-03", "1"), [("many", "2")]) { text in
            ZipWriter.archive([("meta.xml", meta + terms + "</core></archive>"), ("o.txt", text)])
        }
    }

    /// Points are before decimals or thousands, as the whole column tells, or the column of the corrected rows.
    @Test func pointsMeanTheSameAsInTheirFile() throws {
        let plain = plainHeader.dropLast().replacing(",", with: ";") + ";distance_km;duration_minutes\n"
        // Each row has a checklist of its own.
        let row = { (day: Int, num: String, distance: String, latitude: String) in
            "L1;\(latitude);12,1;;2021;2;\(day);a;\(num);\(distance);60\n"
        }
        for distance in ["1.609", "2.000"] {
            try checkSame(plain + row(3, "ca 1", distance, "55,3") + row(4, "2", "1,5", "55,3"), [("ca 1", "1.000")])
            try checkSame(plain + row(3, "ca 1", distance, "55.3") + row(4, "2", "1.5", "55.3"), [("ca 1", "1")])
            try checkSame(
                plain + row(3, "ca 1", distance, "55,3") + row(4, "ca 2", "x", "55,3") + row(5, "3", "", "55,3"),
                [("ca 1", "1"), ("ca 2;x", "2;2,5")])
        }
    }

    @Test func separatorsAreThoseOfTheirFile() throws {
        let rows = plainHeader + "L1,48.4,-123.3,,2021,2,3,a,many\nL1,48.4,-123.3,,2021,2,4,a,1\n"
        for separator in ["^", "=", "~"] {
            let text = "sep=\(separator)\n" + rows.replacing(",", with: separator)
            try checkSame(text, [("a\(separator)many", "a\(separator)5")])
        }
        let more = (5...9).map { "L1,48.4,-123.3,,2021,2,\($0),a,1\n" }.joined()
        let table = (rows + more).split(separator: "\n").enumerated().map { index, row in
            (index == 0 ? "" : "\"\(index)\" ")
                + row.split(separator: ",", omittingEmptySubsequences: false)
                .map { "\"\($0)\"" }.joined(separator: " ") + "\n"
        }.joined()
        try checkSame(table, [("\"many\"", "\"5\"")])
        let tabs = rows.replacing(",", with: "\t")
        try checkSame(
            tabs.replacing("L1", with: "\"Marsh, \"\"north\"\" end\""), [("a\tmany", "a\t5")])
    }

    @Test func optionsOfTheFirstImportHold() throws {
        let pi = FormatFixture.birdNETPi
        try checkSame(
            pi.replacing("06:41:12", with: "x"), [(";x;", ";06:41:12;")],
            change: {
                ($0.latitude, $0.longitude) = (55.38, 12.82)
            })
        try checkSame(
            FormatFixture.eBird.replacing("\t900\t", with: "\tmany\t"), [("\tmany\t", "\t900\t")],
            change: {
                $0.includeInvalid = true
            })
    }

    /// As Excel saves it as "Unicode text", and LibreOffice with a line for the separator.
    @Test func spreadsheetsMaySaveThem() throws {
        let text = plainHeader + "\"L,1\",48.4,-123.3,,2021,2,3,a,many\nL1,48.4,-123.3,,2021,2,4,a,1\n"
        let cells = { (text: String, separator: String) -> String in
            var (isQuoted, saved) = (false, "")
            for character in text {
                if character == "\"" { isQuoted.toggle() }
                saved += character == "," && !isQuoted ? separator : String(character)
            }
            return saved
        }
        try checkSame(
            text, [("a,many", "a,5")],
            save: { saved in
                cells(saved, "\t").utf16.reduce(into: [0xFF, 0xFE]) { $0 += [UInt8($1 & 0xFF), UInt8($1 >> 8)] }
            })
        for separator in [";", "^"] {
            try checkSame(
                text, [("a,many", "a,5")],
                save: { saved in
                    Array("sep=\(separator)\r\n\(cells(saved, separator))".utf8)
                })
        }
    }

    /// Rows of all tables of a SQLite file.
    @Test func tablesOfOneFileHaveTheirOwnHeaders() throws {
        let fixture = try ImportFixture()
        let long = String(repeating: "y", count: 501)
        let database = try Database(path: fixture.path("s.db"), mode: .readWrite)
        try database.execute(
            """
            CREATE TABLE birds (loc_id, latitude, longitude, region, year, month, day, species_id, num);
            INSERT INTO birds VALUES ('L1', 48.4, -123.3, NULL, 2021, 2, 3, 'a', 'many');
            INSERT INTO birds VALUES ('L1', 48.4, -123.3, NULL, 2021, 2, 4, 'a', 1);
            CREATE TABLE species (species_id, sci_name, en_us);
            INSERT INTO species VALUES ('a', '\(long)', 'One Bird'), ('b', 'Avis duo', 'Two Birds');
            """)
        try fixture.run("s.db") { ($0.skipErrors, $0.rejects) = (true, fixture.path("r.csv")) }
        let corrected = fixture.text("r.csv").replacing("a,many", with: "a,7").replacing(long, with: "Avis una")
        fixture.write("r.csv", corrected)
        let report = try fixture.run("r.csv") { ($0.dataset, $0.append) = ("s", true) }
        #expect(report.rowsInError == 0 && report.stored == 1, "\(report.text)\n\(corrected)")
        #expect(
            try fixture.rows("SELECT code, scientific_name FROM species ORDER BY 1") == ["a|Avis una", "b|Avis duo"])
    }

    private static let long = String(repeating: "y", count: 40_000)
    private static let others: [String] = [
        // The folder of the station, the number of the species on its checklist, and a code that another record has.
        """
        Start (s),End (s),Scientific name,Common name,Confidence,File
        0,3,Avis una,One Bird,7,/a/R_20210203_064100.wav
        0,3,Avis una,One Bird,0.7,/b/R_20210203_064100.wav

        """,
        FormatFixture.eBirdRecord.replacing(",3,\"shy", with: ",many,\"shy"),
        plainHeader.dropLast() + ",source_id\nL1,,,,2021,2,3,a,1,o1\nL1,,,,2021,2,3,b,1,o1\n",
        // A long row with a stray quote, one that was cut off, and a cell that a spreadsheet cuts.
        plainHeader.dropLast() + ",comments\nL1,,,,2021,2,3,a,1,\nL2,,,,2021,2,3,a,1,\"x\"\(long)\n",
        plainHeader + "L1,,,,2021,2,3,a,1\nL1,,,,2021,2,3,a",
        plainHeader.dropLast() + ",comments\nL1,,,,2021,2,3,a,1,\nL2,,,,2021,2,3,a,many,\(long)\n",
    ]

    /// In their own file, other rows tell what these mean, or a part of the row is missing.
    @Test(arguments: others)
    func someRowsCanOnlyBeCorrectedInTheirFile(text: String) throws {
        let fixture = try ImportFixture()
        fixture.write("a", text)
        let report = try fixture.run("a") { ($0.skipErrors, $0.rejects) = (true, fixture.path("r.csv")) }
        #expect(report.rowsInError == 1 && report.isStored, "\(report.text)")
        #expect(
            throws: ChangeError.refused(
                "\(fixture.path("r.csv")), line 2, has a row that can only be corrected in \(fixture.path("a")): correct all "
                    + "rows of that file there and import it again, or remove this row here to leave it out.")
        ) { try fixture.run("r.csv") { $0.append = true } }
    }

    /// Without what the first import knew, nothing is guessed.
    @Test func refusesWhatDoesNotSayHowItIsRead() throws {
        let fixture = try ImportFixture()
        fixture.write("a", plainHeader + "L1,,,,2021,2,3,a,many\nL1,,,,2021,2,3,a,1\n")
        try fixture.run("a") { ($0.skipErrors, $0.rejects) = (true, fixture.path("r.csv")) }
        let (path, own, text) = (fixture.path("r.csv"), fixture.path("a"), fixture.text("r.csv"))
        func refusal(_ text: String, format: String? = nil) throws -> String? {
            fixture.write("r.csv", text)
            do throws(ChangeError) {
                try fixture.run("r.csv") { ($0.append, $0.format) = (true, format) }
                return nil
            } catch {
                return error.message
            }
        }
        #expect(
            try refusal(text.replacing(",read_as", with: "").replacing(/,"format=[^"]*"/, with: ""))
                == "\(path) has no column read_as, so it is not known how its rows were read; import their files with "
                + "--rejects again, and correct the rows there.")
        for damaged in [
            text.replacing("format=plain", with: "format=plane"), text.replacing("commas=none", with: ""),
            text.replacing(/"format=[^"]*"/, with: ""), text.replacing("commas=none", with: "commas=none x"),
            text.replacing("commas=none", with: "commas=none latitude=nan longitude=nan"),
            text.replacing("commas=none", with: "commas=none points=count:many"),
        ] {
            #expect(
                try refusal(damaged)
                    == "\(path) does not say how the rows of \(own) are read; copy the cells header and read_as of that file, "
                    + "as --rejects wrote them, into line 2.")
        }
        #expect(
            try refusal(text.replacing("species_id", with: "species"))
                == "\(path)\(own) does not have the columns of plain; copy the cell of the column header from the "
                + "file that --rejects wrote.")
        #expect(
            try refusal(text, format: "dwc") == "\(path)\(own) has rows of the format plain; leave out --format.")
        let line = try #require(text.split(separator: "\r\n").last)
        #expect(
            try refusal(text + line.replacing("loc_id", with: "LOC_ID"))
                == "\(path), line 3, has another header or read_as than the rows of \(own) before it; copy both cells "
                + "from the file that --rejects wrote.")
    }
}
