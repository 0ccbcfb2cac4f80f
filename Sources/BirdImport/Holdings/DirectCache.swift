/// Values by the id of a row. Each id has one slot, and takes the place of another one there. So memory is bounded, and
/// finding a value costs less than in a dictionary.
struct DirectCache<Value> {
    private var slots: [(id: Int64, value: Value)?]

    /// - Parameter slots: A power of two.
    init(slots: Int) { self.slots = Array(repeating: nil, count: slots) }

    subscript(id: Int64) -> Value? {
        @inline(__always) get {
            let slot = slots[position(of: id)]
            return slot?.id == id ? slot?.value : nil
        }
        set { slots[position(of: id)] = newValue.map { (id, $0) } }
    }

    @inline(__always)
    private func position(of id: Int64) -> Int { Int(truncatingIfNeeded: id) & (slots.count - 1) }
}
