import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct ByteTableTests {
    /// Keys of all sizes, which share their beginnings, and more bytes than stay in memory.
    @Test func numbersKeysAndKeepsThemInOrder() throws {
        let folder = try TemporaryFolder()
        var chance = SystemRandomNumberGenerator()
        let table = ByteTable(in: folder.url.path)
        var keys: [[UInt8]] = []
        for size in [0, 1, 2, 3] + (0..<3000).map({ $0 % 2000 }) {
            let byte = UInt8.random(in: 0...2, using: &chance)
            keys.append(Array(repeating: byte, count: size) + withUnsafeBytes(of: UInt16(keys.count), Array.init))
        }
        keys.append([])
        for _ in 0..<2 {
            #expect(
                try keys.map { key throws(StoreError) in try key.withRawBytes(table.number) ?? -1 }
                    == Array(0..<keys.count))
        }
        #expect(table.keys.count == keys.count)
        var reader = table.keys.reader()
        var (item, key) = (SortItem(), [UInt8]())
        for (number, expected) in keys.enumerated() {
            #expect(try reader.next(&item, &key) && item.tag == number && key == expected)
        }
        #expect(try !reader.next(&item, &key))
    }
}
