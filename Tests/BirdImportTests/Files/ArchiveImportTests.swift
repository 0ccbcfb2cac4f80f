import Birds
import FileSystem
import Glibc
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct ArchiveImportTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    private static func table(
        _ element: String, _ rowType: String, _ file: String, id: String, _ terms: [(String, Int?, String?)],
        separator: String = "\\t", quote: String = ""
    ) -> String {
        let fields = terms.map { term, index, value in
            "<field \(index.map { "index=\"\($0)\"" } ?? "") \(value.map { "default=\"\($0)\"" } ?? "") term=\"http://rs.tdwg.org/dwc/terms/\(term)\"/>"
        }
        return """
            <\(element) fieldsTerminatedBy="\(separator)" linesTerminatedBy="\\n" fieldsEnclosedBy="\(quote)" ignoreHeaderLines="1"
                rowType="http://rs.tdwg.org/dwc/terms/\(rowType)"><files><location>\(file)</location></files>
            <\(id) index="0"/>\(fields.joined())</\(element)>
            """
    }

    static let occurrences: [(String, String)] = [
        (
            "meta.xml",
            "<archive>"
                + table(
                    "core", "Occurrence", "data/occurrence.csv", id: "id",
                    [
                        ("scientificName", 1, nil), ("eventDate", 2, nil), ("decimalLatitude", 3, nil),
                        ("decimalLongitude", 4, nil), ("locality", 5, nil), ("individualCount", 6, nil),
                        ("countryCode", nil, "CA"), ("class", 7, "Aves"),
                    ], separator: ",", quote: "&quot;") + "</archive>"
        ),
        (
            "data/occurrence.csv",
            "id,name,date,lat,lon,place,count,class\r\n"
                + "o1,Larus argentatus L.,2021-02-03,48.4,-123.3,\"Marsh, \"\"north\"\"\",2,\r\n"
                + "o2,Vulpes vulpes,2021-02-03,48.4,-123.3,Marsh,2,Mammalia\r\n"
                + "o3,Larus sp.,2021,,,,,"
        ),
        ("eml.xml", "<eml/>"),
    ]

    static let events: [(String, String)] = [
        (
            "meta.xml",
            "<archive>"
                + table(
                    "core", "Event", "event.txt", id: "id",
                    [
                        ("eventID", 0, nil), ("eventDate", 1, nil), ("eventTime", 2, nil), ("decimalLatitude", 3, nil),
                        ("decimalLongitude", 4, nil), ("locality", 5, nil), ("samplingProtocol", nil, "point count"),
                    ])
                + table(
                    "extension", "Occurrence", "occurrence.txt", id: "coreid",
                    [
                        ("occurrenceID", 1, nil), ("scientificName", 2, nil), ("individualCount", 3, nil),
                        ("eventDate", 4, nil),
                    ])
                + "</archive>"
        ),
        (
            "event.txt",
            "id\tdate\ttime\tlat\tlon\tplace\ne1\t2021-02-03\t06:41\t48.4\t-123.3\tMarsh\ne2\t2021-02-04\t\t\t\tHill\n"
        ),
        (
            "occurrence.txt",
            "id\tocc\tname\tn\tdate\ne1\to1\tLarus argentatus\t2\t\ne2\to2\tLarus argentatus\t3\t\ne1\to3\tCorvus corax\t\t2021-02-05\n"
        ),
    ]

    private func records() throws -> [String] {
        try fixture.rows(
            """
            SELECT s.code, o.date, num, l.code, latitude, longitude, region, source_id, c.code, c.time, c.protocol
            FROM observation o JOIN species s ON s.id = species_id JOIN location l ON l.id = o.location_id
                JOIN checklist c ON c.id = checklist_id ORDER BY source_id
            """)
    }

    @Test(arguments: [true, false]) func readsOccurrencesByTheTermsOfTheDescription(isDeflated: Bool) throws {
        fixture.write("a.zip", ZipWriter.archive(Self.occurrences, isDeflated: isDeflated))
        let report = try fixture.run("a.zip")
        #expect(report.files.map(\.format) == ["Darwin Core Archive"] && report.stored == 2)
        #expect(
            try records() == [
                "Larus argentatus|20210203|2|Marsh, \"north\"|48.4|-123.3|CA|o1|||",
                "Larus sp.|20210000||unknown|||CA|o3|||",
            ])
        #expect(report.files.first?.leftOut == ["not a bird (Mammalia)": 1])
        #expect(try fixture.rows("SELECT name, format FROM dataset") == ["a|dwca"])
        #expect(try fixture.isSound())
    }

    /// Where dates can be read in two ways, the description decides; a date that tells is believed more.
    @Test(arguments: [
        ("core", "DD/MM/YYYY", "03/02/2021", "20210203", "description"),
        ("core", "MM/DD/YYYY", "03/02/2021", "20210302", "description"),
        ("extension", "DD/MM/YYYY", "03/02/2021", "20210203", "description"),
        ("core", "MM/DD/YYYY", "13/02/2021", "20210213", "date"),
        ("core", "YYYY-MM-DD", "03/02/2021", "20210302", "format"),
    ])
    func theDescriptionTellsTheOrderOfDates(
        table: String, pattern: String, text: String, date: String, reason: String
    ) throws {
        for (name, files) in [("o.zip", Self.occurrences), ("e.zip", Self.events)] {
            let isOfEvents = name == "e.zip"
            guard isOfEvents || table == "core" else { continue }
            let changed = files.map { file, content in
                (
                    file,
                    content.replacing("<\(table) ", with: "<\(table) dateFormat=\"\(pattern)\" ")
                        .replacing("2021-02-03", with: text)
                )
            }
            fixture.write(name, ZipWriter.archive(changed))
            try fixture.run(name) { $0.report = fixture.path("r.json") }
            #expect(
                try fixture.rows(
                    "SELECT o.date FROM observation o JOIN checklist c ON c.id = checklist_id "
                        + "JOIN dataset d ON d.id = c.dataset_id WHERE source_id = 'o1' AND d.name = '\(name.dropLast(4))'"
                )
                    == [date])
            #expect(fixture.text("r.json").contains("\"reason\":\"\(reason)\""))
        }
    }

    /// They would be read as other dates.
    @Test(arguments: ["YYYY-DD-MM", "yyyyddmm", "MM-YYYY-DD", "DD.YYYY.MM", "YYYY/DD/MM'T'HH:mm"], [true, false])
    func refusesDatesInAnOrderThatNobodyReads(pattern: String, ofCore: Bool) throws {
        let table = ofCore ? "core" : "extension"
        let files = Self.events.map {
            ($0, $1.replacing("<\(table) ", with: "<\(table) dateFormat=\"\(pattern)\" "))
        }
        let path = fixture.write("b.zip", ZipWriter.archive(files))
        #expect(
            throws: ChangeError.refused(
                "\(path)/meta.xml says that dates are written as \(pattern), which can't be read; write them as YYYY-MM-DD, and "
                    + "change dateFormat, or remove it if they are so already.")
        ) { try fixture.run("b.zip") }
    }

    @Test(arguments: ["YYYY-MM-DD", "yyyyMMdd", "yyyy-MM-dd'T'HH:mm:ss", "YYYY", ""])
    func readsDatesWithTheYearFirst(pattern: String) throws {
        let files = Self.events.map { ($0, $1.replacing("<core ", with: "<core dateFormat=\"\(pattern)\" ")) }
        fixture.write("b.zip", ZipWriter.archive(files))
        #expect(try fixture.run("b.zip").stored == 3)
    }

    @Test func joinsOccurrencesWithEvents() throws {
        fixture.write("b.zip", ZipWriter.archive(Self.events))
        try fixture.run("b.zip") { $0.format = "dwca" }
        #expect(
            try records() == [
                "Larus argentatus|20210203|2|Marsh|48.4|-123.3||o1|e1|06:41|point count",
                "Larus argentatus|20210204|3|Hill||||o2|e2||point count",
                "Corvus corax|20210205||Marsh|48.4|-123.3||o3|e1||point count",
            ])
        #expect(try fixture.isSound())
        #expect(fixture.names == ["b.zip", "birds.db"])
    }

    /// An event without occurrences is a checklist without a record, unless it is the parent of others.
    @Test func readsEventsWithoutOccurrences() throws {
        let terms = ["eventID", "parentEventID", "eventDate", "locality", "samplingProtocol"]
        let fields = terms.enumerated().map { "<field index=\"\($0)\" term=\"\($1)\"/>" }.joined()
        let meta = """
            <archive><core rowType="Event" fieldsTerminatedBy="," ignoreHeaderLines="1"><files><location>e.csv</location>
            </files><id index="0"/>\(fields)</core>
            <extension rowType="Occurrence" fieldsTerminatedBy="," ignoreHeaderLines="1"><files><location>o.csv</location>
            </files><coreid index="0"/><field index="1" term="scientificName"/><field index="2" term="class"/>
            </extension></archive>
            """
        let events = """
            \(terms.joined(separator: ","))
            survey,,25/04/2021,Falsterbo,
            seen,survey,,,
            nothing,survey,,,point count
            elsewhere,survey,03/05/2021,Hill,
            fox,survey,,,
            nothing,survey,,Repeated,
            bad,survey,2021-13-01,,
            """
        let occurrences = "coreid,name,class\nseen,Larus canus,\nfox,Vulpes vulpes,Mammalia\n"
        fixture.write("b.zip", ZipWriter.archive([("meta.xml", meta), ("e.csv", events), ("o.csv", occurrences)]))
        let report = try fixture.run("b.zip") { ($0.skipErrors, $0.rejects) = (true, fixture.path("r.csv")) }
        #expect(
            try fixture.rows(
                """
                SELECT c.code, c.date, l.code, c.protocol, c.species_count FROM checklist c
                JOIN location l ON l.id = c.location_id ORDER BY c.code
                """) == [
                    // The day is first here too, as the first event tells.
                    "elsewhere|20210503|Hill||0", "fox|20210425|Falsterbo||0",
                    "nothing|20210425|Falsterbo|point count|0",
                    "seen|20210425|Falsterbo||1",
                ])
        #expect(report.text.contains("  2 records read\n  4 events without birds read\n"))
        #expect(report.firstErrors.map(\.line) == [8] && fixture.text("r.csv").contains("survey,2021-13-01,Falsterbo"))
        #expect(report.files.first?.leftOut.values.map { $0 } == [1])
        #expect(try fixture.isSound(hasVisits: true))
    }

    /// The records of a rare species are on a few of the checklists of a region.
    @Test(arguments: [true, false]) func fewOfManyChecklistsAreNoticed(recordsFirst: Bool) throws {
        func lines(_ text: String, _ change: (String) -> [String]) -> String {
            let all = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            return ([all[0]] + all[1...].filter { !$0.isEmpty }.flatMap(change)).joined(separator: "\n") + "\n"
        }
        // The first line once for each of 1,000 checklists on as many dates.
        var isDone = false
        let many = lines(FormatFixture.eBirdSampling) { line in
            guard line.contains("S11"), !isDone else { return [line] }
            isDone = true
            return (0..<1000).map { index in
                let date = "19\(10 + index / 300)-\(index / 28 % 9 < 9 ? "0" : "")\(index / 28 % 9 + 1)-"
                return line.replacing("S11", with: "S5\(1000 + index)").replacing(
                    /20\d\d-\d\d-\d\d/, with: date + (index % 28 < 9 ? "0" : "") + "\(index % 28 + 1)")
            } + [line]
        }
        fixture.write("ebd_y.txt", FormatFixture.eBird)
        fixture.write("ebd_y_sampling.txt", many)
        let files = recordsFirst ? ["ebd_y.txt", "ebd_y_sampling.txt"] : ["ebd_y_sampling.txt", "ebd_y.txt"]
        try fixture.run(files: [files[0]])
        let report = try fixture.run(files: [files[1]])
        #expect(
            report.sameChecklists.map(\.dataset) == ["ebd_y_sampling"]
                && report.sameChecklists.map(\.other) == ["ebd_y"])
        #expect(try #require(report.sameChecklists.first).checklists > 900)
    }

    /// The eBird Basic Dataset as it is downloaded, with its sampling events, or in two downloads.
    @Test func readsTheEBirdBasicDatasetWithItsSamplingEvents() throws {
        let (records, checklists) = (FormatFixture.eBird, FormatFixture.eBirdSampling)
        let others = [
            ("README.txt", "About these data.\n"), ("BCRCodes.txt", "BCR CODE\tBCR NAME\n1\tAleutian\n"),
            ("terms_of_use.txt", "Terms\n"), ("__MACOSX/._ebd_x.txt", "\u{0}\u{5}"),
        ]
        let tar = TarWriter.archive([
            .init(name: "ebd_x_sampling.txt.gz", content: GzipWriter.file(Array(checklists.utf8))),
            .init(name: "ebd_x.txt.gz", content: GzipWriter.file(Array(records.utf8))),
        ])
        let together = ZipWriter.archive([("ebd_x.txt", records), ("ebd_x_sampling.txt", checklists)] + others)
        fixture.write("ebd_x.zip", together)
        fixture.write("ebd_x.tar", tar)
        fixture.write("ebd_x.txt", records)
        fixture.write("ebd_x_sampling.txt", checklists)
        fixture.write("ebd_sampling_x.tar", TarWriter.archive([.init(name: "s.txt", content: Array(checklists.utf8))]))
        let imports: [([String], String?)] = [
            (["ebd_x.zip"], nil), (["ebd_x.zip"], "ebird"), (["ebd_x.tar"], nil),
            (["ebd_x.txt", "ebd_x_sampling.txt"], nil),
            (["ebd_x_sampling.txt", "ebd_x.txt"], nil), (["ebd_sampling_x.tar", "ebd_x.txt"], nil),
        ]
        for (files, format) in imports {
            let report = try fixture.run(files: files) { $0.format = format }
            #expect(report.files.map(\.dataset) == ["ebd_x", "ebd_x"], "\(files)")
            #expect(
                Set(report.files.map(\.format)) == ["eBird Basic Dataset", "eBird Basic Dataset, sampling events"])
            #expect(
                try fixture.rows("SELECT code, species_count FROM checklist ORDER BY code")
                    == ["S11|1", "S12|0", "S13|0", "S9|1"])
            #expect(try fixture.rows("SELECT name, format, checklists, records FROM dataset") == ["ebd_x|ebird|4|2"])
            #expect(try fixture.isSound(hasVisits: true))
            unlink(fixture.database)
        }
        // Alone, it is a data set of its own. If the records are there, the report says what to do.
        try fixture.run("ebd_x.txt")
        let alone = try fixture.run("ebd_x_sampling.txt")
        #expect(alone.files.map(\.dataset) == ["ebd_x_sampling"])
        #expect(alone.sameChecklists == [.init(dataset: "ebd_x_sampling", other: "ebd_x", checklists: 4)])
        #expect(alone.text.contains("import the file again with --dataset ebd_x --append."))
        try DataSets.remove(name: "ebd_x_sampling", path: fixture.database)
        // In the other order too.
        try DataSets.remove(name: "ebd_x", path: fixture.database)
        try fixture.run("ebd_x_sampling.txt")
        let later = try fixture.run("ebd_x.txt")
        #expect(try fixture.isSound(hasVisits: true))
        #expect(later.sameChecklists == [.init(dataset: "ebd_x_sampling", other: "ebd_x", checklists: 4)])
        try DataSets.remove(name: "ebd_x_sampling", path: fixture.database)
        let added = try fixture.run("ebd_x_sampling.txt") { ($0.dataset, $0.append) = ("ebd_x", true) }
        #expect(added.sameChecklists == [])
        #expect(try fixture.rows("SELECT name, checklists, records FROM dataset") == ["ebd_x|4|2"])
        #expect(throws: ChangeError.self) { try fixture.run("ebd_x.tar", "ebd_x.zip") }
        // Nobody has seen the species.
        let header = String(records.prefix { $0 != "\n" } + "\n")
        fixture.write("none.zip", ZipWriter.archive([("ebd_y.txt", header), ("ebd_y_sampling.txt", checklists)]))
        #expect(try fixture.run("none.zip").checklists == 4)
        fixture.write("ebd_x.txt", header)
        #expect(throws: ChangeError.self) { try fixture.run("ebd_x.txt") }
    }

    /// An event has the date and the place of the nearest ancestor that has one, as a whole.
    @Test func eventsInheritFromTheirParents() throws {
        let terms = [
            "eventID", "parentEventID", "eventDate", "year", "locality", "decimalLatitude", "decimalLongitude",
        ]
        let fields = terms.enumerated().map { "<field index=\"\($0)\" term=\"\($1)\"/>" }.joined()
        let meta = """
            <archive><core rowType="Event" fieldsTerminatedBy="," ignoreHeaderLines="1"><files><location>e.csv</location>
            </files><id index="0"/>\(fields)</core>
            <extension rowType="Occurrence" fieldsTerminatedBy="," ignoreHeaderLines="1"><files><location>o.csv</location>
            </files><coreid index="0"/><field index="1" term="scientificName"/></extension></archive>
            """
        let events = """
            \(terms.joined(separator: ","))
            survey,,2021-05-01,2021,Falsterbo,55.4,12.8
            visit,survey,,,,,
            plot,visit,2021-05-02,,,,
            hill,visit,,,Hill,,
            a,b,,,A,,
            b,a,,,,,
            lost,nowhere,,,B,,
            visit,,1999-01-01,,Elsewhere,,
            """
        let occurrences = ["visit", "plot", "hill", "a", "b", "lost"].map { $0 + ",Larus canus\n" }.joined()
        fixture.write(
            "b.zip",
            ZipWriter.archive([("meta.xml", meta), ("e.csv", events), ("o.csv", "coreid,name\n" + occurrences)]))
        let report = try fixture.run("b.zip")
        #expect(report.files.map(\.orphanEvents) == [3])
        #expect(report.files.first?.firstOrphanEvent == ImportReport.Example(line: 6, row: "a, parentEventID b"))
        #expect(
            try fixture.rows(
                """
                SELECT c.code, o.date, l.code, l.latitude FROM observation o
                JOIN location l ON l.id = o.location_id JOIN checklist c ON c.id = o.checklist_id ORDER BY c.code
                """) == [
                    "a|99999999|A|", "b|99999999|A|", "hill|20210501|Hill|55.4", "lost|99999999|B|",
                    "plot|20210502|Falsterbo|55.4", "visit|20210501|Falsterbo|55.4",
                ])
    }

    /// The dates of all events are in one column.
    @Test func judgesTheDatesOfOccurrencesByAllEvents() throws {
        let meta = """
            <archive><core rowType="Event" fieldsTerminatedBy="," ignoreHeaderLines="1"><files><location>e.csv</location>
            </files><id index="0"/><field index="1" term="eventDate"/></core>
            <extension rowType="Occurrence" fieldsTerminatedBy="," ignoreHeaderLines="1"><files><location>o.csv</location>
            </files><coreid index="0"/><field index="1" term="scientificName"/></extension></archive>
            """
        fixture.write(
            "b.zip",
            ZipWriter.archive([
                ("meta.xml", meta), ("e.csv", "id,date\ne1,03/02/2021\ne2,25/02/2021\n"),
                ("o.csv", "id,name\ne1,Larus canus\n"),
            ]))
        #expect(try fixture.run("b.zip").files.first?.dateOrder?.order == .dayFirst)
        #expect(
            try fixture.rows("SELECT code, date FROM checklist ORDER BY code") == ["e1|20210203", "e2|20210225"])
    }

    /// The last columns need not have terms, and some programs write a separator at the end of each row.
    @Test(arguments: [(0, "\tnot described"), (1, "\t"), (1, "\t\t")])
    func findsEventsInRowsWithMoreCellsThanTerms(headerLines: Int, more: String) throws {
        let fields = ["eventDate", "eventID", "locality"].enumerated().map { "<field index=\"\($0)\" term=\"\($1)\"/>" }
        let meta = """
            <archive><core rowType="Event" fieldsTerminatedBy="\\t" ignoreHeaderLines="\(headerLines)"><files>
            <location>e.txt</location></files><id index="1"/>\(fields.joined())</core>
            <extension rowType="Occurrence" fieldsTerminatedBy="," ignoreHeaderLines="1"><files><location>o.csv</location>
            </files><coreid index="0"/><field index="1" term="scientificName"/></extension></archive>
            """
        let header = headerLines == 0 ? "" : "date\tid\tplace\n"
        fixture.write(
            "b.zip",
            ZipWriter.archive([
                ("meta.xml", meta), ("e.txt", header + "2021-02-03\te1\tMarsh\(more)\n2021-02-04\te2\tHill\(more)\n"),
                ("o.csv", "id,name\ne1,Larus canus\n"),
            ]))
        try fixture.run("b.zip")
        #expect(
            try fixture.rows(
                "SELECT c.code, c.date, l.code FROM checklist c JOIN location l ON l.id = location_id ORDER BY c.code")
                == ["e1|20210203|Marsh", "e2|20210204|Hill"])
    }

    /// The country is inherited apart from the place, and what an occurrence says of itself goes before all events.
    @Test func occurrencesHaveTheCountryOfTheNearestEvent() throws {
        func fields(_ terms: [String]) -> String {
            terms.enumerated().map { "<field index=\"\($0)\" term=\"\($1)\"/>" }.joined()
        }
        let meta = """
            <archive><core rowType="Event" fieldsTerminatedBy="," ignoreHeaderLines="2"><files><location>e.csv</location>
            </files><id index="0"/>\(fields(["eventID", "parentEventID", "eventDate", "countryCode", "locality"]))</core>
            <extension rowType="Occurrence" fieldsTerminatedBy="," ignoreHeaderLines="0"><files><location>o.csv</location>
            </files><coreid index="0"/>\(fields(["coreid", "scientificName", "countryCode", "eventDate"]))</extension></archive>
            """
        let events = """
            a comment,,,,
            eventID,parentEventID,eventDate,countryCode,locality
            survey,,2021-05-01,SE,Falsterbo
            visit,survey,2021-05-02,,
            plot,visit,,NO,Plot
            deep,plot,,,
            """
        let occurrences = [
            "visit,Larus canus,,", "plot,Larus canus,,", "deep,Larus canus,,2021-05-09", "visit,Larus canus,DK,",
        ]
        fixture.write(
            "b.zip",
            ZipWriter.archive([
                ("meta.xml", meta), ("e.csv", events), ("o.csv", occurrences.map { $0 + "\n" }.joined()),
            ]))
        #expect(try fixture.run("b.zip").rowsInError == 0)
        #expect(
            try fixture.rows(
                """
                SELECT c.code, o.date, l.code, l.region FROM observation o
                JOIN location l ON l.id = o.location_id JOIN checklist c ON c.id = o.checklist_id ORDER BY 1, 2, 3, 4
                """) == [
                    "deep|20210509|Plot|NO", "plot|20210502|Plot|NO", "visit|20210502|Falsterbo|DK",
                    "visit|20210502|Falsterbo|SE",
                ])
    }

    /// Two data sets may use one `occurrenceID`.
    @Test func recordsOfGBIFAreKnownByItsKey() throws {
        fixture.write(
            "a.tsv",
            "gbifID\toccurrenceID\tscientificName\teventDate\n7\t1\tLarus canus\t2021-02-03\n8\t1\tLarus canus\t2021-02-03\n"
        )
        #expect(try fixture.run("a.tsv").stored == 2)
        #expect(try fixture.rows("SELECT source_id FROM observation ORDER BY source_id") == ["7", "8"])
    }

    @Test func reportsRowsWithoutTheirEvent() throws {
        var files = Self.events
        // Of the second one it is known already that there is no such event.
        files[2].1 += "e9\to9\tCorvus corax\t1\t\ne9\to8\tCorvus corax\t1\t\n"
        fixture.write("b.zip", ZipWriter.archive(files))
        let report = try fixture.run("b.zip")
        #expect(
            report.firstErrors.map(\.reason) == Array(repeating: "its event 'e9' is not in event.txt", count: 2))
        #expect(report.firstErrors.map(\.line) == [5, 6])
    }

    /// A decimal comma between commas makes one cell more, and would shift the others.
    @Test func refusesRowsWithMoreCellsThanColumnsBetweenCommas() throws {
        var files = Self.occurrences
        files[1].1 =
            "id,name,date,lat,lon,place,count,class,more\r\no1,Larus argentatus,2021-02-03,48,4,-123,3,Marsh,2,Aves\r\n"
            + "o2,Larus argentatus,2021-02-03,48.4,-123.3,Marsh,2,Aves,more\r\no3,Larus argentatus,2021,,,,,,\r\n"
        fixture.write("a.zip", ZipWriter.archive(files))
        let report = try fixture.run("a.zip") { $0.skipErrors = true }
        #expect(report.firstErrors.map { "\($0.line): \($0.reason)" } == ["2: it has 10 cells for 9 columns"])
        #expect(try fixture.rows("SELECT source_id FROM observation ORDER BY source_id") == ["o2", "o3"])
    }

    /// One decimal comma, and an empty last cell: the row has one cell too many, and it is not known which one.
    @Test(arguments: ["1,Parus major,2021-02-03,55,4,12,3,", "1,Parus major,2021-02-03,55,12,3,,"])
    func refusesAShiftedRowWhoseLastCellIsEmpty(row: String) throws {
        let terms: [(String, Int?, String?)] = [
            ("scientificName", 1, nil), ("eventDate", 2, nil), ("decimalLatitude", 3, nil),
            ("decimalLongitude", 4, nil), ("individualCount", 5, nil), ("occurrenceRemarks", 6, nil),
        ]
        let meta =
            "<archive>" + Self.table("core", "Occurrence", "o.csv", id: "id", terms, separator: ",") + "</archive>"
        let header = "id,name,date,lat,lon,n,remarks"
        for (header, isRight) in [(header, false), (header + ",", true)] {
            fixture.write(
                "a.zip",
                ZipWriter.archive([
                    ("meta.xml", meta), ("o.csv", "\(header)\n\(row)\n2,Parus major,2021-02-03,55.4,12.3,3,shy\n"),
                ]))
            let report = try fixture.run("a.zip") { $0.skipErrors = true }
            #expect(
                report.firstErrors.map { "\($0.line): \($0.reason)" }
                    == (isRight ? [] : ["2: it has 8 cells for 7 columns"]))
            #expect(report.stored == (isRight ? 2 : 1))
        }
    }

    /// A separator within a cell shifts the others. A separator at the end of the line does not.
    @Test(arguments: ["\t", ";", "|"]) func refusesRowsWithMoreFilledCellsThanColumns(separator: String) throws {
        let terms: [(String, Int?, String?)] = [
            ("scientificName", 1, nil), ("eventDate", 2, nil), ("locality", 3, nil), ("individualCount", 4, nil),
        ]
        let rows = [
            "1 | Parus major | 2021-02-04 | Old mill | 7 | ", "2 | Parus major | 2021-02-04 | Old mill | 12 | 3",
            "3 | Parus major | 2021-02-04 | Old mill | 7 |  |  | ", "4 | Parus major",
        ]
        func read(_ meta: String, _ header: String) throws -> [String] {
            let text = ([header] + rows).map { $0.replacing(" | ", with: separator) + "\n" }.joined()
            fixture.write("a.zip", ZipWriter.archive([("meta.xml", "<archive>\(meta)</archive>"), ("o.txt", text)]))
            return try fixture.run("a.zip") { $0.skipErrors = true }.firstErrors.map { "\($0.line): \($0.reason)" }
        }
        let meta = Self.table(
            "core", "Occurrence", "o.txt", id: "id", terms, separator: separator == "\t" ? "\\t" : separator)
        #expect(
            try read(meta, "id | scientificName | eventDate | locality | individualCount") == [
                "3: it has 6 cells for 5 columns"
            ])
        #expect(try fixture.rows("SELECT source_id FROM observation ORDER BY 1") == ["1", "3", "4"])
        // A title is no header, and there may be columns without terms.
        #expect(try read(meta, "Birds") == [])
        #expect(try read(meta.replacing("ignoreHeaderLines=\"1\"", with: ""), "0 | Parus major |  |  | ") == [])
    }

    /// Its cells can't be used.
    @Test func refusesEventsWithMoreFilledCellsThanColumns() throws {
        var files = Self.events
        files[1].1 = files[1].1.replacing("\tHill\n", with: "\tHill\tmore\n")
        fixture.write("b.zip", ZipWriter.archive(files))
        let report = try fixture.run("b.zip") { $0.skipErrors = true }
        #expect(
            report.firstErrors.map(\.reason) == [
                "its event 'e2' is in error (event.txt, line 3: it has 7 cells for 6 columns)"
            ])
    }

    /// XML makes a space of a tab in an attribute.
    @Test func readsATabInTheDescription() throws {
        let files = Self.events.map { ($0, $1.replacing("\"\\t\"", with: "\"\t\"")) }
        #expect(files[0].1 != Self.events[0].1)
        fixture.write("b.zip", ZipWriter.archive(files))
        #expect(try fixture.run("b.zip").stored == 3)
        #expect(
            try records().map { $0.split(separator: "|")[0] }.sorted() == [
                "Corvus corax", "Larus argentatus", "Larus argentatus",
            ])
        let path = fixture.write("b.zip", ZipWriter.archive(files.map { ($0, $1.replacing("\t", with: " ")) }))
        #expect(
            throws: ChangeError.refused(
                "\(path)/meta.xml can't be used: it says that there are spaces between columns; for a tab, write \\t as "
                    + "fieldsTerminatedBy.")
        ) { try fixture.run("b.zip") }
    }

    /// Also where only events without occurrences have dates that depend on it.
    @Test(arguments: [("DD/MM/YYYY", "20210204"), ("MM/DD/YYYY", "20210402")])
    func theDescriptionTellsTheOrderOfDatesOfEmptyEvents(pattern: String, date: String) throws {
        var files = Self.events
        files[0].1 = files[0].1.replacing("<core ", with: "<core dateFormat=\"\(pattern)\" ")
        files[1].1 += "e3\t04/02/2021\t\t\t\tHill\n"
        fixture.write("b.zip", ZipWriter.archive(files))
        try fixture.run("b.zip") { $0.report = fixture.path("r.json") }
        #expect(try fixture.rows("SELECT date FROM checklist WHERE code = 'e3'") == [date])
        #expect(fixture.text("r.json").contains("\"reason\":\"description\""))
    }

    /// An event in error costs its own occurrences, and those of the events that would inherit from it.
    @Test func reportsRowsWhoseEventIsInError() throws {
        func meta(id: Int) -> String {
            let fields = ["eventID", "parentEventID", "eventDate", "decimalLatitude", "decimalLongitude"].enumerated()
                .map { "<field index=\"\($0)\" term=\"\($1)\"/>" }.joined()
            return """
                <archive><core rowType="Event" fieldsTerminatedBy="," ignoreHeaderLines="1"><files><location>e.csv</location>
                </files><id index="\(id)"/>\(fields)</core>
                <extension rowType="Occurrence" fieldsTerminatedBy="," ignoreHeaderLines="1"><files>
                <location>o.csv</location></files><coreid index="0"/><field index="0" term="occurrenceID"/>
                <field index="1" term="scientificName"/></extension></archive>
                """
        }
        let events = """
            id,parent,date,lat,lon
            shifted,,2021-05-01,55,4,12,8
            child,shifted,,,
            good,,2021-05-02,55.4,12.8
            good,,2021-05-03,55,4,12,8
            twice,,2021-05-04,55,4,12,8
            twice,,2021-05-05,55.4,12.8

            """
        let occurrences =
            "coreid,name\n"
            + ["shifted", "child", "good", "twice", "none"].map { $0 + ",Larus canus\n" }.joined()
        func read(id: Int) throws -> ImportReport {
            fixture.write(
                "b.zip", ZipWriter.archive([("meta.xml", meta(id: id)), ("e.csv", events), ("o.csv", occurrences)]))
            return try fixture.run("b.zip") { $0.skipErrors = true }
        }
        let cause = "is in error (e.csv, line 2: it has 7 cells for 5 columns)"
        #expect(
            try read(id: 0).firstErrors.map { "\($0.line): \($0.reason)" } == [
                "2: its event 'shifted' \(cause)", "3: its event 'child' has a parent 'shifted' that \(cause)",
                "6: its event 'none' is not in e.csv",
            ])
        #expect(try records().map { $0.split(separator: "|")[1] } == ["20210502", "20210505"])
        // In the last column, the id is among the shifted cells.
        let reason = try read(id: 4).firstErrors.first?.reason
        #expect(
            reason
                == "its event 'shifted' is not in e.csv; line 2 of it is in error: it has 7 cells for 5 columns")
    }

    /// Between semicolons or tabs, a comma is a decimal comma; between commas it is not.
    @Test(arguments: [(";", ""), ("\\t", ""), (";", "&quot;"), (",", "&quot;")])
    func readsDecimalCommas(separator: String, quote: String) throws {
        let terms: [(String, Int?, String?)] = [
            ("scientificName", 1, nil), ("eventDate", 2, nil), ("decimalLatitude", 3, nil),
            ("decimalLongitude", 4, nil),
        ]
        let meta = Self.table(
            "core", "Occurrence", "o.csv", id: "id", terms, separator: separator, quote: quote)
        let cells = ["o1", "Larus canus", "2021-02-03", "55,4", "-12,8"]
        let character = separator == ";" || separator == "," ? separator : "\t"
        let row = cells.map { quote.isEmpty ? $0 : "\"\($0)\"" }.joined(separator: character) + "\n"
        fixture.write(
            "a.zip", ZipWriter.archive([("meta.xml", "<archive>\(meta)</archive>"), ("o.csv", "header\n" + row)]))
        let report = try fixture.run("a.zip")
        if separator == "," {
            #expect(report.firstErrors.map(\.reason) == ["'55,4' is not a number"])
        } else {
            #expect(try fixture.rows("SELECT latitude, longitude FROM location") == ["55.4|-12.8"])
        }
    }

    /// The rows of occurrences and events are joined, so the stricter rule of their files holds.
    @Test(arguments: [(";", true), (",", false)]) func readsDecimalCommasOfEvents(separator: String, reads: Bool) throws
    {
        let meta =
            "<archive>"
            + Self.table(
                "core", "Event", "e.csv", id: "id", [("decimalLatitude", 1, nil), ("decimalLongitude", 2, nil)],
                separator: ";")
            + Self.table(
                "extension", "Occurrence", "o.csv", id: "coreid", [("scientificName", 1, nil), ("eventDate", 2, nil)],
                separator: separator) + "</archive>"
        let row = ["e1", "Larus canus", "2021-02-03"].joined(separator: separator)
        fixture.write(
            "a.zip",
            ZipWriter.archive([
                ("meta.xml", meta), ("e.csv", "id;lat;lon\ne1;55,4;12,8\n"), ("o.csv", "header\n\(row)\n"),
            ]))
        let report = try fixture.run("a.zip")
        #expect((report.rowsInError == 0) == reads)
        if reads { #expect(try fixture.rows("SELECT latitude FROM location") == ["55.4"]) }
    }

    // MARK: - Packaging

    private static let text = Array(FormatFixture.gbif.utf8)
    private static let zip = ZipWriter.archive([("0001.csv", FormatFixture.gbif), ("__MACOSX/._0001.csv", "x")])
    private static let tar = TarWriter.archive([TarWriter.Entry(name: "./0001.csv", content: text)])
    /// A tar with a compressed text and what eBird puts beside it.
    private static let download = TarWriter.archive([
        TarWriter.Entry(name: "BCRCodes.txt", content: Array("BCR\tName\n5\tNorthern Pacific Rainforest\n".utf8)),
        TarWriter.Entry(name: "ebd.txt.gz", content: GzipWriter.file(text)),
        TarWriter.Entry(name: "recommended_citation.txt", content: Array("Cite this, as: \"so\".".utf8)),
        TarWriter.Entry(name: "terms_of_use.txt", content: Array("Terms\n".utf8)),
        TarWriter.Entry(name: "EBD_Metadata.pdf", content: Array("%PDF-1.7\0".utf8)),
    ])

    @Test(
        arguments: [
            ("a.csv.gz", GzipWriter.file(text)), ("a.zip", zip), ("a.tar", tar), ("a.tar.gz", GzipWriter.file(tar)),
            ("a.zip", ZipWriter.archive([ZipWriter.Entry(name: "x.txt.gz", content: GzipWriter.file(text))])),
            ("a.tar", download), ("a.tgz", GzipWriter.file(download)), ("a.zip.gz", GzipWriter.file(zip)),
            // The bytes tell, not the name.
            ("a.txt", GzipWriter.file(tar)), ("a.gz", zip), ("a", tar),
            // Hidden files and those beside them are no files of the archive.
            (
                "a.zip",
                ZipWriter.archive([
                    ("x/._0001.csv", FormatFixture.gbif), ("x/0001.csv", FormatFixture.gbif),
                    ("__MACOSX/x/0001.csv", FormatFixture.gbif), (".hidden.csv", FormatFixture.gbif),
                ])
            ),
        ] as [(String, [UInt8])])
    func readsPackedFilesLikePlainOnes(name: String, bytes: [UInt8]) throws {
        fixture.write("b.csv", Self.text)
        let plain = try fixture.run("b.csv")
        let records = try fixture.rows("SELECT source_id, num, date FROM observation ORDER BY source_id")
        try fixture.run("b.csv") { $0.dataset = "a" }
        fixture.write(name, bytes)
        let report = try fixture.run(name)
        #expect(report.files.map(\.format) == ["GBIF simple download"] && report.stored == plain.stored)
        #expect(report.files.first?.leftOut == plain.files.first?.leftOut)
        #expect(
            try fixture.rows(
                """
                SELECT source_id, num, date FROM observation
                WHERE dataset_id = (SELECT id FROM dataset WHERE name = 'a') ORDER BY source_id
                """) == records)
        // No file is left beside it.
        #expect(Set(fixture.names) == ["b.csv", "birds.db", name])
        #expect(try fixture.isSound())
    }

    /// The only line end of the first is in a cell. In UTF-16, the bytes of a line end belong together.
    @Test func findsPackedFilesWithoutALineEndAtTheirEnd() throws {
        let line = String(FormatFixture.eBirdRecords.prefix { $0 != "\n" }).replacing("shy, alone", with: "shy,\nalone")
        let plain = "loc_id,latitude,longitude,region,year,month,day,species_id,num\r\nL1,,,,2021,2,3,stejay,1"
        var bytes: [UInt8] = [0xFF, 0xFE]
        for unit in plain.utf16 { bytes += [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)] }
        for content in [Array(line.utf8), bytes] {
            let readme = TarWriter.Entry(name: "README.txt", content: Array("About\n".utf8))
            for packed in [content, GzipWriter.file(content)] {
                fixture.write("a.tar", TarWriter.archive([readme, TarWriter.Entry(name: "x", content: packed)]))
                #expect(try fixture.run("a.tar").stored == 1)
            }
        }
    }

    @Test func readsASQLiteFileThatIsPacked() throws {
        let path = fixture.path("records.sqlite")
        try Database(path: path, mode: .readWrite).execute(
            """
            CREATE TABLE birds (loc_id, latitude, longitude, region, year, month, day, species_id, num);
            INSERT INTO birds VALUES ('L1', 60.5, -135.25, 'CA-YT', 2021, 2, 3, 'stejay', 2)
            """)
        let bytes = fixture.bytes("records.sqlite")
        unlink(path)
        fixture.write("a.db.gz", GzipWriter.file(bytes))
        fixture.write("b.zip", ZipWriter.archive([ZipWriter.Entry(name: "x/birds.db", content: bytes)]))
        for name in ["a.db.gz", "b.zip"] {
            let report = try fixture.run(name) { $0.format = "sqlite" }
            #expect(report.files.map(\.format) == ["SQLite"] && report.stored == 1)
        }
        #expect(try fixture.records() == Array(repeating: "L1|60.5|-135.25|CA-YT|20210203|stejay|2", count: 2))
        #expect(fixture.names == ["a.db.gz", "b.zip", "birds.db"])
    }

    @Test func readsAnArchiveOfDarwinCoreInATar() throws {
        var files = Self.occurrences.map { TarWriter.Entry(name: "./x/" + $0.0, content: Array($0.1.utf8)) }
        files[1].content = GzipWriter.file(files[1].content)
        fixture.write("a.tar.gz", GzipWriter.file(TarWriter.archive(files)))
        let report = try fixture.run("a.tar.gz") { $0.format = "dwca" }
        #expect(report.files.map(\.format) == ["Darwin Core Archive"] && report.stored == 2)
        #expect(try fixture.rows("SELECT name FROM dataset") == ["a"])
        files.append(files[1])
        fixture.write("a.tar.gz", GzipWriter.file(TarWriter.archive(files)))
        expectRefusal("a.tar.gz", "has data/occurrence.csv twice; extract it, and keep one")
    }

    @Test func takesTablesOfSpeciesToo() throws {
        let header = "species_id,sci_name,en_us\n"
        let species = ("a.csv", header + "stejay,Cyanocitta stelleri,Steller's Jay\n")
        fixture.write("a.zip", ZipWriter.archive([species, ("README.txt", "Names of birds")]))
        #expect(try fixture.run("a.zip").files.map(\.species) == [1])
        let records = ("b.csv", plainHeader + "L1,60.5,1,,2021,2,3,stejay,1\n")
        let taxonomy = ("x/c.csv", FormatFixture.eBirdAPITaxonomy)
        for format in [nil, "plain"] {
            let path = fixture.write("a.zip", ZipWriter.archive([species, records, taxonomy, ("d.csv", header)]))
            let report = try fixture.run("a.zip") { $0.format = format }
            #expect(report.files.map(\.path) == ["\(path)/b.csv", "\(path)/a.csv", "\(path)/x/c.csv"])
            #expect(report.files.map(\.dataset) == ["a", nil, nil])
            #expect(report.files.map(\.format) == ["plain", "plain species table", "eBird taxonomy"])
            #expect(report.unknownSpecies == [])
        }
        #expect(try fixture.rows("SELECT common_name FROM species WHERE code = 'stejay'") == ["Steller's Jay"])
        expectRefusal("a.zip", "and none is of the format gbif") { $0.format = "gbif" }
        // Of two lists it is not known which one is newer.
        fixture.write("a.zip", ZipWriter.archive([species, taxonomy]))
        expectRefusal("a.zip", "has several files with species (a.csv: plain species table, x/c.csv: eBird taxonomy)")
        #expect(try fixture.run("a.zip") { $0.format = "plain-species" }.files.map(\.species) == [1])
    }

    @Test func passesOverAFileWithOnlyAHeader() throws {
        let records = ("b.csv", plainHeader + "L1,60.5,1,,2021,2,3,stejay,1\n")
        fixture.write("a.zip", ZipWriter.archive([("a.csv", plainHeader), records, ("c.csv", plainHeader)]))
        #expect(try fixture.run("a.zip").stored == 1)
        fixture.write("a.zip", ZipWriter.archive([("a.csv", plainHeader), ("c.csv", plainHeader)]))
        expectRefusal("a.zip", "has a header but no rows")
    }

    @Test func errorsNameTheFileInTheArchive() throws {
        let rows = plainHeader + "L1,60.5,1,,2021,2,33,stejay,1\nL1,60.5,1,,2021,2,3,stejay,1\n"
        var files = Self.events
        files[2].1 += "e1\to4\tLarus argentatus\tmany\n"
        files[1].1 += "e3\t2021-13-04\n"
        for (bytes, lines) in [
            (ZipWriter.archive([("x/birds.csv", rows)]), ["x/birds.csv, line 2, column day:"]),
            (
                ZipWriter.archive(files),
                ["occurrence.txt, line 5, column individualcount:", "event.txt, line 4, column eventdate:"]
            ),
        ] {
            let path = fixture.write("a.zip", bytes)
            let report = try fixture.run("a.zip") { ($0.skipErrors, $0.rejects) = (true, fixture.path("r.csv")) }
            for line in lines { #expect(report.text.contains("\(path)/\(line)"), "\(report.text)") }
            let names = lines.map { "\(path)/" + $0.prefix { $0 != "," } }
            #expect(report.firstErrors.map(\.file) == names)
            for name in names {
                #expect(String(decoding: report.json, as: UTF8.self).contains("\"file\":\"\(name)\""))
                #expect(fixture.text("r.csv").contains("\r\n\(name),"))
            }
        }
    }

    /// A table may be in several files, each with its header.
    @Test func readsATableInSeveralFiles() throws {
        var files = Self.events
        files[0].1 = files[0].1.replacing("<location>event.txt", with: "<location>e2.txt</location><location>event.txt")
        files[0].1 = files[0].1.replacing(
            "<location>occurrence.txt</location>",
            with: "<location>occurrence.txt</location><location> o2.txt </location><location>occurrence.txt</location>")
        files.append(("e2.txt", "id\tdate\ttime\tlat\tlon\tplace\ne3\t2021-02-06\t\t\t\tÅs\ne4\t2021-02-44\n"))
        files.append(("o2.txt", "id\tocc\tname\tn\tdate\ne3\to4\tCorvus corax\t4\t\ne3\to5\tCorvus corax\tfew\t\n"))
        let path = fixture.write("b.zip", ZipWriter.archive(files))
        let report = try fixture.run("b.zip") { $0.skipErrors = true }
        #expect(
            report.firstErrors.map { "\($0.file) \($0.line)" } == ["\(path)/o2.txt 3", "\(path)/e2.txt 3"])
        #expect(report.files.first?.records == 5)
        #expect(try records().last == "Corvus corax|20210206|4|Ås||||o4|e3||point count" && records().count == 4)
        files.removeLast()
        fixture.write("b.zip", ZipWriter.archive(files))
        expectRefusal("b.zip", "has no o2.txt, which meta.xml names")
    }

    /// None may be passed over.
    @Test func refusesSeveralArchivesInOne() throws {
        let files = Self.occurrences.map { ("a/" + $0.0, $0.1) } + Self.occurrences.map { ("b/" + $0.0, $0.1) }
        fixture.write("a.zip", ZipWriter.archive(files))
        expectRefusal(
            "a.zip",
            "has several Darwin Core Archives (\(files.map(\.0).filter { $0.hasSuffix("meta.xml") }.joined(separator: ", ")))"
                + "; extract it, make a zip of the files of each, and import these.")
        // What the refusal advises, and what macOS adds.
        let hidden = [("__MACOSX/meta.xml", "x")]
        fixture.write("a.zip", ZipWriter.archive(Array(files.prefix(Self.occurrences.count)) + hidden))
        #expect(try fixture.run("a.zip").isStored)
    }

    @Test func saysWhichOfSeveralFilesHaveRecords() throws {
        let files = [("a/1.csv", FormatFixture.gbif), ("README", "x"), ("2.csv", FormatFixture.myEBirdData)]
        fixture.write("a.zip", ZipWriter.archive(files))
        expectRefusal(
            "a.zip",
            "has several files with records (a/1.csv: GBIF simple download, 2.csv: My eBird Data); extract them, and "
                + "import each.")
        #expect(try fixture.run("a.zip") { $0.format = "gbif" }.files.map(\.format) == ["GBIF simple download"])
        expectRefusal("a.zip", "several texts (a/1.csv, README, 2.csv), and none is of the format ebird") {
            $0.format = "ebird"
        }
        expectRefusal("a.zip", "has no meta.xml, so it is not a Darwin Core Archive") { $0.format = "dwca" }
        let many = (0...1000).map { ("\($0).csv", "x") }
        fixture.write("a.zip", ZipWriter.archive(many, isDeflated: false))
        expectRefusal("a.zip", "more than 1000 files")
    }

    @Test(
        arguments: [
            (ZipWriter.archive([ZipWriter.Entry(name: "b.zip", content: zip)]), "contains another archive, b.zip"),
            (TarWriter.archive([TarWriter.Entry(name: "b", content: GzipWriter.file(tar))]), "another archive, b;"),
            (GzipWriter.file(GzipWriter.file(text)), "is compressed twice with gzip"),
            (
                TarWriter.archive([TarWriter.Entry(name: "b", content: GzipWriter.file(GzipWriter.file(text)))]),
                "is compressed twice with gzip"
            ),
            (
                TarWriter.archive([TarWriter.Entry(name: "b", content: Array(GzipWriter.file(text).dropLast(20)))]),
                "cut off"
            ),
            (Array(GzipWriter.file(text).dropLast(20)), "cut off"), (Array(tar.dropLast(1600)), "cut off"),
            (Array(zip.dropLast(10)), "at its end is missing"),
            (
                TarWriter.archive([TarWriter.Entry(name: "b.txt", content: [], type: "2", target: "/etc/passwd")]),
                "is an empty tar archive"
            ), (ZipWriter.archive([ZipWriter.Entry]()), "is an empty zip archive"),
            (GzipWriter.file(Array("<?xml ?>".utf8)), "is XML"),
            (GzipWriter.file(Array("X\n\0\0\0\u{3}".utf8)), "an R data"),
            (Array("BZh91AY".utf8), "with bunzip2"), (Array("PAR1\u{15}".utf8), "a Parquet file; convert it to CSV"),
            ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0], "a 7-Zip archive; extract it"),
            (Array("Rar!\u{1A}".utf8), "a RAR archive"),
            ([0x00, 0x01, 0x02], "is not text"), (Array("PK\u{7}\u{8}PK".utf8), "in several parts"),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0], "with unxz"), ([0x28, 0xB5, 0x2F, 0xFD], "with unzstd"),
        ] as [([UInt8], String)])
    func refusesWhatItDoesNotUnpack(bytes: [UInt8], reason: String) throws {
        fixture.write("a", bytes)
        expectRefusal("a", reason)
    }

    private func expectRefusal(_ name: String, _ reason: String, change: (inout ImportOptions) -> Void = { _ in }) {
        #expect("\(reason)") {
            try fixture.run(name, change: change)
        } throws: { error in
            (error as? ChangeError).map { $0.kind == .refused && $0.message.contains(reason) } ?? false
        }
        #expect(Set(fixture.names).isSubset(of: [name, "birds.db"]))
    }

    @Test(
        arguments: [
            ([("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "")], "is an Excel workbook; save the sheet"),
            ([("[Content_Types].xml", "<x/>"), ("word/a.xml", "")], "is a document of an office program"),
            (
                [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", "")],
                "is an OpenDocument spreadsheet; save the sheet"
            ), ([("mimetype", "application/vnd.oasis"), ("content.xml", "")], "is a document of an office program"),
            (
                [("Index/Document.iwa", "x"), ("a.csv", "x")],
                "is a document of Apple Numbers, Pages or Keynote; export the records as CSV, and import that."
            ),
            (
                (1...5).map { ("\($0).csv", "x") },
                "with several texts (1.csv, 2.csv, 3.csv, 4.csv, …), and none is of a known format; extract the one"
            ),
            (
                (1...2).map { ("\($0).csv", "species_id,sci_name,en_us\na,Avis una,One\n") },
                "has several files with species (1.csv: plain species table, 2.csv: plain species table); extract them"
            ),
            ([("a/b.shp", "x"), ("a/b.dbf", "x")], "is a shapefile"), ([("doc.kml", "<kml/>")], "is a map (KMZ)"),
            ([("a.pdf", "%PDF\0")], "is a zip archive without meta.xml and without a text file"),
            ([], "is an empty zip archive"),
            ([("a.csv", "x"), ("b/c.TXT", "y")], "several texts (a.csv, b/c.TXT), and none is of a known format"),
            ([("meta.xml", "<archive/>")], "can't be used: it has no core"),
            ([("meta.xml", "<!DOCTYPE a>")], "document type"),
            ([("a.csv", "")], "is empty"), (Array(occurrences.prefix(1)), "has no data/occurrence.csv"),
            (Array(events.prefix(2)), "has no occurrence.txt"),
        ] as [([(String, String)], String)])
    func refusesOtherArchives(files: [(String, String)], reason: String) throws {
        fixture.write("d.zip", ZipWriter.archive(files))
        expectRefusal("d.zip", reason)
    }
}
