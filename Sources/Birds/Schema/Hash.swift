/// Spreads ids over hash tables whose size is a power of two.
enum Hash {
    /// The slot of an id in a table of `1 << bits` slots: the upper bits of its product with 2⁶⁴ divided by the
    /// golden ratio (Fibonacci hashing). Ids are evenly spaced or consecutive, so their own lower bits may all be
    /// equal.
    /// - Parameter bits: At most 63.
    @inline(__always)
    static func slot(of id: Int64, bits: Int) -> Int {
        Int(truncatingIfNeeded: (UInt64(bitPattern: id) &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
    }
}
