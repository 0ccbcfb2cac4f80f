/// The rows of an answer, written in a format, a piece at a time.
///
/// Invariants:
/// - One thread at a time uses a cursor and its store.
/// - Cursors of one store do not disturb each other: each has statements of its own until it ends.
/// - Every piece ends with a whole row. After an error no more rows come, so that a broken answer never looks
///   complete.
public final class RowCursor {
    /// What writes the rows.
    enum Source {
        case observations(RowScan, RowEncoder)
        /// Rows that write themselves.
        case other(any RowProducer)
    }

    /// `failed` keeps the error for later calls.
    private enum State {
        case fresh, open, complete
        case failed(StoreError)
    }

    /// How many rows have been written.
    public private(set) var rowCount = 0

    /// The number of matching rows on all pages; nil if it was not asked for.
    public let total: Int?
    /// The token of the next page, for `PageRequest.after`; nil if this is the last, and until it is complete.
    public private(set) var next: String?

    private let memory: RowMemory
    /// Nil once the rows have ended, which releases their statements.
    private var source: Source?
    private let limit: Int
    private let pager: Pager?
    private var state = State.fresh

    /// How many bytes are gathered before they are moved to the caller's buffer.
    private static let pieceSize = 1 << 16

    /// - Parameters:
    ///   - limit: The greatest number of rows; without effect on observations, whose pager ends the page.
    ///   - pager: Of observations; other sources have their own.
    init(
        _ source: Source, limit: Int = .max, pager: Pager? = nil, total: Int? = nil, memory: RowMemory
    ) {
        self.pager = pager
        self.total = total
        self.source = source
        self.limit = max(limit, 0)
        self.memory = memory
    }

    /// Appends whole rows, at least one, until the buffer holds at least `limit` bytes or no rows are left.
    /// - Returns: Whether the answer is complete, including its closing bracket.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`. Every later call throws the same error.
    public func fill(_ buffer: inout [UInt8], limit: Int) throws(StoreError) -> Bool {
        switch state {
        case .failed(let error): throw error
        case .complete: return true
        case .fresh, .open: break
        }
        guard let source else { return true }
        do throws(StoreError) {
            if let refusal = memory.budget.refusal() { throw refusal }
            let isComplete = try memory.lend { (rows) throws(StoreError) in
                defer { rows.move(to: &buffer) }
                if case .fresh = state {
                    state = .open
                    rows.append(RowCursor.opening(of: source))
                }
                let isComplete =
                    switch source {
                    // Each kind of scan is passed by its own type, so that the loop over its rows is specialised
                    // for it.
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

    /// Writes rows of observations until the limit is reached.
    /// - Returns: Whether no rows are left.
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
            if count & (Budget.rowsBetweenQuestions - 1) == 0, let refusal = memory.budget.refusal() {
                throw refusal
            }
            if rows.count >= RowCursor.pieceSize { rows.move(to: &buffer) }
        } while buffer.count + rows.count < limit
        return false
    }

    /// Goes to the end of the page without writing anything, to find `next`.
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

    /// Writes rows of another source until the limit is reached.
    /// - Returns: Whether no rows are left.
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

    /// Ends the rows for good, and releases their statements.
    private func end(_ state: State) {
        self.state = state
        source = nil
    }
}

/// Rows that write themselves, one after another.
protocol RowProducer: AnyObject {
    /// The text before the first row, and after the last.
    var opening: String { get }
    var closing: String { get }

    /// Appends the next row; false at the end, after which it is not called again.
    /// - Parameter isFirst: Whether it is the first row, which no separator precedes.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func next(isFirst: Bool, to buffer: inout RowBuffer) throws(StoreError) -> Bool

    /// The token of the next page, once this one is complete; nil if this is the last.
    var nextPage: String? { get }
}

extension RowProducer {
    var nextPage: String? { nil }
}
