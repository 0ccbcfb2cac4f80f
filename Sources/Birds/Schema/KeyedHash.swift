/// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) over whole words: without its key,
/// nobody can tell its results from random numbers. It is fast for a few words.
///
/// Other modules inline it, since an import hashes each record.
public struct KeyedHash {
    /// 128 secret bits.
    public struct Key: Sendable {
        @usableFromInline let low: UInt64
        @usableFromInline let high: UInt64
    }

    @usableFromInline var v0: UInt64
    @usableFromInline var v1: UInt64
    @usableFromInline var v2: UInt64
    @usableFromInline var v3: UInt64
    @usableFromInline var count: UInt64 = 0
    @usableFromInline let isWide: Bool

    /// - Parameter isWide: Whether the result is to have 128 bits.
    @inlinable
    public init(_ key: Key, isWide: Bool = true) {
        self.isWide = isWide
        v0 = key.low ^ 0x736f_6d65_7073_6575
        v1 = key.high ^ 0x646f_7261_6e64_6f6d ^ (isWide ? 0xee : 0)
        v2 = key.low ^ 0x6c79_6765_6e65_7261
        v3 = key.high ^ 0x7465_6462_7974_6573
    }

    @inlinable @inline(__always)
    mutating func round() {
        v0 &+= v1
        v1 = (v1 &<< 13 | v1 &>> 51) ^ v0
        v0 = v0 &<< 32 | v0 &>> 32
        v2 &+= v3
        v3 = (v3 &<< 16 | v3 &>> 48) ^ v2
        v0 &+= v3
        v3 = (v3 &<< 21 | v3 &>> 43) ^ v0
        v2 &+= v1
        v1 = (v1 &<< 17 | v1 &>> 47) ^ v2
        v2 = v2 &<< 32 | v2 &>> 32
    }

    /// Adds a word.
    @inlinable @inline(__always)
    public mutating func add(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
        count &+= 8
    }

    /// Adds a number, or that there is none.
    @inlinable
    public mutating func add(_ number: Int64?) {
        add(number == nil ? 0 : 1 as UInt64)
        if let number { add(UInt64(bitPattern: number)) }
    }

    /// Adds bytes with their number, so that two texts can't run together.
    @inlinable
    public mutating func add(_ bytes: some Collection<UInt8>) {
        add(UInt64(bytes.count))
        var word: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes {
            word |= UInt64(byte) << shift
            shift += 8
            if shift == 64 {
                add(word)
                (word, shift) = (0, 0)
            }
        }
        if shift > 0 { add(word) }
    }

    /// Adds bytes, or that there are none.
    @inlinable
    public mutating func add(_ bytes: [UInt8]?) {
        if let bytes { add(bytes as [UInt8]) } else { add(UInt64.max) }
    }

    /// The result, of 64 bits unless it is wide.
    @inlinable
    public consuming func finish() -> UInt128 {
        // The last word has the number of bytes; there are no bytes beyond whole words.
        let length = count << 56
        v3 ^= length
        round()
        round()
        v0 ^= length
        v2 ^= isWide ? 0xee : 0xff
        for _ in 0..<4 { round() }
        let low = v0 ^ v1 ^ v2 ^ v3
        guard isWide else { return UInt128(low) }
        v1 ^= 0xdd
        for _ in 0..<4 { round() }
        return UInt128(v0 ^ v1 ^ v2 ^ v3) << 64 | UInt128(low)
    }
}
