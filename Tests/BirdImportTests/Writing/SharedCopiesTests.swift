import BirdImport
import Birds
import Testing

@testable import Fixtures

/// Copies of a shared checklist become one checklist.
@Suite struct SharedCopiesTests {
    let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// A record on a copy of a checklist, as a row of the eBird Basic Dataset; without a species, a row of its file of
    /// sampling events.
    private struct Sighting {
        var source = 0
        var copy: String
        var group = "G1"
        var species: String? = "Parus major"
        var num = "1"
        var minutes = "10"
        var place = "L1"
        var day = "2021-05-01"
        var state = "SE-N"
        var time = "06:41:00"

        var row: String {
            let visit =
                "SE\t\(state)\tplace \(place)\t\(place)\t55.4\t12.8\t\(day)\t\(time)\t\(copy)\tTraveling\t\(minutes)\t1\t\(group)\n"
            return species.map { "URN:\(source)\t\($0)\t\($0)\t\(num)\t1\t" + visit } ?? visit
        }
    }

    private static let visitHeader =
        "COUNTRY CODE\tSTATE CODE\tLOCALITY\tLOCALITY ID\tLATITUDE\tLONGITUDE\tOBSERVATION DATE\t"
        + "TIME OBSERVATIONS STARTED\tSAMPLING EVENT IDENTIFIER\tPROTOCOL TYPE\tDURATION MINUTES\tALL SPECIES REPORTED\t"
        + "GROUP IDENTIFIER\n"
    private static let header =
        "GLOBAL UNIQUE IDENTIFIER\tCOMMON NAME\tSCIENTIFIC NAME\tOBSERVATION COUNT\tAPPROVED\t" + visitHeader

    /// Writes sightings to a file of records, or visits to a file of checklists.
    private func write(_ name: String, _ sightings: [Sighting]) {
        let header = sightings.first?.species == nil ? Self.visitHeader : Self.header
        fixture.write(name, header + sightings.map(\.row).joined())
    }

    private func run(_ files: String..., append: Bool = false) throws -> ImportReport {
        try fixture.run(files: files) { ($0.dataset, $0.append) = ("ebd", append) }
    }

    private func stored() throws -> [String] {
        try fixture.rows(
            """
            SELECT c.code, c.minutes, l.code, o.date, s.code, o.num, o.source_id
            FROM checklist c JOIN location l ON l.id = c.location_id LEFT JOIN observation o ON o.checklist_id = c.id
            LEFT JOIN species s ON s.id = o.species_id ORDER BY c.code, s.code, o.source_id
            """)
    }

