import Testing

@testable import Birds
@testable import Fixtures

/// The general edition has fewer records than the exact one, and other places. A merged answer has the rows of each
/// part, sorted again.
@Suite struct OtherEditionTests {
    private let store: ObservationStore
    /// Each edition as a file of its own.
    private let exact: ObservationStore
    private let general: ObservationStore
    private let fixture: Fixture

    init() throws {
        let path = Self.made.folder.path("birds.db")
        (store, exact, general) = (
            try ObservationStore(path: path), try ObservationStore(path: path + ".exact"),
            try ObservationStore(path: path + ".general")
        )
        fixture = Self.made.fixture
    }

    nonisolated(unsafe) private static let made: (folder: TemporaryFolder, fixture: Fixture) = {
        let fixture = MergedFixture.make(seed: 77, records: 500)
        var other = fixture
        // A species that is hidden everywhere, a record that is hidden now and then, and cells in place of locations.
        other.species.removeLast()
        var kept: [Int: Int] = [:]
        other.records = []
        let regions = Set(fixture.locations.map(\.region)).sorted { ($0 ?? "") < ($1 ?? "") }
        for (index, region) in regions.enumerated() {
            other.locations.append(.init(code: "M\(index)", latitude: Double(index), longitude: 1, region: region))
        }
        for (index, record) in fixture.records.enumerated() where record.species != 59 && index % 6 != 5 {
            var record = record
            let region = fixture.locations[record.location].region
            if record.location % 4 == 0 {
                record.location = fixture.locations.count + (regions.firstIndex(of: region) ?? 0)
            }
            if let with = record.with { record.with = kept[with] }
            kept[index] = other.records.count
            other.records.append(record)
        }
        guard let folder = try? TemporaryFolder() else { fatalError("no temporary folder") }
        try? TwoEditions.write(
            exact: fixture, general: other, to: folder.path("birds.db"), change: MergedFixture.addDetails)
        return (folder, fixture)
    }()

    private static let fields: [Field] = [
        .date, .locationID, .latitude, .longitude, .region, .speciesID, .num, .dataset, .commonName, .locationName,
        .checklistID, .generalised, .comments,
    ]

    /// The rows of both parts of a view, by its regions and data sets and those of exact places.
    private func rows(
        _ view: View, region: Int, dataset: Int, _ request: RecordRequest.Rows
    ) throws -> [[String]] {
        guard case .only(let regions, let datasets) = view.precision else { return [] }
        func covers(_ some: [String], _ region: String) -> Bool { some.contains { RegionOrder.covers($0, region) } }
        var all: [[String]] = []
        for (edition, isExact) in [(exact, true), (general, false)] {
            let text = try? edition.rows(request, view: .everything, format: .csv).text()
            for line in (text ?? "").split(separator: "\r\n").dropFirst() {
                let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                let isShown =
                    view.regions.map { covers($0, cells[region]) && cells[region] != "" } ?? true
                    && view.datasets?.contains(cells[dataset]) ?? true
                let wantsExact =
                    cells[region] != "" && covers(regions, cells[region]) || datasets.contains(cells[dataset])
                if isShown, wantsExact == isExact { all.append(cells) }
            }
        }
        return all
    }

