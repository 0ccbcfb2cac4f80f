/// Spreads ids over tables of a power of two.
enum Hash {
    /// The slot of an id in a table of `1 << bits` slots: the upper bits of its product with the golden ratio. Ids lie evenly
    /// spread or one after the other, so their own lower bits may all be the same.
    @inline(__always)
    static func slot(of id: Int64, bits: Int) -> Int {
        Int(truncatingIfNeeded: (UInt64(bitPattern: id) &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
    }
}