    @Test func aChecklistHasWhatAnyOfItsCopiesReports() throws {
        write(
            "ebd.txt",
            [
                Sighting(source: 1, copy: "S200", num: "4", minutes: "20"),
                Sighting(source: 2, copy: "S200", species: "Turdus merula", num: "2", minutes: "20"),
                Sighting(source: 3, copy: "S100", num: "3"), Sighting(source: 4, copy: "S100", num: "1"),
                Sighting(source: 5, copy: "S300", group: "", minutes: "30"),
            ])
        let report = try run("ebd.txt")
        // The lowest copy gives number and effort.
        #expect(
            try stored() == [
                "S100|10|L1|20210501|Parus major|3|URN:3", "S100|10|L1|20210501|Parus major|1|URN:4",
                "S100|10|L1|20210501|Turdus merula|2|URN:2", "S300|30|L1|20210501|Parus major|1|URN:5",
            ])
        #expect(report.files.first?.leftOut == ["already reported by another observer of the same shared checklist": 1])
        #expect(
            report.files.first?.firstLeftOut["already reported by another observer of the same shared checklist"]?.line
                == 2)
        #expect((report.stored, report.checklists, report.locations) == (4, 2, 1))
        #expect(try fixture.isSound())
    }

    /// A code without a number, or with one of too many digits, comes after those that have one.
    @Test(arguments: [("S10", "S9"), ("X", "S9"), ("S1234567890123456789", "S10"), ("Y", "X"), ("S5b", "S5")])
    func theLowestNumberComesFirst(other: String, lowest: String) throws {
        write("ebd.txt", [Sighting(source: 1, copy: other, num: "1"), Sighting(source: 2, copy: lowest, num: "2")])
        _ = try run("ebd.txt")
        #expect(try stored() == ["\(lowest)|10|L1|20210501|Parus major|2|URN:2"])
    }

    /// Another data set, or another group, has checklists of its own.
    @Test func otherCopiesStayApart() throws {
        write("a.txt", [Sighting(source: 1, copy: "S1"), Sighting(source: 2, copy: "S2", group: "G2")])
        write("b.txt", [Sighting(source: 3, copy: "S3")])
        try fixture.run("a.txt", "b.txt")
        #expect(try stored().map { $0.split(separator: "|")[0] } == ["S1", "S2", "S3"])
    }

    /// Each record stands where and when its observer puts it.
    @Test(arguments: ["L2", "2021-05-02"], [false, true])
    func copiesAtOtherPlacesOrOnOtherDatesStayApart(other: String, isAppended: Bool) throws {
        func sighting(_ source: Int, _ copy: String, _ species: String = "Parus major") -> Sighting {
            var sighting = Sighting(source: source, copy: copy, species: species)
            if other == "L2" { sighting.place = other } else { sighting.day = other }
            return sighting
        }
        write("a.txt", [Sighting(source: 1, copy: "S5"), Sighting(source: 2, copy: "S8", species: "Turdus merula")])
        write("b.txt", [sighting(3, "S1"), sighting(4, "S9", "Turdus merula")])
        if isAppended {
            _ = try run("a.txt")
            _ = try run("b.txt", append: true)
        } else {
            _ = try run("b.txt", "a.txt")
        }
        let visit = other == "L2" ? "L2|20210501" : "L1|20210502"
        #expect(
            try stored() == [
                "S1|10|\(visit)|Parus major|1|URN:3", "S1|10|\(visit)|Turdus merula|1|URN:4",
                "S5|10|L1|20210501|Parus major|1|URN:1", "S5|10|L1|20210501|Turdus merula|1|URN:2",
            ])
        #expect(try fixture.isSound())
    }

    /// Somebody who may see one region only neither sees what is in another, nor misses what is in their own.
    @Test(arguments: [false, true]) func copiesInOtherRegionsStayApart(isAppended: Bool) throws {
        let own = [Sighting(source: 1, copy: "S5"), Sighting(source: 2, copy: "S6", species: "Turdus merula")]
        let others = ["S1", "S9"].enumerated().map { index, copy in
            Sighting(source: 3 + index, copy: copy, species: "Corvus corax", place: "L2", state: "SE-M")
        }
        write("a.txt", own)
        write("b.txt", others)
        if isAppended {
            _ = try run("a.txt")
            _ = try run("b.txt", append: true)
        } else {
            _ = try run("b.txt", "a.txt")
        }
        #expect(
            try stored() == [
                "S1|10|L2|20210501|Corvus corax|1|URN:3", "S5|10|L1|20210501|Parus major|1|URN:1",
                "S5|10|L1|20210501|Turdus merula|1|URN:2",
            ])
        #expect(try fixture.isSound())
    }

    /// A checklist without records, added to a large file, is found at its place as any other.
    @Test func aFewListedChecklistsHaveTheirPlaces() throws {
        fixture.write(
            "plain.csv", plainHeader + (1...99).map { "P\($0 % 9),55.4,12.8,,2021,2,\($0 % 28 + 1),a,\($0)\n" }.joined()
        )
        try fixture.run("plain.csv")
        write("a.txt", [Sighting(source: 1, copy: "S1", group: "")])
        write(
            "v.txt", [Sighting(copy: "S1", group: "", species: nil), Sighting(copy: "S200", species: nil, place: "L2")])
        _ = try run("a.txt", "v.txt", append: true)
        let places = "SELECT l.code FROM dataset_location JOIN location l ON l.id = location_id WHERE l.code LIKE 'L%'"
        #expect(try fixture.rows(places) == ["L1", "L2"])
        #expect(try fixture.isSound(hasVisits: true))
        // It joins a lower copy, and a correction takes it away from its place.
        write("b.txt", [Sighting(source: 2, copy: "S100", place: "L2")])
        _ = try run("b.txt", append: true)
        #expect(try fixture.rows(places) == ["L1", "L2"])
        write("b.txt", [Sighting(source: 2, copy: "S100", place: "L3")])
        _ = try run("b.txt", append: true)
        #expect(try fixture.rows(places) == ["L1", "L3"])
        #expect(try fixture.isSound(hasVisits: true))
    }

    /// A stored copy with the lowest number stays as it is, and gets what other copies add.
    @Test func anAddedCopyJoinsTheStoredOne() throws {
        write("a.txt", [Sighting(source: 1, copy: "S100", num: "3")])
        write(
            "b.txt",
            [
                Sighting(source: 2, copy: "S200", num: "9", minutes: "99"),
                Sighting(source: 3, copy: "S200", species: "Turdus merula", num: "2", minutes: "99"),
            ])
        _ = try run("a.txt")
        let expected = [
            "S100|10|L1|20210501|Parus major|3|URN:1", "S100|10|L1|20210501|Turdus merula|2|URN:3",
        ]
        for _ in 0..<2 {
            let report = try run("b.txt", append: true)
            #expect(try stored() == expected)
            #expect(
                report.files.first?.leftOut == ["already reported by another observer of the same shared checklist": 1])
            #expect(try fixture.isSound())
        }
        #expect(try fixture.rows("SELECT count(*) FROM location") == ["1"])
    }

    /// An added copy with a lower number takes over, with the remarks and other details of the stored records.
    @Test func aStoredCopyJoinsALowerOne() throws {
        write(
            "a.txt",
            [
                Sighting(source: 1, copy: "S200", num: "9", minutes: "99"),
                Sighting(source: 2, copy: "S200", species: "Turdus merula", num: "2", minutes: "99"),
            ])
        write("b.txt", [Sighting(source: 3, copy: "S100", num: "3")])
        _ = try run("a.txt")
        try Database(path: fixture.database, mode: .readWrite).execute(
            """
            INSERT INTO observation_detail (id, time, confidence, breeding_code, comments)
                SELECT id, '07:59', 0.25, 'NY', 'é' FROM observation WHERE source_id = 'URN:2';
            UPDATE observation SET valid = 1, reviewed = 0
            """)
        let report = try run("b.txt", append: true)
        #expect(
            try stored() == [
                "S100|10|L1|20210501|Parus major|3|URN:3", "S100|10|L1|20210501|Turdus merula|2|URN:2",
            ])
        #expect((report.stored, report.replaced, report.checklists) == (2, 2, 1))
        #expect(
            try fixture.rows(
                """
                SELECT time, confidence, breeding_code, comments, valid, reviewed
                FROM observation_detail d JOIN observation o ON o.id = d.id
                """) == ["07:59|0.25|NY|é|1|0"])
        #expect(try fixture.rows("SELECT code FROM location") == ["L1"])
        #expect(try fixture.isSound())
    }

    /// An edited file may have several copies of a checklist.
    @Test func allStoredCopiesJoin() throws {
        for (new, expected) in [
            (
                "S100",
                [
                    "S100|10|L1|20210501|Avis una|1|URN:9", "S100|10|L1|20210501|Parus major|2|URN:2",
                    "S100|10|L1|20210501|Turdus merula|3|URN:4",
                ]
            ), ("S400", ["S200|10|L1|20210501|Avis una|1|URN:9", "S200|10|L1|20210501|Parus major|2|URN:2"]),
        ] {
            write(
                "a.txt",
                [
                    Sighting(source: 1, copy: "S300", group: "", num: "3"),
                    Sighting(source: 4, copy: "S300", group: "", species: "Turdus merula", num: "3"),
                    Sighting(source: 2, copy: "S200", group: "", num: "2"),
                ])
            _ = try run("a.txt")
            try Database(path: fixture.database, mode: .readWrite).execute("UPDATE checklist SET group_code = 'G1'")
            write(
                "b.txt",
                [
                    Sighting(source: 9, copy: new, species: "Avis una"),
                    Sighting(source: 8, copy: new, species: new == "S400" ? "Turdus merula" : "Avis una"),
                ])
            _ = try run("b.txt", append: true)
            #expect(try stored().filter { !$0.hasPrefix("S300") && !$0.contains("URN:8") } == expected)
            #expect(try fixture.isSound())
        }
    }

    /// A copy that is imported again may have been corrected.
    @Test(arguments: ["G1", ""]) func aCorrectedChecklistHasWhatTheNewFileSays(group: String) throws {
        write(
            "a.txt",
            [
                Sighting(source: 1, copy: "S1", group: group, minutes: "60"),
                Sighting(source: 2, copy: "S1", group: group, species: "Turdus merula", minutes: "60"),
            ])
        _ = try run("a.txt")
        // The effort alone, and then place and date too.
        write("b.txt", [Sighting(source: 1, copy: "S1", group: group, num: "5", minutes: "90")])
        _ = try run("b.txt", append: true)
        #expect(try stored() == ["S1|90|L1|20210501|Parus major|5|URN:1", "S1|90|L1|20210501|Turdus merula|1|URN:2"])
        write(
            "c.txt",
            [
                Sighting(source: 1, copy: "S1", group: group, minutes: "95", place: "L2", day: "2021-05-04"),
                Sighting(
                    source: 2, copy: "S1", group: group, species: "Turdus merula", minutes: "95", place: "L2",
                    day: "2021-05-04"),
            ])
        _ = try run("c.txt", append: true)
        #expect(try stored() == ["S1|95|L2|20210504|Parus major|1|URN:1", "S1|95|L2|20210504|Turdus merula|1|URN:2"])
        #expect(try fixture.isSound())
    }

    /// A checklist may be shared after its first import.
    @Test func aChecklistLearnsItsGroup() throws {
        write("a.txt", [Sighting(source: 1, copy: "S5", group: "")])
        write("b.txt", [Sighting(source: 1, copy: "S5")])
        write("c.txt", [Sighting(source: 2, copy: "S7", num: "8")])
        _ = try run("a.txt")
        for file in ["b.txt", "c.txt"] { _ = try run(file, append: true) }
        #expect(try stored() == ["S5|10|L1|20210501|Parus major|1|URN:1"])
    }

    /// What a file of checklists has stays when its records go elsewhere; what only records tell of does not.
    @Test func listedChecklistsStayWithoutRecords() throws {
        write("v.txt", [Sighting(copy: "S1", group: "", species: nil)])
        write("a.txt", [Sighting(source: 1, copy: "S1", group: ""), Sighting(source: 2, copy: "S2", group: "")])
        write(
            "b.txt",
            [
                Sighting(source: 1, copy: "S3", group: ""),
                Sighting(source: 2, copy: "S3", group: "", species: "Turdus merula"),
            ])
        _ = try run("a.txt", "v.txt")
        _ = try run("b.txt", append: true)
        #expect(try fixture.rows("SELECT code, species_count FROM checklist ORDER BY code") == ["S1|0", "S3|2"])
        #expect(try fixture.isSound(hasVisits: true))
    }

    /// Also when it joins a lower copy.
    @Test func aListedCopyMakesItsGroupStay() throws {
        write("v.txt", [Sighting(copy: "S200", species: nil)])
        write("a.txt", [Sighting(source: 1, copy: "S200")])
        write("b.txt", [Sighting(source: 2, copy: "S100", num: "3")])
        write("c.txt", [Sighting(source: 2, copy: "S300", group: "")])
        _ = try run("a.txt", "v.txt")
        _ = try run("b.txt", append: true)
        #expect(try stored() == ["S100|10|L1|20210501|Parus major|3|URN:2"])
        _ = try run("c.txt", append: true)
        #expect(try fixture.rows("SELECT code, species_count FROM checklist ORDER BY code") == ["S100|0", "S300|1"])
        #expect(try fixture.isSound(hasVisits: true))
    }

    /// An added copy may be lower than the one that reported a species first, and higher than the checklist.
    @Test func aSpeciesHasTheNumberOfTheLowestCopyThatHasIt() throws {
        write(
            "a.txt",
            [
                Sighting(source: 1, copy: "S9", species: "Turdus merula"), Sighting(source: 2, copy: "S11", num: "81"),
                Sighting(source: 3, copy: "S11", species: "Avis una", num: "82"),
            ])
        write("b.txt", [Sighting(source: 4, copy: "S10", num: "56")])
        write("c.txt", [Sighting(source: 5, copy: "S8", species: "Avis duo")])
        write("d.txt", [Sighting(source: 6, copy: "S10", species: "Avis una", num: "57")])
        _ = try run("a.txt")
        let report = try run("b.txt", append: true)
        #expect(report.replaced == 1)
        #expect(
            try stored() == [
                "S9|10|L1|20210501|Avis una|82|URN:3", "S9|10|L1|20210501|Parus major|56|URN:4",
                "S9|10|L1|20210501|Turdus merula|1|URN:1",
            ])
        // The same when the checklist has become another one meanwhile.
        for file in ["c.txt", "d.txt"] { _ = try run(file, append: true) }
        #expect(
            try stored() == [
                "S8|10|L1|20210501|Avis duo|1|URN:5", "S8|10|L1|20210501|Avis una|57|URN:6",
                "S8|10|L1|20210501|Parus major|56|URN:4", "S8|10|L1|20210501|Turdus merula|1|URN:1",
            ])
        #expect(try fixture.isSound())
    }

    /// Nobody knows whether these are the same birds; and one of them may be hidden from readers who see the other.
    @Test(arguments: [false, true]) func twoSubspeciesStayBesideEachOther(isAppended: Bool) throws {
        write("a.txt", [Sighting(source: 1, copy: "S1", species: "Larus fuscus graellsii", num: "3")])
        write(
            "b.txt",
            [
                Sighting(source: 2, copy: "S2", species: "Larus fuscus intermedius", num: "2"),
                Sighting(source: 3, copy: "S2", species: "Larus fuscus graellsii", num: "9"),
            ])
        if isAppended {
            _ = try run("a.txt")
            _ = try run("b.txt", append: true)
        } else {
            _ = try run("b.txt", "a.txt")
        }
        #expect(
            try stored() == [
                "S1|10|L1|20210501|Larus fuscus graellsii|3|URN:1",
                "S1|10|L1|20210501|Larus fuscus intermedius|2|URN:2",
            ])
        #expect(try fixture.isSound())
    }

    /// Zero-filling adds up a species and its subspecies, so they are not taken from two copies: the lowest one that
    /// reports the species itself has both.
    @Test(arguments: [false, true]) func aSubspeciesIsItsSpecies(isAppended: Bool) throws {
        write(
            "a.txt",
            [
                Sighting(source: 1, copy: "S1", species: "Larus fuscus", num: "3"),
                Sighting(source: 2, copy: "S2", species: "Turdus merula azorensis", num: "4"),
            ])
        write(
            "b.txt",
            [
                Sighting(source: 3, copy: "S2", species: "Larus fuscus graellsii", num: "3"),
                Sighting(source: 4, copy: "S3", species: "Turdus merula", num: "4"),
                Sighting(source: 5, copy: "S3", species: "Turdus merula azorensis", num: "1"),
            ])
        if isAppended {
            _ = try run("a.txt")
            _ = try run("b.txt", append: true)
        } else {
            _ = try run("a.txt", "b.txt")
        }
        #expect(
            try stored() == [
                "S1|10|L1|20210501|Larus fuscus|3|URN:1", "S1|10|L1|20210501|Turdus merula|4|URN:4",
                "S1|10|L1|20210501|Turdus merula azorensis|1|URN:5",
            ])
        #expect(try fixture.isSound())
    }

    /// In whatever order and in how many imports the copies come, the lowest gives number and effort, and each species
    /// is there once, from the lowest copy that has it.
    /// As where a row in error was corrected, and is added. Only a record with the same code gives way.
    @Test(arguments: ["G1", ""]) func aPartOfASpeciesComesBesideItOnTheSameCopy(group: String) throws {
        let species = ["Parus major", "Parus major newtoni", "Turdus merula"].enumerated().map {
            Sighting(source: $0, copy: "S1", group: group, species: $1, num: "\($0 + 1)")
        }
        write("all.txt", species)
        _ = try run("all.txt")
        let all = try stored()
        #expect(all.count == 3)
        for part in 0..<3 {
            write("a.txt", species.enumerated().filter { $0.offset != part }.map(\.element))
            write("b.txt", [species[part]])
            _ = try run("a.txt")
            _ = try run("b.txt", append: true)
            #expect(try stored() == all)
            _ = try run("a.txt", append: true)
            #expect(try stored() == all)
            #expect(try fixture.isSound())
        }
    }

    /// A newer download says in which group and where a checklist is now.
    @Test(arguments: ["left the group", "is in another group", "is elsewhere", "is in another region"], [false, true])
    func aCopyThatIsNotThereAnyMoreGivesNothing(change: String, isListed: Bool) throws {
        func sightings(_ one: Sighting) -> [Sighting] {
            let second = Sighting(source: 2, copy: "S2", minutes: "90")
            var third = second
            (third.source, third.species) = (3, "Turdus merula")
            return [one, second, third]
        }
        let one = Sighting(source: 1, copy: "S1")
        var corrected = one
        switch change {
        case "left the group": corrected.group = ""
        case "is in another group": corrected.group = "G7"
        case "is elsewhere": (corrected.place, corrected.day) = ("L5", "2021-05-03")
        default: (corrected.place, corrected.state) = ("L5", "SE-M")
        }
        func run(_ sightings: [Sighting], append: Bool) throws {
            write("a.txt", sightings)
            var visits = [sightings[0], sightings[1]]
            for index in visits.indices { visits[index].species = nil }
            write("a_sampling.txt", visits)
            _ = try fixture.run(files: isListed ? ["a.txt", "a_sampling.txt"] : ["a.txt"]) {
                ($0.dataset, $0.append) = ("ebd", append)
            }
            #expect(try fixture.isSound(hasVisits: true))
        }
        try run(sightings(corrected), append: false)
        let alone = try stored()
        try run(sightings(one), append: false)
        for _ in 0..<2 {
            try run(sightings(corrected), append: true)
            #expect(try stored() == alone)
        }
    }

    /// A listed copy without records of its own stays the lowest one, where the record of another copy comes again.
    @Test func aListedCopyWithoutRecordsStaysTheLowest() throws {
        write("v.txt", [Sighting(copy: "S1", species: nil)])
        write("a.txt", [Sighting(source: 1, copy: "S2", minutes: "90")])
        for files in [["a.txt", "v.txt"], ["a.txt"], ["a.txt"], ["v.txt"]] {
            _ = try fixture.run(files: files) { ($0.dataset, $0.append) = ("ebd", true) }
            #expect(try stored() == ["S1|10|L1|20210501|Parus major|1|URN:1"])
        }
    }

    /// A copy that is listed goes where a lower one comes, also where it was not shared before, and no list stays
    /// empty.
    @Test(arguments: ["G1", "", "G3"], ["Turdus merula", "Parus major"])
    func aListedCopyGoesIntoALowerOne(before: String, species: String) throws {
        write("a.txt", [Sighting(source: 1, copy: "S20", group: before)])
        write("a_sampling.txt", [Sighting(copy: "S20", group: before, species: nil)])
        write("b.txt", [Sighting(source: 1, copy: "S20"), Sighting(source: 2, copy: "S10", species: species)])
        write("b_sampling.txt", [Sighting(copy: "S20", species: nil), Sighting(copy: "S10", species: nil)])
        func run(_ files: [String], append: Bool = true) throws {
            _ = try fixture.run(files: files) { ($0.dataset, $0.append) = ("ebd", append) }
        }
        try run(["b.txt", "b_sampling.txt"], append: false)
        let alone = try stored()
        #expect(alone.allSatisfy { $0.hasPrefix("S10|") })
        try run(["a.txt", "a_sampling.txt"], append: false)
        for files in [["b.txt"], ["b.txt", "b_sampling.txt"], ["b.txt", "b_sampling.txt"]] {
            try run(files)
            #expect(try stored() == alone)
            #expect(try fixture.isSound(hasVisits: true))
        }
    }

    /// The file of checklists alone says that a copy is in another group, or in none any more.
    @Test(arguments: ["G2", "", "G2 elsewhere", " elsewhere"]) func aFileOfChecklistsTellsTheGroup(change: String)
        throws
    {
        let group = String(change.prefix { $0 != " " })
        let place = change.hasSuffix("elsewhere") ? "L7" : "L1"
        let first = Sighting(source: 1, copy: "S10", species: "Corvus corax")
        let third = Sighting(source: 3, copy: "S30", group: "G2")
        let second = Sighting(source: 2, copy: "S20")
        write("a.txt", [first, third])
        write(
            "a_sampling.txt", [Sighting(copy: "S10", species: nil), Sighting(copy: "S30", group: "G2", species: nil)])
        write("b.txt", [second])
        write(
            "b_sampling.txt",
            [Sighting(copy: "S10", group: group, species: nil, place: place), Sighting(copy: "S20", species: nil)])
        for (index, files) in [
            ["a.txt", "a_sampling.txt"], ["b.txt", "b_sampling.txt"], ["b.txt", "b_sampling.txt"],
        ].enumerated() {
            _ = try fixture.run(files: files) { ($0.dataset, $0.append) = ("ebd", index > 0) }
        }
        let records = try stored().filter { !$0.hasSuffix("||") }.map { $0.split(separator: "|") }
        #expect(records.contains { $0.first == "S20" && $0.last == "URN:2" }, "\(records)")
        #expect(Set(records.compactMap(\.last)) == ["URN:1", "URN:2", "URN:3"])
        #expect(try fixture.isSound(hasVisits: true))
    }

    /// A copy that reports a part, and later the species too, keeps both, and takes those of other copies away.
    @Test func aSpeciesComesBesideItsPartOnTheSameCopy() throws {
        write(
            "a.txt",
            [
                Sighting(source: 1, copy: "S5"), Sighting(source: 2, copy: "S10", species: "Larus fuscus graellsii"),
                Sighting(source: 3, copy: "S20", species: "Larus fuscus intermedius"),
            ])
        write("b.txt", [Sighting(source: 4, copy: "S10", species: "Larus fuscus")])
        _ = try run("a.txt")
        _ = try run("b.txt", append: true)
        #expect(
            try stored() == [
                "S5|10|L1|20210501|Larus fuscus|1|URN:4", "S5|10|L1|20210501|Larus fuscus graellsii|1|URN:2",
                "S5|10|L1|20210501|Parus major|1|URN:1",
            ])
        #expect(try fixture.isSound())
    }

    /// However the rows come, the result is that of all at once: here each row alone, in any order.
    @Test func theOrderOfImportsDoesNotMatter() throws {
        var random = SplitMix(state: 91)
        let taxa = ["Larus fuscus", "Larus fuscus graellsii", "Larus fuscus intermedius", "Parus major"]
        for round in 0..<40 {
            var rows: [Sighting] = []
            for copy in ["S5", "S10", "S20"] {
                for taxon in taxa where Bool.random(using: &random) {
                    rows.append(Sighting(source: rows.count, copy: copy, species: taxon, num: "\(rows.count + 1)"))
                }
            }
            if rows.isEmpty { continue }
            write("all.txt", rows)
            _ = try run("all.txt")
            let all = try stored()
            rows.shuffle(using: &random)
            for (index, row) in rows.enumerated() {
                write("one.txt", [row])
                _ = try run("one.txt", append: index > 0)
            }
            // What was left out when it came is not there any more, so those that are needed come once more.
            write("all.txt", rows)
            _ = try run("all.txt", append: true)
            #expect(try stored() == all, "round \(round): \(rows.map { "\($0.copy) \($0.species ?? "")" })")
            #expect(try fixture.isSound())
        }
    }

    /// One record may be hidden from readers who see the others. So it does not say where these stand, as long as they
    /// do not come again and say the same.
    @Test(arguments: ["joined", "left", "is elsewhere"]) func oneRecordAloneDoesNotTellTheGroup(change: String) throws {
        let first = [
            Sighting(source: 1, copy: "S10", group: change == "joined" ? "" : "G1"), Sighting(source: 2, copy: "S20"),
        ]
        write("a.txt", first)
        _ = try run("a.txt")
        let before = try stored()
        #expect(before.count == (change == "joined" ? 2 : 1))
        write(
            "b.txt",
            [
                Sighting(
                    source: 3, copy: "S10", group: change == "left" ? "" : "G1", species: "Bubo bubo",
                    place: change == "is elsewhere" ? "L5" : "L1")
            ])
        write("c.txt", [Sighting(source: 4, copy: "S30")])
        for file in ["b.txt", "c.txt"] {
            _ = try run(file, append: true)
            #expect(try stored().filter { !$0.contains("Bubo") } == before)
            #expect(try fixture.isSound())
        }
        // With all its records it does.
        let group = change == "joined" ? "G1" : ""
        write(
            "d.txt",
            [
                Sighting(source: 1, copy: "S10", group: group),
                Sighting(source: 3, copy: "S10", group: group, species: "Bubo bubo"),
                Sighting(source: 2, copy: "S20"),
            ])
        _ = try run("d.txt", append: true)
        #expect(try stored().filter { !$0.contains("Bubo") }.count == (change == "joined" ? 1 : 2))
        #expect(try fixture.isSound())
    }

    /// A file without the column says nothing of groups.
    @Test func aFileWithoutGroupsLeavesThem() throws {
        write("a.txt", [Sighting(source: 1, copy: "S20")])
        _ = try run("a.txt")
        let header = Self.header.replacing("\tGROUP IDENTIFIER", with: "")
        fixture.write("b.txt", header + Sighting(source: 1, copy: "S20").row.replacing("\tG1\n", with: "\n"))
        _ = try run("b.txt", append: true)
        write("c.txt", [Sighting(source: 9, copy: "S10", num: "7")])
        _ = try run("c.txt", append: true)
        #expect(try stored() == ["S10|10|L1|20210501|Parus major|7|URN:9"])
    }

    /// Without records, a file of checklists alone tells the time.
    @Test(arguments: ["07:00:00", ""]) func aListedChecklistHasItsCorrectedTime(before: String) throws {
        write("a.txt", [Sighting(copy: "S10", group: "", species: nil, time: before)])
        write("b.txt", [Sighting(copy: "S10", group: "", species: nil)])
        for (index, file) in ["a.txt", "b.txt", "b.txt"].enumerated() {
            _ = try run(file, append: index > 0)
            let time = index > 0 ? "06:41" : String(before.prefix(5))
            #expect(try fixture.rows("SELECT time FROM checklist") == [time])
        }
    }

    /// In whatever parts the copies come.
    @Test(
        arguments: [
            [[0, 1, 2]], [[1, 2], [0]], [[0], [1, 2]], [[1], [2], [0]], [[1], [1], [0], [2]], [[1], [0], [2]],
            [[2], [1], [2], [0]],
        ], ["06:41:00", ""])
    func recordsHaveTheTimeOfTheLowestCopy(parts: [[Int]], time: String) throws {
        let sightings = [
            Sighting(source: 1, copy: "S1", time: time),
            Sighting(source: 2, copy: "S2", species: "Turdus merula", time: "07:00:00"),
            Sighting(source: 3, copy: "S2", species: "Corvus corax", time: "07:00:00"),
        ]
        for part in parts {
            write("a.txt", part.map { sightings[$0] })
            _ = try run("a.txt", append: true)
        }
        #expect(try fixture.rows("SELECT count(*) FROM observation_detail WHERE time IS NOT NULL") == ["0"])
        #expect(try fixture.rows("SELECT code, time FROM checklist") == ["S1|\(time.prefix(5))"])
        #expect(try stored().count == 3)
    }

    @Test func theOrderOfCopiesDoesNotMatter() throws {
        var random = SplitMix(state: 5)
        for round in 0..<60 {
            var sightings: [Sighting] = []
            for copy in 1...4 {
                for species in ["a", "b", "c", "d"] where Bool.random(using: &random) {
                    sightings.append(
                        Sighting(
                            source: copy * 10 + Int(species.utf8.first ?? 0), copy: "S\(copy * 7)",
                            species: "Avis \(species)",
                            num: "\(copy)", minutes: "\(copy)"))
                }
            }
            let visits = [3, 1].map {
                Sighting(copy: "S\($0 * 7)", species: nil, minutes: "\($0)")
            }
            let least = round % 2 == 0 ? 1 : sightings.map { Int($0.minutes) ?? 9 }.min() ?? 9
            let parts = sightings.shuffled(using: &random)
            let cut = Int.random(in: 0...parts.count, using: &random)
            var files: [String] = []
            for (name, part) in [("a.txt", Array(parts[..<cut])), ("b.txt", Array(parts[cut...])), ("v.txt", visits)]
            where !part.isEmpty && (name != "v.txt" || round % 2 == 0) {
                write(name, part)
                files.append(name)
            }
            guard !sightings.isEmpty else { continue }
            files.shuffle(using: &random)
            if round % 3 == 0 {
                try fixture.run(files: files) { $0.dataset = "ebd" }
            } else {
                for (index, file) in files.enumerated() { _ = try run(file, append: index > 0) }
            }
            #expect(
                try fixture.rows("SELECT code, minutes, date FROM checklist") == ["S\(least * 7)|\(least)|20210501"])
            #expect(try fixture.rows("SELECT code FROM location") == ["L1"])
            var nums: [String: [String]] = [:]
            for sighting in sightings { nums[sighting.species ?? "", default: []].append(sighting.num) }
            let found = try fixture.rows(
                "SELECT s.code, o.num FROM observation o JOIN species s ON s.id = o.species_id ORDER BY s.code")
            #expect(found.map { String($0.dropLast(2)) } == nums.keys.sorted())
            for row in found { #expect(nums[String(row.dropLast(2))]?.min() == String(row.suffix(1)), "\(round)") }
            #expect(try fixture.isSound(hasVisits: true), "\(round) \(files)")
        }
    }
}
