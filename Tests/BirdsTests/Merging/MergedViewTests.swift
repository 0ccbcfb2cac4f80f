import Testing

@testable import Birds
@testable import Fixtures

/// Where both editions hold the same records, a merged answer is that of the exact edition, byte by byte.
@Suite struct MergedViewTests {
    private let fixture: Fixture
    private let path: String
    private let store: ObservationStore

    init() throws {
        (fixture, path) = (MergedFixture.same.fixture, MergedFixture.same.folder.path("birds.db"))
        store = try ObservationStore(path: path)
    }

    private static let orders: [[String]] = [
        [], [], [], ["-date"], ["species_id"], ["-species_id", "-date"], ["loc_id"], ["-loc_id"], ["date", "loc_id"],
        ["loc_id", "date", "species_id"], ["num", "-dataset"], ["common_name", "-latitude"], ["region", "year"],
        ["category", "longitude", "month"], ["-location_name", "scientific_name"], ["-day", "dataset"], ["-region"],
    ]
    private static let fields: [Field] = Field.allCases.filter { $0 != .id }

    /// The answer, or the error in its place.
    private func answer(_ request: RecordRequest.Rows, _ view: View, _ format: RowFormat) throws -> [String] {
        do {
            let cursor = try store.rows(request, view: view, format: format)
            return [try cursor.text(), "\(cursor.total ?? -1)"]
        } catch let error as StoreError {
            // Names that only records give are no hint in a view of several parts.
            if case .unknownSpecies(let name, _) = error { return ["unknown species \(name)"] }
            return ["\(error)"]
        }
    }

    /// The rows on all pages of random sizes.
    private func pages(
        _ query: ObservationQuery, _ view: View, using random: inout SplitMix,
        _ request: (ObservationQuery) -> RecordRequest.Rows
    ) throws -> [String] {
        var (query, rows) = (query, [String]())
        repeat {
            query.page.limit = Int.random(in: 1...40, using: &random)
            let cursor = try store.rows(request(query), view: view, format: .csv)
            let lines = try cursor.lines()
            #expect(lines.count == query.page.limit || cursor.next == nil)
            #expect(try store.nextPage(request(query), view: view) == cursor.next)
            rows += lines
            try #require(rows.count <= 20_000)
            query.page.after = cursor.next
        } while query.page.after != nil
        return rows
    }

