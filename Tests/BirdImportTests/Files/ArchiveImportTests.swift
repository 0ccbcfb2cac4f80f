import Birds
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
        #expect(report.files.first?.leftOut == ["not of the class Aves": 1])
        #expect(try fixture.rows("SELECT name, format FROM dataset") == ["a|dwca"])
        #expect(try fixture.isSound())
    }

    @Test func joinsOccurrencesWithEvents() throws {
        fixture.write("b.zip", ZipWriter.archive(Self.events))
        try fixture.run("b.zip") { $0.format = "dwca" }
        #expect(
            try records() == [
                "Larus argentatus|20210203|2|Marsh|48.4|-123.3||o1|e1|06:41|point count",
                "Larus argentatus|20210204|3|Hill||||o2|e2||point count",
                "Corvus corax|20210205||Marsh|48.4|-123.3||o3|e1|06:41|point count",
            ])
        #expect(try fixture.isSound())
        #expect(fixture.names == ["b.zip", "birds.db"])
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
        files[1].1 += "e1\t2021-02-03\n"
        fixture.write("b.zip", ZipWriter.archive(files))
        #expect(
            throws: ImportError.refused("\(fixture.path("b.zip"))/event.txt, line 4, repeats the event 'e1'; keep one.")
        ) {
            try fixture.run("b.zip")
        }
    }

    @Test func readsTheOnlyTextFileOfAnArchive() throws {
        fixture.write("c.zip", ZipWriter.archive([("0001.csv", FormatFixture.gbif), ("__MACOSX/._0001.csv", "x")]))
        #expect(try fixture.run("c.zip").files.map(\.format) == ["GBIF simple download"])
    }

    @Test(
        arguments: [
            ([("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "")], "is an Excel workbook; save the sheet"),
            ([("[Content_Types].xml", "<x/>"), ("word/a.xml", "")], "is a document of an office program"),
            (
                [("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", "")],
                "is an OpenDocument spreadsheet; save the sheet"
            ), ([("mimetype", "application/vnd.oasis"), ("content.xml", "")], "is a document of an office program"),
            ([("a/b.shp", "x"), ("a/b.dbf", "x")], "is a shapefile"), ([("doc.kml", "<kml/>")], "is a map (KMZ)"),
            ([("a.pdf", "%PDF\0")], "is a zip archive without meta.xml and without a text file"),
            ([], "is missing or broken"),
            ([("a.csv", "x"), ("b/c.TXT", "y")], "several texts (a.csv, b/c.TXT), and none has a known format"),
            ([("meta.xml", "<archive/>")], "can't be used: it has no core"),
            ([("meta.xml", "<!DOCTYPE a>")], "document type"),
            ([("a.csv", "")], "is empty"), (Array(occurrences.prefix(1)), "has no data/occurrence.csv"),
            (Array(events.prefix(2)), "has no occurrence.txt"),
        ] as [([(String, String)], String)])
    func refusesOtherArchives(files: [(String, String)], reason: String) throws {
        fixture.write("d.zip", ZipWriter.archive(files))
        #expect("\(reason)") {
            try fixture.run("d.zip")
        } throws: { error in
            (error as? ImportError).map { $0.kind == .refused && $0.message.contains(reason) } ?? false
        }
    }
}
