import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// Sums of the largest and smallest numbers of 64 bits.
@Suite struct SummarySumsTests {
    private struct Record {
        var date: Int64
        var location: Int64
        var species: Int64
        var dataset: Int64
        var num: Int64?
    }

    /// Keeps the rows of each kind in the order in which they come.
    private final class Rows: SummarySink {
        var rows: [SummaryKind: [(key: SummaryRowKey, numbers: SummaryNumbers)]] = [:]

        func add(_ kind: SummaryKind, _ key: SummaryRowKey, _ numbers: SummaryNumbers) {
            rows[kind, default: []].append((key, numbers))
        }

        func lines(_ kind: SummaryKind) -> [String] { (rows[kind] ?? []).map { "\($0)" } }
    }

    private static func records(_ random: inout SplitMix, _ count: Int) -> [Record] {
        let dates: [Int64] = [
            .min, -5, 0, 2021_02_03, 2021_02_04, 2021_05_31, 2021_05_32, 2021_06_01, 2021_13_01, 2022_01_01, .max,
        ]
        let nums: [Int64?] = [.max, .max, .min + 1, .min + 1, .min, 1, -1, 0, nil]
        return (0..<count).map { _ in
            Record(
                date: dates.randomElement(using: &random) ?? 0, location: Int64.random(in: -2...9, using: &random),
                species: Int64.random(in: 1...3, using: &random), dataset: Int64.random(in: 1...2, using: &random),
                num: nums.randomElement(using: &random) ?? nil)
        }
    }

    private static func region(_ location: Int64) -> Int64 { location & 1 }

    /// - Parameters:
    ///   - mostHeld: The most locations of a species in memory.
    ///   - mostGroups: The most groups in memory.
    private func summed(
        _ records: [Record], mostHeld: Int = 1000, mostGroups: Int = 1000, in folder: String
    ) throws -> Rows {
        let rows = Rows()
        var dates = DateSummaries(rows, folder: folder, mostHeld: mostGroups)
        for record in records.stableSorted({ [$0.date] }) {
            try dates.add(
                date: record.date, region: Self.region(record.location), dataset: record.dataset, num: record.num)
        }
        try dates.finish()
        var species = SpeciesSummaries(rows, folder: folder, mostHeld: mostGroups)
        var places = SpeciesLocationSummaries(rows, folder: folder, mostHeld: mostHeld)
        for record in records.stableSorted({ [$0.species, $0.date] }) {
            let region = Self.region(record.location)
            try species.add(
                species: record.species, date: record.date, region: region, dataset: record.dataset, num: record.num)
            try places.add(
                species: record.species, date: record.date, location: record.location, dataset: record.dataset,
                num: record.num
            ) { region }
        }
        try species.finish()
        try places.finish()
        var locations = LocationSummaries(rows)
        for record in records.stableSorted({ [$0.location, $0.date] }) {
            try locations.add(
                location: record.location, date: record.date, region: Self.region(record.location),
                dataset: record.dataset, num: record.num)
        }
        try locations.finish()
        return rows
    }

    @Test func doNotDependOnTheOrderOfRecords() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix(state: 71)
        for _ in 0..<20 {
            let records = Self.records(&random, 400)
            let first = try summed(records, in: folder.url.path)
            let other = try summed(records.shuffled(using: &random), in: folder.url.path)
            for kind in SummaryKind.allCases {
                #expect(!first.lines(kind).isEmpty && other.lines(kind) == first.lines(kind), "\(kind)")
                let keys = (first.rows[kind] ?? []).map(\.key)
                #expect(keys == keys.sorted() && zip(keys, keys.dropFirst()).allSatisfy { $0 != $1 }, "\(kind)")
            }
        }
    }

    @Test func doNotDependOnTheNumberOfLocationsInMemory() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix(state: 72)
        for _ in 0..<5 {
            let records = Self.records(&random, 300)
            let whole = try summed(records, in: folder.url.path)
            for mostHeld in [1, 2, 5, 23] {
                let spilled = try summed(records, mostHeld: mostHeld, in: folder.url.path)
                #expect(spilled.lines(.speciesLocation) == whole.lines(.speciesLocation), "\(mostHeld)")
            }
        }
    }

    @Test func doNotDependOnTheNumberOfGroupsInMemory() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix(state: 74)
        for _ in 0..<5 {
            // Sums of 64 bits are clamped, so parts of larger ones may differ.
            let records = Self.records(&random, 300).map { record in
                var record = record
                record.num = record.num.map { $0 % 1000 }
                return record
            }
            let whole = try summed(records, in: folder.url.path)
            for mostGroups in [1, 2, 3] {
                let spilled = try summed(records, mostGroups: mostGroups, in: folder.url.path)
                for kind in SummaryKind.allCases {
                    #expect(spilled.lines(kind) == whole.lines(kind), "\(kind) with \(mostGroups)")
                }
            }
        }
    }

    /// Sums of stored rows equal sums of the records.
    @Test func areTheSameWhenMadeFromStoredDates() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix(state: 73)
        for _ in 0..<20 {
            let made = try summed(Self.records(&random, 200), in: folder.url.path)
            let again = Rows()
            var dates = DateSummaries(again, folder: folder.url.path)
            for (key, numbers) in made.rows[.date] ?? [] {
                let stored = SummaryNumbers(
                    records: numbers.records, total: numbers.total, max: numbers.max, first: numbers.first,
                    last: numbers.last)
                #expect(stored == numbers)
                try dates.add(date: key.first, region: key.region, dataset: key.dataset, stored)
            }
            try dates.finish()
            for kind in [SummaryKind.date, .year, .month, .week] {
                #expect(again.lines(kind) == made.lines(kind), "\(kind)")
            }
        }
    }

    @Test func areClampedTo64Bits() {
        var numbers = SummaryNumbers()
        for num in [Int64](repeating: .max, count: 3) { numbers.add(num, date: 2021_02_03) }
        #expect(numbers.total == .max)
        for num in [Int64](repeating: .min + 1, count: 3) { numbers.add(num, date: 2021_02_03) }
        #expect(numbers.total == 0 && numbers.max == .max && numbers.records == 6)
        numbers.add(nil, date: 2021_02_03)
        #expect(numbers.total == 0 && numbers.records == 7)
        var many = SummaryNumbers(records: .max, total: nil, first: 1, last: 1)
        many.add(SummaryNumbers(records: 1, total: nil, first: 1, last: 1))
        #expect(many.records == .max && many.total == nil && many.max == nil)
        many.add(SummaryNumbers(records: -2, total: nil, first: 1, last: 1))
        #expect(many.records == .max - 1)
    }
}

extension Array {
    fileprivate func stableSorted(_ key: (Element) -> [Int64]) -> [Element] {
        enumerated().sorted {
            let (a, b) = (key($0.element), key($1.element))
            return a == b ? $0.offset < $1.offset : a.lexicographicallyPrecedes(b)
        }.map(\.element)
    }
}
