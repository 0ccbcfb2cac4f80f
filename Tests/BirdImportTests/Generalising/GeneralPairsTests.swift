import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// Pairs of databases of which nobody may tell by the general edition which one it is.
@Suite struct GeneralPairsTests {
    /// A row of a file. Only `keeps` is the same in both databases of a pair.
    private struct Row {
        var place: (code: String, latitude: String, longitude: String)
        let region: String
        let date: String
        let species: String
        let num: Int
        let dataset: Int
        var checklist: String
        var time = ""
        var comments = ""
        var complete = ""

        var text: String {
            "\(place.code),\(place.latitude),\(place.longitude),\(region),\(date),\(species),\(num),\(checklist),\(time),\(comments),\(complete)\n"
        }

        /// The cell of 0.1°.
        var cell: String { place.latitude.prefix(4) + "|" + place.longitude.prefix(6) + region }
    }

    private static let header =
        "loc_id,latitude,longitude,region,date,species_id,num,checklist_id,time,comments,complete\n"
    private static let list = "species,category,contact\neagle,2,warden\nowl,0,\ncrane,1,\nheron,3,\n"

    /// Databases with the same keys and the same list.
    private func pair() throws -> (ImportFixture, ImportFixture) {
        let first = try ImportFixture()
        first.write("list.csv", Self.list)
        first.write("base.csv", Self.header + "B1,10.05,10.05,CA-YT,2020-01-01,wren,1,,,,\n")
        first.write(
            "taxa.csv",
            "species_id,sci_name,en_us\n"
                + "eagle,Aquila a,Eagle\nowl,Bubo b,Owl\ncrane,Grus g,Crane\nheron,Ardea a,Heron\n")
        try first.run("base.csv", "taxa.csv") { $0.sensitive = first.path("list.csv") }
        let second = try ImportFixture()
        second.write("birds.db", first.bytes("birds.db"))
        return (first, second)
    }

    /// Imports the rows, a file for each data set, in one import.
    private func store(_ rows: [Row], in fixture: ImportFixture, order: [Int] = [0, 1, 2]) throws {
        var files: [String] = []
        for dataset in order {
            let own = rows.filter { $0.dataset == dataset }
            guard !own.isEmpty else { continue }
            files.append("set\(dataset).csv")
            fixture.write("set\(dataset).csv", Self.header + own.map(\.text).joined())
        }
        if !files.isEmpty { try fixture.run(files: files) }
    }

    private static func rows(_ random: inout SplitMix) -> [Row] {
        let regions = ["CA-YT", "CA-BC", ""]
        let species = ["eagle", "owl", "crane", "heron", "wren", "robin", "lark", "wren", "robin"]
        return (0..<Int.random(in: 5...160, using: &random)).map { _ in
            let place = Int.random(in: 0..<9, using: &random)
            let day = Int.random(in: 1...2, using: &random)
            let dataset = Int.random(in: 0...2, using: &random)
            let date = Int.random(in: 0..<6, using: &random) == 0 ? "2021-05" : "2021-05-0\(day)"
            let code = "L\(place)"
            // Some visits are alike in all but their codes.
            let visit = Int.random(in: 0..<3, using: &random)
            return Row(
                place: (code, "60.\(7 + place / 5)\(place)1", "-135.\(place % 3)55"),
                region: regions[place % 3], date: date, species: species[Int.random(in: 0..<9, using: &random)],
                num: Int.random(in: 0...3, using: &random), dataset: dataset,
                checklist: "\(dataset)\(code)\(date)v\(visit)",
                time: date.count == 10 ? ["05:10", "07:10"][Int.random(in: 0...1, using: &random)] : "",
                // All rows of a checklist say the same.
                complete: ["1", "0", ""][(place + (date.last?.hexDigitValue ?? 0)) % 3])
        }
    }

    /// Which cells the rows mark, by the rules and not by our code: those with an eagle.
    private static func marked(_ rows: [Row]) -> Set<String> {
        Set(rows.filter { $0.species == "eagle" && $0.num > 0 }.map(\.cell))
    }

