/// Finds rows one after the other.
protocol RowFinder: AnyObject {
    /// Goes to the next row; false at the end.
    func next(_ row: inout ObservationRow) throws(StoreError) -> Bool
    func end()
}

extension ObservationScan: RowFinder {}
extension SequentialScan: RowFinder {}
extension SortedScan: RowFinder {}

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
