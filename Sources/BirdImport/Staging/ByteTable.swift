import Birds
import Glibc

/// Numbers for byte strings, in the order in which they were first seen, without an object for each.
///
/// Invariants: the bytes of key `n` are `bytes[ends[n - 1]..<ends[n]]`; a slot holds a key's number + 1, or 0; the count of
/// slots is a power of two and at least twice that of keys.
struct ByteTable {
    /// More keys than any collection of places or species has; each costs its bytes and about 20 more.
    static let mostKeys = 1 << 24

    private var bytes: [UInt8] = []
    private var ends: [Int] = [0]
    private var hashes: [UInt32] = []
    private var slots = [UInt32](repeating: 0, count: 1 << 10)

    var count: Int { hashes.count }

    /// The bytes of a key that was given out.
    func key(_ number: Int) -> ArraySlice<UInt8> { bytes[ends[number]..<ends[number + 1]] }

    /// The number of a key; nil if it was never seen.
    func knownNumber(of key: UnsafeRawBufferPointer) -> Int? {
        let slot = slot(of: key, Self.hash(key))
        return slots[slot] == 0 ? nil : Int(slots[slot]) - 1
    }

    /// The numbers of all keys in the order of their bytes.
    func ordered() -> [UInt32] {
        var order = [UInt32](0..<UInt32(truncatingIfNeeded: count))
        bytes.withUnsafeBytes { bytes in
            order.sort { a, b in
                let one = bytes[ends[Int(a)]..<ends[Int(a) + 1]]
                let other = bytes[ends[Int(b)]..<ends[Int(b) + 1]]
                guard let base = bytes.baseAddress else { return false }
                let result = memcmp(base + one.startIndex, base + other.startIndex, min(one.count, other.count))
                return result == 0 ? one.count < other.count : result < 0
            }
        }
        return order
    }

    private static func hash(_ key: UnsafeRawBufferPointer) -> UInt32 {
        // The standard library's hash has a random seed, so a file can't be made to collide.
        var hasher = Hasher()
        hasher.combine(bytes: key)
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }

    /// The slot of a key, or the empty one that it would get.
    private func slot(of key: UnsafeRawBufferPointer, _ hash: UInt32) -> Int {
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if hashes[number] == hash, isEqual(number, key) { return slot }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    /// The number of a key, a new one if it was never seen; nil where the table is full.
    mutating func number(of key: UnsafeRawBufferPointer) -> Int? {
        let hash = Self.hash(key)
        let slot = slot(of: key, hash)
        if slots[slot] != 0 { return Int(slots[slot]) - 1 }
        let number = count
        guard number < Self.mostKeys else { return nil }
        bytes.append(contentsOf: key)
        ends.append(bytes.count)
        hashes.append(hash)
        slots[slot] = UInt32(number + 1)
        if count * 2 > slots.count { grow() }
        return number
    }

    private func isEqual(_ number: Int, _ key: UnsafeRawBufferPointer) -> Bool {
        let (start, end) = (ends[number], ends[number + 1])
        guard end - start == key.count else { return false }
        for index in 0..<key.count where bytes[start + index] != key[index] { return false }
        return true
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for number in 0..<count {
            var slot = Int(hashes[number]) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(number + 1)
        }
    }
}
