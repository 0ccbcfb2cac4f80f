import CSQLite
import Glibc
import Testing

@testable import Birds
@testable import Fixtures

@Suite struct ObservationStoreTests {
    /// The records that a query should find, computed row by row.
    struct Expectation {
        let fixture: Fixture
        let ordered: [Int]

        init(fixture: Fixture) {
            self.fixture = fixture
            ordered = fixture.ordered
        }

        func ids(_ query: ObservationQuery, _ view: View) -> [Int] {
            let found = ordered.filter { matches(fixture.records[$0 - 1], query, view) }
            return Array(found.prefix(query.page.limit ?? .max))
        }

        private func matches(_ record: Fixture.Record, _ query: ObservationQuery, _ view: View) -> Bool {
            let species = fixture.species[record.species]
            let place = fixture.locations[record.location]
            func isNamed(_ name: String) -> Bool {
                name == species.code || name.lowercased() == species.scientificName?.lowercased()
                    || name.lowercased() == species.commonName?.lowercased()
            }
            func within(_ regions: [String]) -> Bool {
                regions.contains { place.region == $0 || place.region?.hasPrefix($0 + "-") == true }
            }
            return
                (query.filter.years.isEmpty || query.filter.years.contains(record.date / 10_000))
                && (query.filter.months.isEmpty || query.filter.months.contains(record.date / 100 % 100))
                && (query.filter.days.isEmpty
                    || record.date % 100 != 0 && query.filter.days.contains(record.date % 100))
                && record.date >= query.filter.from?.number ?? 0
                && record.date <= query.filter.to?.lastNumber ?? .max
                && (query.filter.regions.isEmpty || within(query.filter.regions))
                && (query.filter.locations.isEmpty || query.filter.locations.contains(place.code))
                && (query.filter.datasets.isEmpty || query.filter.datasets.contains(fixture.datasets[record.dataset]))
                && view.regions.map(within) ?? true
                && (query.filter.species.isEmpty || query.filter.species.contains(where: isNamed))
                && (query.filter.leastNum.map { least in record.num.map { $0 >= least } ?? false } ?? true)
                && (query.filter.greatestNum.map { greatest in record.num.map { $0 <= greatest } ?? false } ?? true)
                && isWithin(place, query)
        }

        private func isWithin(_ location: Fixture.Location, _ query: ObservationQuery) -> Bool {
            if query.filter.box == nil && query.filter.circle == nil { return true }
            guard let latitude = location.latitude, let longitude = location.longitude else { return false }
            if let box = query.filter.box {
                let width = (box.east - box.west + 360).truncatingRemainder(dividingBy: 360)
                let east = (longitude - box.west + 720).truncatingRemainder(dividingBy: 360)
                if east > width || latitude < box.south || latitude > box.north { return false }
            }
            guard let circle = query.filter.circle else { return true }
            // By the chord between two points on a sphere of radius 1.
            func point(_ latitude: Double, _ longitude: Double) -> [Double] {
                let (up, along) = (latitude * .pi / 180, longitude * .pi / 180)
                return [cos(up) * cos(along), cos(up) * sin(along), sin(up)]
            }
            let chord = zip(point(latitude, longitude), point(circle.latitude, circle.longitude))
                .map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
            return 2 * asin(min(1, chord / 2)) * 6371.0088 <= circle.kilometres
        }
    }

