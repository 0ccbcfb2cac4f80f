import Testing

@testable import Birds
@testable import Fixtures

@Suite struct SummaryTests {
    /// Every group as a line, computed record by record.
    private func expected(_ fixture: Fixture, _ keys: [SummaryKey], _ ids: [Int]) -> [String] {
        var groups: [[String]: [Fixture.Record]] = [:]
        for id in ids {
            let record = fixture.records[id - 1]
            let key = keys.map { key -> String in
                switch key {
                case .species: fixture.species[record.species].code
                case .region: fixture.locations[record.location].region ?? ""
                case .location: fixture.locations[record.location].code
                case .year: "\(record.date / 10_000)"
                case .isoYear: ISOWeek(Int64(record.date)).map { "\($0.year)" } ?? ""
                case .month: record.date / 100 % 100 == 0 ? "" : "\(record.date / 100 % 100)"
                case .week: ISOWeek(Int64(record.date)).map { "\($0.number)" } ?? ""
                case .date: StoredDate(Int64(record.date)).iso ?? ""
                case .dataset: fixture.datasets[record.dataset]
                }
            }
            groups[key, default: []].append(record)
        }
        func precedes(_ a: [String], _ b: [String]) -> Bool {
            for (one, other) in zip(a, b) where one != other {
                if let one = Int(one), let other = Int(other) { return one < other }
                return one.utf8.lexicographicallyPrecedes(other.utf8)
            }
            return false
        }
        return groups.keys.sorted(by: precedes).map { key in
            let records = groups[key] ?? []
            let nums = records.compactMap(\.num)
            let total = nums.isEmpty ? "" : "\(nums.reduce(0, +))"
            let dates = records.map(\.date)
            let days = [dates.min() ?? 0, dates.max() ?? 0].map { StoredDate(Int64($0)).iso ?? "" }
            return (key + ["\(records.count)", total, nums.max().map(String.init) ?? ""] + days).joined(separator: ",")
        }
    }

    private func lines(_ cursor: RowCursor) throws -> [String] {
        try cursor.text().split(separator: "\r\n").dropFirst().map(String.init)
    }

    private static let keys: [[SummaryKey]] =
        SummaryKey.allCases.map { [$0] } + SummaryKey.allCases.filter { $0 != .species }.map { [.species, $0] }
        + [
            [.year, .region], [.location, .year], [.dataset, .year], [.month, .species], [.region, .month, .dataset],
        ]
        + [
            [.week, .month], [.isoYear, .week], [.species, .isoYear, .week], [.region, .isoYear],
            [.location, .species, .date],
            SummaryKey.allCases.filter { $0 != .year }, SummaryKey.allCases.filter { $0 != .week },
        ]

    @Test func groupsEqualThoseOfReadingRowByRow() throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture.random(seed: 31, records: 1500)
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var random = SplitMix(state: 32)
        for keys in Self.keys {
            for round in 0..<6 {
                var query = ObservationQuery()
                if round > 0 { query = ObservationStoreTests.randomQuery(&random) }
                // Fewer filters, so that the table of summaries is used too.
                if round == 1 || round == 2 {
                    (query.filter.leastNum, query.filter.greatestNum, query.filter.circle) = (nil, nil, nil)
                }
                if round == 2 {
                    (query.filter.box, query.filter.from, query.filter.to, query.filter.days) = (nil, nil, nil, [])
                }
                query.page.limit = nil
                let view = round == 3 ? View(regions: ["CA"]) : .everything
                do {
                    let found = try store.ids(query, view: view)
                    let cursor = try store.summary(by: keys, query, view: view, format: .csv)
                    #expect(try lines(cursor) == expected(fixture, keys, found), "\(keys) \(query)")
                } catch StoreError.unknownSpecies {
                    #expect(view.regions != nil)
                }
            }
        }
    }

    @Test func usualSummariesAreReadFromTheirTable() {
        var query = ObservationQuery()
        query.filter.regions = ["CA"]
        query.filter.datasets = ["atlas"]
        for key in SummaryKey.allCases {
            #expect(SummaryKind.smallest([key], query.filter) != nil)
            #expect(SummaryKind.smallest([.species, key], query.filter) != nil)
        }
        for key in [SummaryKey.region, .location, .dataset] {
            #expect(SummaryKind.smallest([key, .year], query.filter) != nil)
        }
        query.filter.leastNum = 1
        #expect(SummaryKind.smallest([.year], query.filter) == nil)
    }

    @Test func groupsBeyondTheBoundAreReadInSeveralPasses() throws {
        let folder = try TemporaryFolder()
        try Fixture.random(seed: 33, records: 800).write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        func all(_ kind: SummaryKind?, _ kept: Int) throws -> [[Int64]] {
            let summary = try store.summary(
                by: [.species, .date], store.resolver.select(.everything), kind: kind, mostKept: kept)
            var rows: [[Int64]] = []
            while let next = try summary.next() { rows.append(next.keys + [next.group.records, next.group.last]) }
            return rows
        }
        let whole = try all(nil, 1 << 20)
        #expect(whole.count > 500)
        for kept in [1, 2, 7, 300, whole.count] {
            #expect(try all(nil, kept) == whole)
            #expect(try all(.speciesDate, kept) == whole)
        }
    }

    @Test(arguments: [
        (2021_01_03, 53), (2021_01_04, 1), (2020_12_31, 53), (2018_12_31, 1), (2016_01_03, 53), (2016_01_04, 1),
        (2024_02_29, 9), (1999_12_31, 52), (2021_02_00, 0), (2021_00_00, 0),
    ])
    func weeksFollowISO8601(date: Int64, week: Int64) {
        #expect((ISOWeek(date)?.number ?? 0) == week)
    }

    /// An edited file may hold such numbers.
    @Test(
        arguments: [
            2021_02_29, 2021_13_01, 2021_01_99, 3_01, -2021_03_01, 10_000_01_01, 7, .max, .min,
            .max / 10_000 * 10_000 + 101,
        ] as [Int64])
    func aDayThatDoesNotExistHasNoWeek(date: Int64) {
        #expect(ISOWeek(date) == nil)
    }

    @Test(
        arguments: [
            (2024_01_02, 2024, 1), (2024_12_29, 2024, 52), (2024_12_30, 2025, 1), (2024_12_31, 2025, 1),
            (2025_01_02, 2025, 1),
            (2021_01_03, 2020, 53), (2016_01_03, 2015, 53), (1_01_01, 1, 1), (1_12_31, 2, 1), (9999_12_31, 9999, 52),
        ] as [(Int64, Int64, Int64)])
    func weeksHaveTheirOwnYears(date: Int64, year: Int64, week: Int64) throws {
        let found = try #require(ISOWeek(date))
        #expect((found.year, found.number) == (year, week))
    }

    /// A week has seven days, and is followed by the next one.
    @Test func weeksFollowOneAnother() {
        var last = ISOWeek(1_01_01)
        var days = 0
        for year in 1...9999 {
            for month in 1...12 {
                for day in 1...PartialDate.days(in: month, of: year) {
                    let week = ISOWeek(Int64(year * 10_000 + month * 100 + day))
                    if week != last {
                        let isNext = week?.year == last?.year && week?.number == (last?.number ?? 0) + 1
                        let isNewYear =
                            week?.number == 1 && week?.year == (last?.year ?? 0) + 1 && (last?.number ?? 0) >= 52
                        if days != 7 || !(isNext || isNewYear) {
                            Issue.record("\(year)-\(month)-\(day)")
                            return
                        }
                        (last, days) = (week, 0)
                    }
                    days += 1
                }
            }
        }
        #expect(days == 5)
    }
}
