import BirdImport
import Birds
import Testing

@testable import Fixtures

/// What `occurrenceStatus` says about a record.
@Suite struct OccurrenceStatusTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    @Test(arguments: [
        ("present", "3|"), ("PRESENT", "3|"), ("Presence", "3|"), ("detected", "3|"), ("1", "3|"), ("", "3|"),
        ("NA", "3|"),
        ("absent", "0|"), ("ABSENT", "0|"), ("absence", "0|"), ("not present", "0|"), ("not_detected", "0|"),
        ("notDetected", "0|"), ("Not observed", "0|"), ("non-detection", "0|"), ("0", "0|"), ("0.0", "0|"),
        ("no", "0|"),
        ("false", "0|"), ("not reported", "0|"), ("none observed", "0|"), ("nicht nachgewiesen", "0|"), ("fehlt", "0|"),
        ("Non observé", "0|"), ("non-detecte", "0|"), ("no detectado", "0|"), ("vorhanden", "3|"), ("présent", "3|"),
        ("no data", "3|calling; occurrence status: no data"),
        ("doubtful", "3|calling; occurrence status: doubtful"),
        ("Uncertain", "3|calling; occurrence status: Uncertain"),
        ("?", "3|calling; occurrence status: ?"), ("rare", "3|calling; occurrence status: rare"),
        ("10", "3|calling; occurrence status: 10"),
    ])
    func tellsAbsenceAndKeepsWhatIsUnknown(status: String, record: String) throws {
        fixture.write(
            "o.txt",
            "scientificName\teventDate\tindividualCount\toccurrenceStatus\toccurrenceRemarks\n"
                + "Avis una\t2021-02-03\t3\t\(status)\tcalling\n")
        #expect(try fixture.run("o.txt").rowsInError == 0)
        let comments = record.hasSuffix("|") ? "calling" : ""
        #expect(
            try fixture.rows("SELECT num, comments FROM observation o JOIN observation_detail d ON d.id = o.id")
                == [record + comments])
    }

    @Test func knowsAllWords() throws {
        let absent = """
            absent, absence, not present, not detected, not observed, not seen, not heard, not found, not recorded,
            non-detection, non-detected, no detection, undetected, none, no, N, false, F, zero, excluded, ausente,
            abwesend, 0, 00
            """
        let present = "present, presence, presente, detected, observed, recorded, yes, Y, true, T, 1"
        func words(_ text: String) -> [String] {
            text.replacing("\n", with: " ").split(separator: ", ").map(String.init)
        }
        let rows = (words(absent) + words(present)).map { "Avis una\t2021-02-03\t3\t\($0)\n" }
        fixture.write("o.txt", "scientificName\teventDate\tindividualCount\toccurrenceStatus\n" + rows.joined())
        try fixture.run("o.txt")
        #expect(
            try fixture.rows("SELECT num, count(*) FROM observation GROUP BY 1 ORDER BY 1")
                == ["0|\(words(absent).count)", "3|\(words(present).count)"])
        #expect(try fixture.rows("SELECT comments FROM observation_detail").isEmpty)
    }

    /// Several remarks follow one another.
    @Test func keepsTheStatusBesideADoubt() throws {
        fixture.write(
            "o.txt",
            "scientificName\teventDate\tidentificationQualifier\toccurrenceStatus\n"
                + "Avis una\t2021-02-03\tpossible\tdoubtful\nAvis una\t2021-02-03\t\t\n")
        try fixture.run("o.txt")
        #expect(
            try fixture.rows(
                "SELECT comments FROM observation o LEFT JOIN observation_detail d ON d.id = o.id ORDER BY 1")
                == ["", "identified as Avis una, possible; occurrence status: doubtful"])
    }
}
