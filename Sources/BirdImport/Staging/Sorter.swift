import Birds
import Glibc

/// Sorts items by their numbers, then by their bytes, then by their tags, in bounded memory: what fits is sorted there; of
/// more, sorted runs wait in a temporary file, and are merged.
final class Sorter {
    /// How many items are sorted in memory, and how many bytes of them: 12 MB each.
    private static let mostHeld = 1 << 20
    private static let mostBytes = 12 << 20
    /// How much memory the merging of runs takes.
    private static let mergeSize = 8 << 20

    fileprivate struct Held {
        var high: UInt64
        var low: UInt64
        /// The tag, 40 bits, and where the item's bytes begin, in units of 16, 24 bits; 0 for none.
        var rest: UInt64

        static let offsetMask: UInt64 = 0xFF_FFFF
        var tag: UInt64 { rest >> 24 }
        var offset: Int { Int(rest & Self.offsetMask) * 16 }

        func hasNumbers(of other: Held) -> Bool { high == other.high && low == other.low }
    }

    // Unchecked, as below: a check at run time for each record costs more than what it guards, which only these functions use.
    @exclusivity(unchecked) private var held: [Held] = []
    /// The bytes of items, each behind its size; the first unit is not used.
    @exclusivity(unchecked) private var bytes: [UInt8] = Array(repeating: 0, count: 16)
    private let runs: Spool
    private var marks: [Int] = [0]
    private let mostHeld: Int
    @exclusivity(unchecked) private(set) var count = 0

    init(in folder: String, mostHeld: Int = Sorter.mostHeld) {
        runs = Spool(in: folder)
        self.mostHeld = mostHeld
    }

    @inline(__always)
    func add(high: UInt64, low: UInt64, tag: UInt64) throws(StoreError) {
        if held.count >= mostHeld { try spill() }
        if held.isEmpty { held.reserveCapacity(1 << 12) }
        held.append(Held(high: high, low: low, rest: tag << 24))
        count += 1
    }