    private static let queries: [ObservationQuery] = {
        func query(_ change: (inout ObservationQuery) -> Void) -> ObservationQuery {
            var query = ObservationQuery()
            change(&query)
            return query
        }
        return [
            query { _ in },
            query { $0.filter.species = ["sp107"] },
            query { $0.filter.species = ["avis NUMERO7", "Bird 8", "sp109", "sp107"] },
            query { $0.filter.species = (100..<150).map { "sp\($0)" } },
            query { $0.filter.years = [2019] },
            query { $0.filter.years = [2021, 2016, 1066, -5, 123_456] },
            query { $0.filter.years = [0] },
            query { $0.filter.months = [5] },
            query { $0.filter.months = [12, 1, 2] },
            query { $0.filter.months = [13] },
            query { $0.filter.days = [1, 17] },
            query { $0.filter.days = [0] },
            query {
                $0.filter.months = [3]
                $0.filter.years = [2018]
            },
            query { $0.filter.from = PartialDate(year: 2020) },
            query { $0.filter.from = PartialDate(year: 2020, month: 3) },
            query { $0.filter.from = PartialDate(year: 2020, month: 3, day: 4) },
            query { $0.filter.to = PartialDate(year: 2017) },
            query { $0.filter.to = PartialDate(year: 2017, month: 3) },
            query { $0.filter.to = PartialDate(year: 2017, month: 3, day: 4) },
            query {
                $0.filter.from = PartialDate(year: 2021)
                $0.filter.to = PartialDate(year: 2016)
            },
            query { $0.filter.regions = ["CA"] },
            query { $0.filter.regions = ["CA-YT", "CA", "US-AK"] },
            query { $0.filter.regions = ["CA-YT-001"] },
            query { $0.filter.regions = ["C", "ca-yt", "", "US-"] },
            query { $0.filter.locations = ["L103"] },
            query { $0.filter.locations = ["L103", "L144", "nowhere"] },
            query { $0.filter.locations = (100..<140).map { "L\($0)" } },
            query { $0.filter.locations = ["nowhere"] },
            query { $0.filter.datasets = ["atlas"] },
            query { $0.filter.datasets = ["atlas", "garden", "none"] },
            query { $0.filter.datasets = ["none"] },
            query { $0.filter.leastNum = 2 },
            query { $0.filter.greatestNum = 1 },
            query {
                $0.filter.leastNum = 0
                $0.filter.greatestNum = 0
                $0.filter.species = ["sp107"]
            },
            query { $0.filter.box = GeographicBox(west: -20, south: 3, east: -10, north: 9) },
            query { $0.filter.box = GeographicBox(west: -10.1, south: 4, east: -9.9, north: 4.4) },
            query { $0.filter.box = GeographicBox(west: 170, south: -90, east: -25, north: 90) },
            query { $0.filter.box = GeographicBox(west: 10, south: -90, east: 170, north: 90) },
            query { $0.filter.circle = GeographicCircle(latitude: 5, longitude: -11, kilometres: 400) },
            query { $0.filter.circle = GeographicCircle(latitude: 88, longitude: 170, kilometres: 9000) },
            query {
                $0.filter.circle = GeographicCircle(latitude: 5, longitude: -11, kilometres: 600)
                $0.filter.box = GeographicBox(west: -20, south: 3, east: -10, north: 9)
                $0.filter.regions = ["CA"]
            },
            query { $0.page.limit = 0 },
            query { $0.page.limit = 10 },
        ]
    }()