    private func areAlike(_ first: ImportFixture, _ second: ImportFixture, _ comment: Comment) throws -> Bool {
        let (one, other) = (Set(try first.generalDump()), Set(try second.generalDump()))
        #expect(one.subtracting(other) == [], comment)
        #expect(other.subtracting(one) == [], comment)
        return one == other
    }

    @Test func whatMovesWithinItsCellDoesNotShow() throws {
        var random = SplitMix(state: 1300)
        for round in 0..<25 {
            let (first, second) = try pair()
            let rows = Self.rows(&random)
            let marked = Self.marked(rows)
            var moved = rows
            for index in rows.indices where marked.contains(rows[index].cell) {
                let row = rows[index]
                let other = Int.random(in: 0..<4, using: &random)
                // Another point of the cell, which has its southern and western edge.
                let digits = ["00", "99", "31", "5"][other]
                moved[index].place = (
                    "M\(other)", row.place.latitude.prefix(4) + digits,
                    row.place.longitude.prefix(6) + ["01", "99", "5", "001"][other]
                )
                moved[index].checklist = "\(row.dataset)M\(other)\(row.date)\(row.region)\(row.cell)\(row.complete)"
                    .filter { $0 != "|" }
                moved[index].time = row.date.count == 10 ? "0\(other + 5):10" : ""
                moved[index].comments = "at M\(other)"
            }
            try store(rows, in: first)
            try store(moved, in: second)
            guard try areAlike(first, second, "round \(round)") else { break }
        }
    }

    @Test func aHiddenRecordWasNeverWritten() throws {
        var random = SplitMix(state: 1301)
        for round in 0..<25 {
            let (first, second) = try pair()
            var rows = Self.rows(&random)
            rows += [
                Row(
                    place: ("H1", "1.5", "2.5"), region: "NO-03", date: "2019-01-01", species: "owl", num: 1,
                    dataset: round % 3, checklist: "H")
            ]
            try store(rows, in: first)
            try store(rows.filter { $0.species != "owl" }, in: second)
            guard try areAlike(first, second, "round \(round)") else { break }
        }
    }

    @Test func theOrderOfRowsAndFilesDoesNotShow() throws {
        var random = SplitMix(state: 1302)
        for round in 0..<15 {
            let (first, second) = try pair()
            let rows = Self.rows(&random)
            try store(rows, in: first)
            try store(rows.shuffled(using: &random), in: second, order: [2, 0, 1])
            guard try areAlike(first, second, "round \(round)") else { break }
        }
    }

    /// Copies of shared checklists, of which some report what is hidden: a species, or only a part of one.
    @Test func aHiddenRecordOfASharedChecklistWasNeverWritten() throws {
        var random = SplitMix(state: 1307)
        for round in 0..<40 {
            var copies = SharedRows()
            for copy in 1...8 {
                let group = ["", "G1", "G1", "G2"].randomElement(using: &random) ?? ""
                for taxon in SharedRows.taxa where Bool.random(using: &random) {
                    copies.add(taxon, of: copy, group, &random)
                }
            }
            // The files of half a pair may be added one after the other.
            let parts = [0, 1].map { part in copies.rows.filter { $0.text.utf8.count % 2 == part } }
            guard try areAlike(round % 2 == 1 ? parts : [copies.rows], "round \(round)") else { break }
        }
    }