    func add(_ item: SortItem, _ itemBytes: ArraySlice<UInt8>) throws(StoreError) {
        guard !itemBytes.isEmpty else { return try add(high: item.high, low: item.low, tag: item.tag) }
        if held.count >= mostHeld || bytes.count + itemBytes.count > Self.mostBytes { try spill() }
        held.append(Held(high: item.high, low: item.low, rest: item.tag << 24 | UInt64(bytes.count / 16)))
        withUnsafeBytes(of: UInt32(itemBytes.count)) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: itemBytes)
        bytes.append(contentsOf: repeatElement(0, count: (16 - bytes.count % 16) % 16))
        count += 1
    }

    private func sort() {
        var sorted = held
        held = []
        sorted.sortByNumbers()
        // What is equal by its numbers is sorted by all else.
        bytes.withUnsafeBytes { bytes in
            func precedes(_ a: Held, _ b: Held) -> Bool {
                if (a.rest | b.rest) & Held.offsetMask == 0 { return a.rest < b.rest }
                let order = Self.order(Self.bytes(a, bytes), Self.bytes(b, bytes))
                return order == 0 ? a.tag < b.tag : order < 0
            }
            var start = 0
            while start < sorted.count {
                var end = start + 1
                while end < sorted.count, sorted[end].hasNumbers(of: sorted[start]) { end += 1 }
                if end - start > 1 { sorted[start..<end].sort(by: precedes) }
                start = end
            }
        }
        held = sorted
    }

    /// Less than 0, 0 or more, as the first comes before, with or behind the other.
    private static func order(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Int {
        if let a = one.baseAddress, let b = other.baseAddress {
            let order = memcmp(a, b, min(one.count, other.count))
            if order != 0 { return Int(order) }
        }
        return one.count - other.count
    }

    @inline(__always)
    private static func bytes(_ item: Held, _ all: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard item.offset > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let count = Int(all.load(fromByteOffset: item.offset, as: UInt32.self))
        return UnsafeRawBufferPointer(rebasing: all[(item.offset + 4)..<(item.offset + 4 + count)])
    }

    private func spill() throws(StoreError) {
        sort()
        try bytes.withRawBytes { bytes throws(StoreError) in
            for item in held {
                try runs.append(
                    SortItem(high: item.high, low: item.low, tag: item.tag), Self.bytes(item, bytes))
            }
        }
        marks.append(try runs.mark())
        held.removeAll(keepingCapacity: true)
        bytes.removeSubrange(16...)
    }

    /// Sorts what there is. Nothing can be added any more.
    func sorted() throws(StoreError) -> Sorted {
        if marks.count > 1, !held.isEmpty {
            try spill()
            (held, bytes) = ([], [])
        } else {
            sort()
        }
        let size = Self.mergeSize / marks.count
        var readers: [Spool.Reader] = []
        for run in 1..<marks.count { readers.append(runs.reader(marks[run - 1]..<marks[run], bufferSize: size)) }
        return try Sorted(self, readers)
    }

    /// Goes through the sorted items once.
    struct Sorted {
        private let sorter: Sorter
        private var position = 0
        private var runs: [Run] = []
        /// The first items of the runs that have one, as a heap with the least at the top.
        private var heap: [Head] = []

        /// An item's numbers, and whose it is. (Nothing here is counted by reference: most comparisons need no more.)
        private struct Head {
            var high: UInt64
            var low: UInt64
            var run: Int
        }

        private struct Run {
            var reader: Spool.Reader
            var item = SortItem()
            var bytes: [UInt8] = []

            mutating func advance() throws(StoreError) -> Bool { try reader.next(&item, &bytes) }

            func head(_ run: Int) -> Head { Head(high: item.high, low: item.low, run: run) }
        }

        fileprivate init(_ sorter: Sorter, _ readers: [Spool.Reader]) throws(StoreError) {
            self.sorter = sorter
            for reader in readers {
                var run = Run(reader: reader)
                if try run.advance() { heap.append(run.head(runs.count)) }
                runs.append(run)
            }
            for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(heap[index], to: index) }
        }

        /// - Parameter bytes: gets those of the item.
        /// - Returns: false at the end.
        @inline(__always)
        mutating func next(_ item: inout SortItem, _ bytes: inout [UInt8]) throws(StoreError) -> Bool {
            if !runs.isEmpty { return try nextOfRuns(&item, &bytes) }
            guard position < sorter.held.count else { return false }
            let held = sorter.held[position]
            position += 1
            item = SortItem(high: held.high, low: held.low, tag: held.tag)
            if !bytes.isEmpty { bytes.removeAll(keepingCapacity: true) }
            if held.offset > 0 { sorter.bytes.withUnsafeBytes { bytes.append(contentsOf: Sorter.bytes(held, $0)) } }
            return true
        }

        private mutating func nextOfRuns(_ item: inout SortItem, _ bytes: inout [UInt8]) throws(StoreError) -> Bool {
            guard let least = heap.first?.run else { return false }
            item = runs[least].item
            swap(&bytes, &runs[least].bytes)
            if try runs[least].advance() {
                sink(runs[least].head(least), to: 0)
            } else if let last = heap.popLast(), !heap.isEmpty {
                sink(last, to: 0)
            }
            return true
        }

        /// Puts a head at a place of the heap that is free, or below it.
        private mutating func sink(_ head: Head, to start: Int) {
            var index = start
            while true {
                var child = 2 * index + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count, precedes(heap[child + 1], heap[child]) { child += 1 }
                guard precedes(heap[child], head) else { break }
                heap[index] = heap[child]
                index = child
            }
            heap[index] = head
        }

        @inline(__always)
        private func precedes(_ a: Head, _ b: Head) -> Bool {
            if a.high != b.high { return a.high < b.high }
            if a.low != b.low { return a.low < b.low }
            return precedesByRest(a.run, b.run)
        }

        @inline(never)
        private func precedesByRest(_ a: Int, _ b: Int) -> Bool {
            let order = runs[a].bytes.withUnsafeBytes { first in
                runs[b].bytes.withUnsafeBytes { Sorter.order(first, $0) }
            }
            return order == 0 ? runs[a].item.tag < runs[b].item.tag : order < 0
        }
    }
}

extension [Sorter.Held] {
    /// Sorts by `high`, then by `low`, and leaves what is equal in its order: once for each byte in which numbers differ, from the last
    /// one to the first (a radix sort).
    fileprivate mutating func sortByNumbers() {
        guard let first else { return }
        var (high, low) = (UInt64(0), UInt64(0))
        for item in self {
            high |= item.high ^ first.high
            low |= item.low ^ first.low
        }
        if high | low == 0 { return }
        var other = [Sorter.Held](repeating: first, count: count)
        for shift in stride(from: UInt64(0), to: 64, by: 8) where low >> shift & 0xFF != 0 {
            scatter(into: &other) { Int(truncatingIfNeeded: $0.low >> shift & 0xFF) }
            swap(&self, &other)
        }
        for shift in stride(from: UInt64(0), to: 64, by: 8) where high >> shift & 0xFF != 0 {
            scatter(into: &other) { Int(truncatingIfNeeded: $0.high >> shift & 0xFF) }
            swap(&self, &other)
        }
    }

    /// Puts the items into the order of their digits, which are less than 256.
    @inline(__always)
    private func scatter(into other: inout [Sorter.Held], digit: (Sorter.Held) -> Int) {
        var next = [Int](repeating: 0, count: 256)
        for item in self { next[digit(item)] += 1 }
        var start = 0
        for digit in next.indices { (next[digit], start) = (start, start + next[digit]) }
        for item in self {
            let digit = digit(item)
            other[next[digit]] = item
            next[digit] += 1
        }
    }
}
