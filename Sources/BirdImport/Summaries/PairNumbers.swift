/// Numbers pairs of ids, such as a location and a data set, from 0 in the order in which they first appear.
///
/// It is a hash table with linear probing, asked once for each record.
///
/// Invariants:
/// - A slot holds the number of a pair plus 1, or 0 if it is empty.
/// - The number of slots is a power of two, 2^(64 - `shift`), and at least twice the number of pairs.
struct PairNumbers {
    struct Pair: Equatable {
        let first: Int64
        let second: Int64
    }

    private(set) var pairs: [Pair] = []
    private var slots = [UInt32](repeating: 0, count: 16)
    /// A hash is shifted to the right by this number of bits to give a slot: its highest bits are the best mixed.
    private var shift: UInt64 = 60
    /// Random odd factors, so that nobody can make a file whose ids all collide. (The standard library's hash is random
    /// too, but takes much longer.)
    private let factors = (UInt64.random(in: 0 ... .max) | 1, UInt64.random(in: 0 ... .max) | 1)

    var count: Int { pairs.count }

    /// The slot of a pair, or the empty slot in which to put it.
    @inline(__always)
    private func slot(of pair: Pair) -> Int {
        let hash = UInt64(bitPattern: pair.first) &* factors.0 &+ UInt64(bitPattern: pair.second) &* factors.1
        var slot = Int(truncatingIfNeeded: hash >> shift)
        while slots[slot] != 0, pairs[Int(slots[slot]) - 1] != pair { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    /// The number of a pair. A new pair gets the number `count`, which then grows by one.
    @inline(__always)
    mutating func number(of first: Int64, _ second: Int64) -> Int {
        let pair = Pair(first: first, second: second)
        let slot = slot(of: pair)
        return slots[slot] != 0 ? Int(slots[slot]) - 1 : add(pair, at: slot)
    }

    private mutating func add(_ pair: Pair, at slot: Int) -> Int {
        pairs.append(pair)
        slots[slot] = UInt32(pairs.count)
        if 2 * pairs.count > slots.count {
            shift -= 1
            slots = [UInt32](repeating: 0, count: 2 * slots.count)
            for (number, pair) in pairs.enumerated() { slots[self.slot(of: pair)] = UInt32(number + 1) }
        }
        return pairs.count - 1
    }

    /// Forgets all pairs.
    mutating func removeAll() {
        if 8 * pairs.count < slots.count {
            // Clearing a few slots is cheaper than clearing all. A cleared slot ends the search for pairs that were put
            // after it, so all slots are looked up before any is cleared.
            for slot in pairs.map({ self.slot(of: $0) }) { slots[slot] = 0 }
        } else {
            for slot in slots.indices { slots[slot] = 0 }
        }
        pairs.removeAll(keepingCapacity: true)
    }
}