    /// Compares rows with the members `fields` as the documentation of `sort` says.
    private static func precedes(_ a: [String], _ b: [String], _ keys: [SortKey]) -> Bool {
        func value(_ field: SortKey.Field, _ row: [String]) -> [Double] {
            func cell(_ field: Field) -> String { row[fields.firstIndex(of: field) ?? 0] }
            func text(_ field: Field) -> [Double] { cell(field).utf8.map { Double($0) + 1 } }
            func number(_ field: Field) -> [Double] { Double(cell(field)).map { [1, $0] } ?? [0] }
            let date = cell(.date).split(separator: "-").compactMap { Double($0) } + [0, 0]
            let isUndated = cell(.date) == ""
            return switch field {
            case .date: isUndated ? [.infinity] : Array(date.prefix(3))
            case .year: [isUndated ? .infinity : date[0]]
            case .month: [isUndated ? .infinity : date[1]]
            case .day: [isUndated ? .infinity : date[2]]
            case .num: number(.num)
            case .latitude: number(.latitude)
            case .longitude: number(.longitude)
            case .locationID: text(.locationID)
            case .speciesID: text(.speciesID)
            case .region: text(.region)
            case .locationName: text(.locationName)
            case .commonName: text(.commonName)
            case .dataset: text(.dataset)
            case .scientificName, .category: []
            }
        }
        let isDescending = keys.last?.isDescending ?? false
        let all: [SortKey.Field] = [.date, .locationID, .latitude, .longitude, .region, .speciesID, .num, .dataset]
        for key in keys + all.map({ SortKey(field: $0, isDescending: isDescending) }) {
            let (one, other) = (value(key.field, a), value(key.field, b))
            if one == other { continue }
            // Without a date in either direction last.
            if one == [.infinity] || other == [.infinity] { return other == [.infinity] }
            return one.lexicographicallyPrecedes(other) != key.isDescending
        }
        return false
    }

    private static let orders: [[String]] = [
        [], ["-date"], ["species_id"], ["-species_id"], ["loc_id"], ["-loc_id", "-date"], ["loc_id", "num"],
        ["num", "-dataset"], ["common_name", "-latitude"], ["region", "year"], ["-location_name", "month"],
        ["date", "loc_id", "species_id"], ["longitude", "day"],
    ]

    @Test(arguments: 0..<3) func rowsAreThoseOfBothPartsSorted(seed: UInt64) throws {
        var random = SplitMix(state: seed + 400)
        for order in Self.orders {
            let (view, _) = MergedFixture.views(fixture, using: &random)
            var query = ObservationQuery(MergedFixture.filter(fixture, isWide: true, using: &random))
            query.filter.unresolved = []
            query.fields = Self.fields
            var rows = try rows(view, region: 4, dataset: 7, .observations(query))
            query.sort = PagingTests.sorts(order)
            // Rows that are the same in all that come in the order of their ids.
            if query.sort.last?.isDescending == true { rows.reverse() }
            let sorted = rows.enumerated().sorted {
                if Self.precedes($0.element, $1.element, query.sort) { return true }
                return !Self.precedes($1.element, $0.element, query.sort) && $0.offset < $1.offset
            }.map { $0.element.joined(separator: ",") }
            query.page.countsAll = true
            let cursor = try store.rows(.observations(query), view: view, format: .csv)
            #expect(try cursor.lines() == sorted, "\(order) \(view) \(query.filter)")
            #expect(cursor.total == sorted.count)
            query.page.countsAll = false
            let size = Int.random(in: 1...70, using: &random)
            let pages = try store.pages(query, view, of: size, most: 10_000) { .observations($0) }
            #expect(pages.flatMap { $0 } == sorted, "\(order) \(view) \(query.filter)")
        }
    }