    @Test func everyFilterFindsTheSameAsReadingRowByRow() throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture.random(seed: 1, records: 3000)
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        let expectation = Expectation(fixture: fixture)
        for query in Self.queries {
            #expect(try store.ids(query) == expectation.ids(query, .everything), "\(query)")
        }
    }

    @Test func combinedFiltersFindTheSameAsReadingRowByRow() throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture.random(seed: 2, records: 3000)
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        let expectation = Expectation(fixture: fixture)
        var random = SplitMix(state: 3)
        var found = 0
        for _ in 0..<400 {
            let query = Self.randomQuery(&random)
            let view = Self.views[Int.random(in: Self.views.indices, using: &random)]
            let expected = expectation.ids(query, view)
            found += expected.count
            do {
                #expect(try store.ids(query, view: view) == expected, "\(query) \(view)")
            } catch StoreError.unknownSpecies(let name, _) {
                // Only for a species that is in no species table, if the view shows no record of it.
                var ofIt = ObservationQuery()
                ofIt.filter.species = [name]
                #expect(name.hasSuffix("9") && expectation.ids(ofIt, view).isEmpty)
            }
        }
        #expect(found > 5_000)
    }

    static let views = [
        View.everything, .everything, .nothing, View(regions: ["CA"]),
        View(regions: ["US", "CA-YT"]), View(regions: ["CA-YT", "US", "US-AK"]),
        View(regions: ["CA-YT"]),
    ]

    static func randomQuery(_ random: inout SplitMix) -> ObservationQuery {
        func some(_ range: ClosedRange<Int>, atMost most: Int) -> [Int] {
            guard Int.random(in: 0..<3, using: &random) == 0 else { return [] }
            return (0..<Int.random(in: 1...most, using: &random)).map { _ in Int.random(in: range, using: &random) }
        }
        func someDate() -> PartialDate? {
            guard Int.random(in: 0..<3, using: &random) == 0 else { return nil }
            let month = Bool.random(using: &random) ? Int.random(in: 1...12, using: &random) : nil
            let day = month != nil && Bool.random(using: &random) ? Int.random(in: 1...28, using: &random) : nil
            return PartialDate(year: Int.random(in: 2014...2023, using: &random), month: month, day: day)
        }
        var query = ObservationQuery()
        query.filter.species = some(100...159, atMost: 40).map { "sp\($0)" }
        query.filter.years = some(2014...2023, atMost: 5)
        query.filter.months = some(1...12, atMost: 5)
        query.filter.days = some(1...31, atMost: 10)
        query.filter.from = someDate()
        query.filter.to = someDate()
        query.filter.regions = some(0...4, atMost: 2).map { ["CA", "CA-YT", "US", "US-AK", "ZZ"][$0] }
        query.filter.locations = some(100...146, atMost: 30).map { "L\($0)" }
        query.filter.datasets = some(0...2, atMost: 2).map { ["garden", "atlas", "ringing"][$0] }
        query.page.limit = some(0...50, atMost: 1).first
        query.filter.leastNum = some(0...3, atMost: 1).first.map(Int64.init)
        query.filter.greatestNum = some(0...3, atMost: 1).first.map(Int64.init)
        if Int.random(in: 0..<4, using: &random) == 0 {
            query.filter.box = GeographicBox(
                west: .random(in: -30...0, using: &random), south: .random(in: 0...6, using: &random),
                east: .random(in: -30...0, using: &random), north: .random(in: 6...13, using: &random))
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            query.filter.circle = GeographicCircle(
                latitude: .random(in: 0...13, using: &random), longitude: .random(in: -30...0, using: &random),
                kilometres: .random(in: 0...3000, using: &random))
        }
        return query
    }

    @Test func noQueryMakesSQLiteSort() throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 4, records: 200).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var cursors: [RowCursor] = []
        // Every combination of filters, each with no, one, few and many values if that makes a difference.
        let codes = (100..<150).map { "sp\($0)" }
        let locations = (100..<140).map { "L\($0)" }
        for filters in 0..<1 << 6 {
            for (species, count) in [(0, 0), (1, 0), (5, 0), (50, 0), (0, 1), (0, 5), (0, 40), (1, 5), (50, 40)] {
                var query = ObservationQuery()
                query.filter.species = Array(codes.prefix(species))
                query.filter.locations = Array(locations.prefix(count))
                if filters & 1 != 0 { query.filter.years = [2016, 2018] }
                if filters & 2 != 0 { query.filter.months = [5] }
                if filters & 4 != 0 { query.filter.days = [5] }
                if filters & 8 != 0 { query.filter.regions = ["CA"] }
                if filters & 16 != 0 { query.filter.datasets = ["atlas"] }
                if filters & 32 != 0 {
                    query.filter.from = PartialDate(year: 2016)
                    query.filter.to = PartialDate(year: 2021)
                }
                for fields in [Field.defaults, Field.allCases] {
                    query.fields = fields
                    var bytes: [UInt8] = []
                    cursors.append(try store.observations(query, view: .everything, format: .json))
                    _ = try cursors.last?.fill(&bytes, limit: 1)
                }
                if cursors.count > 20 { cursors.removeAll() }
            }
        }
        cursors.append(try store.species(format: .json, view: View(regions: ["CA"])))
        cursors.append(try store.datasets(format: .json, view: View(regions: ["CA"])))

        var plans: [String] = []
        var next = sqlite3_next_stmt(store.database.handle, nil)
        while let statement = next {
            let sql = String(cString: sqlite3_sql(statement))
            next = sqlite3_next_stmt(store.database.handle, statement)
            // The R*Tree has statements of its own, some of which write.
            if sql.contains("'main'.'location_box_") { continue }
            let plan = try store.database.prepare("EXPLAIN QUERY PLAN " + sql)
            while try plan.step() {
                let step = plan.text(3) ?? ""
                #expect(!step.contains("TEMP B-TREE"), "\(sql)")
                plans.append(step)
            }
        }
        for index in ["date", "species", "location"] {
            #expect(plans.contains { $0.contains("USING COVERING INDEX observation_by_\(index)") })
        }
    }

    @Test(
        arguments: [
            ("sp101", nil), ("SP101", "sp101"), ("avis numero1", nil), ("BIRD 1", nil), ("Bird 1x", "Bird 1"),
            ("Avis numreo2", "Avis numero2"), ("sp1O1", "sp101"), ("nothing like it", nil), ("sp109", nil),
        ] as [(String, String?)])
    func speciesAreFoundByCodeAndNames(_ name: String, nearest: String?) throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 5, records: 2000).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.filter.species = [name]
        if nearest == nil && name != "nothing like it" {
            #expect(try !store.ids(query).isEmpty)
        } else {
            #expect(throws: StoreError.unknownSpecies(name, nearest: nearest)) { try store.ids(query) }
        }
    }

    /// The file and the client may use different cases and normal forms. Only codes are matched exactly.
    @Test(
        arguments: [
            ("KÜSTENSEESCHWALBE", [1]), ("küstenseeschwalbe", [1]), ("Ku\u{308}stenseeschwalbe", [1]),
            ("KU\u{308}STENSEESCHWALBE", [1]),
            ("Kustenseeschwalbe", []), ("GROẞER SPIESSENTE", [2]), ("großer spießente", [2]),
            ("GROSSER SPIESSENTE", [2]),
            ("μαύρος γλάρος", [3]), ("ΜΑΎΡΟΣ ΓΛΆΡΟΣ", [3]), ("\u{39C}α\u{3C5}\u{301}ρος Γλάρος", [3]),
            ("İSTANBUL KUŞU", [4]),
            ("i\u{307}stanbul kuşu", [4]), ("AVIS ÑANDU", [5, 6]), ("avis n\u{303}andu", [5, 6]), ("ä1", [7]),
            ("Ä1", []),
            ("a\u{308}1", []), ("Kelvin's Jay", [8]), ("\u{212A}ELVIN'S JAY", [8]), ("STRASSENTAUBE", [9, 12]),
            ("strassentaube", [9, 12]),
            ("STRAßENTAUBE", [9, 12]),
            ("Doppelname", [10]),
        ] as [(String, [Int])])
    func namesAreFoundInAnyCaseAndNormalForm(_ name: String, ids: [Int]) throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(locations: [.init(code: "L1")])
        let names: [(String, String?, String?)] = [
            ("a1", nil, "Küstenseeschwalbe"), ("a2", nil, "Großer Spießente"), ("a3", nil, "Μαύρος γλάρος"),
            ("a4", nil, "İstanbul kuşu"), ("a5", "Avis ñandu", nil), ("a6", "Avis N\u{303}andu", nil), ("ä1", nil, nil),
            ("k1", nil, "\u{212A}elvin's Jay"), ("k2", nil, "Strassentaube"),
            // A scientific name takes precedence over a common one.
            ("k3", "Doppelname", nil), ("k4", nil, "DOPPELNAME"), ("k5", nil, "Straßentaube"),
        ]
        for (index, (code, scientific, common)) in names.enumerated() {
            fixture.species.append(.init(code: code, scientificName: scientific, commonName: common))
            fixture.records.append(.init(date: 20_210_203, location: 0, species: index))
        }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.filter.species = [name]
        if ids.isEmpty {
            #expect(throws: StoreError.self) { try store.ids(query) }
        } else {
            #expect(try store.ids(query) == ids)
        }
    }

    /// The search for an unknown name that takes too long continues where it stopped.
    @Test func readingNamesContinuesAfterABudgetRanOut() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(locations: [.init(code: "L1")])
        for index in 0..<20_000 {
            fixture.species.append(.init(code: "\(100_000 + index)", commonName: "Vögel \(index)"))
        }
        fixture.records.append(.init(date: 20_210_203, location: 0, species: 19_999))
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.filter.species = ["VÖGEL 19999"]
        var attempts = 0
        while true {
            attempts += 1
            store.setBudget(nanoseconds: 2_000_000)
            do throws(StoreError) {
                _ = try store.observations(query, view: .everything, format: .json)
                break
            } catch {
                try #require(error == .overBudget && attempts < 2000)
            }
        }
        #expect(attempts > 1)
        store.setBudget(nanoseconds: nil)
        #expect(try store.ids(query) == [1])
    }

    @Test func aNameOfSeveralSpeciesFindsAllOfThem() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(locations: [.init(code: "L1")])
        fixture.species = [
            .init(code: "a", scientificName: "Anser anser", commonName: "Goose"),
            .init(code: "anser anser", scientificName: "Other other", commonName: "Other"),
            .init(code: "b", scientificName: "Anser anser", commonName: "Goose (domestic)"),
        ]
        fixture.records = (0..<3).map { .init(date: 2020_01_01, location: 0, species: $0) }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.filter.species = ["Anser anser"]
        #expect(try store.ids(query) == [1, 3])
        // A code takes precedence over a name.
        query.filter.species = ["anser anser"]
        #expect(try store.ids(query) == [2])
    }

    @Test func aViewHidesRecordsFromEveryResource() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(datasets: ["here", "there"])
        fixture.locations = [.init(code: "L1", region: "CA-YT"), .init(code: "L2", region: "US-AK"), .init(code: "L3")]
        fixture.species = [
            .init(code: "hidden"), .init(code: "known", scientificName: "Avis nota"), .init(code: "shown"),
        ]
        fixture.records = [
            .init(date: 2020_01_01, location: 0, species: 1, num: 1),
            .init(date: 2020_01_01, location: 1, species: 0, num: 2),
            .init(date: 2020_01_02, location: 2, species: 1, dataset: 1),
            .init(date: 2020_01_03, location: 0, species: 2),
        ]
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        let view = View(regions: ["CA"])

        func id(_ row: Int) throws -> Int64 { try store.shown(row: row) ?? Int64(row) }
        #expect(try store.ids(ObservationQuery(), view: view) == [1, 4])
        #expect(try store.observation(id: id(1), fields: [.num], view: view) == Array(#"{"num":1}"#.utf8))
        #expect(try store.observation(id: id(2), fields: [.num], view: view) == nil)
        #expect(try store.observation(id: id(2), fields: [.num], view: .everything) != nil)
        // A location whose region is unknown is shown only by a view of everything.
        #expect(try store.observation(id: id(3), fields: [.num], view: view) == nil)
        #expect(try store.observation(id: id(5), fields: [.num], view: .everything) == nil)

        var query = ObservationQuery()
        query.filter.locations = ["L2"]
        #expect(try store.ids(query, view: view).isEmpty)
        query = ObservationQuery()
        query.filter.regions = ["US"]
        #expect(try store.ids(query, view: view).isEmpty)

        // A species that only hidden records mention is hidden too, also among the suggested names.
        query = ObservationQuery()
        query.filter.species = ["hidden"]
        #expect(throws: StoreError.unknownSpecies("hidden", nearest: nil)) { try store.ids(query, view: view) }
        #expect(try store.ids(query) == [2])
        query.filter.species = ["hiddem"]
        #expect(throws: StoreError.unknownSpecies("hiddem", nearest: nil)) { try store.ids(query, view: view) }
        #expect(throws: StoreError.unknownSpecies("hiddem", nearest: "hidden")) { try store.ids(query) }
        #expect(try store.species("hidden", view: view) == nil)
        #expect(try store.species("shown", view: view) != nil)
        let species = try store.species(format: .csv, view: view).text()
        #expect(species == "species_id,scientific_name,common_name,category\r\nknown,Avis nota,,\r\nshown,,,\r\n")

        #expect(
            try store.datasets(format: .json, view: view).text() == """
                [{"name":"here","format":null,"source":null,"licence":null,"citation":null,\
                "imported_at":"2024-05-06T07:08:09Z","checklists":2,"records":2,\
                "generalised":false,"ask":null}]

                """)
        #expect(try store.datasets(format: .csv, view: View.nothing).text().split(separator: "\r\n").count == 1)
    }

    /// Every resource is what it would be if only the records that the view shows were there.
    @Test func aViewShowsEachResourceAsIfNothingElseWereThere() throws {
        let folder = try TemporaryFolder()
        var shown = Fixture(datasets: ["here"])
        shown.locations = [.init(code: "L1", latitude: 60.5, longitude: -135, region: "CA-YT", name: "Marsh")]
        shown.species = [.init(code: "known", scientificName: "Avis nota"), .init(code: "shown")]
        shown.records = [
            .init(date: 2020_01_01, location: 0, species: 0, num: 1, complete: 1),
            .init(date: 2020_02_03, location: 0, species: 1, complete: 1),
        ]
        try shown.write(to: folder.path("shown.db"))
        var all = shown
        all.datasets.append("there")
        // Another location of a code that is seen, one without a region, and one of another country.
        all.locations += [
            .init(code: "L1", latitude: 61, longitude: -135, region: "US-AK"), .init(code: "L2"),
            .init(code: "L3", latitude: 60.5, longitude: -135, region: "US-AK"),
        ]
        // The names that a record gave to a species that no table has.
        all.species[1] = .init(
            code: "shown", scientificName: "Avis monstrata", commonName: "Bird", category: "issf", isListed: false)
        all.species.append(.init(code: "zhidden"))
        for location in 1...3 {
            for species in 0...2 {
                all.records.append(
                    .init(date: 2019_05_06, location: location, species: species, num: 7, dataset: 1, complete: 1))
            }
        }
        try all.write(to: folder.path("all.db"))
        let (one, other) = (
            try ObservationStore(path: folder.path("all.db")), try ObservationStore(path: folder.path("shown.db"))
        )
        let view = View(regions: ["CA"])
        var query = ObservationQuery()
        query.page.countsAll = true
        var known = query
        known.filter.species = ["known"]
        var coded = query
        coded.filter.locations = ["L1", "L2", "L3"]
        var named = query
        named.fields = [.speciesID, .commonName, .scientificName, .category]
        var sorted = named
        sorted.sort = ["common_name", "scientific_name", "category"].map { name in
            SortKey(field: SortKey.Field(rawValue: name) ?? .num, isDescending: true)
        }
        var requests: [RecordRequest.Rows] = [
            .regions, .species, .zeroFilled(known), .observations(named), .observations(sorted),
        ]
        for query in [query, known, coded] {
            requests += [.observations(query), .checklists(query, ChecklistField.defaults), .locations(query)]
            requests += SummaryKey.allCases.map { .summary([$0], query) }
        }
        for (index, request) in requests.enumerated() {
            let rows = try one.rows(request, view: view, format: .json)
            let expected = try other.rows(request, view: .everything, format: .json)
            #expect(try rows.text() == expected.text(), "\(index)")
            #expect(rows.total == expected.total)
        }
        for code in ["L1", "L2", "L3"] {
            let document = RecordRequest.Document.location(code: code)
            #expect(try one.document(document, view: view) == other.document(document, view: .everything), "\(code)")
        }
        for code in ["known", "shown", "zhidden"] {
            let document = RecordRequest.Document.species(code: code)
            #expect(try one.document(document, view: view) == other.document(document, view: .everything), "\(code)")
        }
        for name in ["Avis monstrata", "Bird"] {
            query.filter.species = [name]
            #expect(try one.ids(query) != [])
            #expect(throws: StoreError.unknownSpecies(name, nearest: nil)) { try one.ids(query, view: view) }
        }
    }

    @Test func speciesAndDataSetsAreListed() throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 6, records: 30).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        let species = try store.species(format: .json, view: .everything)
        let lines = try species.text().split(separator: "\n")
        #expect(species.rowCount == 60 && lines.count == 60)
        #expect(
            lines[0]
                == #"[{"species_id":"sp100","scientific_name":"Avis numero0","common_name":"Bird 0","category":"species"},"#
        )
        #expect(
            lines[59] == #"{"species_id":"sp159","scientific_name":null,"common_name":null,"category":null}]"#)
        #expect(
            try store.species("sp101", view: .everything).map { String(decoding: $0, as: UTF8.self) }?.contains(
                "Bird 1") == true)
        #expect(try store.species("Bird 1", view: .everything) == nil)
        let datasets = try store.datasets(format: .csv, view: .everything).text().split(separator: "\r\n")
        #expect(datasets.map { $0.prefix(5) } == ["name,", "atlas", "garde", "ringi"])
    }

    @Test func aRegionWhoseCodeEndsInAHyphenIsWithinItsCountry() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture()
        fixture.species = [.init(code: "a")]
        fixture.locations = ["HK-", "HK", "HK-X", "HKX"].map { .init(code: "L" + $0, region: $0) }
        fixture.records = fixture.locations.indices.map { .init(date: 20_210_203, location: $0, species: 0) }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.filter.regions = ["HK"]
        #expect(try store.ids(query) == [1, 2, 3])
    }

    @Test func codesAreComparedByteByByte() throws {
        let folder = try TemporaryFolder()
        let (known, other) = ("caninde\u{301}", "canind\u{E9}")
        var fixture = Fixture()
        fixture.species = [.init(code: known)]
        fixture.locations = [.init(code: known, region: known)]
        fixture.records = [.init(date: 20_210_203, location: 0, species: 0)]
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        // Earlier queries change nothing.
        for _ in 0..<2 {
            for (name, found) in [(known, [1]), (other, [])] {
                var query = ObservationQuery()
                query.filter.locations = [name]
                #expect(try store.ids(query) == found)
                query.filter.locations = []
                query.filter.regions = [name]
                #expect(try store.ids(query) == found)
                query.filter.regions = []
                query.filter.species = [name]
                #expect((try? store.ids(query)) ?? [] == found)
            }
        }
    }

    @Test func aMissingOrForeignFileIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("birds.db")
        #expect(throws: StoreError.missing(path: path)) { try ObservationStore(path: path) }
        let database = try Database(path: path, mode: .readWrite)
        try database.execute("CREATE TABLE other (id INTEGER)")
        #expect {
            try ObservationStore(path: path)
        } throws: { error in
            if case .unusable(path, _)? = error as? StoreError { true } else { false }
        }
    }

    @Test func aDamagedFileGivesAnError() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("birds.db")
        try Fixture.random(seed: 8, records: 3000).write(to: path)
        let store = try ObservationStore(path: path)
        try #require(truncate(path, 3 * 4096) == 0)
        #expect {
            try store.text(ObservationQuery())
        } throws: { error in
            if case .sqlite? = error as? StoreError { true } else { false }
        }
    }

    @Test func nothingCanBeWritten() throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 7, records: 10).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        #expect(throws: StoreError.self) { try store.database.execute("DELETE FROM observation") }
    }
}
