import Testing

@testable import Birds
@testable import Fixtures

@Suite struct RecordIDTests {
    private let key = KeyedHash.Key(low: 3, high: 4)

    /// Every id reads back, and no two are the same.
    @Test func isAPermutation() throws {
        var random = SplitMix(state: 5)
        var shown: Set<Int64> = []
        for round in 0..<2000 {
            let mark = round < 1000 ? Int64(round % 3) : Int64.random(in: 0..<1 << RecordID.markBits, using: &random)
            let number =
                round < 1000 ? Int64(round / 3) : Int64.random(in: 0..<1 << RecordID.numberBits, using: &random)
            let id = try #require(RecordID(mark: mark, number: number))
            let number52 = id.shown(key)
            #expect((0..<1 << 52).contains(number52))
            #expect(RecordID(shown: number52, key) == id)
            shown.insert(number52)
        }
        #expect(shown.count == 2000)
    }

    @Test func hasBounds() {
        for (mark, number) in [(-1, 0), (0, -1), (1 << 22, 0), (0, 1 << 30), (.max, .max), (.min, 0)]
            as [(Int64, Int64)]
        {
            #expect(RecordID(mark: mark, number: number) == nil)
        }
        for shown in [-1, 1 << 52, .max, .min] as [Int64] { #expect(RecordID(shown: shown, key) == nil) }
        #expect(RecordID(shown: (1 << 52) - 1, key) != nil)
    }

    /// Ids that follow one another are shown with numbers that don't: half of their bits differ.
    @Test func tellsNoOrder() throws {
        var bits = 0
        for number in 0..<1000 as Range<Int64> {
            let one = try #require(RecordID(mark: 7, number: number))
            let other = try #require(RecordID(mark: 7, number: number + 1))
            bits += (one.shown(key) ^ other.shown(key)).nonzeroBitCount
        }
        #expect((24_000...28_000).contains(bits))
        #expect(
            RecordID(mark: 7, number: 7)?.shown(key)
                != RecordID(mark: 7, number: 7)?.shown(KeyedHash.Key(low: 3, high: 5)))
    }
}
