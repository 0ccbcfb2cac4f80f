import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct SorterTests {
    private struct Item: Equatable {
        var high: UInt64
        var low: UInt64
        var tag: UInt64
        var bytes: [UInt8]
    }

    /// Few different numbers and bytes, so that many items are equal.
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
        let sorted = try sorter.sorted()
        let expected = items.sorted { a, b in
            if (a.high, a.low) != (b.high, b.low) { return (a.high, a.low) < (b.high, b.low) }
            return a.bytes == b.bytes ? a.tag < b.tag : a.bytes.lexicographicallyPrecedes(b.bytes)
        }
        // A copy starts at the same item.
        for _ in 0..<2 {
            var sorted = sorted
            var item = SortItem()
            var bytes: [UInt8] = [7]
            var found: [Item] = []
            while try sorted.next(&item, &bytes) {
                found.append(Item(high: item.high, low: item.low, tag: item.tag, bytes: bytes))
            }
            #expect(found == expected)
        }
    }

    /// Numbers that differ in any of their bytes, or in none.
    @Test(arguments: [0, 1, 7, 8, 31, 32, 56, 63]) func sortsByEveryByteOfNumbers(shift: UInt64) throws {
        let folder = try TemporaryFolder()
        var random = SplitMix(state: shift)
        let sorter = Sorter(in: folder.url.path)
        var expected: [[UInt64]] = []
        for tag in UInt64(0)..<2000 {
            let numbers = (0..<2).map { _ in UInt64.random(in: 0...300, using: &random) << shift }
            try sorter.add(high: numbers[0], low: numbers[1], tag: tag)
            expected.append(numbers + [tag])
        }
        expected.sort { $0.lexicographicallyPrecedes($1) }
        var sorted = try sorter.sorted()
        var (item, bytes) = (SortItem(), [UInt8]())
        var found: [[UInt64]] = []
        while try sorted.next(&item, &bytes) { found.append([item.high, item.low, item.tag]) }
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

    @Test func keepsTheKeysOfRecordsInTheirOrder() throws {
        var random = SplitMix(state: 3)
        let edges = [0, 1, 1 << 24 - 1, 1 << 25 - 1]
        func pick(_ numbers: [Int]) -> Int { numbers.randomElement(using: &random) ?? 0 }
        func key() throws -> RecordKey {
            let date = Int64(pick([0, 18_000_000, 20_240_229, 33_554_430, Int(StoredDate.unknown)]))
            let num = pick([-1, 0, 1, 10_000_000, 1 << 24 - 2])
            let made = RecordKey(
                date: date, location: pick(edges),
                species: [nil, 0, 1, 1 << 24 - 1, 1 << 25 - 2].randomElement(using: &random) ?? nil,
                num: num < 0 ? nil : Int64(num),
                dataset: pick([0, 5, 1 << 20 - 1]))
            return try #require(made)
        }
        func members(_ key: RecordKey, _ order: RecordKey.Order) -> [Int64] {
            let (date, location, species) = (key.date, Int64(key.location), Int64(key.species ?? -1))
            let first =
                switch order {
                case .dateLocationSpecies: [date, location, species]
                case .speciesDateLocation: [species, date, location]
                case .locationDateSpecies: [location, date, species]
                }
            return first + [key.num ?? -1, Int64(key.dataset)]
        }
        for _ in 0..<2000 {
            let (one, other) = (try key(), try key())
            for order in [RecordKey.Order.dateLocationSpecies, .speciesDateLocation, .locationDateSpecies] {
                let (a, b) = (one.packed(order), other.packed(order))
                #expect(RecordKey(SortItem(high: a.high, low: a.low, tag: 0), order) == one)
                let isLess = members(one, order).lexicographicallyPrecedes(members(other, order))
                #expect(((a.high, a.low) < (b.high, b.low)) == isLess)
            }
        }
    }

    /// A number that is too large would make the key of another record.
    @Test(arguments: [
        (1 << 25, 0, 0, 0, 0), (1 << 25 - 1, 0, 0, 0, 0), (0, 1 << 25, 0, 0, 0), (0, 0, 1 << 25, 0, 0),
        (0, 0, 0, 1 << 24 - 1, 0),
        (0, 0, 0, 0, 1 << 20),
        (-1, 0, 0, 0, 0), (0, -1, 0, 0, 0), (0, 0, -1, 0, 0), (0, 0, 0, -5, 0), (0, 0, 0, 0, -1), (0, 0, 0, Int.max, 0),
        (Int.min, 0, 0, 0, 0), (0, 0, 0, 40_000_000, 0),
    ])
    func refusesNumbersThatDoNotFitIntoAKey(date: Int, location: Int, species: Int, num: Int, dataset: Int) {
        #expect(
            RecordKey(date: Int64(date), location: location, species: species, num: Int64(num), dataset: dataset) == nil
        )
    }
}
