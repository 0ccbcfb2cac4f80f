/// Rows on their way out. It keeps its store alive.
public final class RowCursor {
    private let store: ObservationStore
    /// How many rows were written.
    public private(set) var rowCount = 0

    init(_ store: ObservationStore) { self.store = store }

    /// Appends whole rows until the buffer holds at least `limit` bytes or there are no more; true when the answer is
    /// complete.
    public func fill(_ buffer: inout [UInt8], limit: Int) throws(StoreError) -> Bool { true }
}
