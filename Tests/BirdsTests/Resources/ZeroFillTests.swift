import Testing

@testable import Birds
@testable import Fixtures

@Suite struct ZeroFillTests {
    /// An edit may give records and checklists any ids, so no id can mark a row of zeros.
    @Test func recordsAndChecklistsMayHaveAnyIDs() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(species: [.init(code: "a"), .init(code: "b")], locations: [.init(code: "L1")])
        for day in 1...4 {
            fixture.records.append(.init(date: 2021_02_00 + day, location: 0, species: 0, num: 1, complete: 1))
        }
        try fixture.write(to: folder.path("birds.db"))
        try Database(path: folder.path("birds.db"), mode: .readWrite).execute(
            """
            UPDATE observation SET checklist_id = CASE id WHEN 1 THEN -9223372036854775808 WHEN 2 THEN -5 ELSE checklist_id END;
            UPDATE checklist SET id = CASE id WHEN 1001 THEN -9223372036854775808 WHEN 1002 THEN -5 ELSE id END;
            UPDATE observation SET id = CASE id WHEN 1 THEN -9223372036854775808 WHEN 3 THEN 0 ELSE -id END;
            """)
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.filter.species = ["a", "b"]
        query.fields = [.day, .speciesID, .num, .checklistID, .time]
        let filled = try store.zeroFilled(query, view: .everything, format: .csv).text().split(separator: "\r\n")
        #expect(
            filled.dropFirst() == [
                "1,a,1,,", "1,b,0,,", "2,a,1,,", "2,b,0,,", "3,a,1,,", "3,b,0,,", "4,a,1,,", "4,b,0,,",
            ])
        #expect(try store.text(query, format: .csv).split(separator: "\r\n").count == 5)
    }

    @Test func aCompleteChecklistWithoutTheSpeciesGetsAZeroRow() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture()
        fixture.species = [
            Fixture.Species(code: "comrav"), Fixture.Species(code: "stejay", commonName: "Steller's Jay"),
        ]
        fixture.locations = [
            Fixture.Location(code: "L1", region: "CA-YT"), Fixture.Location(code: "L2", region: "US-AK"),
        ]
        func visit(_ date: Int, _ location: Int, _ species: Int, complete: Int?, code: String) -> Fixture.Record {
            Fixture.Record(
                date: date, location: location, species: species, num: nil, checklistCode: code, time: "07:00",
                complete: complete, sourceID: "O" + code)
        }
        fixture.records = [
            visit(20_210_203, 0, 1, complete: 1, code: "A"), visit(20_210_203, 0, 0, complete: 1, code: "B"),
            visit(20_210_203, 1, 0, complete: 0, code: "C"), visit(20_210_204, 1, 1, complete: nil, code: "D"),
            visit(20_210_205, 1, 0, complete: 1, code: "E"),
        ]
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.filter.species = ["Steller's Jay"]
        query.fields = [.id, .checklistID, .sourceID, .time, .locationID, .speciesID, .num, .complete]
        let first = try #require(try store.shown(row: 1))
        let all = "\(first),A,OA,07:00,L1,stejay,,1\r\n,B,,07:00,L1,stejay,0,1\r\n"
        let header = "id,checklist_id,source_id,time,loc_id,species_id,num,complete\r\n"
        #expect(
            try store.zeroFilled(query, view: .everything, format: .csv).text()
                == header + all + ",E,,07:00,L2,stejay,0,1\r\n")
        #expect(
            try store.zeroFilled(query, view: View(regions: ["CA"]), format: .csv).text() == header + all)
        query.filter.locations = ["L2"]
        #expect(
            try store.zeroFilled(query, view: .everything, format: .json).text()
                == #"[{"id":null,"checklist_id":"E","source_id":null,"time":"07:00","loc_id":"L2","species_id":"stejay","num":0,"complete":true}]"#
                + "\n")
        query.filter.species = ["nothing like it"]
        #expect(throws: StoreError.self) { try store.zeroFilled(query, view: .everything, format: .json) }
    }

    /// Visits with several species. Some are complete, and some dates and locations have more than one.
    private static func visits(seed: UInt64, count: Int) -> Fixture {
        var fixture = Fixture.random(seed: seed, records: count)
        var random = SplitMix(state: seed + 1)
        for index in fixture.records.indices {
            fixture.records[index].complete = [1, 1, 0, nil].randomElement(using: &random) ?? nil
            fixture.records[index].time = Bool.random(using: &random) ? "06:15" : nil
            fixture.records[index].sourceID = "OBS\(index)"
            fixture.records[index].checklistCode = "S\(index)"
            // Some visits repeat a date and location, so that these have several checklists.
            if index % 5 == 4 {
                fixture.records[index].date = fixture.records[index - 3].date
                fixture.records[index].location = fixture.records[index - 3].location
            }
        }
        for index in 0..<count {
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                var record = fixture.records[index]
                record.with = index
                record.species = Int.random(in: 0..<60, using: &random)
                record.num = Int.random(in: 0...5, using: &random)
                record.sourceID = "OBS\(fixture.records.count)"
                fixture.records.append(record)
            }
        }
        return fixture
    }

    private static let fields: [Field] = [
        .checklistID, .date, .locationID, .dataset, .speciesID, .num, .id, .sourceID, .time, .complete, .valid,
    ]

    /// Every row as a line, computed checklist by checklist.
    private func expected(
        _ fixture: Fixture, _ store: ObservationStore, _ query: ObservationQuery, _ isWanted: (Fixture.Record) -> Bool
    ) throws -> [String] {
        var checklists = fixture.records.indices.filter {
            fixture.records[$0].with == nil && fixture.records[$0].complete == 1 && isWanted(fixture.records[$0])
        }
        func key(_ index: Int) -> [Int] {
            let record = fixture.records[index]
            return [record.date, record.location, record.dataset, index]
        }
        checklists.sort { key($0).lexicographicallyPrecedes(key($1)) }
        let wanted = fixture.species.indices.filter { query.filter.species.contains(fixture.species[$0].code) }
        var onChecklist: [Int: [Int]] = [:]
        for (index, record) in fixture.records.enumerated() {
            onChecklist[record.with ?? index, default: []].append(index)
        }
        var lines: [String] = []
        for checklist in checklists {
            let visit = fixture.records[checklist]
            for species in wanted {
                let found = (onChecklist[checklist] ?? []).filter { fixture.records[$0].species == species }
                let nums = found.map { fixture.records[$0].num }
                let num = nums.contains(nil) ? "" : "\(nums.compactMap { $0 }.reduce(0, +))"
                let index = found.count == 1 ? found.first : nil
                lines.append(
                    [
                        visit.checklistCode ?? "", StoredDate(Int64(visit.date)).iso ?? "",
                        fixture.locations[visit.location].code, fixture.datasets[visit.dataset],
                        fixture.species[species].code, num,
                        try index.flatMap { try store.shown(row: $0 + 1) }.map { "\($0)" } ?? "",
                        index.flatMap { fixture.records[$0].sourceID } ?? "", visit.time ?? "", "1", "",
                    ].joined(separator: ","))
            }
        }
        return lines
    }

    @Test func everyCompleteChecklistHasARowForEachSpecies() throws {
        let folder = try TemporaryFolder()
        let fixture = Self.visits(seed: 41, count: 700)
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var random = SplitMix(state: 43)
        var (zeros, others) = (0, 0)
        for round in 0..<60 {
            var query = ObservationQuery()
            query.page.countsAll = true
            query.fields = Self.fields
            let all = (0..<60).filter { $0 % 10 != 9 }.shuffled(using: &random)
            query.filter.species = all.prefix([1, 2, 5, 40][round % 4]).map { "sp\(100 + $0)" }
            if round % 3 == 1 { query.filter.years = [2016, 2019] }
            if round % 5 == 2 { query.filter.months = [3, 4, 5] }
            if round % 4 == 3 { query.filter.locations = ["L103", "L110", "L120", "L121"] }
            if round % 7 == 5 { query.filter.locations = ["L103"] }
            if round % 6 == 4 { query.filter.datasets = ["atlas"] }
            let view = round % 5 == 4 ? View(regions: ["CA"]) : .everything
            let lines = try expected(fixture, store, query) { record in
                let place = fixture.locations[record.location]
                return (query.filter.years.isEmpty || query.filter.years.contains(record.date / 10_000))
                    && (query.filter.months.isEmpty || query.filter.months.contains(record.date / 100 % 100))
                    && (query.filter.locations.isEmpty || query.filter.locations.contains(place.code))
                    && (query.filter.datasets.isEmpty
                        || query.filter.datasets.contains(fixture.datasets[record.dataset]))
                    && (view.regions == nil || place.region == "CA" || place.region?.hasPrefix("CA-") == true)
            }
            let cursor = try store.zeroFilled(query, view: view, format: .csv)
            #expect(try cursor.lines() == lines, "\(query)")
            #expect(cursor.total == lines.count)
            let size = [1, 3, 17, 200][round / 4 % 4]
            if lines.count < 200 * size {
                let paged = try store.pages(query, view, of: size, most: lines.count) { .zeroFilled($0) }
                #expect(paged.flatMap { $0 } == lines, "\(query) \(size)")
            }
            zeros += lines.count { $0.contains(",0,,,") }
            others += lines.count { !$0.contains(",0,,,") }
        }
        #expect(zeros > 1000 && others > 100)
    }

    /// A checklist with records of a species and its subspecies has one row for the species.
    @Test func subspeciesAreCountedIntoTheirSpecies() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(
            species: [
                .init(code: "cangoo", scientificName: "Branta canadensis", category: "species"),
                .init(code: "cangoo1", scientificName: "Branta canadensis moffitti/maxima", category: "issf"),
                .init(code: "cangoo2", scientificName: "Branta canadensis (Domestic type)", category: "domestic"),
                .init(code: "x00001", scientificName: "Branta canadensis x leucopsis", category: "hybrid"),
                .init(code: "Parus major"), .init(code: "Parus major minor"), .init(code: "Parus major f. domestica"),
            ], locations: [.init(code: "L1")])
        func visit(_ day: Int, _ numbers: [(species: Int, num: Int?)]) {
            for (index, number) in numbers.enumerated() {
                fixture.records.append(
                    .init(
                        date: 2021_02_00 + day, location: 0, species: number.species, num: number.num,
                        with: index == 0 ? nil : fixture.records.count - index, complete: 1))
            }
        }
        visit(1, [(0, 3), (1, 2), (2, 40), (3, 50)])
        visit(2, [(1, 7)])
        visit(3, [(1, 7), (0, nil)])
        visit(4, [(2, 1), (6, 9)])
        visit(5, [(4, 1), (5, 1)])
        visit(6, [(0, 5)])
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.page.countsAll = true
        query.fields = [.day, .speciesID, .num, .id]
        query.filter.species = ["cangoo"]
        let geese = try store.zeroFilled(query, view: .everything, format: .csv)
        #expect(geese.total == 6)
        #expect(
            try geese.lines() == [
                "1,cangoo,5,", "2,cangoo,7,", "3,cangoo,,", "4,cangoo,0,", "5,cangoo,0,",
                "6,cangoo,5,\(try #require(try store.shown(row: 12)))",
            ])
        query.filter.species = ["cangoo1"]
        #expect(
            try store.zeroFilled(query, view: .everything, format: .csv).lines().prefix(4)
                == [(1, 2, 2), (2, 7, 5), (3, 7, 6)].map { (day, num, row) in
                    "\(day),cangoo1,\(num),\(try #require(try store.shown(row: row)))"
                } + ["4,cangoo1,0,"])
        // No species table names these.
        query.filter.species = ["Parus major"]
        #expect(
            try store.zeroFilled(query, view: .everything, format: .csv).lines().suffix(3)
                == ["4,Parus major,0,", "5,Parus major,2,", "6,Parus major,0,"])
    }

    @Test(
        arguments: [
            ("issf", "moffitti", true), ("domestic", "(Domestic type)", false), (nil, "minor", true),
            (nil, "moffitti/maxima", true), (nil, "ssp. minor", true), (nil, "[major Group]", true),
            (nil, "x leucopsis", false), (nil, "f. domestica", false), (nil, "(Domestic type)", false),
            (nil, "domestica", false), ("hybrid", "minor", false), ("intergrade", "minor x major", true),
        ] as [(String?, String, Bool)])
    func categoryOrNameTellsParts(category: String?, epithets: String, isPart: Bool) {
        #expect(Subspecies.isPart(category: category, epithets: epithets[...]) == isPart)
    }

    @Test func aTokenOfAnotherQueryIsRefused() throws {
        let folder = try TemporaryFolder()
        try Self.visits(seed: 44, count: 100).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.filter.species = ["sp101"]
        query.page.limit = 2
        query.page.after = try store.nextPage(.zeroFilled(query), view: .everything)
        #expect(query.page.after != nil)
        #expect(throws: StoreError.unknownPage) { try store.ids(query) }
    }

    @Test func aCancelledZeroFillEnds() throws {
        let folder = try TemporaryFolder()
        try Self.visits(seed: 45, count: 700).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.filter.species = ["sp101"]
        let cursor = try store.zeroFilled(query, view: .everything, format: .json)
        var bytes: [UInt8] = []
        #expect(try !cursor.fill(&bytes, limit: 1))
        store.canceller.cancel()
        #expect(throws: StoreError.cancelled) { try cursor.fill(&bytes, limit: 1) }
    }
}
