import Testing

@testable import Birds
@testable import Fixtures

@Suite struct RecordRunsTests {
    /// The rows of ids, built one by one.
    private func rows(_ ids: [Int64]) -> [RecordRuns] {
        var builder = RecordRuns.Builder()
        let full = ids.compactMap { builder.add($0) }
        #expect(builder.count == ids.count)
        return full + [builder.finish()].compactMap { $0 }
    }

    /// Every id has its number and every number its id, in any order, and nothing else has one.
    private func check(_ ids: [Int64]) throws {
        let rows = rows(ids)
        #expect(rows.first?.firstNumber ?? 0 == 0)
        var random = SplitMix(state: 3)
        var byID: [(Int64, Int64)] = ids.enumerated().map { ($1, Int64($0)) }
        for round in 0..<3 {
            for (id, number) in byID {
                var byID = try #require(rows.last { $0.firstID <= id })
                #expect(byID.number(of: id) == number)
                var byNumber = try #require(rows.last { $0.firstNumber <= number })
                #expect(byNumber.id(of: number) == id)
            }
            if round == 0 { byID.reverse() } else { byID.shuffle(using: &random) }
        }
        let known = Set(ids)
        for var row in rows {
            // The same row again and again, forwards and backwards.
            for (id, _) in byID.prefix(50) {
                if let number = row.number(of: id) { #expect(ids[Int(number)] == id) }
            }
            for id in byID.prefix(50).flatMap({ [$0.0 &- 1, $0.0 &+ 1] }) where !known.contains(id) {
                #expect(row.number(of: id) == nil)
            }
            #expect(row.id(of: Int64(ids.count)) == nil)
        }
    }

    @Test func numbersEveryRecord() throws {
        try check([])
        try check([7])
        try check(Array(1...1000))
        try check([.min, -1, 0, 1, .max - 1, .max])
        try check(Array(stride(from: 1, to: 1001, by: 2)))
        var random = SplitMix(state: 11)
        for _ in 0..<50 {
            var id = Int64.random(in: -1000...1000, using: &random)
            let most = Int64.random(in: 1...300, using: &random)
            try check(
                (0..<Int.random(in: 1...600, using: &random)).map { _ in
                    id += Bool.random(using: &random) ? 1 : Int64.random(in: 1...most, using: &random)
                    return id
                })
        }
    }

    /// Few rows, however the records of two holdings alternate.
    @Test func rowsAreFew() {
        #expect(rows(Array(1...100_000)).count == 1)
        #expect(rows(Array(1...100_000)).first?.bytes.count == 3)
        #expect(rows(Array(stride(from: 1, to: 2561, by: 2))).count == 10)
        #expect(rows(Array(stride(from: 1, to: 2563, by: 2))).count == 11)
    }

    /// Whatever bytes a file has, the answer is a number or none.
    @Test func damagedBytesAreHarmless() {
        var random = SplitMix(state: 17)
        for bytes in [[], [0x80], [UInt8](repeating: 0xff, count: 40), [0, 0, 0], [1, 0xff, 0xff]] as [[UInt8]]
            + (0..<500).map({ _ in
                (0..<Int.random(in: 0...30, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            })
        {
            for first in [0, 5, .min, .max] as [Int64] {
                var runs = RecordRuns(firstID: first, firstNumber: first, bytes: bytes)
                for value in [first, first &+ 1, 0, 127, .max, .min] {
                    if let number = runs.number(of: value) { #expect(number >= first) }
                    if let id = runs.id(of: value) { #expect(id >= first) }
                }
            }
        }
    }
}
