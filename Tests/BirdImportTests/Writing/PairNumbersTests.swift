import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct PairNumbersTests {
    @Test func numbersPairsInTheOrderOfTheirFirstUse() {
        var random = SplitMix(state: 3)
        var numbers = PairNumbers()
        let seconds: [Int64] = [.min, -1, 0, 1, .max]
        // Few pairs after many, and many after few, so that both ways of clearing the slots are used.
        for size in [1, 3000, 5, 0, 700, 700, 9] {
            var expected: [[Int64]: Int] = [:]
            for _ in 0..<(3 * size) {
                let first = Int64.random(in: 0..<Int64(size), using: &random) &* (Int64.max / 5000) &- 7
                let second = seconds[Int.random(in: seconds.indices, using: &random)]
                let pair = [first, second]
                let number = expected[pair] ?? expected.count
                expected[pair] = number
                #expect(numbers.number(of: first, second) == number)
            }
            #expect(numbers.count == expected.count)
            for (pair, number) in expected {
                #expect(numbers.pairs[number] == PairNumbers.Pair(first: pair[0], second: pair[1]))
            }
            numbers.removeAll()
            #expect(numbers.count == 0)
        }
    }
}
