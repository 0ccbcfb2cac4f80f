import Testing

@testable import Birds
@testable import Fixtures

@Suite struct FragmentCacheTests {
    private static func bytes(_ key: Int64) -> [UInt8] {
        Array(String(repeating: "<\(key)>", count: Int(key.magnitude % 7)).utf8)
    }

    @Test(arguments: [0, 1000, 10_000, 1_000_000])
    func fragmentsAreFoundAsTheyWereAdded(_ bound: Int) {
        var cache = FragmentCache(bound: bound)
        var random = SplitMix(state: 61)
        var found = 0
        var faults: [Int64] = []
        for _ in 0..<50_000 {
            // Evenly spaced, negative and extreme keys.
            let rank = Int64.random(in: -2...1000, using: &random)
            let key = rank == -1 ? .min : rank == -2 ? .max : (rank - 10) << 20
            if cache.find(key) {
                found += 1
            } else {
                Self.bytes(key).withUnsafeBufferPointer { cache.add(key, $0) }
            }
            if !cache.newest.elementsEqual(Self.bytes(key)) { faults.append(key) }
        }
        #expect(faults.isEmpty)
        #expect(found < 50_000)
        if bound >= 1_000_000 { #expect(found >= 50_000 - 1003) }
    }

    @Test func theSizeStaysWithinTheBound() {
        var cache = FragmentCache(bound: 4096)
        let fragment = [UInt8](repeating: 1, count: 100)
        var greatest = 0
        for key in 0..<10_000 as Range<Int64> {
            fragment.withUnsafeBufferPointer { cache.add(key, $0) }
            greatest = max(greatest, cache.byteCount)
        }
        #expect(greatest > 2048 && greatest <= 4096)
    }

    @Test func aFragmentLargerThanTheBoundIsStillTheNewest() {
        var cache = FragmentCache(bound: 64)
        let fragment = [UInt8](repeating: 7, count: 5000)
        fragment.withUnsafeBufferPointer { cache.add(1, $0) }
        #expect(Array(cache.newest) == fragment)
        let isFound = cache.find(1)
        #expect(isFound)
    }
}