    @Test(arguments: 0..<5) func answersAreThoseOfOneEdition(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        for _ in 0..<14 {
            let (view, exact) = MergedFixture.views(fixture, using: &random)
            var query = ObservationQuery(MergedFixture.filter(fixture, using: &random))
            query.sort = PagingTests.sorts(Self.orders.randomElement(using: &random) ?? [])
            query.fields = Self.fields
            query.showsExactness = Bool.random(using: &random)
            query.page.countsAll = true
            var zeros = query
            (zeros.filter.leastNum, zeros.filter.greatestNum) = (nil, nil)
            if zeros.filter.species.isEmpty { zeros.filter.species = ["sp101", "sp109"] }
            let format = RowFormat.allCases.randomElement(using: &random) ?? .json
            let keys = Array(SummaryKey.allCases.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
            let requests: [RecordRequest.Rows] = [
                .observations(query), .zeroFilled(zeros), .checklists(query, ChecklistField.allCases),
                .locations(query),
                .regions, .summary(keys, query), .species,
            ]
            for request in requests {
                let (own, other) = (try answer(request, view, format), try answer(request, exact, format))
                #expect(own == other, "\(seed) \(view) \(request)")
                guard own == other else { return }
            }
            // Only a view of the general edition is told that places may be less exact.
            let datasets = try [view, exact].map { view in
                try store.rows(.datasets, view: view, format: .csv).lines().map { $0.replacing(",1,", with: ",0,") }
            }
            #expect(datasets[0] == datasets[1], "\(seed) \(view)")
        }
    }

    @Test(arguments: 0..<3) func pagesSplitAMergedAnswer(seed: UInt64) throws {
        var random = SplitMix(state: seed + 100)
        for order in Self.orders.dropFirst(2) {
            let (view, exact) = MergedFixture.views(fixture, using: &random)
            var query = ObservationQuery(MergedFixture.filter(fixture, isWide: true, using: &random))
            query.sort = PagingTests.sorts(order)
            query.fields = Self.fields
            guard let whole = try? store.rows(.observations(query), view: exact, format: .csv).lines() else { continue }
            #expect(try pages(query, view, using: &random) { .observations($0) } == whole, "\(order) \(view)")
        }
        let requests: [(ObservationQuery) -> RecordRequest.Rows] = [
            { .checklists($0, ChecklistField.allCases) }, { .locations($0) },
            { query in
                var zeros = query
                zeros.filter.species = ["sp101", "sp109", "Bird 12"]
                (zeros.filter.leastNum, zeros.filter.greatestNum, zeros.filter.unresolved) = (nil, nil, [])
                return .zeroFilled(zeros)
            },
        ]
        for request in requests {
            for _ in 0..<4 {
                let (view, exact) = MergedFixture.views(fixture, using: &random)
                var query = ObservationQuery(MergedFixture.filter(fixture, isWide: true, using: &random))
                query.fields = Self.fields
                guard let whole = try? store.rows(request(query), view: exact, format: .csv).lines() else { continue }
                #expect(try pages(query, view, using: &random, request) == whole, "\(view) \(request(query))")
            }
        }
    }

    @Test(arguments: 0..<2) func documentsAreThoseOfOneEdition(seed: UInt64) throws {
        var random = SplitMix(state: seed + 200)
        for _ in 0..<5 {
            let (view, exact) = MergedFixture.views(fixture, using: &random)
            for code in Set(fixture.locations.map(\.code)).sorted() + ["x"] {
                let document = RecordRequest.Document.location(code: code)
                #expect(try store.document(document, view: view) == store.document(document, view: exact), "\(view)")
            }
            for code in fixture.species.map(\.code) + ["x", "Bird 1"] {
                let document = RecordRequest.Document.species(code: code)
                #expect(try store.document(document, view: view) == store.document(document, view: exact), "\(view)")
            }
        }
    }

    /// A record that a view shows is found by the id that it shows, and no other.
    @Test(arguments: 0..<3) func anIDIsThatOfTheRecordThatIsShownWithIt(seed: UInt64) throws {
        var random = SplitMix(state: seed + 300)
        let (view, _) = MergedFixture.views(fixture, using: &random)
        var query = ObservationQuery()
        query.fields = [.id] + Self.fields
        var shown: Set<Int64> = []
        for line in try store.rows(.observations(query), view: view, format: .ndjson).text().split(separator: "\n") {
            let id = try #require(line.split(separator: ",").first?.split(separator: ":").last.flatMap { Int64($0) })
            #expect(shown.insert(id).inserted)
            let document = try #require(try store.document(.observation(id: id, query.fields), view: view))
            #expect(String(decoding: document, as: UTF8.self) == line + "\n")
        }
        for edition in [store.exact, try #require(store.general)] {
            for row in 1...fixture.records.count {
                let id = edition.edition == .exact ? row : row + 70_000
                let row = try #require(try edition.records.row(Int64(id)))
                let number = try #require(try edition.records.ids.shown(row))
                let found = try store.document(.observation(id: number, [.num]), view: view) != nil
                #expect(found == shown.contains(number))
            }
        }
    }

    @Test func aPageBelongsToItsParts() throws {
        let views = [
            View.everything, View(), View(precision: .only(regions: ["CA"])), View(precision: .only(regions: ["US"])),
            View(precision: .only(datasets: ["atlas"])), View(precision: .only(regions: ["CA"], datasets: ["atlas"])),
        ]
        for view in views {
            var query = ObservationQuery()
            query.page.limit = 5
            query.page.after = try store.nextPage(.observations(query), view: view)
            #expect(query.page.after != nil)
            for other in views where other != view {
                #expect(throws: StoreError.unknownPage) {
                    try store.rows(.observations(query), view: other, format: .json)
                }
            }
        }
        // What nobody has makes no other part.
        let same = [View(), View(precision: .only(datasets: ["nobody's"]))]
        var query = ObservationQuery()
        query.page.limit = 5
        #expect(
            try store.nextPage(.observations(query), view: same[0])
                == store.nextPage(.observations(query), view: same[1]))
    }

    @Test func aRevisionDiffersWhereAnythingDoes() throws {
        let views = [
            View.everything, View(), View(regions: ["CA"]), View(regions: ["CA"], precision: .everywhere),
            View(precision: .only(regions: ["CA"])), View(precision: .only(regions: ["US"])),
            View(precision: .only(datasets: ["atlas"])), View(datasets: ["atlas"], precision: .only(regions: ["CA"])),
            View(precision: .only(regions: ["CA"], datasets: ["atlas"])),
        ]
        let revisions = try views.map { try store.revision(of: $0) }
        #expect(Set(revisions.map(\.id)).count == views.count)
        #expect(try views.map { try store.revision(of: $0) } == revisions)
        #expect(try views.map { try ObservationStore(path: path).revision(of: $0) } == revisions)
        #expect(store.showsEverything(.everything) && !store.showsEverything(View()))
    }
}

