/// Rows on their way out, in the format that was asked for. It keeps its store alive, and is used by one thread at a time
/// with it.
///
/// Cursors of one store do not disturb each other: each has statements of its own until it ends.
public final class RowCursor {
    enum Source {
        case observations(ObservationScan, RowEncoder)
        /// Rows that are not written by a `RowEncoder`.
        case other(any RowProducer)
    }

    private enum State {
        case fresh, open, complete
        case failed(StoreError)
    }

    /// How many rows were written.
    private(set) var rowCount = 0

    private let store: ObservationStore
    private let source: Source
    private let limit: Int
    private var state = State.fresh

    /// How many bytes are gathered before they go to the caller.
    private static let pieceSize = 1 << 16
    /// A power of two. SQLite asks for the budget by itself, but not where rows come fast and encoding takes the time.
    private static let rowsBetweenQuestions = 256

    /// - Parameter limit: How many rows there are at most.
    init(_ source: Source, limit: Int = .max, store: ObservationStore) {
        self.source = source
        self.limit = max(limit, 0)
        self.store = store
    }

    /// Appends whole rows, at least one, until the buffer holds at least `limit` bytes or there are no more.
    /// - Returns: Whether the answer is complete, its closing bracket included.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`; then, and at every later call, nothing more comes.
    public func fill(_ buffer: inout [UInt8], limit: Int) throws(StoreError) -> Bool {
        switch state {
        case .failed(let error): throw error
        case .complete: return true
        case .fresh, .open: break
        }
        do throws(StoreError) {
            if let refusal = store.database.budget.refusal { throw refusal }
            let isComplete = try store.withRowBuffer { (rows) throws(StoreError) in
                defer { rows.move(to: &buffer) }
                if case .fresh = state {
                    state = .open
                    rows.append(opening)
                }
                let isComplete =
                    switch source {
                    case .observations(let scan, let encoder):
                        try gather(scan, encoder, &rows, limit: limit, into: &buffer)
                    case .other(let producer):
                        try gather(producer, &rows, limit: limit, into: &buffer)
                    }
                if isComplete { rows.append(closing) }
                return isComplete
            }
            if isComplete { end(.complete) }
            return isComplete
        } catch {
            end(.failed(error))
            throw error
        }
    }

    /// - Returns: Whether there are no more rows.
    private func gather(
        _ scan: ObservationScan, _ encoder: RowEncoder, _ rows: inout RowBuffer, limit: Int, into buffer: inout [UInt8]
    ) throws(StoreError) -> Bool {
        var count = rowCount
        defer { rowCount = count }
        var row = ObservationRow()
        repeat {
            guard count < self.limit, try scan.next(&row) else { return true }
            try encoder.append(row, isFirst: count == 0, to: &rows)
            count += 1
            if count & (RowCursor.rowsBetweenQuestions - 1) == 0, let refusal = store.database.budget.refusal {
                throw refusal
            }
            if rows.count >= RowCursor.pieceSize { rows.move(to: &buffer) }
        } while buffer.count + rows.count < limit
        return false
    }

    private func gather(
        _ producer: any RowProducer, _ rows: inout RowBuffer, limit: Int, into buffer: inout [UInt8]
    ) throws(StoreError) -> Bool {
        repeat {
            guard try producer.next(isFirst: rowCount == 0, to: &rows) else { return true }
            rowCount += 1
            if rows.count >= RowCursor.pieceSize { rows.move(to: &buffer) }
        } while buffer.count + rows.count < limit
        return false
    }

    private var opening: String {
        switch source {
        case .observations(_, let encoder): encoder.opening
        case .other(let producer): producer.opening
        }
    }

    private var closing: String {
        switch source {
        case .observations(_, let encoder): encoder.syntax.closing
        case .other(let producer): producer.closing
        }
    }

    /// Gives up the rows that are left, with all that it holds of its store, which can then go to another thread.
    public func close() { end(.complete) }

    private func end(_ state: State) {
        self.state = state
        switch source {
        case .observations(let scan, _): scan.end()
        case .other(let producer): producer.end()
        }
    }
}
