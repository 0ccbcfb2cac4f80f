/// Numbers for pairs of ids, such as a location and a data set, from 0 in the order in which they are met.
///
/// Invariants: a slot holds the number of a pair + 1, or 0; the count of slots is a power of two and at least twice that of pairs.
struct PairNumbers {
    struct Pair: Equatable {
        let first: Int64
        let second: Int64
    }

    private(set) var pairs: [Pair] = []
    private var slots = [UInt32](repeating: 0, count: 16)
    /// How far a hash is shifted to be a slot.
    private var shift: UInt64 = 60
    /// Random, so that no file can have ids that collide. (The standard library's hash is random too, and takes much longer.)
    private let factors = (UInt64.random(in: 0 ... .max) | 1, UInt64.random(in: 0 ... .max) | 1)

    var count: Int { pairs.count }

    /// The slot of a pair, or the empty one that it would get.
    @inline(__always)
    private func slot(of pair: Pair) -> Int {
        let hash = UInt64(bitPattern: pair.first) &* factors.0 &+ UInt64(bitPattern: pair.second) &* factors.1
        var slot = Int(truncatingIfNeeded: hash >> shift)
        while slots[slot] != 0, pairs[Int(slots[slot]) - 1] != pair { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }

    /// The number of a pair: `count` as it was before where it is new.
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
            // A slot that one behind it was passed over for goes too, so each is looked up before any is cleared.
            for slot in pairs.map({ self.slot(of: $0) }) { slots[slot] = 0 }
        } else {
            for slot in slots.indices { slots[slot] = 0 }
        }
        pairs.removeAll(keepingCapacity: true)
    }
}
