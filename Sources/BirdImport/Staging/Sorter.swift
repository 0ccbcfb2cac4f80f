import Birds
import Glibc

/// Sorts any number of items in bounded memory: by their numbers, then by their bytes, then by their tags.
///
/// Items are collected in memory. If they fit, they are sorted there. If not, each full memory is sorted and written to
/// a temporary file as a run, and the runs are merged at the end with a heap.
///
/// Invariants:
/// - Memory: at most `mostHeld` items of 24 bytes (twice that while they are sorted) and `mostBytes` of their bytes;
///   while runs are merged, `mergeSize` for all buffers together, or a head for each run if that is more.
/// - `add` is not called after `sorted`.
final class Sorter {
    /// The most items in memory: 24 MiB.
    private static let mostHeld = 1 << 20
    /// The most bytes of items in memory. It must stay below 2^24 units of 16 bytes, see `Held.rest`.
    private static let mostBytes = 12 << 20
    /// The memory for merging, in bytes, which the buffers of the runs share.
    private static let mergeSize = 8 << 20

    /// An item in memory. It is as small as possible and has no references, so that moving it is cheap.
    fileprivate struct Held {
        var high: UInt64
        var low: UInt64
        /// The upper 40 bits are the tag. The lower 24 bits are the position of the item's bytes in units of 16 bytes,
        /// or 0 if it has none.
        var rest: UInt64

        static let offsetMask: UInt64 = 0xFF_FFFF
        var tag: UInt64 { rest >> 24 }
        var offset: Int { Int(rest & Self.offsetMask) * 16 }

        func hasNumbers(of other: Held) -> Bool { high == other.high && low == other.low }
    }

    // Without the check for exclusive access at run time, here and below, which would cost more than the accesses do.
    // Only the functions of this file use these properties, and never two of them at a time.
    @exclusivity(unchecked) private var held: [Held] = []
    /// The bytes of the items: for each a size of 4 bytes, the bytes, and zeros up to the next unit of 16 bytes. The
    /// first unit is not used, so that the position 0 can mean that an item has no bytes.
    @exclusivity(unchecked) private var bytes: [UInt8] = Array(repeating: 0, count: 16)
    private let runs: Spool
    /// The positions in `runs` at which runs end, after the 0 at which the first one begins.
    private var marks: [Int] = [0]
    private let mostHeld: Int
    /// The number of items that were added.
    @exclusivity(unchecked) private(set) var count = 0

    /// - Parameters:
    ///   - folder: The folder of the temporary file, which is made when it is needed.
    ///   - mostHeld: The most items that are held in memory.
    init(in folder: String, mostHeld: Int = Sorter.mostHeld) {
        runs = Spool(in: folder)
        self.mostHeld = mostHeld
    }

    /// Adds an item without bytes.
    /// - Parameter tag: Less than 2^40.
    /// - Throws: `StoreError` if the temporary file can't be written.
    @inline(__always)
    func add(high: UInt64, low: UInt64, tag: UInt64) throws(StoreError) {
        if held.count >= mostHeld { try spill() }
        // Some sorters get a few items only; growing from here on avoids the first small steps.
        if held.isEmpty { held.reserveCapacity(1 << 12) }
        held.append(Held(high: high, low: low, rest: tag << 24))
        count += 1
    }

    /// Adds an item with its bytes.
    /// - Throws: `StoreError` if the temporary file can't be written.
    func add(_ item: SortItem, _ itemBytes: ArraySlice<UInt8>) throws(StoreError) {
        guard !itemBytes.isEmpty else { return try add(high: item.high, low: item.low, tag: item.tag) }
        if held.count >= mostHeld || bytes.count + itemBytes.count > Self.mostBytes { try spill() }
        held.append(Held(high: item.high, low: item.low, rest: item.tag << 24 | UInt64(bytes.count / 16)))
        withUnsafeBytes(of: UInt32(itemBytes.count)) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: itemBytes)
        bytes.append(contentsOf: repeatElement(0, count: (16 - bytes.count % 16) % 16))
        count += 1
    }

    /// Sorts the items in memory.
    private func sort() {
        // Moved out of the property, so that the array is not copied when it is changed.
        var sorted = held
        held = []
        sorted.sortByNumbers()
        // Few items have equal numbers. Those are sorted by their bytes and tags.
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

    /// The order of two byte strings, as `memcmp` gives it: negative, 0 or positive. A string comes before a longer one
    /// that begins with it.
    private static func order(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Int {
        if let a = one.baseAddress, let b = other.baseAddress {
            let order = memcmp(a, b, min(one.count, other.count))
            if order != 0 { return Int(order) }
        }
        return one.count - other.count
    }

    /// The bytes of an item; empty if it has none.
    @inline(__always)
    private static func bytes(_ item: Held, _ all: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard item.offset > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let count = Int(all.load(fromByteOffset: item.offset, as: UInt32.self))
        return UnsafeRawBufferPointer(rebasing: all[(item.offset + 4)..<(item.offset + 4 + count)])
    }

    /// Writes the items in memory to the temporary file, as one sorted run.
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

    /// Sorts the items that were added. No more can be added.
    /// - Throws: `StoreError` if the temporary file can't be written or read.
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

    /// Reads the sorted items one after the other. A copy continues on its own from the same item.
    struct Sorted {
        private let sorter: Sorter
        /// The position in `sorter.held` of the next item, if all items fitted into memory.
        private var position = 0
        /// Empty if all items fitted into memory.
        private var runs: [Run] = []
        /// The next items of the runs that have one, as a binary heap with the least at index 0.
        private var heap: [Head] = []

        /// The numbers of an item, and the index of its run. It has no references, so comparing and moving it touches
        /// no reference count; only items with equal numbers need their bytes, which are in the run.
        private struct Head {
            var high: UInt64
            var low: UInt64
            var run: Int
        }

        /// A run with the item that was read from it last.
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
            // Builds the heap from the bottom.
            for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(heap[index], to: index) }
        }

        /// Reads the next item.
        /// - Parameter bytes: Receives the bytes of the item.
        /// - Returns: False at the end.
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
            // The run gets the caller's array to read into, so no item allocates one.
            swap(&bytes, &runs[least].bytes)
            if try runs[least].advance() {
                sink(runs[least].head(least), to: 0)
            } else if let last = heap.popLast(), !heap.isEmpty {
                sink(last, to: 0)
            }
            return true
        }

        /// Puts a head into the free element at `start`, or below it if smaller ones are there.
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

        /// Compares the bytes and tags of the items of two runs. It is rare, and kept out of the fast path.
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
    /// Sorts by `high`, then by `low`, and keeps the order of items with equal numbers.
    ///
    /// It is a radix sort: one pass for each byte, from the lowest to the highest. Bytes that are the same in all items
    /// are skipped, and most are. It needs a second array of the same size.
    fileprivate mutating func sortByNumbers() {
        guard let first else { return }
        // The bits in which the items differ.
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

    /// One pass: puts the items into the order of a digit, and keeps the order of items with the same digit.
    /// - Parameter digit: Gives a number less than 256.
    @inline(__always)
    private func scatter(into other: inout [Sorter.Held], digit: (Sorter.Held) -> Int) {
        var next = [Int](repeating: 0, count: 256)
        for item in self { next[digit(item)] += 1 }
        var start = 0
        // From here on, `next` holds the position of the next item with each digit.
        for digit in next.indices { (next[digit], start) = (start, start + next[digit]) }
        for item in self {
            let digit = digit(item)
            other[next[digit]] = item
            next[digit] += 1
        }
    }
}
