/// Finds rows one after another. It belongs to one connection, and so to one thread at a time.
protocol RowFinder<Row>: AnyObject {
    associatedtype Row

    /// Goes to the next row; false at the end, and at every later call.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func next(_ row: inout Row) throws(StoreError) -> Bool
    /// Releases the statements, so that no pages of the file are held. No rows follow.
    func end()
}

extension RowFinder {
    /// Counts the remaining rows, and ends the scan.
    /// - Parameter row: Any row; it is only memory that is overwritten.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func count(_ row: Row, _ budget: Budget) throws(StoreError) -> Int {
        defer { end() }
        var row = row
        var count = 0
        while try next(&row) {
            count += 1
            if count & (Budget.rowsBetweenQuestions - 1) == 0, let refusal = budget.refusal() { throw refusal }
        }
        return count
    }
}

extension ObservationScan: RowFinder {}
extension SequentialScan: RowFinder {}
extension SortedScan: RowFinder {}
extension ChecklistScan: RowFinder {}
extension ZeroFillScan: RowFinder {}

/// The rows of a query in its order, however they are found. An enum and not `any RowFinder`, so that the usual
/// scan is called directly.
enum RowScan {
    case indexed(ObservationScan)
    case sequential(SequentialScan)
    case sorted(SortedScan)

    /// Goes to the next row; false at the end.
    @inline(__always)
    func next(_ row: inout ObservationRow) throws(StoreError) -> Bool {
        switch self {
        case .indexed(let scan): try scan.next(&row)
        case .sequential(let scan): try scan.next(&row)
        case .sorted(let scan): try scan.next(&row)
        }
    }

    /// The scan, however it finds the rows.
    var finder: any RowFinder<ObservationRow> {
        switch self {
        case .indexed(let scan): scan
        case .sequential(let scan): scan
        case .sorted(let scan): scan
        }
    }

    func end() {
        switch self {
        case .indexed(let scan): scan.end()
        case .sequential(let scan): scan.end()
        case .sorted(let scan): scan.end()
        }
    }
}
