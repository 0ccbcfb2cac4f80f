import Foundation
import Testing

@testable import Birds
@testable import Fixtures

/// A file that was edited with another program may hold any number as a date. Every record still counts, and is
/// listed, paged and summed. A filter by date never matches a number that is not a date.
@Suite struct OddDatesTests {
    private static let odd: [Int64] = [
        .min, .min + 1, -5, -2021_02_03, 0, 7, 3_01, 99_99, 2020_12_32, 2021_02_99, 2021_13_01, 2021_99_99, 9999_12_32,
        9999_99_99, 10_000_01_01, .max - 1, .max,
    ]

    private let folder: TemporaryFolder
    private let fixture: Fixture
    private let store: ObservationStore

    init() throws {
        folder = try TemporaryFolder()
        var fixture = Fixture.random(seed: 61, records: 300)
        var random = SplitMix(state: 62)
        for index in fixture.records.indices {
            fixture.records[index].complete = 1
            if index % 3 == 0 { fixture.records[index].date = Int(Self.odd.randomElement(using: &random) ?? 0) }
            if index % 3 == 1 { fixture.records[index].date = 2021_00_00 + index % 14 * 100 + index % 40 }
        }
        self.fixture = fixture
        try fixture.write(to: folder.path("birds.db"))
        store = try ObservationStore(path: folder.path("birds.db"))
    }

    /// A date as a person understands it: a year of four digits, and a month and a day as far as they are known.
    private static func isDate(_ number: Int) -> Bool {
        (1...9999).contains(number / 10_000) && (0...12).contains(number / 100 % 100) && (0...31).contains(number % 100)
    }

    private func rows(_ cursor: RowCursor) throws -> [[String: Any]] {
        try #require(JSONSerialization.jsonObject(with: Data(cursor.text().utf8)) as? [[String: Any]])
    }