    /// Rows that are added later and tell other groups of stored copies: those of all records that are shown, of some
    /// or of none. Hidden ones tell the same, or what they like.
    @Test(arguments: [false, true]) func aHiddenRecordKeepsNoCopyInItsGroup(contradicts: Bool) throws {
        var random = SplitMix(state: 1311)
        for round in 0..<30 {
            var (stored, added) = (SharedRows(), SharedRows())
            for copy in 1...6 {
                let groups = (0..<2).map { _ in ["", "G1", "G1", "G2"].randomElement(using: &random) ?? "" }
                let comesAgain = Int.random(in: 0..<3, using: &random)
                // Each copy has a record that is shown: the lowest one of a group has its code and effort.
                let shown = ["Larus fuscus", "Larus fuscus intermedius", "Parus major"].randomElement(using: &random)
                var rows: [SharedRows.Row] = []
                for taxon in SharedRows.taxa where taxon == shown || Bool.random(using: &random) {
                    stored.add(taxon, of: copy, groups[0], &random)
                    guard let row = stored.rows.last else { continue }
                    let isAgain = row.isHidden || comesAgain == 1 ? Bool.random(using: &random) : comesAgain == 0
                    if isAgain { rows.append(row) }
                }
                var new = SharedRows()
                for taxon in SharedRows.taxa where Int.random(in: 0..<4, using: &random) == 0 {
                    new.add(taxon, of: copy, "", code: "\(copy).", &random)
                }
                rows += new.rows
                let hasShown = !rows.allSatisfy(\.isHidden)
                for row in rows {
                    let other = contradicts ? ["", "G1", "G2"].randomElement(using: &random) : nil
                    let told = !hasShown ? groups[0] : row.isHidden ? other ?? groups[1] : groups[1]
                    added.rows.append(row.told(told))
                }
            }
            guard try areAlike([stored.rows, added.rows], "round \(round)") else { break }
        }
    }

    /// Rows of a file of the eBird Basic Dataset.
    private struct SharedRows {
        struct Row {
            let isHidden: Bool
            let parts: (before: String, group: String)
            var text: String { parts.before + parts.group + "\n" }

            func told(_ group: String) -> Row { Row(isHidden: isHidden, parts: (parts.before, group)) }
        }

        var rows: [Row] = []

        static let taxa = [
            "Bubo bubo", "Larus fuscus", "Larus fuscus graellsii", "Larus fuscus intermedius", "Parus major",
            "Parus major newtoni",
        ]
        static let hidden: Set = ["Bubo bubo", "Larus fuscus graellsii", "Parus major newtoni"]
        static let header =
            "GLOBAL UNIQUE IDENTIFIER\tCOMMON NAME\tSCIENTIFIC NAME\tOBSERVATION COUNT\tBREEDING CODE\tREVIEWED\tCOUNTRY CODE\tSTATE CODE\tLOCALITY\t"
            + "LOCALITY ID\tLATITUDE\tLONGITUDE\tOBSERVATION DATE\tTIME OBSERVATIONS STARTED\tSAMPLING EVENT IDENTIFIER\t"
            + "PROTOCOL TYPE\tDURATION MINUTES\tALL SPECIES REPORTED\tGROUP IDENTIFIER\n"

        mutating func add(
            _ taxon: String, of copy: Int, _ group: String, code prefix: String = "", _ random: inout SplitMix
        ) {
            let source = "\(prefix)\(rows.count)"
            let code = ["", "FL", "C3"].randomElement(using: &random) ?? ""
            let text =
                "URN:\(source)\t\(taxon)\t\(taxon)\t\(Int.random(in: 1...3, using: &random))\t\(code)\t\(rows.count % 2)\tSE\tSE-N\tplace\tL1\t55.4\t12.8\t"
                + "2021-05-0\(1 + copy % 2)\t06:41:00\tS\(copy)\tTraveling\t10\t1\t"
            rows.append(Row(isHidden: Self.hidden.contains(taxon), parts: (text, group)))
        }
    }

    /// Whether databases with and without the hidden rows are alike. All parts but the first are added to it.
    private func areAlike(_ parts: [[SharedRows.Row]], _ comment: Comment) throws -> Bool {
        let (first, second) = try pair()
        for (fixture, hasHidden) in [(first, true), (second, false)] {
            fixture.write("hidden.csv", "species,category\n" + SharedRows.hidden.map { "\($0),0\n" }.joined())
            for (index, part) in parts.enumerated() {
                let rows = part.filter { hasHidden || !$0.isHidden }.map(\.text)
                if index > 0, rows.isEmpty { continue }
                fixture.write("ebd.txt", SharedRows.header + rows.joined())
                try fixture.run(files: ["ebd.txt"]) {
                    ($0.dataset, $0.append, $0.sensitive) = ("ebd", index > 0, fixture.path("hidden.csv"))
                    $0.acceptsUnprotected = true
                }
            }
        }
        return try areAlike(first, second, comment)
    }

