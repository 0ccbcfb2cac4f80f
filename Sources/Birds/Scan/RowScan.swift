/// Finds rows one after the other.
protocol RowFinder<Row>: AnyObject {
    associatedtype Row

    /// Goes to the next row; false at the end.
    func next(_ row: inout Row) throws(StoreError) -> Bool
    /// Gives the statements back. There are no more rows.
    func end()
}

extension RowFinder {
    /// How many rows are left.
    /// - Parameter row: any one, which is overwritten.
    func count(_ row: Row, _ budget: Budget) throws(StoreError) -> Int {
        defer { end() }
        var row = row
        var count = 0
        while try next(&row) {
            count += 1
            if count & (Budget.rowsBetweenQuestions - 1) == 0, let refusal = budget.refusal { throw refusal }
        }
        return count
    }
}

extension ObservationScan: RowFinder {}
extension SequentialScan: RowFinder {}
extension SortedScan: RowFinder {}
extension ChecklistScan: RowFinder {}
extension ZeroFillScan: RowFinder {}

/// The rows of a query in its order, however they are found.
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

    func end() {
        switch self {
        case .indexed(let scan): scan.end()
        case .sequential(let scan): scan.end()
        case .sorted(let scan): scan.end()
        }
    }
}
