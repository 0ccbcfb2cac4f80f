import Testing

@testable import Birds

@Suite struct SorterTests {
    private struct Item: Equatable {
        var high: UInt64
        var low: UInt64
        var tag: UInt64
        var bytes: [UInt8]
    }

    /// Few numbers and few bytes, so that many are equal.
    private static func items(_ count: Int, seed: UInt64) -> [Item] {
        var random = SplitMix(state: seed)
        return (0..<count).map { index in
            let bytes = (0..<Int.random(in: 0...3, using: &random)).map { _ in UInt8.random(in: 0...2, using: &random) }
            return Item(
                high: .random(in: 0...3, using: &random), low: .random(in: 0...1, using: &random) << 63,
                tag: UInt64(index), bytes: bytes)
        }
    }

    @Test(arguments: [(0, 10), (1, 10), (9, 10), (10, 10), (11, 10), (3000, 10), (3000, 700), (3000, 1 << 19)])
    func sortsInMemoryAndInRuns(count: Int, mostHeld: Int) throws {
        let folder = try TemporaryFolder()
        let items = Self.items(count, seed: UInt64(count))
        let sorter = Sorter(in: folder.url.path, mostHeld: mostHeld)
        for item in items {
            try sorter.add(SortItem(high: item.high, low: item.low, tag: item.tag), item.bytes[...])
        }
        #expect(sorter.count == count)
        var sorted = try sorter.sorted()
        var item = SortItem()
        var bytes: [UInt8] = [7]
        var found: [Item] = []
        while try sorted.next(&item, &bytes) {
            found.append(Item(high: item.high, low: item.low, tag: item.tag, bytes: bytes))
        }
        let expected = items.sorted { a, b in
            if (a.high, a.low) != (b.high, b.low) { return (a.high, a.low) < (b.high, b.low) }
            return a.bytes == b.bytes ? a.tag < b.tag : a.bytes.lexicographicallyPrecedes(b.bytes)
        }
        #expect(found == expected)
    }

    @Test func keepsItemsOfAnySizeInAFile() throws {
        let folder = try TemporaryFolder()
        let spool = Spool(in: folder.url.path)
        let sizes = [0, 1, 3_000_000, 0, 70_000, 28, 1_048_576]
        for (index, size) in sizes.enumerated() {
            let bytes = [UInt8](repeating: UInt8(index), count: size)
            try bytes.withRawBytes { buffer throws(StoreError) in
                try spool.append(SortItem(high: UInt64(index), low: 1, tag: 2), buffer)
            }
        }
        for _ in 0..<2 {
            var reader = spool.reader()
            var item = SortItem()
            var bytes: [UInt8] = []
            for (index, size) in sizes.enumerated() {
                #expect(try reader.next(&item, &bytes))
                #expect(item.high == UInt64(index) && item.tag == 2)
                #expect(bytes == [UInt8](repeating: UInt8(index), count: size))
            }
            #expect(try !reader.next(&item, &bytes))
        }
    }

    @Test func ordersRecordsByEachOfTheirKeys() {
        var random = SplitMix(state: 3)
        let edges = [0, 1, 1 << 24 - 1]
        for _ in 0..<2000 {
            var key = RecordKey()
            key.date = [18_000_000, 20_240_229, 20_991_231].randomElement(using: &random) ?? 0
            key.place = edges.randomElement(using: &random) ?? 0
            key.species = edges.randomElement(using: &random) ?? 0
            key.num = [nil, 0, 1, RecordDecoder.mostCounted].randomElement(using: &random) ?? nil
            key.dataset = [0, 5, RecordKey.mostDataSets - 1].randomElement(using: &random) ?? 0
            func item(_ packed: (high: UInt64, low: UInt64)) -> SortItem {
                SortItem(high: packed.high, low: packed.low, tag: 0)
            }
            for unpacked in [
                RecordKey(byDate: item(key.byDate)), RecordKey(bySpecies: item(key.bySpecies)),
                RecordKey(byPlace: item(key.byPlace)),
            ] {
                #expect(unpacked == key)
            }
        }
    }
}