    @Test func everyRecordCountsInEverySummary() throws {
        let pairs = SummaryKey.allCases.flatMap { one in SummaryKey.allCases.filter { $0 != one }.map { [one, $0] } }
        for keys in SummaryKey.allCases.map({ [$0] }) + pairs {
            var query = ObservationQuery()
            let rows = try rows(store.summary(by: keys, query, view: .everything, format: .json))
            let records = rows.map { $0["records"] as? Int ?? 0 }
            #expect(records.reduce(0, +) == fixture.records.count, "\(keys)")
            let groups = rows.map { row in keys.map { "\(row[$0.member] ?? "")" } }
            #expect(Set(groups).count == groups.count, "\(keys)")
            // The same numbers from the records themselves.
            func read(_ kind: SummaryKind?) throws -> [[Int64?]] {
                let summary = try store.summary(
                    by: keys, store.resolver.select(query.filter, .everything), kind: kind)
                var groups: [[Int64?]] = []
                while let next = try summary.next() {
                    groups.append(
                        next.keys + [next.group.records, next.group.total, next.group.first, next.group.last])
                }
                return groups
            }
            #expect(try read(SummaryKind.smallest(keys, query.filter)) == read(nil), "\(keys)")
            query.filter.leastNum = 0
            let counted = try self.rows(store.summary(by: keys, query, view: .everything, format: .json))
            #expect(
                counted.map { $0["records"] as? Int ?? 0 }.reduce(0, +) == fixture.records.count { $0.num != nil },
                "\(keys)")
        }
    }

    /// Records without a date come last among their equals, in whichever direction dates go.
    @Test(arguments: [
        [], ["date"], ["-date"], ["species_id"], ["-species_id"], ["loc_id"], ["-loc_id"], ["-date", "num"],
        ["species_id", "-date"], ["year"], ["-year"], ["month"], ["-month"], ["-day"],
    ])
    func recordsWithoutADateComeLast(order: [String]) throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture.random(seed: 63, records: 300)
        for index in fixture.records.indices where index % 5 == 0 {
            fixture.records[index].date = Int(StoredDate.unknown)
        }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        var query = ObservationQuery()
        query.sort = PagingTests.sorts(order)
        query.fields = [.id, .locationID, .speciesID, .date]
        let rows = try rows(store.observations(query, view: .everything, format: .json))
        #expect(rows.count == fixture.records.count)
        // Within a group of equal leading keys, no date follows a record without one.
        let group = order.first.flatMap { $0.hasSuffix("_id") ? String($0.drop { $0 == "-" }) : nil }
        for (a, b) in zip(rows, rows.dropFirst()) {
            let isSameGroup = group.map { a[$0] as? String == b[$0] as? String } ?? true
            #expect(!isSameGroup || a["date"] is String || b["date"] is NSNull, "\(order): \(a) \(b)")
        }
        let ids = rows.map { $0["id"] as? Int }
        for size in [1, 7] {
            query.page = ObservationQuery().page
            query.page.limit = size
            var paged: [Int?] = []
            repeat {
                let cursor = try store.observations(query, view: .everything, format: .json)
                paged += try self.rows(cursor).map { $0["id"] as? Int }
                query.page.after = cursor.next
            } while query.page.after != nil && paged.count <= ids.count
            #expect(paged == ids, "\(order), pages of \(size)")
        }
    }

    @Test func recordsWithoutADateAreNotFirstOrLastOfALocation() throws {
        let folder = try TemporaryFolder()
        var fixture = Fixture(species: [.init(code: "a")])
        fixture.locations = ["L1", "L2"].map { .init(code: $0, region: "CA-YT") }
        for (location, date) in [(0, 2020_01_02), (0, 2021_02_03), (0, Int(StoredDate.unknown)), (1, 9999_99_99)] {
            fixture.records.append(.init(date: date, location: location, species: 0, num: 1))
        }
        try fixture.write(to: folder.path("birds.db"))
        let store = try ObservationStore(path: folder.path("birds.db"))
        let query = ObservationQuery()
        let locations = try store.locations(query, view: .everything, format: .csv).text()
        #expect(locations.contains("L1,,,CA-YT,,3,2020-01-02,2021-02-03,,,\r\nL2,,,CA-YT,,1,,,,,\r\n"))
        #expect(try store.regions(view: .everything, format: .csv).text().contains("CA-YT,2,4,2020-01-02,2021-02-03"))
        let species = try #require(try store.species("a", view: .everything))
        #expect(String(decoding: species, as: UTF8.self).contains(#""first":"2020-01-02","last":"2021-02-03""#))
    }

    /// The first and the last date of a group are those of its records that have one.
    @Test func recordsWithoutADateAreNotFirstOrLast() {
        var numbers = SummaryNumbers()
        numbers.add(1, date: StoredDate.unknown)
        #expect(StoredDate(numbers.first).iso == nil && StoredDate(numbers.last).iso == nil)
        var dated = SummaryNumbers()
        dated.add(2, date: 2021_02_03)
        dated.add(nil, date: StoredDate.unknown)
        dated.add(3, date: 2020_00_00)
        numbers.add(dated)
        for numbers in [numbers, dated] {
            #expect(numbers.first == 2020_00_00 && numbers.last == 2021_02_03)
        }
        var empty = SummaryNumbers()
        empty.add(numbers)
        #expect(empty == numbers)
    }

    @Test(arguments: [
        [], ["-date"], ["species_id"], ["-species_id"], ["loc_id"], ["-loc_id"], ["year", "num"], ["-month"], ["day"],
    ])
    func everyRecordIsListedAndPagedOnce(order: [String]) throws {
        var query = ObservationQuery()
        query.sort = PagingTests.sorts(order)
        query.fields = [.id]
        query.page.countsAll = true
        let whole = try store.ids(query)
        #expect(whole.sorted() == Array(1...fixture.records.count))
        for size in [1, 7] {
            query.page.limit = size
            query.page.after = nil
            var paged: [Int] = []
            repeat {
                let cursor = try store.observations(query, view: .everything, format: .csv)
                #expect(cursor.total == fixture.records.count)
                paged += try cursor.lines().compactMap { try store.row(shown: $0) }
                query.page.after = cursor.next
            } while query.page.after != nil && paged.count <= whole.count
            #expect(paged == whole, "pages of \(size)")
        }
    }

    @Test func everyChecklistAndZeroFilledRowIsListedAndPagedOnce() throws {
        var query = ObservationQuery()
        query.filter.species = ["sp101", "sp102"]
        func pages(_ size: Int?, _ make: @escaping (ObservationQuery) throws -> RowCursor) throws -> [String] {
            var (lines, query) = ([String](), query)
            query.page.limit = size
            repeat {
                let cursor = try make(query)
                lines += try cursor.text().split(separator: "\r\n").dropFirst().map(String.init)
                query.page.after = cursor.next
            } while query.page.after != nil && lines.count <= 3 * fixture.records.count
            return lines
        }
        let filled: (ObservationQuery) throws -> RowCursor = {
            try store.zeroFilled($0, view: .everything, format: .csv)
        }
        let visits: (ObservationQuery) throws -> RowCursor = { query in
            var query = query
            query.filter.species = []
            return try store.checklists(query, fields: [.date, .locationID], view: .everything, format: .csv)
        }
        #expect(try pages(nil, visits).count == fixture.records.count)
        #expect(try pages(3, visits) == pages(nil, visits))
        #expect(try pages(nil, filled).count >= 2 * fixture.records.count)
        #expect(try pages(3, filled) == pages(nil, filled))
    }

    @Test func noDateFilterFindsANumberThatIsNotADate() throws {
        var queries: [ObservationQuery] = []
        func add(_ change: (inout ObservationQuery) -> Void) {
            var query = ObservationQuery()
            change(&query)
            queries.append(query)
        }
        add { $0.filter.years = [2021] }
        add { $0.filter.years = [2019, 2021] }
        add { $0.filter.months = [2] }
        add { $0.filter.months = Array(1...12) }
        add { $0.filter.days = Array(1...31) }
        add { $0.filter.from = PartialDate(year: 1) }
        add { $0.filter.to = PartialDate(year: 9999) }
        add { $0.filter.from = PartialDate(year: 2021, month: 2) }
        add { ($0.filter.years, $0.filter.months) = ([2021], [2, 12]) }
        add { ($0.filter.from, $0.filter.days) = (PartialDate(year: 2020), [1, 2, 3]) }
        for query in queries {
            let expected = fixture.records.indices.filter { index in
                let number = fixture.records[index].date
                let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100)
                return Self.isDate(number) && (query.filter.years.isEmpty || query.filter.years.contains(year))
                    && (query.filter.months.isEmpty || query.filter.months.contains(month))
                    && (query.filter.days.isEmpty || query.filter.days.contains(day))
                    && (query.filter.from.map { $0.number <= number } ?? true)
                    && (query.filter.to.map { $0.lastNumber >= number } ?? true)
            }.map { $0 + 1 }
            for order in [[], ["-date"], ["species_id"], ["-loc_id"], ["num"]] {
                var sorted = query
                sorted.sort = PagingTests.sorts(order)
                #expect(try store.ids(sorted).sorted() == expected, "\(query) \(order)")
            }
            let visits = try store.checklists(query, fields: [.date], view: .everything, format: .json)
            #expect(try rows(visits).count == expected.count, "\(query)")
            for keys in SummaryKey.allCases.map({ [$0] }) + [
                [.species, .year], [.species, .month], [.location, .year],
            ] {
                let groups = try rows(store.summary(by: keys, query, view: .everything, format: .json))
                #expect(groups.map { $0["records"] as? Int ?? 0 }.reduce(0, +) == expected.count, "\(query) \(keys)")
            }
        }
    }

    @Test func aNumberThatIsNotADateIsShownAsUnknown() throws {
        var query = ObservationQuery()
        query.fields = [.id, .date, .year, .month, .day]
        for row in try rows(store.observations(query, view: .everything, format: .json)) {
            let id = try #require(try store.row(shown: "\(row["id"] ?? 0)"))
            let number = fixture.records[id - 1].date
            #expect((row["date"] is String) == Self.isDate(number), "\(number)")
            #expect((row["year"] as? Int) == (Self.isDate(number) ? number / 10_000 : nil), "\(number)")
            if !Self.isDate(number) { #expect(row["month"] is NSNull && row["day"] is NSNull, "\(number)") }
        }
        let csv = try store.text(query, format: .csv)
        #expect(
            csv.split(separator: "\r\n").allSatisfy {
                $0.split(separator: ",", omittingEmptySubsequences: false).count == 5
            })
        #expect(try rows(store.locations(ObservationQuery(), view: .everything, format: .json)).count == 90)
        #expect(try !rows(store.regions(view: .everything, format: .json)).isEmpty)
        for code in fixture.species.map(\.code) {
            let bytes = try #require(try store.species(code, view: .everything))
            #expect((try? JSONSerialization.jsonObject(with: Data(bytes))) != nil)
        }
    }
}