    @Test(arguments: 0..<2) func numbersAreThoseOfBothParts(seed: UInt64) throws {
        var random = SplitMix(state: seed + 500)
        for _ in 0..<6 {
            let (view, _) = MergedFixture.views(fixture, using: &random)
            var query = ObservationQuery()
            query.fields = Self.fields
            let rows = try rows(view, region: 4, dataset: 7, .observations(query))
            func counts(_ columns: [Int]) -> [[String]: Int] {
                Dictionary(grouping: rows) { row in columns.map { row[$0] } }.mapValues(\.count)
            }
            func shown(_ request: RecordRequest.Rows, _ columns: [Int], _ count: Int) throws -> [[String]: Int] {
                let lines = try store.rows(request, view: view, format: .csv).lines()
                let all = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
                let pairs = all.map { row in (columns.map { row[$0] }, Int(row[count]) ?? -1) }
                #expect(Set(pairs.map(\.0)).count == pairs.count)
                return Dictionary(uniqueKeysWithValues: pairs).filter { $0.value > 0 }
            }
            #expect(try shown(.locations(query), [0, 1, 2, 3], 5) == counts([1, 2, 3, 4]), "\(view)")
            #expect(try shown(.summary([.species, .region], query), [0, 1], 2) == counts([5, 4]), "\(view)")
            #expect(try shown(.summary([.location, .dataset], query), [0, 1], 2) == counts([1, 7]), "\(view)")
            #expect(try shown(.summary([.date], query), [0], 1) == counts([0]), "\(view)")
            #expect(try shown(.regions, [0], 2) == counts([4]), "\(view)")
            #expect(try shown(.datasets, [0], 7) == counts([7]), "\(view)")
            var few = query
            few.page.limit = 3
            let all = try store.rows(.summary([.location], query), view: view, format: .csv).lines()
            #expect(try store.rows(.summary([.location], few), view: view, format: .csv).lines() == all.prefix(3) + [])
            let codes = Set(rows.map { $0[1] })
            for code in codes.sorted().prefix(20) {
                let document = try #require(try store.document(.location(code: code), view: view))
                let seen = Dictionary(grouping: rows.filter { $0[1] == code && $0[6] != "0" }) { Array($0[2...4]) }
                let species = String(decoding: document, as: UTF8.self).split(separator: "\"species\":").dropFirst()
                #expect(
                    species.compactMap { Int($0.prefix { $0.isNumber }) }.filter { $0 > 0 }.sorted()
                        == seen.values.map { Set($0.map { $0[5] }).count }.sorted(), "\(code)")
            }
        }
    }

    @Test(arguments: 0..<2) func visitsAreThoseOfBothPartsSorted(seed: UInt64) throws {
        var random = SplitMix(state: seed + 600)
        for _ in 0..<6 {
            let (view, _) = MergedFixture.views(fixture, using: &random)
            var query = ObservationQuery(MergedFixture.filter(fixture, isWide: true, using: &random))
            query.filter.unresolved = []
            let members: [ChecklistField] = [
                .date, .locationID, .latitude, .longitude, .region, .minutes, .checklistID, .dataset, .speciesCount,
                .complete, .generalised,
            ]
            let rows = try rows(view, region: 4, dataset: 7, .checklists(query, members))
            func key(_ row: [String]) -> [String] { [row[0] == "" ? "x" : row[0]] + row[1...4] + [row[7]] }
            let sorted = rows.enumerated().sorted { a, b in
                let (one, other) = (key(a.element), key(b.element))
                return one == other ? a.offset < b.offset : one.lexicographicallyPrecedes(other)
            }.map { $0.element.joined(separator: ",") }
            let cursor = try store.rows(.checklists(query, members), view: view, format: .csv)
            let own = try cursor.lines()
            #expect(Set(own) == Set(sorted) && own.count == sorted.count, "\(view)")
            #expect(own.map { $0.prefix(10) } == sorted.map { $0.prefix(10) }, "\(view)")
        }
    }

    /// The general edition does not know a species that it hides, and its checklists did not report it.
    @Test func aSpeciesThatOnlyOnePartKnowsIsNoughtInTheOther() throws {
        let view = View(precision: .only(regions: ["CA-YT", "CAX"]))
        var query = ObservationQuery()
        query.filter.species = ["sp159", "sp101"]
        query.fields = [.region, .speciesID, .commonName, .num]
        let lines = try store.rows(.zeroFilled(query), view: view, format: .csv).lines()
        #expect(lines.count { $0.contains("sp159") } * 2 == lines.count)
        let others = lines.filter { $0.contains("sp159") && !$0.hasPrefix("CA-YT") && !$0.hasPrefix("CAX") }
        #expect(others.count > 50 && others.allSatisfy { $0.hasSuffix("sp159,,0") })
        #expect(lines.contains { $0.hasPrefix("CA-YT,sp159,,") && !$0.hasSuffix(",0") })
        #expect(
            try store.pages(query, view, of: 13, most: 9000) { .zeroFilled($0) }.flatMap { $0 } == lines)
        #expect(throws: StoreError.unknownSpecies("sp159", nearest: "sp150")) {
            try store.rows(.zeroFilled(query), view: View(), format: .csv)
        }
    }
}