/// Records for two editions, and random questions about them.
enum MergedFixture {
    /// Two editions of the same records, which all tests share: making them takes longer than each test.
    nonisolated(unsafe) static let same: (folder: TemporaryFolder, fixture: Fixture) = {
        let fixture = make(seed: 31, records: 700)
        // Without the file every test fails.
        guard let folder = try? TemporaryFolder() else { fatalError("no temporary folder") }
        try? TwoEditions.write(exact: fixture, general: fixture, to: folder.path("birds.db"), change: addDetails)
        return (folder, fixture)
    }()

    static func make(seed: UInt64, records: Int) -> Fixture {
        var random = SplitMix(state: seed)
        var fixture = Fixture.random(seed: seed, records: records)
        // As an import orders them.
        fixture.datasets.sort()
        for index in fixture.locations.indices where index % 3 > 0 {
            fixture.locations[index].name = "Place \(index % 7)"
        }
        // Everything has a record.
        for index in fixture.locations.indices {
            fixture.records.append(
                .init(
                    date: 2019_05_01 + index % 5, location: index, species: index % 60, num: index % 3,
                    dataset: index % 3))
        }
        for index in fixture.records.indices {
            if index % 29 == 0 { fixture.records[index].date = 9999_99_99 }
            fixture.records[index].complete = index % 4 == 0 ? nil : index % 3 == 0 ? 0 : 1
            fixture.records[index].minutes = index % 50
            fixture.records[index].checklistCode = index % 2 == 0 ? "S\(index)" : nil
        }
        // Checklists of several records, and records that are the same but for their data set or id.
        for index in fixture.records.indices.prefix(records / 2) {
            var record = fixture.records[index]
            if Bool.random(using: &random) {
                record.with = index
                record.species = Int.random(in: 0..<60, using: &random)
            } else {
                record.dataset = Int.random(in: 0..<3, using: &random)
            }
            fixture.records.append(record)
        }
        return fixture
    }

    static func addDetails(_ database: Database) throws {
        try database.execute(
            """
            INSERT INTO observation_detail (id, time, coordinate_uncertainty_m, generalised, comments)
            SELECT id, CASE WHEN id % 5 = 0 THEN '06:30' END, CASE WHEN id % 3 = 0 THEN id % 1000 END,
                CASE id % 7 WHEN 0 THEN 1 WHEN 1 THEN 0 END, 'bird ' || id
            FROM observation WHERE id % 2 = 0
            """)
    }

    /// A random view of several parts, and the view of the same records in the exact edition.
    static func views(_ fixture: Fixture, using random: inout SplitMix) -> (merged: View, exact: View) {
        let regions = ["CA", "CA-BC", "CA-YT", "CAX", "US-AK", "US-CA", "US", "XX"]
        func some(_ all: [String]) -> [String] {
            Array(all.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)))
        }
        let isLimited = Int.random(in: 0..<3, using: &random)
        let shown = isLimited == 1 ? some(regions) + ["CA"] : nil
        let datasets = isLimited == 2 ? some(fixture.datasets) + ["garden"] : nil
        let precision = View.Precision.only(regions: some(regions), datasets: some(fixture.datasets + ["none"]))
        return (
            View(regions: shown, datasets: datasets, precision: precision),
            View(regions: shown, datasets: datasets, precision: .everywhere)
        )
    }

    /// A random filter.
    /// - Parameter isWide: Whether many records shall match.
    static func filter(_ fixture: Fixture, isWide: Bool = false, using random: inout SplitMix) -> RecordFilter {
        var filter = RecordFilter()
        let count = isWide ? 1 : Int.random(in: 0...3, using: &random)
        for _ in 0..<count {
            switch Int.random(in: 0..<12, using: &random) {
            case 0: filter.species = ["sp101", "Bird 12", "AVIS numero33", "sp109", "sp119"].shuffled(using: &random)
            case 1: filter.years = [2018, 2019, 2020]
            case 2: filter.months = [1, 2, 5, 6, 7]
            case 3: filter.from = PartialDate(year: 2017, month: 3)
            case 4: filter.regions = ["CA-YT", "US", "CAX"]
            case 5: filter.locations = (100..<125).map { "L\($0)" }
            case 6: filter.datasets = ["atlas", "ringing", "none"]
            case 7: filter.box = GeographicBox(west: -30, south: 1, east: -3, north: 9)
            case 8: filter.circle = GeographicCircle(latitude: 5, longitude: -12, kilometres: 900)
            case 9: filter.leastNum = Int64.random(in: 0...2, using: &random)
            case 10: filter.isGeneralised = Bool.random(using: &random)
            default:
                filter.unresolved = [
                    UnresolvedValue(.region, whole: "CA", list: .values(["US"])),
                    UnresolvedValue(.species, whole: "sp103,sp104", list: .values(["sp103", "sp129"])),
                ]
            }
        }
        return filter
    }
}
