import Testing

@testable import BirdImport

@Suite struct ByteTableTests {
    private func number(_ key: [UInt8], in table: inout ByteTable) -> Int? {
        key.withUnsafeBytes { table.number(of: $0) }
    }

    /// More bytes than a chunk has, with keys of all sizes, which share their beginnings.
    @Test func numbersAndOrdersKeys() {
        var chance = SystemRandomNumberGenerator()
        var table = ByteTable()
        var keys: [[UInt8]] = []
        for size in [0, 1, 2, 3] + (0..<3000).map({ $0 % 2000 }) {
            let byte = UInt8.random(in: 0...2, using: &chance)
            keys.append(Array(repeating: byte, count: size) + withUnsafeBytes(of: UInt16(keys.count), Array.init))
        }
        keys.append([])
        #expect(keys.map { number($0, in: &table) } == Array(0..<keys.count))
        #expect(keys.indices.allSatisfy { number(keys[$0], in: &table) == $0 && table.key($0).elementsEqual(keys[$0]) })
        #expect(keys.allSatisfy { key in key.withUnsafeBytes { table.knownNumber(of: $0) } != nil })
        #expect([1, 2, 3].withUnsafeBytes { table.knownNumber(of: $0) } == nil && table.count == keys.count)
        let sorted = keys.indices.sorted { keys[$0].lexicographicallyPrecedes(keys[$1]) }
        #expect(table.ordered().map(Int.init) == sorted)
    }

    /// Its start would be past the end of the chunk.
    @Test func anEmptyKeyMayFollowAFullChunk() {
        var table = ByteTable()
        let half = Array(repeating: 1, count: 1 << 19) as [UInt8]
        let keys = [half, half.dropLast() + [2], []]
        #expect(keys.map { number($0, in: &table) } == [0, 1, 2])
        #expect(keys.indices.allSatisfy { table.key($0).elementsEqual(keys[$0]) })
    }

    @Test func refusesAKeyThatFitsIntoNoChunk() {
        var table = ByteTable()
        #expect(number(Array(repeating: 7, count: 1 << 20), in: &table) == nil)
        #expect(number(Array(repeating: 7, count: 1 << 20 - 1), in: &table) == 0)
        #expect(number([7], in: &table) == 1 && table.key(1).elementsEqual([7]) && table.key(0).count == 1 << 20 - 1)
    }
}
