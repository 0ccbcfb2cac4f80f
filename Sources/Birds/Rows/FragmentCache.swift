/// Rendered members of rows, by the id of what they describe, so that a place is written once and then copied.
///
/// Invariants:
/// - Fragments and table together take at most `bound` bytes, but for the newest fragment, which is always kept. When the next
///   one does not fit, all are forgotten.
/// - The table is at most half full, so that a search ends; its size is a power of two.
/// - What `fragment` returns is valid until the next call.
final class FragmentCache {
    private struct Slot {
        var key: Int64
        var start: UInt32
        /// `empty` in a free slot.
        var count: UInt32

        static let empty = UInt32.max
    }

    /// In bytes.
    private let bound: Int
    private var arena = RowBuffer()
    private var slots: UnsafeMutablePointer<Slot>
    /// The number of slots is `1 << bits`.
    private var bits: Int
    private var used = 0

    // The newest answer: rows of one place follow each other.
    private var lastKey: Int64 = 0
    private var lastStart = 0
    private var lastCount = -1

    private static let smallestBits = 4

    init(bound: Int) {
        // A slot counts its bytes in 32 bits.
        self.bound = min(max(bound, 0), Int(Int32.max))
        bits = FragmentCache.smallestBits
        slots = FragmentCache.freeSlots(bits)
    }

    deinit { slots.deallocate() }

    /// The fragment of a key, rendered if it is not at hand.
    @inline(__always)
    func fragment(
        _ key: Int64, render: (inout RowBuffer) throws(StoreError) -> Void
    ) throws(StoreError) -> UnsafeBufferPointer<UInt8> {
        if key != lastKey || lastCount < 0 {
            if !find(key) { try add(key, render: render) }
        }
        return UnsafeBufferPointer(start: arena.base + lastStart, count: lastCount)
    }

    @inline(__always)
    private func find(_ key: Int64) -> Bool {
        var index = FragmentCache.home(of: key, bits)
        while true {
            let slot = slots[index]
            if slot.count == Slot.empty { return false }
            if slot.key == key {
                lastKey = key
                lastStart = Int(slot.start)
                lastCount = Int(slot.count)
                return true
            }
            index = (index + 1) & ((1 << bits) - 1)
        }
    }

    @inline(never)
    private func add(_ key: Int64, render: (inout RowBuffer) throws(StoreError) -> Void) throws(StoreError) {
        // Were rendering to fail, nothing would be known of the newest.
        lastCount = -1
        let start = arena.count
        do throws(StoreError) {
            try render(&arena)
        } catch {
            arena.truncate(to: start)
            throw error
        }
        let count = arena.count - start
        let tableBytes = (1 << bits) * MemoryLayout<Slot>.stride
        let isFull = (used + 1) * 2 > 1 << bits
        lastKey = key
        lastCount = count
        if arena.count + tableBytes + (isFull ? tableBytes : 0) > bound {
            // Rendered bytes move to the front of an arena that has forgotten all others.
            arena.keepLast(count)
            slots.deallocate()
            bits = FragmentCache.smallestBits
            slots = FragmentCache.freeSlots(bits)
            used = 0
            lastStart = 0
            guard count <= bound else { return }
        } else {
            if isFull { grow() }
            lastStart = start
        }
        insert(Slot(key: key, start: UInt32(lastStart), count: UInt32(count)))
    }

    private func grow() {
        let old = UnsafeBufferPointer(start: slots, count: 1 << bits)
        bits += 1
        slots = FragmentCache.freeSlots(bits)
        used = 0
        for slot in old where slot.count != Slot.empty { insert(slot) }
        old.deallocate()
    }

    private func insert(_ slot: Slot) {
        var index = FragmentCache.home(of: slot.key, bits)
        while slots[index].count != Slot.empty { index = (index + 1) & ((1 << bits) - 1) }
        slots[index] = slot
        used += 1
    }

    private static func freeSlots(_ bits: Int) -> UnsafeMutablePointer<Slot> {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: 1 << bits)
        slots.initialize(repeating: Slot(key: 0, start: 0, count: Slot.empty), count: 1 << bits)
        return slots
    }

    /// Where the search for a key begins: the upper bits of a product by the golden ratio, which spreads ids that follow
    /// each other.
    @inline(__always)
    private static func home(of key: Int64, _ bits: Int) -> Int {
        Int(truncatingIfNeeded: (UInt64(bitPattern: key) &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
    }
}
