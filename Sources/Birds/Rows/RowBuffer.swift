/// The bytes of rows before they are sent, in memory of its own that grows by doubling and is reused.
///
/// Invariant: `count <= capacity`, and the first `count` bytes are initialised. Every write reserves its room
/// first, so the unchecked stores below stay within the memory.
struct RowBuffer: ~Copyable {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int

    /// - Parameter capacity: In bytes, to begin with.
    init(capacity: Int = 256) {
        self.capacity = max(capacity, 16)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// Drops all but the first `count` bytes.
    mutating func truncate(to count: Int) { self.count = min(count, self.count) }

    /// Makes room for this many more bytes. It may move the memory, so pointers from `contents` are no longer
    /// valid.
    @inline(__always)
    mutating func reserve(_ more: Int) {
        if capacity - count < more { grow(more) }
    }

    @inline(never)
    /// Moves the bytes to memory of at least twice the size.
    private mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        reserve(bytes.count)
        (base + count).update(from: start, count: bytes.count)
        count += bytes.count
    }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// Appends the number in decimal digits.
    @inline(__always)
    mutating func append(_ number: Int64) {
        if number >= 0 && number < 10 {
            append(0x30 | UInt8(truncatingIfNeeded: number))
        } else {
            appendLong(number)
        }
    }

    private mutating func appendLong(_ number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        let magnitude = number.magnitude
        var digits = 1
        var power: UInt64 = 10
        // 10¹⁹ is the greatest power of ten that fits into 64 bits, and no Int64 has a magnitude that large: 19
        // digits are enough.
        while digits < 19 && magnitude >= power {
            digits += 1
            power &*= 10
        }
        appendDigits(magnitude, width: digits)
    }

    /// Appends the last `width` decimal digits of the number, with leading zeros.
    @inline(__always)
    mutating func appendDigits(_ number: UInt64, width: Int) {
        reserve(width)
        var rest = number
        var index = count + width
        while index > count {
            index -= 1
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            base[index] = 0x30 | UInt8(truncatingIfNeeded: remainder)
            rest = quotient
        }
        count += width
    }

    /// The bytes; valid until the next write.
    var contents: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    var bytes: [UInt8] { Array(contents) }

    /// Moves all bytes to the end of an array. The memory stays for the next rows.
    mutating func move(to array: inout [UInt8]) {
        array.append(contentsOf: contents)
        count = 0
    }
}

/// What the cursors of one store share: the memory in which rows are gathered, and the time that they may take. A
/// cursor borrows the memory only while it fills a piece, so one buffer is enough for all.
final class RowMemory {
    let budget: Budget
    private var rows = RowBuffer(capacity: 1 << 14)

    init(_ budget: Budget) { self.budget = budget }

    /// Lends the buffer, which is empty at the beginning; empty it again. `lend` must not be called within `body`.
    func lend<Result>(_ body: (inout RowBuffer) throws(StoreError) -> Result) throws(StoreError) -> Result {
        try body(&rows)
    }
}

/// Bytes that are written many times, in memory of their own: writing them is only a copy, without a reference
/// count.
struct Literal: ~Copyable {
    let bytes: UnsafeBufferPointer<UInt8>

    init(_ text: String) {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
        _ = memory.initialize(from: text.utf8)
        bytes = UnsafeBufferPointer(memory)
    }

    deinit { bytes.deallocate() }
}
