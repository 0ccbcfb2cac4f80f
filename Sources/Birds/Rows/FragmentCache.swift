/// Rendered members of rows, by the id of the location, species or other thing that they describe, so that each is
/// rendered once and then copied. A hash table with linear probing.
///
/// Invariants:
/// - The fragments and the table together take at most `bound` bytes, not counting the smallest table and one
///   fragment, which are always allowed. If the next fragment does not fit, all others are dropped.
/// - The table is at most half full, so that a search ends. Its size is a power of two.
/// - `newest` points into the arena and is valid until the next `add`.
struct FragmentCache: ~Copyable {
    private struct Slot {
        var key: Int64
        /// The position of the fragment in the arena, in bytes.
        var start: UInt32
        /// The length of the fragment in bytes; `empty` in a free slot.
        var count: UInt32

        static let empty = UInt32.max
    }

    /// In bytes.
    private let bound: Int
    /// All fragments, one after another.
    private var arena = RowBuffer()
    private var slots: UnsafeMutablePointer<Slot>
    /// The number of slots is `1 << bits`.
    private var bits: Int
    /// The number of slots that are taken.
    private var used = 0

    // The result of the last search: rows of one location are often adjacent.
    private var lastKey: Int64 = 0
    private var hasLast = false
    /// The fragment that was found or added last.
    private(set) var newest = UnsafeBufferPointer<UInt8>(start: nil, count: 0)

    /// The smallest table has 16 slots.
    private static let smallestBits = 4

    /// - Parameter bound: The greatest size of fragments and table, in bytes.
    init(bound: Int) {
        self.bound = bound
        bits = FragmentCache.smallestBits
        slots = FragmentCache.freeSlots(bits)
    }

    deinit { slots.deallocate() }

    /// The size of the fragments and the table, in bytes.
    var byteCount: Int { arena.count + (1 << bits) * MemoryLayout<Slot>.stride }

    /// Whether the fragment of a key is cached. If so, it is `newest`.
    @inline(__always)
    mutating func find(_ key: Int64) -> Bool { hasLast && key == lastKey || search(key) }

    private mutating func search(_ key: Int64) -> Bool {
        var index = Hash.slot(of: key, bits: bits)
        while true {
            let slot = slots[index]
            if slot.count == Slot.empty { return false }
            if slot.key == key {
                setNewest(key, start: Int(slot.start), count: Int(slot.count))
                return true
            }
            index = (index + 1) & ((1 << bits) - 1)
        }
    }

    /// Caches the fragment of a key that `find` did not find. Afterwards it is `newest`.
    mutating func add(_ key: Int64, _ fragment: UnsafeBufferPointer<UInt8>) {
        let isFull = (used + 1) * 2 > 1 << bits
        let growth = isFull ? (1 << bits) * MemoryLayout<Slot>.stride : 0
        if byteCount + fragment.count + growth > bound {
            forget()
        } else if isFull {
            grow()
        }
        let start = arena.count
        arena.append(fragment)
        setNewest(key, start: start, count: fragment.count)
        // A fragment whose position or length does not fit into 32 bits is only `newest`, and not in the table.
        if let start = UInt32(exactly: start), let count = UInt32(exactly: fragment.count), count < Slot.empty {
            insert(Slot(key: key, start: start, count: count))
        }
    }

    private mutating func setNewest(_ key: Int64, start: Int, count: Int) {
        lastKey = key
        hasLast = true
        newest = UnsafeBufferPointer(start: arena.base + start, count: count)
    }

    /// Drops everything, and gives the memory back.
    private mutating func forget() {
        arena = RowBuffer()
        slots.deallocate()
        bits = FragmentCache.smallestBits
        slots = FragmentCache.freeSlots(bits)
        used = 0
    }

    /// Doubles the table.
    private mutating func grow() {
        let old = UnsafeBufferPointer(start: slots, count: 1 << bits)
        bits += 1
        slots = FragmentCache.freeSlots(bits)
        used = 0
        for slot in old where slot.count != Slot.empty { insert(slot) }
        old.deallocate()
    }

    private mutating func insert(_ slot: Slot) {
        var index = Hash.slot(of: slot.key, bits: bits)
        while slots[index].count != Slot.empty { index = (index + 1) & ((1 << bits) - 1) }
        slots[index] = slot
        used += 1
    }

    private static func freeSlots(_ bits: Int) -> UnsafeMutablePointer<Slot> {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: 1 << bits)
        slots.initialize(repeating: Slot(key: 0, start: 0, count: Slot.empty), count: 1 << bits)
        return slots
    }
}
