/// Rows on their way out, in the format that was asked for. One thread at a time uses it and its store.
///
/// Cursors of one store do not disturb each other: each has statements of its own until it ends.
public final class RowCursor {
    enum Source {
        case observations(RowScan, RowEncoder)
        /// Rows that are not written by a `RowEncoder`.
        case other(any RowProducer)
    }

    private enum State {
        case fresh, open, complete
        case failed(StoreError)
    }

    /// How many rows were written.
    private(set) var rowCount = 0

    /// How many rows match on all pages; nil where that was not asked for.
    public let total: Int?
    /// The name of the next page, as `ObservationQuery.after` takes it; nil where there is none, and until this one is complete.
    public private(set) var next: String?

    private let memory: RowMemory
    /// Nil once the rows have ended: with it go their statements.
    private var source: Source?
    private let limit: Int
    private let pager: Pager?
    private var state = State.fresh

    /// How many bytes are gathered before they go to the caller.
    private static let pieceSize = 1 << 16

    /// - Parameter limit: How many rows there are at most.
    init(
        _ source: Source, limit: Int = .max, pager: Pager? = nil, total: Int? = nil, memory: RowMemory
    ) {
        self.pager = pager
        self.total = total
        self.source = source
        self.limit = max(limit, 0)
        self.memory = memory
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
        guard let source else { return true }
        do throws(StoreError) {
            if let refusal = memory.budget.refusal { throw refusal }
            let isComplete = try memory.lend { (rows) throws(StoreError) in
                defer { rows.move(to: &buffer) }
                if case .fresh = state {
                    state = .open
                    rows.append(RowCursor.opening(of: source))
                }
                let isComplete =
                    switch source {
                    case .observations(.indexed(let scan), let encoder):
                        try gather(scan, encoder, &rows, limit: limit, into: &buffer)
                    case .observations(.sequential(let scan), let encoder):
                        try gather(scan, encoder, &rows, limit: limit, into: &buffer)
                    case .observations(.sorted(let scan), let encoder):
                        try gather(scan, encoder, &rows, limit: limit, into: &buffer)
                    case .other(let producer):
                        try gather(producer, &rows, limit: limit, into: &buffer)
                    }
                if isComplete { rows.append(RowCursor.closing(of: source)) }
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
    private func gather<Finder: RowFinder<ObservationRow>>(
        _ scan: Finder, _ encoder: RowEncoder, _ rows: inout RowBuffer, limit: Int, into buffer: inout [UInt8]
    ) throws(StoreError) -> Bool {
        var count = rowCount
        defer { rowCount = count }
        var row = ObservationRow()
        repeat {
            guard try scan.next(&row, on: pager, as: { $0 }) else {
                next = pager?.next
                return true
            }
            try encoder.append(row, isFirst: count == 0, to: &rows)
            count += 1
            if count & (Budget.rowsBetweenQuestions - 1) == 0, let refusal = memory.budget.refusal {
                throw refusal
            }
            if rows.count >= RowCursor.pieceSize { rows.move(to: &buffer) }
        } while buffer.count + rows.count < limit
        return false
    }

    /// Goes to the end of the page without writing anything.
    func skipRows() throws(StoreError) {
        switch source {
        case nil: break
        case .observations(let scan, _):
            switch scan {
            case .indexed(let scan): try skip(scan)
            case .sequential(let scan): try skip(scan)
            case .sorted(let scan): try skip(scan)
            }
        case .other(let producer):
            var rows = RowBuffer()
            while try producer.next(isFirst: true, to: &rows) { rows.truncate(to: 0) }
            next = producer.nextPage
        }
        end(.complete)
    }

    private func skip(_ scan: some RowFinder<ObservationRow>) throws(StoreError) {
        var row = ObservationRow()
        while try scan.next(&row, on: pager, as: { $0 }) { rowCount += 1 }
        next = pager?.next
    }

    private func gather(
        _ producer: any RowProducer, _ rows: inout RowBuffer, limit: Int, into buffer: inout [UInt8]
    ) throws(StoreError) -> Bool {
        repeat {
            guard rowCount < self.limit, try producer.next(isFirst: rowCount == 0, to: &rows) else {
                next = producer.nextPage
                return true
            }
            rowCount += 1
            if rows.count >= RowCursor.pieceSize { rows.move(to: &buffer) }
        } while buffer.count + rows.count < limit
        return false
    }

    private static func opening(of source: Source) -> String {
        switch source {
        case .observations(_, let encoder): encoder.opening
        case .other(let producer): producer.opening
        }
    }

    private static func closing(of source: Source) -> String {
        switch source {
        case .observations(_, let encoder): encoder.syntax.closing
        case .other(let producer): producer.closing
        }
    }

    private func end(_ state: State) {
        self.state = state
        source = nil
    }
}

/// Rows that write themselves, one after the other.
protocol RowProducer: AnyObject {
    /// What stands before the first row, and after the last.
    var opening: String { get }
    var closing: String { get }

    /// Appends the next row; false at the end, and then it is not asked again.
    /// - Parameter isFirst: Whether no row stands before it.
    func next(isFirst: Bool, to buffer: inout RowBuffer) throws(StoreError) -> Bool

    /// The name of the next page, once this one is complete; nil where there is none.
    var nextPage: String? { get }
}

extension RowProducer {
    var nextPage: String? { nil }
}
