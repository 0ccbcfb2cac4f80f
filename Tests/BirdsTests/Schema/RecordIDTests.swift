import Testing

@testable import Birds
@testable import Fixtures

@Suite struct RecordIDTests {
    private let key = KeyedHash.Key(low: 3, high: 4)

    /// Every id reads back, and no two are the same.
    @Test func isAPermutation() throws {
        var random = SplitMix(state: 5)
        var shown: Set<Int64> = []
        var marks: Set<String> = []
        for round in 0..<3000 {
            let records: Int64 = [1, 1 << 16, 1 << 16 + 1, 1 << 22, 1 << 22 + 1, 1 << 30][round % 6]
            let choice = round < 1500 ? UInt64(round % 5) : .random(in: 0...(.max), using: &random)
            let mark = RecordID.mark(forRecords: records, choice: choice)
            #expect(RecordID.isMark(mark, forRecords: records))
            let number =
                round < 1500 ? Int64(round / 30) % records : .random(in: 0..<records, using: &random)
            marks.insert("\(mark) \(number)")
            let id = try #require(RecordID(mark: mark, number: number))
            let number52 = id.shown(key)
            #expect((0..<1 << 52).contains(number52))
            #expect(RecordID(shown: number52, key) == id)
            shown.insert(number52)
        }
        #expect(shown.count == marks.count && shown.count > 2000)
    }

    @Test func hasBounds() {
        let (small, middle, large) = (
            RecordID.mark(forRecords: 1, choice: 7), RecordID.mark(forRecords: 1 << 20, choice: 7),
            RecordID.mark(forRecords: 1 << 30, choice: 7)
        )
        for (mark, number) in [
            (-1, 0), (small, -1), (small, 1 << 16), (small + 1, 0), (middle, 1 << 22), (middle + 1, 0),
            (large, 1 << 30), (large + 1, 0),
            (1 << 52, 0), (.max, .max), (.min, 0),
        ] as [(Int64, Int64)] {
            #expect(RecordID(mark: mark, number: number) == nil)
        }
        #expect(!RecordID.isMark(small, forRecords: 1 << 16 + 1) && !RecordID.isMark(middle, forRecords: 1 << 22 + 1))
        #expect(!RecordID.isMark(-5, forRecords: 1) && !RecordID.isMark(1 << 52, forRecords: 1))
        for shown in [-1, 1 << 52, .max, .min] as [Int64] { #expect(RecordID(shown: shown, key) == nil) }
        #expect(RecordID(shown: (1 << 52) - 1, key) != nil)
    }

    /// Ids that follow one another are shown with numbers that don't: half of their bits differ.
    @Test func tellsNoOrder() throws {
        let mark = RecordID.mark(forRecords: 1 << 16, choice: 7)
        var bits = 0
        for number in 0..<1000 as Range<Int64> {
            let one = try #require(RecordID(mark: mark, number: number))
            let other = try #require(RecordID(mark: mark, number: number + 1))
            bits += (one.shown(key) ^ other.shown(key)).nonzeroBitCount
        }
        #expect((24_000...28_000).contains(bits))
        #expect(
            RecordID(mark: mark, number: 7)?.shown(key)
                != RecordID(mark: mark, number: 7)?.shown(KeyedHash.Key(low: 3, high: 5)))
    }
}
