import BirdImport
import Birds
import Testing

@testable import Fixtures

/// What occurrences of an archive take from their events.
@Suite struct EventJoinTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// Imports an archive of events and occurrences with these terms, the id first, and rows with tabs.
    @discardableResult
    private func read(
        _ eventTerms: String, _ events: [String], _ terms: String, _ occurrences: [String], separator: String = "\t",
        id: Int = 0, append: Bool = false
    ) throws -> ImportReport {
        func fields(_ terms: String, from first: Int) -> String {
            terms.split(separator: " ").enumerated().map { "<field index=\"\($0 + first)\" term=\"\($1)\"/>" }.joined()
        }
        let common =
            "fieldsTerminatedBy=\"\(separator == "\t" ? "\\t" : separator)\" linesTerminatedBy=\"\\n\" ignoreHeaderLines=\"1\""
        let meta = """
            <archive><core rowType="Event" \(common)><files><location>e</location></files><id index="0"/>\
            \(fields(eventTerms, from: 1))</core><extension rowType="Occurrence" \(common)><files><location>o</location>\
            </files><coreid index="\(id)"/>\(fields(terms, from: id == 0 ? 1 : 0))</extension></archive>
            """
        func text(_ rows: [String]) -> String {
            rows.map { $0.replacing(" | ", with: separator) + "\n" }.joined()
        }
        fixture.write(
            "a.zip",
            ZipWriter.archive([
                ("meta.xml", meta), ("e", text(["header"] + events)), ("o", text(["header"] + occurrences)),
            ])
        )
        return try fixture.run("a.zip") { ($0.skipErrors, $0.append) = (true, append) }
    }

    private func records() throws -> [String] {
        try fixture.rows(
            """
            SELECT o.source_id, o.date, l.code, l.latitude, l.longitude, d.coordinate_uncertainty_m, d.generalised
            FROM observation o JOIN location l ON l.id = o.location_id LEFT JOIN observation_detail d ON d.id = o.id
            ORDER BY o.source_id
            """)
    }

    /// A date of its own, in whatever columns, is not mixed with that of the event.
    @Test func anOccurrenceKeepsItsOwnDate() throws {
        try read(
            "eventDate locality", ["e1 | 2021-02-01/2021-03-28 | Hill"],
            "occurrenceID year month day eventDate scientificName",
            [
                "e1 | o1 | 2021 | 2 | 17 |  | Avis una", "e1 | o2 |  |  |  | 2021-03-05 | Avis una",
                "e1 | o3 |  |  |  |  | Avis una", "e1 | o4 | 2021 |  |  |  | Avis una",
            ])
        #expect(
            try records().map { $0.split(separator: "|")[1] } == ["20210217", "20210305", "20210000", "20210000"])
    }

    @Test func anOccurrenceTakesTheWholeDateOfItsEvent() throws {
        try read(
            "eventDate year month day", ["e1 |  | 2021 | 2 | 17", "e2 | 2021-02-18 | 2021 | 2 | 18"],
            "occurrenceID year month scientificName",
            [
                "e1 | o1 |  |  | Avis una", "e1 | o2 | 2021 | 02 | Avis una", "e2 | o3 | 2021 | 3 | Avis una",
                "e1 | o4 | 2021 | 2 | Avis una",
            ])
        #expect(try records().map { $0.split(separator: "|")[1] } == ["20210217", "20210217", "20210300", "20210217"])
    }

    /// A plot with a name of its own is a part of the place of its survey, and has its coordinates. With a code, it is
    /// another place.
    @Test func aPlotIsInThePlaceOfItsSurvey() throws {
        try read(
            "parentEventID eventDate locationID locality decimalLatitude decimalLongitude coordinateUncertaintyInMeters",
            [
                "s |  | 2021-02-03 | S1 | Site | 55.4 | 12.8 | 500", "p | s | 2021-02-04 |  | Plot 3 |  |  | ",
                "q | s | 2021-02-05 |  | Plot 4 | 1 | 2 | ", "r | s | 2021-02-06 | R1 | Plot 5 |  |  | ",
            ],
            "occurrenceID scientificName", ["p | o1 | Avis una", "q | o2 | Avis una", "r | o3 | Avis una"])
        #expect(
            try records() == [
                "o1|20210204|Plot 3|55.4|12.8|500.0|", "o2|20210205|Plot 4|1.0|2.0||",
                "o3|20210206|R1||||",
            ])
    }

    /// A place of its own is not composed with that of the event, nor with its uncertainty.
    @Test func anOccurrenceKeepsItsOwnPlace() throws {
        try read(
            "eventDate locality decimalLatitude decimalLongitude coordinateUncertaintyInMeters",
            ["e1 | 2021-02-03 | Hill | 55.4 | 12.8 | 500"],
            "occurrenceID locality decimalLatitude decimalLongitude scientificName",
            [
                "e1 | o1 |  | 55.5 | 12.9 | Avis una", "e1 | o2 | Marsh |  |  | Avis una",
                "e1 | o3 |  |  |  | Avis una", "e1 | o4 | Hill |  |  | Avis una",
            ])
        #expect(
            try records() == [
                "o1|20210203|55.5,12.9|55.5|12.9||", "o2|20210203|Marsh||||", "o3|20210203|Hill|55.4|12.8|500.0|",
                "o4|20210203|Hill|55.4|12.8|500.0|",
            ])
    }

    /// A part of the date, or a name for a place that has none, is no other date or place.
    @Test func anOccurrenceMaySayMoreOfItsEvent() throws {
        try read(
            "eventDate decimalLatitude decimalLongitude",
            ["e1 | 2021-02-03 | 60.5 | 18.5", "e2 | 03/02/2021 | 60.5 | 18.5", "e3 | 25/02/2021 | 60.5 | 18.5"],
            "occurrenceID year month locality locationID scientificName",
            [
                "e1 | o1 | 2021 |  | Marsh |  | Avis una", "e1 | o2 | 2021 | 02 |  |  | Avis una",
                "e1 | o3 | 2021 | 3 |  |  | Avis una", "e1 | o4 | 2020 |  |  |  | Avis una",
                "e1 | o5 |  |  | Marsh | L9 | Avis una", "e2 | o6 | 2021 | 2 |  |  | Avis una",
                "e2 | o7 | 2021 | 4 |  |  | Avis una",
            ])
        let place = "60.5,18.5|60.5|18.5||"
        #expect(
            try records() == [
                "o1|20210203|Marsh|60.5|18.5||", "o2|20210203|\(place)", "o3|20210300|\(place)", "o4|20200000|\(place)",
                "o5|20210203|L9||||", "o6|20210203|\(place)", "o7|20210400|\(place)",
            ])
    }

    /// How exact a place is goes with it, from the parent too.
    @Test func anEventTakesTheUncertaintyWithThePlaceOfItsParent() throws {
        try read(
            "parentEventID eventDate locality decimalLatitude decimalLongitude coordinateUncertaintyInMeters dataGeneralizations",
            [
                "p |  | 2021-02-03 | Hill | 55.4 | 12.8 | 500 | rounded", "e1 | p |  |  |  |  |  | ",
                "e2 | p |  | Marsh | 55.5 | 12.9 |  | ",
            ], "occurrenceID scientificName", ["e1 | o1 | Avis una", "e2 | o2 | Avis una"])
        #expect(
            try records() == ["o1|20210203|Hill|55.4|12.8|500.0|1", "o2|20210203|Marsh|55.5|12.9||"])
    }

    /// A line of parents may be of any length, and is read in any order.
    @Test(arguments: [true, false]) func eventsInheritFromFarAncestors(fromTheTop: Bool) throws {
        let count = 3000
        var events = (1...count).map { "e\($0) | e\($0 - 1) |  | " } + ["e0 |  | 2021-02-03 | Hill"]
        var occurrences = (0...count).map { "e\($0) | o\($0) | Avis una" }
        if !fromTheTop { (events, occurrences) = (events.reversed(), occurrences.reversed()) }
        let report = try read("parentEventID eventDate locality", events, "occurrenceID scientificName", occurrences)
        #expect(report.rowsInError == 0)
        #expect(
            try fixture.rows(
                """
                SELECT o.date, l.code, count(*) FROM observation o JOIN location l ON l.id = o.location_id GROUP BY 1, 2
                """) == ["20210203|Hill|\(count + 1)"])
    }

    /// Each kind of value comes from its own nearest ancestor; one that is in error might have had it.
    @Test func eventsInheritFromLongLinesWithoutAnEnd() throws {
        let line = (1...40).map { number in
            "e\(number) | e\(number - 1) | \(number == 20 ? "2021-02-20" : "") | \(number == 10 ? "Hill" : "")"
        }
        // e0 and z are each other's parents.
        let ends = ["e0 | z |  | ", "z | e0 |  | "]
        let report = try read(
            "parentEventID eventDate locality", line + ends, "occurrenceID scientificName",
            (1...40).map { "e\($0) | o\($0) | Avis una" })
        #expect(report.rowsInError == 0)
        #expect(
            try fixture.rows(
                """
                SELECT o.date, l.code, count(*) FROM observation o JOIN location l ON l.id = o.location_id GROUP BY 1, 2
                """) == ["20210220|Hill|21", "99999999|Hill|10", "99999999|unknown|9"])
        let other = try read(
            "parentEventID eventDate locality", line + ["e0 | \"", "z |  |  | "], "occurrenceID scientificName",
            (1...40).map { "e\($0) | o\($0) | Avis una" })
        #expect(other.rowsInError == 0)
    }

    /// Also if the line is long, and each only once.
    @Test func saysWhichEventsHaveNoDateOrPlaceSinceTheirParentsAreMissing() throws {
        let line = (1...40).map { "e\($0) | e\($0 - 1) |  | " }
        let others = [
            "own | none | 2021-02-03 | Hill", "half | own |  | Moor", "self | self | 2021-02-03 | ", "top |  |  | ",
            "under | top |  | ", "none2 | nowhere |  | ",
        ]
        let ids = (1...40).map { "e\($0)" } + ["own", "half", "self", "top", "under", "self", "e40"]
        let report = try read(
            "parentEventID eventDate locality", line + others, "occurrenceID scientificName",
            ids.enumerated().map { "\($1) | o\($0) | Avis una" })
        #expect(report.rowsInError == 0 && report.stored == ids.count)
        // Events without occurrences too.
        #expect(report.files.first?.orphanEvents == 42)
        #expect(
            report.text.contains(
                "  42 events without a date or place: their parentEventID leads to no event, or back to where it began, "
                    + "first on line 2\n    e1, parentEventID e0\n"))
        #expect(
            String(decoding: report.json, as: UTF8.self).contains(
                #""orphan_events":{"count":42,"first_line":2,"example":"e1, parentEventID e0"}"#))
    }

    /// Where birds are looked for, a visit on which only a fox was seen is one without birds. Where bats are recorded,
    /// it is not, and a row in error may be a bird.
    @Test(arguments: [true, false]) func eventsWithOtherAnimalsOnlyAreVisitsIfTheirKindFindsBirds(withBirds: Bool)
        throws
    {
        let events = [
            "point1 | 2021-02-03 | point count", "point2 | 2021-02-04 | point count",
            "point3 | 2021-02-05 | point count",
            "bats | 2021-02-06 | detector", "none | 2021-02-07 | detector", "error | 2021-02-08 | point count",
            "free | 2021-02-09 | ",
        ]
        let occurrences = [
            "point2 | o1 | Vulpes vulpes | Mammalia | 1", "point2 | o2 | Bombus | Insecta | 1",
            "bats | o4 | Nyctalus noctula | Mammalia | 1", "error | o5 | Vulpes vulpes | Mammalia | 1",
            "error | o6 | Avis una | Aves | x3", "free | o7 | Vulpes vulpes | Mammalia | 1",
        ]
        try read(
            "eventDate samplingProtocol", events, "occurrenceID scientificName class individualCount",
            occurrences + (withBirds ? ["point1 | o8 | Avis una | Aves | 1"] : []))
        #expect(
            try fixture.rows("SELECT code, species_count FROM checklist ORDER BY code")
                == [
                    "none|0", withBirds ? "point1|1" : "point1|0", withBirds ? "point2|0" : "", "point3|0",
                ].filter { !$0.isEmpty })
    }

    /// An event is a visit whether or not it has a bird: one that loses its birds stays. Where the occurrence is
    /// elsewhere or on another day, it is a visit there only; and one that is moved has left its place.
    @Test func anEventIsOneVisit() throws {
        func visits() throws -> [String] {
            try fixture.rows(
                """
                SELECT c.code, l.code, c.date, species_count, listed FROM checklist c JOIN location l ON l.id = c.location_id
                ORDER BY c.code, c.date, l.code
                """)
        }
        let (eventTerms, terms) = (
            "parentEventID eventDate locationID locality", "occurrenceID eventDate locality scientificName"
        )
        try read(
            eventTerms,
            [
                "s |  | 2021-05-01 | S | Site", "a | s | 2021-05-01 | A | Hill", "b |  | 2021-05-01 | B | ",
                "c |  | 2021-05-01 | C | ", "d |  | 2021-05-01 | D | ", "e |  | 2021-05-01 |  | Marsh",
                "f |  | 2021 | F | ",
            ], terms,
            [
                "s | o0 |  |  | Avis una", "a | o1 | 2021-05-01T06:10 |  | Avis una", "b | o2 |  | Nest | Avis una",
                "c | o3 | 2021-05-02 |  | Avis una", "e | o4 |  | Nest | Avis una", "f | o5 | 2021-05-03 |  | Avis una",
            ])
        #expect(
            try visits() == [
                "a|A|20210501|1|1", "b|B|20210501|1|1", "c|C|20210502|1|", "d|D|20210501|0|1", "e|Nest|20210501|1|",
                "f|F|20210503|1|", "s|S|20210501|1|",
            ])
        #expect(try fixture.isSound(hasVisits: true))
        try read(
            eventTerms, ["b |  | 2021-05-01 | B2 | ", "d |  | 2021-05-01 | D | "], terms,
            ["d | o1 |  |  | Avis una", "b | o2 |  |  | Avis una", "d | o3 |  |  | Avis una"], append: true)
        #expect(
            try visits() == [
                "a|A|20210501|0|1", "b|B2|20210501|1|1", "d|D|20210501|1|1", "e|Nest|20210501|1|", "f|F|20210503|1|",
                "s|S|20210501|1|",
            ])
        #expect(try fixture.isSound(hasVisits: true))
    }

    @Test func saysWhichRepeatedEventsDiffer() throws {
        let report = try read(
            "parentEventID eventDate locality modified",
            [
                "e1 |  | 2021-02-03 | Hill | x", "e1 |  | 2021-02-03 | Hill | y", "e2 |  | 2021-02-04 | Hill | ",
                "e2 |  | 2021-02-05 | Hill | ", "e2 |  |  |  | ", "e3 |  | 2021-02-06 | Hill | ",
            ], "occurrenceID scientificName", ["e1 | o1 | Avis una", "e2 | o2 | Avis una"])
        #expect(
            report.text.contains(
                "  2 events passed over: they differ from earlier rows with their ids, first on line 5\n    e2 2021-02-05 Hill"
            ))
        #expect(
            String(decoding: report.json, as: UTF8.self).contains(
                #""differing_events":{"count":2,"first_line":5,"example":"e2 2021-02-05 Hill "}"#))
        #expect(try records().map { $0.split(separator: "|")[1] } == ["20210203", "20210204"])
    }

    /// An event whose occurrences are in error had birds.
    @Test(arguments: [0, 1]) func anEventWithAnOccurrenceInErrorIsNotEmpty(id: Int) throws {
        let occurrences = ["e1,o1,Avis una,5,5", "e2,o2,Avis una,5"].map { row in
            let cells = row.split(separator: ",").map(String.init)
            return (id == 0 ? cells : [cells[1], cells[0]] + cells[2...]).joined(separator: ",")
        }
        let events = ["e1,2021-02-03,Hill", "e2,2021-02-03,Hill", "e3,2021-02-03,Hill"]
        let terms =
            id == 0 ? "occurrenceID scientificName individualCount" : "occurrenceID own scientificName individualCount"
        let report = try read("eventDate locality", events, terms, occurrences, separator: ",", id: id)
        #expect(report.rowsInError == 1)
        #expect(try fixture.rows("SELECT code FROM checklist ORDER BY code") == ["e2", "e3"])
    }

    /// Year, month and day of an event or an occurrence tell how its date is written.
    @Test func columnsOfEventsAndOccurrencesTellTheOrder() throws {
        try read(
            "eventDate month", ["e1 | 05/04/2021 | ", "e2 | 03/02/2021 | 2"], "occurrenceID scientificName",
            ["e1 | o1 | Avis una"])
        #expect(try records().map { $0.split(separator: "|")[1] } == ["20210405"])
        try read(
            "locality", ["e1 | Hill"], "occurrenceID eventDate month scientificName",
            ["e1 | o1 | 05/04/2021 |  | Avis una", "e1 | o2 | 03/02/2021 | 2 | Avis una"])
        #expect(try records().map { $0.split(separator: "|")[1] } == ["20210405", "20210203"])
    }

    /// The more exact date holds where both agree, in whatever columns they are.
    @Test func anOccurrenceTakesTheMoreExactDateOfItsEvent() throws {
        let events = [
            "e1 | 2021-02-03 |  | ", "e2 |  | 2021 | 2", "e3 | 2021-02-03T06:41 |  | ",
            "e4 | 2021-02-01/2021-02-07 |  | ",
            "e5 | 03/02/2021 |  | ", "e6 | 25/02/2021 |  | ", "e7 | 2021-02-03 |  | ",
        ]
        let occurrences = [
            "e1 | 2021 | ", "e1 | 2021-02 | ", "e1 | 2021-02-01/2021-02-28 | ", "e1 | 2021-03 | ", "e1 | 2020 | ",
            "e1 | 2021 | 3", "e1 | 2021 | 2", "e2 | 2021 | ", "e2 | 2020 | ", "e3 | 2021-02-03 | ",
            "e3 | 2021-02-04 | ",
            "e4 | 2021-02-05 | ", "e4 | 2021 | ", "e5 | 2021 | ", "e5 | 2021-03 | ", "e7 | 2021-02-03T07:00 | ",
        ]
        try read(
            "eventDate year month", events, "occurrenceID eventDate month scientificName",
            occurrences.enumerated().map { number, row in
                let cells = row.split(separator: " | ", omittingEmptySubsequences: false)
                return "\(cells[0]) | o\(number + 10) | \(cells[1]) | \(cells[2]) | Avis una"
            })
        let dates = try fixture.rows(
            """
            SELECT o.date, coalesce(c.time, d.time) FROM observation o JOIN checklist c ON c.id = checklist_id
            LEFT JOIN observation_detail d ON d.id = o.id ORDER BY source_id
            """)
        #expect(
            dates == [
                "20210203|", "20210203|", "20210203|", "20210300|", "20200000|", "20210000|", "20210203|",
                "20210200|", "20200000|", "20210203|06:41", "20210204|", "20210205|", "20210200|", "20210203|",
                "20210300|", "20210203|07:00",
            ])
    }

    /// A time goes with its date, so it is not taken for another day, nor beside a time of its own.
    @Test func anOccurrenceTakesTheTimeOfItsEventWithItsDateOnly() throws {
        let events = [
            "a# |  | 2021-05-03 |  |  |  | 06:41", "b# |  |  | 2021 | 5 | 3 | 06:41",
            "c# |  | 2021-05-03/2021-05-07 |  |  |  | 06:41", "d# | a# |  |  |  |  | ",
            "e# | a# | 2021-05-04 |  |  |  | ", "f# | a# |  |  |  |  | 08:00",
        ]
        let cases = [
            ("a# | # |  |  | ", "503|06:41"), ("a# | # | 2021-05-03 |  | ", "503|06:41"),
            ("a# | # | 2021-05 |  | ", "503|06:41"), ("a# | # |  | 5 | ", "503|06:41"),
            ("a# | # | 2021-05-03T00:00 |  | ", "503|06:41"), ("a# | # | 20210503 |  | ", "503|06:41"),
            ("a# | # | 2021-06-09 |  | ", "609|"),
            ("a# | # | 2021-05-03T09:00 |  | ", "503|09:00"), ("a# | # |  |  | 10:00", "503|10:00"),
            ("a# | # | 2021-06-09 |  | 10:00", "609|10:00"), ("b# | # | 2021-05-03 |  | ", "503|06:41"),
            ("b# | # | 2021-05-04 |  | ", "504|"), ("c# | # | 2021-05-03/2021-05-07 |  | ", "500|06:41"),
            ("c# | # |  |  | ", "500|06:41"), ("c# | # | 2021-05-05 |  | ", "505|"), ("d# | # |  |  | ", "503|06:41"),
            ("e# | # |  |  | ", "504|"), ("f# | # |  |  | ", "503|08:00"),
        ].enumerated().map { ("\($0 + 10)", $1.0, $1.1) }
        // Each occurrence has events of its own, since a checklist has one time.
        try read(
            "parentEventID eventDate year month day eventTime",
            cases.flatMap { number, _, _ in events.map { $0.replacing("#", with: number) } },
            "occurrenceID eventDate month eventTime scientificName",
            cases.map { number, row, _ in row.replacing("#", with: number) + " | Avis una" })
        let times = try fixture.rows(
            """
            SELECT o.date % 10000, c.time FROM observation o JOIN checklist c ON c.id = checklist_id ORDER BY source_id
            """)
        #expect(times == cases.map(\.2))
    }

    /// An event with a name for its place, or a part of its date, takes the rest from its parents where they agree.
    @Test func anEventMaySayMoreOfItsParent() throws {
        let events = [
            "p1 |  | 2021-02-03 |  |  | 55.4 | 12.8 | 500", "a | p1 |  | Marsh |  |  |  | ",
            "b | p1 | 2021 | Moor |  |  |  | ",
            "c | b | 2021-02 | Moor |  |  |  | ", "d | b | 2021-03 | Fen |  |  |  | ", "e | p1 |  |  | L9 |  |  | ",
            "p2 |  | 2021-02-03 | Hill |  | 55.4 | 12.8 | 500", "f | p2 |  | Marsh |  |  |  | ",
            "g | p2 |  | Hill |  |  |  | ",
            "p3 |  | 2021-02-03 |  | L1 | 55.4 | 12.8 | 500", "h | p3 |  | Marsh |  |  |  | ",
            "i | h |  |  |  |  |  | ",
            "j | none | 2021 | Marsh |  |  |  | ", "k | k | 2021-02-03 | Marsh |  |  |  | ",
        ]
        let report = try read(
            "parentEventID eventDate locality locationID decimalLatitude decimalLongitude coordinateUncertaintyInMeters",
            events, "occurrenceID scientificName", "abcdefghijk".map { "\($0) | \($0) | Avis una" })
        #expect(report.rowsInError == 0 && report.files.first?.orphanEvents == 0)
        let place = "55.4|12.8|500.0|"
        let records = try records()
        #expect(
            records == [
                "a|20210203|Marsh|\(place)", "b|20210203|Moor|\(place)", "c|20210203|Moor|\(place)",
                "d|20210300|Fen|\(place)", "e|20210203|L9||||", "f|20210203|Marsh|\(place)", "g|20210203|Hill|\(place)",
                "h|20210203|Marsh|\(place)", "i|20210203|Marsh|\(place)", "j|20210000|Marsh||||",
                "k|20210203|Marsh||||",
            ])
    }

    /// Each is a part of the place of the next one, without an end; and one that is in error might have more.
    @Test func namesOfPlacesEndAnywhere() throws {
        let line = (1...3000).map { "e\($0) | e\($0 - 1) | 2021 | Hill" }
        for end in ["e0 | e3000 | 2021 | Hill", "e0 | \"", "e0 |  | 2021-02-03 | Hill"] {
            let report = try read(
                "parentEventID eventDate locality", line + [end], "occurrenceID scientificName",
                (1...3000).map { "e\($0) | o\($0) | Avis una" })
            #expect(report.rowsInError == 0 && report.stored == 3000)
        }
    }
}
