/// Which observations, in which order, which part of them, and which of their members.
public struct ObservationQuery: Sendable, Hashable {
    public var filter = RecordFilter()
    /// What is sorted by, the most important first; empty for the default order.
    public var sort: [SortKey] = []
    public var page = PageRequest()
    public var fields: [Field] = Field.defaults

    public init() {}

    public init(_ filter: RecordFilter) { self.filter = filter }
}

/// Which part of the rows of an answer.
public struct PageRequest: Sendable, Hashable {
    /// At most so many rows; nil for all.
    public var limit: Int?
    /// Where it begins, as `RowCursor.next` of the page before has it.
    public var after: String?
    /// Whether `RowCursor.total` is wanted.
    public var countsAll = false

    public init() {}
}