    /// Events of an archive that have no bird but hidden ones are visits on which none was seen. The crane, of which
    /// only region and year are shown, may be at any of them.
    @Test(arguments: [false, true]) func aHiddenRecordOfAnEventWasNeverWritten(isAppended: Bool) throws {
        var random = SplitMix(state: 1312)
        for round in 0..<20 {
            let (first, second) = try pair()
            var occurrences: [[String]] = [[], []]
            let events = (0..<10).map { number in
                let place = Int.random(in: 0..<5, using: &random)
                let time = ["", "05:10", "07:10"].randomElement(using: &random) ?? ""
                let parent = number < 3 && Bool.random(using: &random) ? "e9" : ""
                return "e\(number)\t\(parent)\t2021-05-0\(1 + number % 2)\t\(time)\t"
                    + "L\(place)\t60.\(7 + place / 3)\(place)1\t-135.\(place)55\tCA\n"
            }
            for part in 0...(isAppended ? 1 : 0) {
                var texts = ["", ""]
                for number in 0..<Int.random(in: 1...12, using: &random) {
                    let name =
                        number == 0
                        ? "Sitta europaea"
                        : ["Aquila a", "Ardea a", "Bubo b", "Bubo b", "Grus g", "Regulus regulus"]
                            .randomElement(using: &random) ?? ""
                    let isHidden = ["Bubo b", "Grus g"].contains(name)
                    // Some others have a place or time of their own.
                    let own = isHidden ? 5 : Int.random(in: 0..<(isAppended ? 2 : 6), using: &random)
                    let cells = ["08:20\t\t\t", "\t\t\t", "\tOwn\t60.91\t-135.7"]
                    let count = Int.random(in: 0...2, using: &random)
                    for side in 0...1 where side == 0 || name != "Bubo b" {
                        let event = (number * (name == "Grus g" && side == 1 ? 7 : 3) + round) % 10
                        texts[side] +=
                            "e\(event)\to\(part).\(number)\t\(name)\tAves\t\(count)\t\(isHidden ? cells[1] : cells[own % 3])\n"
                    }
                }
                for (side, text) in texts.enumerated() { occurrences[side].append(text) }
            }
            for (fixture, parts) in zip([first, second], occurrences) {
                for (index, part) in parts.enumerated() {
                    fixture.write("a.zip", Self.archive(events: events.joined(), occurrences: part))
                    try fixture.run("a.zip") { ($0.append, $0.acceptsUnprotected) = (index > 0, true) }
                    #expect(try fixture.isSound(hasVisits: true))
                }
            }
            guard try areAlike(first, second, "round \(round)") else { break }
        }
    }

    private static func archive(events: String, occurrences: String) -> [UInt8] {
        func table(_ element: String, _ type: String, _ file: String, _ terms: String) -> String {
            let fields = terms.split(separator: " ").enumerated().map {
                "<field index=\"\($0 + 1)\" term=\"http://rs.tdwg.org/dwc/terms/\($1)\"/>"
            }
            return """
                <\(element) rowType="http://rs.tdwg.org/dwc/terms/\(type)" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n">\
                <files><location>\(file)</location></files><\(element == "core" ? "id" : "coreid") index="0"/>\
                \(fields.joined())</\(element)>
                """
        }
        let meta =
            "<archive>"
            + table(
                "core", "Event", "event.txt",
                "parentEventID eventDate eventTime locationID decimalLatitude decimalLongitude countryCode")
            + table(
                "extension", "Occurrence", "occurrence.txt",
                "occurrenceID scientificName class individualCount eventTime locality decimalLatitude decimalLongitude")
            + "</archive>"
        return ZipWriter.archive([("meta.xml", meta), ("event.txt", events), ("occurrence.txt", occurrences)])
    }
}
