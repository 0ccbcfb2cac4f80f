import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct SensitiveMarksTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    /// What is marked: `place L1 100000`, `checklist S1 10000` or `record 7 0`, by codes and numbers.
    private func marks(_ list: String) throws -> [String] {
        let entries = try SensitiveListFile.read(path: fixture.write("list.csv", list))
        let database = try Database(path: fixture.database, mode: .readOnly)
        let marks = try SensitiveMarks(entries, in: database)
        try marks.make()
        return try database.rows(
            """
            SELECT 'place ' || code || ' ' || size FROM marked_location m JOIN location l ON l.id = m.id
            UNION ALL SELECT 'checklist ' || code || ' ' || size FROM marked_checklist m JOIN checklist c ON c.id = m.id
            UNION ALL SELECT 'record ' || num || ' ' || has_year FROM withheld_record m JOIN observation o ON o.id = m.id
            ORDER BY 1
            """)
    }

    private static let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num,checklist_id\n"

    private func store(_ rows: [String]) throws {
        fixture.write("birds.csv", Self.header + rows.map { $0 + "\n" }.joined())
        try fixture.run("birds.csv")
    }

    @Test func allPlacesOfACellAreMarked() throws {
        try store([
            "L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1,S1", "L2,60.79,-135.09,CA-YT,2021,5,2,robin,2,S2",
            "L3,60.81,-135.01,CA-YT,2021,5,1,robin,3,S3", "L4,60.71,-135.01,CA-YT,2020,5,1,robin,4,S4",
            "L5,,,CA-YT,2020,5,1,robin,5,S5",
        ])
        #expect(try marks("species,category\neagle,2\n") == ["place L1 100000", "place L2 100000", "place L4 100000"])
        #expect(try marks("species,category,scope\neagle,3,place\n") == ["place L1 10000", "place L4 10000"])
        #expect(try marks("species,category,scope\neagle,3,checklist\n") == ["checklist S1 10000"])
        #expect(try marks("species,category\neagle,0\n") == ["record 1 0"])
        #expect(try marks("species,category\neagle,1\n") == ["record 1 1"])
        // The coarsest mark, and hiding before a year, whatever comes first.
        for list in ["eagle,3\neagle,2\n", "eagle,2\neagle,3\n", "eagle,4\nrobin,3\neagle,2\n"] {
            #expect(try marks("species,category\n" + list).prefix(2) == ["place L1 100000", "place L2 100000"])
        }
        for list in ["eagle,0\neagle,1\n", "eagle,1\neagle,0\n"] {
            #expect(try marks("species,category\n" + list) == ["record 1 0"])
        }
        // A place without a point has no cell.
        #expect(try marks("location,category\nL5,2\n") == ["place L5 100000"])
        #expect(try marks("location,category\nL3,4\n") == ["place L3 1000"])
    }

    @Test(arguments: [
        ("region\neagle,2,CA", ["1", "2", "4"]), ("region\neagle,2,CA-BC", ["2", "3", "4"]),
        ("region\neagle,2,US", ["4"]),
        ("from,to\neagle,2,05-01,06-30", ["1", "3", "4"]), ("from,to\neagle,2,12-15,01-31", ["2", "4"]),
        ("from,to\neagle,2,05-02,05-31", ["3", "4"]), ("region,from,to\neagle,2,CA-BC,05-01,05-31", ["3", "4"]),
    ])
    func whatIsNotKnownMatches(list: String, places: [String]) throws {
        try store(
            [
                "L1,1,1,CA-YT,2021,5,1,eagle,1,", "L2,2,2,CA-BC,2021,1,31,eagle,1,", "L3,3,3,CA-BC-01,2021,5,,eagle,1,",
                "L4,4,4,,2021,,,eagle,1,", "L5,5,5,CA-YT,2021,5,1,eagle,0,", "L6,6,6,CA-YT,2021,5,1,robin,1,",
            ].map {
                $0.replacing(
                    "L3,3,3,CA-BC-01",
                    with: list.hasPrefix("region\n") && list.hasSuffix("CA") ? "L3,3,3,MX" : "L3,3,3,CA-BC-01")
            })
        #expect(try marks("species,category," + list + "\n") == places.map { "place L\($0) 100000" })
    }

    /// A record without any date, and one whose region is no code.
    @Test(arguments: [
        ("from,to\neagle,2,03-01,08-31", ["1"]), ("from,to\neagle,2,12-01,01-31", ["1"]),
        ("region\neagle,2,CA-YT", ["1", "2", "3", "4", "5"]), ("region\neagle,2,CA", ["1", "2", "3", "4", "5"]),
    ])
    func whatIsNoDateOrRegionMatches(list: String, places: [String]) throws {
        try store([
            "L1,1,1,CA-YT,,,,eagle,1,", "L2,2,2,Yukon,2021,10,1,eagle,1,", "L3,3,3,ca-yt,2021,10,1,eagle,1,",
            "L4,4,4,CA_YT,2021,10,1,eagle,1,", "L5,5,5,CAN-YT,2021,10,1,eagle,1,", "L6,6,6,US-CA,2021,10,1,eagle,1,",
        ])
        #expect(try marks("species,category," + list + "\n") == places.map { "place L\($0) 100000" })
    }

    /// A location is protected whatever is known of it: also with a number of 0 alone, some metres off under another
    /// code, and without its coordinates.
    @Test func aLocationIsMarkedWithAllThatIsThere() throws {
        try store([
            "L1,60.71234,-135.01234,CA-YT,2021,5,1,robin,0,", "L2,60.7123,-135.0124,CA-YT,2021,5,1,robin,1,",
            "L3,60.72,-135.01,CA-YT,2021,5,1,robin,2,", "L1,,,CA-YT,2021,5,2,robin,3,",
            // 40 m to the east.
            "L4,60.71234,-135.0116,CA-YT,2021,5,1,robin,4,",
        ])
        #expect(
            try marks("location,category\nL1,2\n") == ["L1", "L1", "L2", "L3", "L4"].map { "place \($0) 100000" })
        #expect(try marks("location,category\nL1,0\n") == ["record 0 0", "record 1 0", "record 3 0", "record 4 0"])
        #expect(try marks("location,category\nL2,1\n") == ["record 0 1", "record 1 1", "record 4 1"])
    }

    /// Locations with one code are one place: the point of one tells where the other is.
    @Test(arguments: ["L1,60.71,-135.01,CA-YT,2021,5,1,", "L1,,,CA-YT,2021,5,1,"], ["eagle,1,", "robin,1,"])
    func aPlaceWithoutAPointIsMarkedWithItsCode(row: String, species: String) throws {
        let other = row.contains(",,,") ? "L1,60.71,-135.01,CA-YT,2021,5,1," : "L1,,,CA-YT,2021,5,1,"
        try store([row + species, other + (species == "eagle,1," ? "robin,1," : "eagle,1,")])
        #expect(try marks("species,category\neagle,2\n") == ["place L1 100000", "place L1 100000"])
    }

    /// Another program may have left a point that is not on Earth.
    @Test func aPointInNoCellIsMarked() throws {
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1,"])
        try Database(path: fixture.database, mode: .readWrite).execute("UPDATE location SET latitude = 95.5")
        #expect(try marks("species,category\neagle,2\n") == ["place L1 100000"])
    }

    @Test func aLocationWithVisitsAloneIsHidden() throws {
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1,S1", "L2,60.71,-135.21,CA-YT,2021,5,1,robin,2,S2"])
        try Database(path: fixture.database, mode: .readWrite).execute(
            "DELETE FROM observation WHERE num = 1; UPDATE checklist SET listed = 1")
        #expect(try marks("location,category\nL1,2\n") == ["place L1 100000"])
        #expect(try marks("location,category,scope\nL1,2,checklist\n") == ["checklist S1 100000"])
        for category in 0...1 {
            let entries = try SensitiveListFile.read(
                path: fixture.write("list.csv", "location,category\nL1,\(category)\n"))
            let database = try Database(path: fixture.database, mode: .readOnly)
            try SensitiveMarks(entries, in: database).make()
            #expect(
                try database.rows("SELECT code FROM hidden_checklist h JOIN checklist c ON c.id = h.id") == ["S1"])
        }
    }

    @Test func namesThatNothingHasAreUnknown() throws {
        try store(["L1,60.71,-135.01,CA-YT,2021,5,1,eagle,1,S1"])
        let entries = try SensitiveListFile.read(
            path: fixture.write("list.csv", "species,location,category\neagle,,2\neegle,,2\n,L1,2\n,L2,2\n"))
        let unknown = try SensitiveMarks(entries, in: Database(path: fixture.database, mode: .readOnly)).unknown()
        #expect(unknown.map(\.subject) == [.species("eegle"), .location("L2")])
    }

    /// Whether a date may be in a season; 0 stands for what is not known.
    private func mayContain(_ season: SensitiveSeason, month: Int, day: Int) -> Bool {
        if month == 0 { return true }
        return (day == 0 ? 1...31 : day...day).contains { day in
            let date = month * 100 + day
            return season.from <= season.to
                ? (season.from...season.to).contains(date) : date >= season.from || date <= season.to
        }
    }

    /// Marks are those of a plain reading of the rules.
    @Test func agreesWithTheRules() throws {
        var random = SplitMix(state: 21)
        for _ in 0..<30 {
            struct Record {
                let place, species: Int
                let latitude, longitude: Double
                let month, day, num: Int
            }
            let points = (0..<12).map { _ in
                (Double.random(in: 0...0.4, using: &random) * 1000).rounded() / 1000
            }
            let records = (0..<40).map { n in
                let place = Int.random(in: 0..<6, using: &random)
                let month = Int.random(in: 0...12, using: &random)
                return Record(
                    place: place, species: Int.random(in: 0..<4, using: &random), latitude: points[place],
                    longitude: points[place + 6], month: month,
                    day: month == 0 ? 0 : Int.random(in: 0...28, using: &random),
                    num: Int.random(in: 0...2, using: &random))
            }
            try store(
                records.map {
                    "P\($0.place),\($0.latitude),\($0.longitude),CA-YT,2021,\($0.month == 0 ? "" : "\($0.month)"),"
                        + "\($0.day == 0 ? "" : "\($0.day)"),s\($0.species),\($0.num),"
                })
            let (from, to) = (Int.random(in: 1...12, using: &random), Int.random(in: 1...12, using: &random))
            func text(_ month: Int) -> String { (month < 10 ? "0" : "") + "\(month)-10" }
            let list = "species,category,from,to\ns0,2,,\ns1,3,\(text(from)),\(text(to))\ns2,4,,\n"
            let season = try #require(SensitiveSeason(from: text(from), to: text(to)))
            var wanted: [Int: Int64] = [:]
            for record in records where record.num > 0 && record.species < 3 {
                if record.species == 1, !mayContain(season, month: record.month, day: record.day) { continue }
                let size = [GridSize.coarse, .medium, .fine][record.species]
                let cell = GridCell(latitude: record.latitude, longitude: record.longitude, size)
                for other in records
                where GridCell(latitude: other.latitude, longitude: other.longitude, size) == cell {
                    wanted[other.place] = max(size.microdegrees, wanted[other.place] ?? 0)
                }
            }
            #expect(try marks(list) == wanted.map { "place P\($0.key) \($0.value)" }.sorted())
        }
    }
}
