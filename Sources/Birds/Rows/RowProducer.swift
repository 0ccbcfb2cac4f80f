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
