import Birds

/// Numbers byte strings (keys) from 0, in the order in which they were first seen.
///
/// The keys are on disk, so that memory does not grow with their length, and keys are told apart by hashes of 128 bits.
/// No two keys have the same one: the seed is random, so nobody can write a file in which two do.
///
/// It is a hash table with linear probing over large arrays. A dictionary would allocate an object for each key, and an
/// import may have millions of them.
///
/// Invariants:
/// - A slot holds the number of a key plus 1, or 0 if it is empty.
/// - The number of slots is a power of two and at least twice the number of keys, so probing always finds an empty one.
final class ByteTable {
    /// The bound of a table. No collection has as many locations or species. Each key takes 24 to 48 bytes of memory.
    static let mostKeys = 1 << 24

    private struct Hash: Equatable {
        let high: UInt64
        let low: UInt64

        @inline(__always)
        init(_ key: UnsafeRawBufferPointer) {
            var hasher = Hasher()
            hasher.combine(bytes: key)
            var longer = hasher
            longer.combine(0 as UInt8)
            high = UInt64(bitPattern: Int64(hasher.finalize()))
            low = UInt64(bitPattern: Int64(longer.finalize()))
        }
    }

    /// The keys in the order of their numbers, which are the tags.
    let keys: Spool
    // Without the check for exclusive access at run time, since records ask for their location and species. Only
    // `number` uses these properties, and it calls no code that could reach it again.
    @exclusivity(unchecked) private var hashes: [Hash] = []
    @exclusivity(unchecked) private var slots = [UInt32](repeating: 0, count: 1 << 10)

    /// - Parameter folder: The folder of the temporary file with the keys, which is made when it is needed.
    init(in folder: String) { keys = Spool(in: folder) }

    /// The number of a key, which is added if it is new.
    /// - Returns: Nil if the key is new and the table is full.
    /// - Throws: `StoreError` if the temporary file can't be written.
    @inline(__always)
    func number(of key: UnsafeRawBufferPointer) throws(StoreError) -> Int? {
        let hash = Hash(key)
        let slot = slot(of: hash)
        return slots[slot] != 0 ? Int(slots[slot]) - 1 : try add(key, hash, at: slot)
    }

    /// The slot of a hash, or the empty slot in which to put it.
    @inline(__always)
    private func slot(of hash: Hash) -> Int {
        var slot = Int(truncatingIfNeeded: hash.high) & (slots.count - 1)
        while slots[slot] != 0, hashes[Int(slots[slot]) - 1] != hash { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    private func add(_ key: UnsafeRawBufferPointer, _ hash: Hash, at slot: Int) throws(StoreError) -> Int? {
        let number = hashes.count
        guard number < Self.mostKeys else { return nil }
        try keys.append(SortItem(tag: UInt64(number)), key)
        hashes.append(hash)
        slots[slot] = UInt32(hashes.count)
        if 2 * hashes.count > slots.count {
            slots = [UInt32](repeating: 0, count: 2 * slots.count)
            for (number, hash) in hashes.enumerated() { slots[self.slot(of: hash)] = UInt32(number + 1) }
        }
        return number
    }
}
