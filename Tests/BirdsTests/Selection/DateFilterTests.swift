import Testing

@testable import Birds
@testable import Fixtures

@Suite struct DateFilterTests {
    /// All numbers of dates in some years.
    private static let numbers: [Int64] = {
        var numbers: [Int64] = []
        for year: Int64 in 2018...2021 {
            for month: Int64 in 0...12 {
                for day: Int64 in 0...31 { numbers.append(year * 10_000 + month * 100 + day) }
            }
        }
        return numbers
    }()

    @Test func nextFindsTheFirstMatchingDate() {
        var random = SplitMix(state: 21)
        for _ in 0..<200 {
            var query = ObservationStoreTests.randomQuery(&random)
            query.filter.years = query.filter.years.map { min(max($0, 2018), 2021) }
            query.filter.from = query.filter.from.flatMap {
                PartialDate(year: 2018 + $0.year % 4, month: $0.month, day: $0.day)
            }
            query.filter.to = query.filter.to ?? PartialDate(year: 2021)
            let filter = DateFilter(query.filter)
            let matching = Self.numbers.filter {
                !filter.isEmpty && $0 >= filter.first && $0 <= filter.last && filter.matches($0)
            }
            var faults: [Int64] = []
            for number in stride(from: Int64(2018_00_00), through: 2021_12_31, by: 37) where number >= filter.first {
                let next = filter.isEmpty ? nil : filter.next(number)
                let expected = matching.first { $0 >= number }
                // It may return a number that no date has, such as the 31st of month 0, but it never skips a date.
                if let expected, next.map({ $0 >= number && $0 <= expected }) != true { faults.append(number) }
                if let next, !filter.matches(next) { faults.append(number) }
            }
            #expect(faults.isEmpty, "\(query)")
        }
    }

    @Test(
        arguments: [
            (nil, nil, .min, .max), (PartialDate(year: 2021), PartialDate(year: 2021), 2021_00_00, 2021_99_99),
            (PartialDate(year: 2021, month: 2), PartialDate(year: 2021, month: 2), 2021_02_00, 2021_02_99),
            (
                PartialDate(year: 2021, month: 2, day: 3), PartialDate(year: 2021, month: 2, day: 4), 2021_02_03,
                2021_02_04
            ),
        ] as [(PartialDate?, PartialDate?, Int64, Int64)])
    func aPartialDateContainsAllDatesWithinIt(_ from: PartialDate?, _ to: PartialDate?, first: Int64, last: Int64) {
        var query = ObservationQuery()
        query.filter.from = from
        query.filter.to = to
        let filter = DateFilter(query.filter)
        #expect(filter.first == first && filter.last == last && !filter.isEmpty)
    }

    @Test func oneMonthOfOneYearIsReadAlone() {
        var query = ObservationQuery()
        query.filter.years = [2021]
        query.filter.months = [5]
        let filter = DateFilter(query.filter)
        #expect(filter.first == 2021_05_00 && filter.last == 2021_05_99)
    }
}
