import Birds
import Glibc

/// Numbers byte strings (keys) from 0, in the order in which they were first seen.
///
/// It is a hash table with linear probing over large arrays of bytes. A dictionary would allocate an object for each
/// key, and an import may have millions of them.
///
/// Invariants:
/// - The bytes of a key are one after the other in one chunk. One array for all would be copied each time that it
///   grows, which takes up to three times its memory.
/// - A slot holds the number of a key plus 1, or 0 if it is empty.
/// - The number of slots is a power of two and at least twice the number of keys, so probing always finds an empty one.
/// - No key is ever removed, so the numbers stay valid as long as the table.
struct ByteTable {
    /// The bound of a table. No collection has as many locations or species. Each key takes its own bytes and 20 to 28
    /// more.
    static let mostKeys = 1 << 24

    /// Where the bytes of a key are.
    private struct Place {
        /// From the highest bit: the chunk in 24 bits, the start in it in 20, and the number of bytes in 20.
        private let packed: UInt64

        init(chunk: Int, start: Int, count: Int) {
            packed = UInt64(chunk) << 40 | UInt64(start) << 20 | UInt64(count)
        }

        var chunk: Int { Int(packed >> 40) }
        var range: Range<Int> {
            let start = Int(packed >> 20 & 0xF_FFFF)
            return start..<start + Int(packed & 0xF_FFFF)
        }
    }

    /// The most bytes of a chunk. It is also the bound of a key, and no text of a record is nearly as long.
    private static let chunkSize = 1 << 20

    private var chunks: [[UInt8]] = [[]]
    private var places: [Place] = []
    private var hashes: [UInt32] = []
    private var slots = [UInt32](repeating: 0, count: 1 << 10)

    var count: Int { hashes.count }

    /// The bytes of a key.
    /// - Parameter number: A number less than `count`.
    func key(_ number: Int) -> ArraySlice<UInt8> {
        let place = places[number]
        return chunks[place.chunk][place.range]
    }

    /// Calls `body` with the bytes of a key.
    @inline(__always)
    private func withKey<Result>(_ number: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let place = places[number]
        return chunks[place.chunk].withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[place.range])) }
    }

    /// The number of a key, or nil if the table does not have it.
    func knownNumber(of key: UnsafeRawBufferPointer) -> Int? {
        let slot = slot(of: key, Self.hash(key))
        return slots[slot] == 0 ? nil : Int(slots[slot]) - 1
    }

    /// The numbers of all keys, sorted by the bytes of the keys. A key comes before a longer one that begins with it.
    func ordered() -> [UInt32] {
        var order = [UInt32](0..<UInt32(truncatingIfNeeded: count))
        order.sort { a, b in
            withKey(Int(a)) { one in
                withKey(Int(b)) { other in
                    // Only a key without bytes may have no address.
                    guard let first = one.baseAddress, let second = other.baseAddress else {
                        return one.count < other.count
                    }
                    let result = memcmp(first, second, min(one.count, other.count))
                    return result == 0 ? one.count < other.count : result < 0
                }
            }
        }
        return order
    }

    private static func hash(_ key: UnsafeRawBufferPointer) -> UInt32 {
        // The seed of the standard library's hash is random, so nobody can write a file whose keys all collide.
        var hasher = Hasher()
        hasher.combine(bytes: key)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }

    /// The slot of a key, or the empty slot in which to put it.
    private func slot(of key: UnsafeRawBufferPointer, _ hash: UInt32) -> Int {
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            // Comparing the hashes first avoids nearly all comparisons of bytes.
            if hashes[number] == hash, isEqual(number, key) { return slot }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    /// The number of a key, which is added if it is new.
    /// - Returns: Nil if the key is new and the table is full.
    mutating func number(of key: UnsafeRawBufferPointer) -> Int? {
        let hash = Self.hash(key)
        let slot = slot(of: key, hash)
        if slots[slot] != 0 { return Int(slots[slot]) - 1 }
        let number = count
        guard number < Self.mostKeys, key.count < Self.chunkSize else { return nil }
        // The start of each key is less than the size of a chunk, also that of an empty key.
        if chunks[chunks.count - 1].count + key.count >= Self.chunkSize {
            chunks.append([])
            chunks[chunks.count - 1].reserveCapacity(Self.chunkSize)
        }
        let start = chunks[chunks.count - 1].count
        places.append(Place(chunk: chunks.count - 1, start: start, count: key.count))
        chunks[chunks.count - 1].append(contentsOf: key)
        hashes.append(hash)
        slots[slot] = UInt32(number + 1)
        if count * 2 > slots.count { grow() }
        return number
    }

    private func isEqual(_ number: Int, _ key: UnsafeRawBufferPointer) -> Bool {
        withKey(number) { known in
            guard known.count == key.count else { return false }
            for index in 0..<key.count where known[index] != key[index] { return false }
            return true
        }
    }

    /// Doubles the slots. The stored hashes make it unnecessary to read the keys again.
    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for number in 0..<count {
            var slot = Int(hashes[number]) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(number + 1)
        }
    }
}
