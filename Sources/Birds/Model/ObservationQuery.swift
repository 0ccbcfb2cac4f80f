/// A query: which observations, in which order, which page of them, and with which members.
public struct ObservationQuery: Sendable, Hashable {
    public var filter = RecordFilter()
    /// The sort keys, the most significant first; empty for the default order.
    public var sort: [SortKey] = []
    public var page = PageRequest()
    /// The members of each row, in order.
    public var fields: [Field] = Field.defaults
    /// Whether GeoJSON also has the members `coordinate_uncertainty_m` and `generalised`, so that no map shows a place
    /// as exact that is not. A record has those that are known, a checklist both.
    public var showsExactness = false

    public init() {}

    public init(_ filter: RecordFilter) { self.filter = filter }
}

/// Which of the matching rows to answer with.
public struct PageRequest: Sendable, Hashable {
    /// The greatest number of rows; nil for all.
    public var limit: Int?
    /// Where to begin: `RowCursor.next` of the page before; nil for the first page.
    public var after: String?
    /// Whether to count the rows of all pages, for `RowCursor.total`. It costs a second scan.
    public var countsAll = false

    public init() {}
}
